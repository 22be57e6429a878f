"""Scheduled runs: an agency that is being copied, or has a fault, stays as it was; the others are read."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from distributed import Client

from data.catalog import Investigation
from data.errors import InputError, NoneReadError
from data.schema import TABLES
from flows import parts as registry
from flows.console import commands
from flows.console.accept import accept
from flows.run.answer import answer
from flows.run.locks import only_one
from flows.run.scheduled import agencies_gone

pytestmark = pytest.mark.slow

FIRST, SECOND = "alderfall-pd", "briar-harbor-pd"


@pytest.fixture
def case(mail_published: Path, tmp_path: Path, threads: Client) -> Path:
    return shutil.copytree(mail_published, tmp_path / "case")


def run(folder: Path, settled: bool = True):
    from flows.investigate import investigate

    return investigate(folder, only=["mail"], settled=settled)


def rows(folder: Path, agency: str) -> dict[str, list]:
    """The rows of an agency in every table of the mail that has a column for it."""
    return {
        name: [
            row
            for row in pq.read_table(folder / f"out/{name}.parquet").to_pylist()
            if row["agency"] == agency
        ]
        for name in registry.get("mail").table_names
        if "agency" in TABLES[name].arrow.names
    }


def without_faults(folder: Path, agency: str) -> dict[str, list]:
    """The same without what is said of its faults."""
    return {name: found for name, found in rows(folder, agency).items() if name != "private/not_read"}


def ledger(folder: Path) -> dict[str, int]:
    """The lines of the ledger on agencies."""
    found = pq.read_table(folder / "out/public/ledger.parquet").to_pylist()
    return {row["line"]: row["count"] for row in found if row["part"] == "mail" and not row["source"]}


def headline(folder: Path) -> str:
    """The answer to "Is anything missing?" of the mail."""
    return answer([registry.get("mail")], folder / "out").in_public


def unsettle(path: Path) -> None:
    """Let a file be younger than any settling time."""
    os.utime(path, times=(time.time() + 3600,) * 2)


def test_the_rows_of_an_agency_that_is_still_being_copied_stay_as_they_were(case: Path):
    before = without_faults(case, FIRST)
    mailbox = min((case / "records" / FIRST).rglob("*.pst"))
    mailbox.write_bytes(mailbox.read_bytes()[:5000])  # another is being copied over it
    unsettle(mailbox)
    result = run(case)
    assert before["private/messages"]
    assert without_faults(case, FIRST) == before
    assert result.warnings[0] == (
        f"{FIRST}: left out, and its rows are those of an earlier run: its files are still being copied, or "
        "have just changed"
    )
    assert result.found["mail"].untold == {}, "it passes without a person"
    assert ledger(case)["agencies read"] == 1
    assert headline(case).startswith("Unknown for 1 of 2 agencies (see the warnings)")
    name = mailbox.relative_to(case).as_posix()
    [note] = [note for note in result.notes if note.startswith(f"{name}: changed ")]
    assert note.endswith(f"; until then the agency {FIRST!r} stays as it was")


def test_a_published_mailbox_that_was_emptied_is_said_to_be_none_any_more(case: Path):
    before = without_faults(case, SECOND)
    mailbox = min((case / "records" / SECOND).rglob("*.pst"))
    mailbox.write_bytes(b"")
    result = run(case)
    name = mailbox.relative_to(case).as_posix()
    assert result.warnings[0].startswith(
        f"{name}: is no mailbox any more (the file is empty: copy it again from the original disk); "
    )
    assert set(result.found["mail"].untold) == {SECOND}
    assert without_faults(case, SECOND) == before
    assert headline(case).startswith("Unknown for 1 of 2 agencies")


def test_what_passes_for_a_copy_under_way_for_ever_is_a_fault(case: Path, monkeypatch: pytest.MonkeyPatch):
    os.mkfifo(case / "records" / SECOND / "pipe.pst")
    result = run(case)
    why = f"records/{SECOND}/pipe.pst: is not a regular file (it is a pipe)"
    assert f"{SECOND}: left out, and its rows are those of an earlier run: {why}" in result.warnings[0]
    assert set(result.found["mail"].untold) == {SECOND}
    (case / "records" / SECOND / "pipe.pst").unlink()

    (case / "records" / SECOND / "new.pst.part").write_bytes(b"1")
    result = run(case)
    assert "still being copied" in result.warnings[0]
    assert result.found["mail"].untold == {}
    monkeypatch.setattr("tasks.arrivals.look.time", SimpleNamespace(time=lambda: time.time() + 90_000))
    result = run(case)
    assert f"records/{SECOND}/new.pst.part: looks like part of a copy, which has not" in result.warnings[0]
    assert set(result.found["mail"].untold) == {SECOND}
    assert run(case).found["mail"].untold == {}, "a person was told"

    # One waits, another lacks a mailbox: neither was read.
    monkeypatch.undo()
    min((case / "records" / FIRST).rglob("*.pst")).unlink()
    run(case)
    found = ledger(case)
    assert (found["agencies read"], found["agencies as an earlier run read them"]) == (0, 2)
    assert headline(case).startswith("Unknown for 2 of 2 agencies")


def test_where_none_can_be_read_each_is_named(case: Path):
    (case / "records" / FIRST / "new.pst.part").write_bytes(b"1")
    (case / "records" / SECOND / "link.pst").symlink_to("nowhere.pst")
    with pytest.raises(NoneReadError) as raised:
        run(case)
    assert raised.value.faults == {SECOND}
    first, second = str(raised.value).removeprefix("no agency can be read: (1) ").split("; (2) ")
    assert first.startswith(f"{FIRST}: nothing to read yet: records/{FIRST}/new.pst.part: is part of a copy")
    assert second.startswith(f"{SECOND}: records/{SECOND}/link.pst: ")


def test_an_agency_that_comes_without_its_settings_yet_is_left_out(case: Path):
    (case / "records/new").mkdir()
    shutil.copy(min((case / "records" / FIRST).rglob("*.pst")), case / "records/new/a.pst")
    unsettle(case / "records/new/a.pst")
    before = rows(case, FIRST)
    result = run(case)
    assert any(note.endswith("the agency 'new' stays as it was") for note in result.notes)
    assert rows(case, FIRST) == before
    assert rows(case, "new")["private/sources"] == []


def test_an_agency_that_lacks_its_settings_for_good_is_left_out_alone(case: Path):
    (case / "records/new").mkdir()
    (case / "records/empty").mkdir()
    shutil.copy(min((case / "records" / FIRST).rglob("*.pst")), case / "records/new/a.pst")
    (case / "records/stray.pst").write_bytes(b"mail")
    before = rows(case, FIRST)
    result = run(case)
    assert rows(case, FIRST) == before
    assert rows(case, "new")["private/sources"] == []
    assert ledger(case) == {
        "agencies": 3, "agencies read": 2, "agencies as an earlier run read them": 0, "agencies left out": 1,
        "mailboxes that are gone": 0, "mailboxes of no agency": 1,
    }  # fmt: skip
    assert result.warnings[:2] == (
        "records/stray.pst: belongs to no agency; move it into a folder, as records/<agency>/stray.pst",
        "new: left out, and it has no rows: records/new: unknown agency 'new'; "
        "write its settings into records/new/agency.toml",
    )
    assert headline(case).startswith("Unknown for 1 of 3 agencies (see the warnings); and perhaps:")
    assert "records/empty: has no mailbox and no settings yet; it is passed over" in result.notes
    with pytest.raises(InputError, match="belongs to no agency"):
        run(case, settled=False)  # a person is there, and nothing was done yet


def test_one_agencys_fault_leaves_out_that_agency_and_its_rows_stay(
    case: Path, capsys: pytest.CaptureFixture[str]
):
    config = case / "investigation.toml"
    config.write_text(config.read_text().replace("America/Los_Angeles", "America/Los_Angelas"))
    first = without_faults(case, FIRST)
    mailbox = min((case / "records" / SECOND).rglob("*.pst"))
    mailbox.rename(mailbox.with_name("again.pst"))
    result = run(case)
    assert without_faults(case, FIRST) == first
    files = [row["file"] for row in rows(case, SECOND)["private/sources"]]
    assert mailbox.with_name("again.pst").relative_to(case).as_posix() in files, "it was read"
    [warning] = [line for line in result.warnings if line.startswith(f"{FIRST}: left out")]
    assert (
        "its rows are those of an earlier run: investigation.toml: 'agencies.alderfall-pd.timezone'"
        in warning
    )
    assert ledger(case)["agencies as an earlier run read them"] == 1
    assert headline(case).startswith("Unknown for 1 of 2 agencies")
    assert result.found["mail"].untold == {FIRST: warning}
    commands.ledger(case)  # as the person does who comes in the morning, before the setting is right again
    shown = capsys.readouterr().out
    assert re.search(r"^  agencies +2\n    agencies read +1\n    agencies as an earlier .* 1$", shown, re.M)
    assert "Unknown for 1 of 2 agencies (see the warnings)" in shown

    # A link to nothing cannot be opened; what the last run said is no news, and this is.
    (case / "records" / SECOND / "link.pst").symlink_to("nowhere.pst")
    with pytest.raises(InputError, match="is wrong"):
        run(case)  # none is left
    config.write_text(config.read_text().replace("America/Los_Angelas", "America/Los_Angeles"))
    result = run(case)
    assert set(result.found["mail"].untold) == {SECOND}
    assert f"records/{SECOND}/link.pst: " in result.warnings[0]
    assert without_faults(case, FIRST) == first
    (case / "records" / SECOND / "link.pst").unlink()
    assert not [line for line in run(case).warnings if "left out" in line]
    assert ledger(case) == {}


def test_rows_that_cannot_be_kept_are_not_lost_silently(case: Path):
    unsettle(min((case / "records" / FIRST).rglob("*.pst")))
    shutil.rmtree(case / "work/mail")
    with pytest.raises(InputError, match=rf"what was read of {FIRST} is gone"):
        run(case)


def test_an_agency_whose_mailboxes_are_gone_stays_in_a_scheduled_run(case: Path):
    before = rows(case, SECOND)
    (case / "records" / SECOND).rename(case / "records/renamed")
    result = run(case)
    gone = rows(case, SECOND)
    assert [row["rows"] for row in gone.pop("private/not_read")] == ["kept", "kept"]
    # That another agency now has the same messages is said in the rows of both.
    assert gone["private/sources"] == before["private/sources"]
    assert len(gone["private/messages"]) == len(before["private/messages"])
    assert rows(case, "renamed")["private/messages"]
    assert result.warnings[0].startswith(f"records/{SECOND}/")
    assert "put them back, or confirm that they are gone: nwatch accept DIR" in result.warnings[0]
    assert ledger(case)["mailboxes that are gone"] == 2
    result = run(case, settled=False)
    assert (
        f"agency {SECOND!r} has no mailbox any more, and will be removed from the published tables"
        in result.notes
    )
    assert rows(case, SECOND)["private/sources"] == []
    assert rows(case, "renamed")["private/messages"]
    assert "their rows are gone, too" in result.warnings[0]


def test_a_mailbox_that_is_gone_keeps_the_rows_of_its_agency_until_it_is_confirmed(
    case: Path,
):
    before, first = without_faults(case, SECOND), without_faults(case, FIRST)
    files = sorted((case / "records" / SECOND).rglob("*.pst"))
    contents = [file.read_bytes() for file in files]
    [mailbox] = [file for file, content in zip(files, contents, strict=True) if contents.count(content) == 1]
    others = {file.with_name(f"renamed-{file.name}") for file in files if file != mailbox}
    for file in others:
        file.with_name(file.name.removeprefix("renamed-")).rename(file)  # known by its content
    name, content = mailbox.relative_to(case).as_posix(), mailbox.read_bytes()
    mailbox.unlink()
    result = run(case)
    assert without_faults(case, SECOND) == before
    assert without_faults(case, FIRST) == first
    [row] = rows(case, SECOND)["private/not_read"]
    assert (row["file"], row["why"], row["rows"]) == (name, "is gone", "kept")
    assert result.warnings[0].startswith(f"{name}: is gone; an earlier run read ")
    assert headline(case).startswith("Unknown for 1 of 2 agencies (see the warnings); and perhaps: 1 mailbox")
    assert set(result.found["mail"].untold) == {SECOND}
    assert run(case).found["mail"].untold == {}, "a person was told"

    # A person who runs it sees it at once, and in each run until it is confirmed.
    for settled in (False, True):
        result = run(case, settled=settled)
        assert "their rows are gone, too: put it back, or confirm" in result.warnings[0]
        sources = rows(case, SECOND)["private/sources"]
        assert {case / each["file"] for each in sources} == others
    assert headline(case).startswith("Perhaps: 1 mailbox that an earlier run read is gone")
    assert "accepted" not in json.loads((case / "out/provenance.json").read_text())

    accept(case)
    result = run(case)
    assert not [line for line in result.warnings if "gone" in line]
    assert f"{name}: is gone, as accepted.csv confirms" in result.notes
    [named] = json.loads((case / "out/provenance.json").read_text())["accepted"]
    assert named == {
        "agency": SECOND, "source": row["source"], "sha256": row["sha256"], "bytes": row["bytes"]
    }  # fmt: skip
    mailbox.write_bytes(content)
    run(case)
    assert "accepted" not in json.loads((case / "out/provenance.json").read_text())


def test_a_run_of_one_agency_that_lacks_a_mailbox_leaves_all_as_it_was(case: Path):
    from flows.one_agency import one_agency

    before = {agency: without_faults(case, agency) for agency in (FIRST, SECOND)}
    (gone,) = sorted((case / "records" / SECOND).rglob("*.pst"))[:1]
    gone.write_bytes(b"no mailbox")
    result = one_agency(case, SECOND, settled=True)
    assert f"{gone.relative_to(case)}: is no mailbox any more (not a PST or OST" in result.warnings[0]
    assert without_faults(case, SECOND) == before[SECOND]
    assert without_faults(case, FIRST) == before[FIRST]
    # What is known of an agency is said by runs of others, too.
    result = one_agency(case, FIRST, settled=False)
    assert "is no mailbox any more" in result.warnings[0]
    assert ledger(case)["agencies as an earlier run read them"] == 1


def test_a_second_run_of_all_agencies_is_not_needed_while_one_is_active_or_waiting(
    case: Path,
):
    with only_one(case / "work", "investigate"):
        result = run(case)
    assert "mail" not in result.found
    assert result.notes == ("a run of all agencies is already active or waiting; this one is not needed",)


def test_what_a_run_was_publishing_when_it_was_cut_off_is_published_first(case: Path):
    decided = case / "work/publishing"
    decided.mkdir()
    (case / "out/provenance.json").rename(decided / "provenance.json")
    result = run(case)
    assert "the last run was cut off while it published; its tables are all in out/ now" in result.notes
    assert (case / "out/provenance.json").is_file()
    assert not decided.exists()


@pytest.mark.parametrize("odd", [lambda path: path.write_bytes(b"x"), os.mkfifo], ids=["damaged", "a pipe"])
def test_a_list_of_the_published_mailboxes_that_cannot_be_read_is_said_with_what_helps(
    tmp_path: Path, odd: Callable[[Path], object]
):
    (tmp_path / "investigation.toml").write_text('name = "case"\n[agencies.lapd]\ntimezone = "UTC"\n')
    for folder in ("records/lapd", "out/private"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "records/lapd/a.pst").write_bytes(b"!BDN")
    sources = tmp_path / "out/private/sources.parquet"
    odd(sources)
    case = Investigation.unchecked(tmp_path)
    with pytest.raises(InputError, match=r"put it back, or move it away and run again$") as raised:
        agencies_gone(case)
    assert str(raised.value).startswith(f"{sources}: is ")
    sources.unlink()
    assert agencies_gone(case) == []
