"""A sheet that LibreOffice opened and saved again."""

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tasks.coding.sheets import read_csv, read_workbook
from tests.tasks.coding.made_sheets import ANSWERS, alerts, by_number, codebook, filled

OFFICE = shutil.which("soffice")


def saved(path: Path, form: str, out: Path) -> Path:
    """Open a file and save it in another form."""
    profile = (out / "profile").as_uri()
    command = [f"-env:UserInstallation={profile}", "--headless", "--convert-to", form, "--outdir", str(out)]
    subprocess.run([str(OFFICE), *command, str(path)], check=True, capture_output=True, timeout=300)
    return out / f"{path.stem}.{form}"


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_a_sheet_saved_by_libreoffice_keeps_its_lists_and_is_read(tmp_path: Path) -> None:
    own = filled(tmp_path / "anna.xlsx")
    path = saved(own, "xlsx", tmp_path / "again")
    book = openpyxl.load_workbook(path)
    lists = {str(rule.sqref): rule for rule in book["alerts"].data_validations.dataValidation}
    assert {where: rule.type for where, rule in lists.items()} == dict.fromkeys(
        ("E3:E14", "F3:F14", "G3:G14", "H3:H14"), "list"
    )
    assert lists["F3:F14"].formula1.lower() == "lists!$c$5:$c$38"
    assert book["lists"].sheet_state == "hidden"
    assert book["alerts"].protection.sheet
    assert book["alerts"]["E3"].protection.locked is False
    assert book["alerts"].row_dimensions[1].hidden
    found = read_workbook.read(path, "renamed.xlsx", codebook(), alerts())
    assert found.faults == ()
    assert by_number(found.reviews) == ANSWERS
    assert {(review.reader, review.codebook) for review in found.reviews} == {("anna", "1")}

    table = read_csv.read(saved(own, "csv", tmp_path / "again"), "a.csv", codebook(), alerts())
    assert table.faults == ()
    assert by_number(table.reviews) == ANSWERS

    for form, said in {"ods": "OpenDocument sheet", "xls": "old form"}.items():
        other = saved(own, form, tmp_path / "again")
        named = read_workbook.read(other, "a.xlsx", codebook(), alerts())
        assert said in str(named.faults[0])
