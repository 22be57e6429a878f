"""The private tables as a workbook, where a run is asked for it."""

import json
import stat
from pathlib import Path

import openpyxl

from flows.investigate import investigate
from tests.worlds import copy_of


def test_a_run_writes_it_when_it_is_asked_to_and_the_next_one_takes_it_away(
    smallest: Path, tmp_path: Path
) -> None:
    folder = copy_of(smallest, tmp_path / "case")
    investigate(folder, only=["gentrification", "selection"], workbook="private")
    path = folder / "out/private/private.xlsx"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert openpyxl.load_workbook(path).sheetnames == ["contents", "columns", "partnerships"]
    outputs = json.loads((folder / "out/provenance.json").read_text())["outputs"]
    assert list(outputs) == ["private/private.xlsx"]
    investigate(folder, only=["selection"])
    assert not path.exists()  # it would not be of these tables
    assert (folder / "work/removed/private/private.xlsx").is_file()
