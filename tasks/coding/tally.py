"""Count what came back: a placeholder that counts nothing, until the tally of issue 15 is merged here."""

from __future__ import annotations

from pathlib import Path

from data.settings import Coding
from tasks.coding.results import Sample, Tally


def tally(sample: Sample, settings: Coding, folder: Path, out: Path) -> Tally:
    """Count what came back of the sheets.

    Args:
        sample: The sample.
        settings: ``[coding]``.
        folder: The folder ``coding/`` of the investigation.
        out: The folder of the tables.

    Returns:
        What became of the sample.
    """
    return Tally.nothing(sample)
