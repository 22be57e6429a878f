"""Agencies in figures: by the names that readers know, where the public tables have the names of folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.printable import told_apart
from tasks.report.results import Story
from tasks.report.sentences.counts import agency_name

if TYPE_CHECKING:
    import pyarrow as pa


def with_names(story: Story, stem: str) -> pa.Table | None:
    """A public table whose column ``agency`` has names instead of folders.

    Args:
        story: The results.
        stem: The table, as "kinds"; it has a column ``agency``.

    Returns:
        The table, its rows in the order of folders; None where no part wrote it. Agencies of one name keep
        their folders beside it, as no two may become one.
    """
    import pyarrow as pa

    table = story.table(stem)
    if table is None:
        return None
    folders = table.column("agency").to_pylist()
    names = told_apart({folder: agency_name(story, folder) for folder in dict.fromkeys(folders)})
    place = table.schema.get_field_index("agency")
    return table.set_column(place, "agency", pa.array([names[folder] for folder in folders], pa.string()))
