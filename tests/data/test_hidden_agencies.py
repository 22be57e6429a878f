"""Records without the agencies that a run leaves out, and settings of which one agency's are wrong."""

from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError

SETTINGS = """name = "case"
[agencies.lapd]
name = "LAPD"
timezone = "America/Los_Angeles"
[agencies.sfpd]
name = "SFPD"
timezone = "Mars/Olympus"
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "investigation.toml").write_text(SETTINGS)
    for agency in ("lapd", "sfpd"):
        (tmp_path / "records" / agency).mkdir(parents=True)
        (tmp_path / "records" / agency / "a.pst").write_bytes(b"mail")
        (tmp_path / "records" / agency / "note.txt").write_bytes(b"note")
    (tmp_path / "records/stray.pst").write_bytes(b"mail")
    return tmp_path


def test_what_is_hidden_is_listed_nowhere_and_found_by_name(case: Path):
    with pytest.raises(InputError, match="belongs to no agency"):
        Investigation.unchecked(case).place.agencies()
    place = Investigation.open(case, ["lapd"], hidden={"sfpd", "gone", "stray.pst"}).place
    assert place.agencies() == ["lapd"]
    assert {one.agency for one in place.scan().seen} == {"lapd"}
    assert place.scan().troubles == {}
    assert place.others() == ["records/lapd/note.txt"]
    assert [file.file for file in place.mailboxes("sfpd")] == ["records/sfpd/a.pst"]
    assert place.is_folder("gone/2021")
    assert place.mailboxes("gone") == []
    assert not place.is_folder("nowhere")


def test_a_mistake_in_the_section_of_one_agency_is_that_agencys(case: Path):
    found = Investigation.unchecked(case)
    assert set(found.config.agencies) == {"lapd"}
    line = "investigation.toml: 'agencies.sfpd.timezone' is wrong: 'Mars/Olympus' is not a time zone"
    assert found.faults["sfpd"].startswith(line)
    assert found.settings_of("lapd").name == "LAPD"
    (case / "records/stray.pst").unlink()
    for agencies in (None, ["sfpd"]):
        with pytest.raises(InputError, match="Mars/Olympus"):
            Investigation.open(case, agencies)
    assert list(Investigation.open(case, ["lapd"]).config.agencies) == ["lapd"]


@pytest.mark.parametrize("wrong", ["nam = 1\n", "[posts]\nyaer = 1\n", "agencies = 3\n"])
def test_any_other_mistake_is_the_investigations(case: Path, wrong: str):
    (case / "investigation.toml").write_text(
        wrong + SETTINGS if "=" in wrong.split("\n", maxsplit=1)[0] else SETTINGS + wrong
    )
    with pytest.raises(InputError):
        Investigation.unchecked(case)
