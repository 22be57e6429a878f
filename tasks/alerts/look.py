"""The door of the alerts room for checks before a run: the crosswalk names only templates that exist."""

from __future__ import annotations

from data.crosswalk import CROSSWALK, Crosswalk
from data.errors import InputError
from data.printable import printable
from tasks.alerts.scrape import TEMPLATES


def check_templates(crosswalk: Crosswalk, own: str = "subjects.csv") -> None:
    """Check that each template of the crosswalk has a scraper.

    Args:
        crosswalk: The rows.
        own: How the investigation's own file is named in an error.

    Raises:
        InputError: One has none; the message names the row's pattern, the column and the templates there are.
    """
    for number, row in enumerate(crosswalk.rows):
        if row.template is not None and row.template not in TEMPLATES:
            file = own if number < crosswalk.own else CROSSWALK.name
            pattern, template = printable(row.pattern), printable(row.template)
            raise InputError(
                f"{file}: pattern '{pattern}', column template: '{template}' has no "
                f"scraper; write one of {', '.join(TEMPLATES)}, or add a function to tasks/alerts/scrape.py"
            )
