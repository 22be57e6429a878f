"""Sheets are made once: each reader's own order, each drawing's own sheets."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from data.codebook import Codebook, read_codebook
from data.settings import Coding
from tasks.coding.look import Given, sample_now
from tasks.coding.results import Item, Sample
from tasks.coding.sample.drawing import draw_sample
from tasks.coding.sample.hand_out import hand_out, items_of
from tasks.coding.sample.sample_file import read_drawn_from
from tests.tasks.coding.made_alerts import alerts

ALERTS = alerts(30)


@pytest.fixture(autouse=True)
def writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers of plain lines in the place of those of workbooks and tasks, and a mask for digits."""

    def workbook(path: Path, reader: str, items: Sequence[Item], codebook: Codebook, seed: int) -> None:
        path.write_text("\n".join([reader, *(item.title for item in items)]))

    def tasks(folder: Path, reader: str, items: Sequence[Item], codebook: Codebook) -> None:
        (folder / f"tasks-{reader}.json").write_text("[]")

    made = {
        "sheets.workbook": ("write_workbook", workbook),
        "sheets.label_studio": ("write_label_studio", tasks),
    }
    made["redaction.redact"] = ("redact", lambda text: text.replace("Alert", "###"))
    for name, (function, does) in made.items():
        module = ModuleType(f"tasks.coding.{name}")
        setattr(module, function, does)
        monkeypatch.setitem(sys.modules, module.__name__, module)


def drawn(folder: Path, number: int, *readers: str) -> Sample:
    settings = Coding(sample=number)
    found = draw_sample(ALERTS, settings, readers, folder)
    given = Given(folder, read_codebook(folder), found.rows, read_drawn_from(folder))
    return sample_now(given, ALERTS, settings)


def test_each_reader_sees_the_same_alerts_in_an_order_of_their_own(tmp_path: Path):
    sample = drawn(tmp_path, 20, "anna", "ben")
    anna, ben = (items_of(sample, reader, 1, 7) for reader in ("anna", "ben"))
    assert anna != ben
    assert {item.number for item in anna} == {item.number for item in ben} == set(range(1, 21))
    assert items_of(sample, "anna", 1, 7) == anna


def test_a_sheet_that_is_there_stays_and_a_later_drawing_has_its_own(tmp_path: Path):
    first = hand_out(drawn(tmp_path, 20, "anna"), 7, tmp_path)
    assert first.written == ("coding/sheets/anna.xlsx", "coding/sheets/label-studio/tasks-anna.json")
    (tmp_path / "sheets/anna.xlsx").write_text("answers")
    again = hand_out(drawn(tmp_path, 25), 7, tmp_path)
    assert again.kept == first.written
    assert again.written == ("coding/sheets/anna.2.xlsx", "coding/sheets/label-studio.2/tasks-anna.json")
    assert (tmp_path / "sheets/anna.xlsx").read_text() == "answers"
    assert len((tmp_path / "sheets/anna.2.xlsx").read_text().splitlines()) == 1 + 5


def test_texts_are_masked_from_the_first_time_it_is_asked_for(tmp_path: Path):
    hand_out(drawn(tmp_path, 20, "anna"), 7, tmp_path)
    assert "Alert" in (tmp_path / "sheets/anna.xlsx").read_text()
    hand_out(drawn(tmp_path, 20, "ben"), 7, tmp_path, redact=True)
    hand_out(drawn(tmp_path, 20, "carla"), 7, tmp_path)
    for reader in ("ben", "carla"):
        assert "### " in (text := (tmp_path / f"sheets/{reader}.xlsx").read_text())
        assert "Alert" not in text
    assert "Alert" in (tmp_path / "sheets/anna.xlsx").read_text()
