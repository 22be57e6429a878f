"""What an item of a mailbox is, by its message class, where it is not mail (method 1.4).

The list is ``data/reference/item_classes.csv``: one row per class of Outlook, Exchange and Teams, with what
its items are in words. A program of an agency may have classes of its own, and such a name may hold anything,
a person's name included. So a class is published only as far as the list knows it; the rest is ``other``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from data.errors import InputError
from data.reference_table import read_rows

CLASSES: Final = Path(__file__).parent / "reference" / "item_classes.csv"
_COLUMNS: Final = ("class", "what")


class ItemClass(NamedTuple):
    """A class that may be published.

    Attributes:
        name: As it is published, such as ``IPM.SkypeTeams.Message``.
        what: What its items are, in words.
    """

    name: str
    what: str


OTHER: Final = ItemClass("other", "item of a class that is not in the program's list")


def known_class(message_class: str) -> ItemClass:
    """The published class of an item that is not mail.

    Args:
        message_class: As it is stored.

    Returns:
        The longest class of the list that it is or that it is under, in any letter case; else ``OTHER``.

    Example:
        >>> known_class("ipm.schedule.meeting.request")
        ItemClass(name='IPM.Schedule.Meeting.Request', what='meeting request')
        >>> known_class("IPM.Appointment.Jane-Doe").name, known_class("IPM.Jane-Doe").name
        ('IPM.Appointment', 'other')
    """
    known, steps = _known(), message_class.lower().split(".")
    for length in range(len(steps), 0, -1):
        found = known.get(".".join(steps[:length]))
        if found is not None:
            return found
    return OTHER


@cache
def _known() -> dict[str, ItemClass]:
    """The list, by class in lower case.

    Raises:
        InputError: A class is listed twice, or a field is empty.
    """
    found: dict[str, ItemClass] = {}
    for number, (name, what) in read_rows(CLASSES, _COLUMNS):
        if not name or not what or name.lower() in found:
            raise InputError(f"{CLASSES}: row {number}: class '{name}' is empty or listed twice; correct it")
        found[name.lower()] = ItemClass(name, what)
    return found
