"""A small sample that is handed out to readers, and their sheets, for tests of runs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import openpyxl

from data.tables import write_table
from flows.console.coding.sample import sample
from tests.tasks.coding.made_alerts import SPEC, alerts

READERS: Final = ("anna", "ben", "carla")


def handed_out(place: Path) -> Path:
    """Make an investigation of which four alerts are handed out to three readers."""
    folder = place / "case"
    folder.mkdir()
    settings = 'name = "case"\n[report]\nmake = false\n[coding]\nsample = 4\n'
    (folder / "investigation.toml").write_text(settings)
    write_table(alerts(9), SPEC, folder / "out")
    sample(folder, READERS)
    return folder


def hand_in(folder: Path, reader: str, answers: Sequence[str]) -> None:
    """Put a reader's sheet back as a CSV, with an answer for each alert by its number in the sample."""
    with (folder / f"coding/sheets/{reader}.xlsx").open("rb") as sheet:  # openpyxl would leave it open
        book = openpyxl.load_workbook(sheet, read_only=True)
        header, _, *rows = book["alerts"].iter_rows(values_only=True)
    path = folder / f"coding/returned/{reader}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [str(name) for name in header])
        writer.writeheader()
        for row in rows:
            cells = dict(zip(header, row, strict=True))
            act = answers[int(str(cells["sample_no"])) - 1]
            writer.writerow(cells | {"question:criminal_act": act, "question:subject_area": "Theft"})
