"""What is found in ``returned/``, and what is said of files that no one can read."""

import hashlib
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from data.errors import InputError
from tasks.coding import gather
from tasks.coding.results import Returned
from tests.tasks.coding.rounds import codebook


def test_every_file_is_read_or_named_in_the_order_of_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    module = ModuleType("tests_form")

    def read(path: Path, label: str, codebook: object, items: object) -> Returned:
        if path.stem == "bad":
            raise InputError(f"{label}: is no workbook; save it again")
        return Returned()

    module.read = read  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tests_form", module)
    monkeypatch.setattr(gather, "FORMS", {".xlsx": "tests_form"})
    for name in (
        "bad.xlsx",
        "late/good.XLSX",
        "late/deep/never.xlsx",
        "notes.docx",
        "~$good.xlsx",
        ".hidden",
    ):
        path = tmp_path / "coding/returned" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    found = gather.gather(tmp_path / "coding", codebook(), [])
    assert [str(fault) for each in found.returned for fault in each.faults] == [
        "coding/returned/late/deep: is a folder in a folder, and nothing in it is read; move its files up",
        "coding/returned/bad.xlsx: is no workbook; save it again",
        "coding/returned/notes.docx: is none of .xlsx, .csv, .json, .jsonl; save it as one of them, "
        "or move it away",
    ]
    assert list(found.files) == [
        f"coding/returned/{name}" for name in ("bad.xlsx", "late/good.XLSX", "notes.docx")
    ]
    assert found.files["coding/returned/bad.xlsx"] == (hashlib.sha256(b"bad.xlsx").hexdigest(), 8)


def test_what_is_no_file_is_named_and_never_opened(tmp_path: Path):
    top = tmp_path / "coding/returned"
    (top / "anna.xlsx").mkdir(parents=True)
    os.mkfifo(top / "ben.xlsx")
    (top / "carla.xlsx").symlink_to(top / "gone.xlsx")
    (top / "zero.csv").symlink_to("/dev/zero")
    found = gather.gather(tmp_path / "coding", codebook(), [])
    assert [str(fault) for each in found.returned for fault in each.faults] == [
        "coding/returned/anna.xlsx: is a folder, and no sheet; put the file itself there",
        "coding/returned/ben.xlsx: is not a regular file (it is a pipe); put the file itself there",
        "coding/returned/carla.xlsx: is not a regular file (it is a link to a file that is not there); "
        "put the file itself there",
        "coding/returned/zero.csv: is not a regular file (it is a device); put the file itself there",
    ]
    assert not found.files
    shutil.rmtree(top)
    top.write_text("a file")
    found = gather.gather(tmp_path / "coding", codebook(), [])
    assert [str(fault) for each in found.returned for fault in each.faults] == [
        "coding/returned: is not a folder (it is a file); put a folder of this name there"
    ]
