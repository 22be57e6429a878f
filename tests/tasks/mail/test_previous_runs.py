"""What is kept for an agency when a run reads another one."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from data.schema import TABLES
from tasks.mail import previous_runs
from tasks.mail.other_files import OtherFile
from tasks.mail.outcomes import NotMail
from tasks.mail.partitions import write_partition
from tasks.mail.previous_runs import faults, recall, remember, together
from tasks.mail.results import MailSource, Reading

ZONES = {"lapd": "America/Los_Angeles", "phoenix": "America/Phoenix"}


def source(agency: str, name: str, work: Path, **given) -> MailSource:
    fields = {
        "sha256": name * 5 + "abcd", "files": (f"records/{agency}/a.pst", f"records/{agency}/b.pst"),
        "bytes": 1000, "format": "Unicode PST", "messages_listed": 2, "unknown": None,
        "mail": work / "mail" / f"{name}-reader", "read": 0, "not_mail": 2, "quarantined": 0,
        "warnings": ("its index is odd",),
    }  # fmt: skip
    return MailSource(agency=agency, source=name, **{**fields, **given})


def rows(*names: str) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "source": name, "node_id": 36, "folder": "Top/Inbox", "stage": "reading",
                "reason": "unreadable", "detail": "",
            }
            for name in names
        ],
        schema=TABLES["private/quarantine"].arrow,
    )  # fmt: skip


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    sources = (source("lapd", "aaaaaaaaaaaa", tmp_path), source("phoenix", "bbbbbbbbbbbb", tmp_path))
    for each in sources:
        assert each.mail is not None
        write_partition(each.mail, 0, 2, [NotMail(36, "IPM.Contact"), NotMail(68, "IPM.Contact")], {})
    return Reading(sources, rows("aaaaaaaaaaaa", "bbbbbbbbbbbb"))


def test_what_was_kept_comes_back_unchanged(reading: Reading, tmp_path: Path):
    remember(tmp_path, reading, ZONES)
    found = recall(tmp_path, but=["phoenix"])
    assert found.sources == reading.sources[:1]
    assert found.quarantine.to_pylist() == rows("aaaaaaaaaaaa").to_pylist()
    assert found.timezones == {"lapd": "America/Los_Angeles"}
    assert found.agencies == {"lapd"}


def test_the_code_page_with_which_an_agency_was_read_is_kept(reading: Reading, tmp_path: Path):
    lapd, phoenix = reading.sources
    remember(tmp_path, Reading((replace(lapd, code_page="cp1251"), phoenix), reading.quarantine), ZONES)
    assert recall(tmp_path, but=[]).code_pages == {"lapd": "cp1251"}


def test_nothing_is_known_before_the_first_run(tmp_path: Path):
    found = recall(tmp_path, but=[])
    assert (found.sources, found.quarantine.num_rows, found.agencies) == ((), 0, frozenset())


def test_the_work_folder_may_be_moved(reading: Reading, tmp_path: Path):
    remember(tmp_path, reading, ZONES)
    moved = (tmp_path / "mail").rename(tmp_path / "elsewhere")
    (tmp_path / "new").mkdir()
    moved.rename(tmp_path / "new/mail")
    assert (
        recall(tmp_path / "new", but=["phoenix"]).sources[0].mail == tmp_path / "new/mail/aaaaaaaaaaaa-reader"
    )


def test_a_run_over_one_agency_keeps_what_is_known_of_the_others(reading: Reading, tmp_path: Path):
    remember(tmp_path, reading, ZONES)
    grown = replace(reading.sources[1], bytes=2000)
    remember(tmp_path, Reading((reading.sources[0], grown), rows()), ZONES, agencies=["phoenix"])
    found = recall(tmp_path, but=[])
    assert found.sources == (reading.sources[0], grown)
    assert found.quarantine.column("source").to_pylist() == ["aaaaaaaaaaaa"]


def test_a_run_over_all_agencies_forgets_one_that_is_gone(reading: Reading, tmp_path: Path):
    remember(tmp_path, reading, ZONES)
    remember(tmp_path, Reading(reading.sources[:1], rows()), ZONES)
    assert recall(tmp_path, but=[]).agencies == {"lapd"}


def test_an_agency_whose_mail_is_incomplete_is_not_known(reading: Reading, tmp_path: Path):
    missing = replace(reading.sources[0], read=3)
    remember(tmp_path, Reading((missing, reading.sources[1]), rows()), ZONES)
    assert recall(tmp_path, but=[]).agencies == {"phoenix"}


def test_an_agency_that_another_reader_read_is_not_known(
    reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    remember(tmp_path, reading, ZONES)
    monkeypatch.setattr(previous_runs, "_READER", "reader0-libpff0")
    assert recall(tmp_path, but=[]).agencies == frozenset()


def test_what_is_kept_is_the_same_bytes_in_any_order(reading: Reading, tmp_path: Path):
    remember(tmp_path, reading, ZONES)
    first = (tmp_path / "mail/agencies.json").read_bytes()
    remember(tmp_path, Reading(reading.sources[::-1], reading.quarantine), dict(reversed(ZONES.items())))
    assert (tmp_path / "mail/agencies.json").read_bytes() == first
    assert set(json.loads(first)["value"]) == {"lapd", "phoenix"}


def test_a_file_that_makes_no_sense_is_as_if_nothing_was_kept_and_is_said(tmp_path: Path):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/agencies.json").write_text("{")
    assert recall(tmp_path, but=[]).agencies == frozenset()
    assert faults(tmp_path) == ["work/mail/agencies.json: was damaged; it was written anew"]


def test_mailboxes_read_now_and_before_are_in_one_order_and_quarantined_once(
    reading: Reading, tmp_path: Path
):
    shared = source("phoenix", "aaaaaaaaaaaa", tmp_path)
    remember(tmp_path, reading, ZONES)
    found = together(Reading((shared,), rows("aaaaaaaaaaaa")), recall(tmp_path, but=["phoenix"]))
    assert [(each.agency, each.source) for each in found.sources] == [
        ("lapd", "aaaaaaaaaaaa"),
        ("phoenix", "aaaaaaaaaaaa"),
    ]
    assert found.quarantine.to_pylist() == rows("aaaaaaaaaaaa").to_pylist()


def test_what_is_kept_with_a_flipped_bit_is_not_used_and_written_anew(reading: Reading, tmp_path: Path):
    remember(tmp_path, reading, ZONES)
    assert faults(tmp_path) == []
    path = tmp_path / "mail/agencies.json"
    path.write_text(path.read_text().replace('"read": 0', '"read": 1', 1))
    assert recall(tmp_path, but=[]).agencies == frozenset()
    assert faults(tmp_path) == ["work/mail/agencies.json: was damaged; it was written anew"]
    remember(tmp_path, reading, ZONES)
    assert faults(tmp_path) == []


def test_an_agency_whose_mail_is_damaged_is_not_known(reading: Reading, tmp_path: Path):
    remember(tmp_path, reading, ZONES)
    place = reading.sources[0].mail
    assert place is not None
    [part] = place.glob("part-*")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    assert recall(tmp_path, but=[]).agencies == {"phoenix"}


def test_files_in_other_forms_are_kept_with_their_agency(reading: Reading, tmp_path: Path):
    others = tuple(
        OtherFile(agency, f"records/{agency}/a.eml", "an e-mail", "ask") for agency in ("lapd", "phoenix")
    )
    remember(tmp_path, replace(reading, others=others), ZONES)
    known = recall(tmp_path, but=["lapd"])
    assert known.others == others[1:]
    assert together(replace(reading, sources=(), others=others[:1]), known).others == others
