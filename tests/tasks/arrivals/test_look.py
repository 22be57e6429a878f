"""A look at the records, and what is kept of it."""

import hashlib
import os
from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError
from data.storage import state_of
from flows.arrivals import stuck_event
from flows.console.accept import accept
from tasks.arrivals.agency import Arrival
from tasks.arrivals.decide import Decision, Stuck
from tasks.arrivals.look import agencies_coming, look_at_records, settled_files
from tasks.arrivals.memory import recall
from tasks.mail.accepted import Accepted, read_accepted, write_accepted
from tasks.mail.not_read import KEPT, NotRead
from tasks.mail.sources import HashMemo
from tests.store import Store, store
from tests.tasks.mail.test_not_read import published

__all__ = ["store"]


@pytest.fixture
def case(tmp_path: Path) -> Investigation:
    (tmp_path / "investigation.toml").write_text(
        'name = "test"\n[agencies.lapd]\nname = "Police"\ntimezone = "UTC"\n'
    )
    (tmp_path / "records/lapd").mkdir(parents=True)
    (tmp_path / "records/lapd/a.pst").write_bytes(b"mail")
    return Investigation.unchecked(tmp_path)


def look(
    case: Investigation, announced: list[Arrival], settle: float = 0.0, stuck: list[Stuck] | None = None
) -> Decision:
    return look_at_records(case, settle, announced.append, print if stuck is None else stuck.append)


def test_an_agency_is_announced_with_its_files_and_bytes_once(case: Investigation):
    announced: list[Arrival] = []
    look(case, announced)
    look(case, announced)
    look(case, announced)
    assert announced == [Arrival("lapd", 1, 4)]


def test_an_announcement_that_fails_is_made_again(case: Investigation):
    def fails(arrival: Arrival) -> None:
        raise ConnectionError(arrival.agency)

    with pytest.raises(ConnectionError):
        look_at_records(case, 0.0, fails, print)
    announced: list[Arrival] = []
    look(case, announced)
    assert [arrival.agency for arrival in announced] == ["lapd"]


def test_a_file_that_is_being_written_is_not_announced_and_would_not_be_read(case: Investigation):
    announced: list[Arrival] = []
    for _ in range(3):
        with (case.folder / "records/lapd/a.pst").open("ab") as file:
            file.write(b"more")
        look(case, announced, settle=60.0)
    assert announced == []
    found = settled_files(case, case.records())
    assert found.files == ()
    assert "records/lapd/a.pst: changed" in found.notes[0]


def test_a_broken_link_does_not_stop_a_look(case: Investigation):
    (case.folder / "records/lapd/gone.pst").symlink_to(case.folder / "nowhere")
    announced: list[Arrival] = []
    look(case, announced)
    look(case, announced)
    assert [arrival.files for arrival in announced] == [2]
    # The run reports what is wrong with it; fixing it is a change.
    (case.folder / "records/lapd/gone.pst").unlink()
    look(case, announced)
    assert [(arrival.files, arrival.times) for arrival in announced] == [(2, 1), (1, 1)]


def test_a_mailbox_that_belongs_to_no_agency_holds_up_no_other_and_is_reported_by_each_look(
    case: Investigation,
):
    (case.folder / "records/stray.pst").write_bytes(b"mail")
    announced: list[Arrival] = []
    for _ in range(2):
        lines = look(case, announced).waiting
        assert lines[-1].startswith("records/stray.pst: belongs to no agency")
    assert [arrival.agency for arrival in announced] == ["lapd"]


def test_what_only_a_person_can_fix_is_reported_once(case: Investigation):
    settings = case.folder / "records/lapd/agency.toml"
    settings.write_text('name = "Police"\n')
    announced: list[Arrival] = []
    stuck: list[Stuck] = []
    for _ in range(3):
        assert look(case, announced, stuck=stuck).waiting == ()
    assert [(one.agency, one.line) for one in stuck] == [
        (
            "lapd",
            "lapd: agency 'lapd' has settings in records/lapd/agency.toml and in investigation.toml; "
            "keep one of the two",
        )
    ]
    settings.unlink()
    look(case, announced, stuck=stuck)
    assert [arrival.agency for arrival in announced] == ["lapd"]
    assert len(stuck) == 1


def test_a_report_that_failed_is_made_by_the_next_look(case: Investigation):
    (case.folder / "records/lapd/agency.toml").write_text("wrong")

    def fails(stuck: Stuck) -> None:
        raise ConnectionError(stuck.agency)

    with pytest.raises(ConnectionError):
        look_at_records(case, 0.0, print, fails)
    stuck: list[Stuck] = []
    look(case, [], stuck=stuck)
    assert len(stuck) == 1


def test_agencies_that_are_coming_are_those_with_a_file_that_changed_lately(case: Investigation):
    (case.folder / "records/new").mkdir()
    (case.folder / "records/new/a.pst.part").write_bytes(b"mail")
    found = agencies_coming(case)
    assert set(found) == {"lapd", "new"}
    assert found["lapd"].startswith("records/lapd/a.pst: changed ")
    assert found["lapd"].endswith("; until then the agency 'lapd' stays as it was")
    # In the state in which they were announced they have settled, whatever their clock says.
    look(case, [])
    assert set(agencies_coming(case)) == {"new"}
    (case.folder / "records/stray.pst").write_bytes(b"mail")
    with pytest.raises(InputError, match="belongs to no agency"):
        agencies_coming(case)


def test_a_look_writes_its_memory_to_the_work_folder_and_nothing_else(case: Investigation):
    before = sorted(case.folder.rglob("*"))
    look(case, [])
    made = sorted(set(case.folder.rglob("*")) - set(before))
    assert [path.relative_to(case.folder).as_posix() for path in made] == ["work", "work/arrivals.json"]
    assert list(recall(case.work)) == ["lapd"]


def test_records_on_a_store_arrive_in_the_same_way(store: Store, tmp_path: Path):
    (tmp_path / "investigation.toml").write_text(f'name = "test"\nrecords = "{store.url("arriving")}"\n')
    case = Investigation.unchecked(tmp_path)
    announced: list[Arrival] = []
    store.put("arriving/lapd/a.pst", b"mail")
    assert look(case, announced).waiting == (
        "lapd: no settings yet; write records/lapd/agency.toml, or its lines in investigation.toml",
    )
    store.put("arriving/lapd/agency.toml", b'name = "Police"\ntimezone = "UTC"\n')
    look(case, announced)
    look(case, announced)
    assert announced == [Arrival("lapd", 1, 4)]
    assert settled_files(case, case.records()).notes == ()
    store.put("arriving/lapd/b.pst", b"more mail")
    look(case, announced)
    assert announced == [Arrival("lapd", 1, 4), Arrival("lapd", 2, 13)]
    store.put("arriving/lapd/b.pst", b"more mail than before")
    found = settled_files(case, case.records())
    assert [file.file for file in found.files] == ["records/lapd/a.pst"]
    assert found.notes[0].startswith("records/lapd/b.pst: changed ")


def test_whatever_names_and_kinds_of_files_come_the_lines_can_be_shown(case: Investigation):
    records = case.folder / "records"
    for name in (os.fsdecode(b"caf\xe9"), "a\x1b]0;x\x07b", "two\nlines"):
        (records / name).mkdir()
        (records / name / "a.pst").write_bytes(b"mail")
        (records / "lapd" / f"{name}.pst").write_bytes(b"mail")
        (records / f"{name}.pst").write_bytes(b"mail")
    (records / "piped").mkdir()
    os.mkfifo(records / "piped/agency.toml")
    (records / "piped/a.pst").write_bytes(b"mail")
    (records / "lapd/itself.pst").symlink_to("itself.pst")
    announced: list[Arrival] = []
    stuck: list[Stuck] = []
    lines: list[str] = []
    for _ in range(3):
        decision = look(case, announced, stuck=stuck)
        lines += [*decision.waiting, *(each.line for each in decision.stuck)]
    lines += [each.line for each in stuck]
    assert any("is not a regular file (it is a pipe)" in line for line in lines)
    assert all(each.isprintable() for line in lines for each in line.split("\n"))


def test_an_agency_that_a_run_kept_is_not_announced_until_what_is_gone_is_back_or_confirmed(
    case: Investigation, tmp_path: Path
):
    def looks() -> Decision:
        return look(case, [])

    gone = NotRead("lapd", "records/lapd/gone.pst", "is gone", KEPT, "a" * 12, "a" * 64, 4, 7)
    published(tmp_path, ("lapd", "records/lapd/gone.pst", b"gone"), gone=(gone,))
    [line] = looks().waiting
    assert line == (
        "lapd: records/lapd/gone.pst is gone; put it back, or confirm that it is gone: "
        f"nwatch accept {tmp_path} --agency lapd"
    )
    (tmp_path / "records/lapd/gone.pst").write_bytes(b"gone")
    assert [one.agency for one in looks().arrived] == ["lapd"]
    (tmp_path / "records/lapd/gone.pst").unlink()
    write_accepted(tmp_path, [Accepted("lapd", gone.file, 4, "a" * 64)])
    assert [one.agency for one in looks().arrived] == ["lapd"]


def test_a_mailbox_that_a_run_has_read_and_that_was_emptied_is_named_with_what_to_do(
    case: Investigation, tmp_path: Path
):
    published(tmp_path, ("lapd", "records/lapd/a.pst", b"mail"), ("lapd", "records/lapd/b.pst", b"other"))
    box = tmp_path / "records/lapd/a.pst"
    box.write_bytes(b"")
    stuck: list[Stuck] = []
    for _ in range(2):
        assert look(case, [], stuck=stuck).arrived == ()
    assert [one.line for one in stuck] == [
        "lapd: records/lapd/a.pst was emptied: an earlier run read 7 messages in it, and it is empty now; "
        f"copy it again, or confirm that it is gone: nwatch accept {tmp_path} --agency lapd"
    ]
    assert "a.pst" not in stuck_event(tmp_path, stuck[0]).payload["reason"]
    # Another of its size may be the same under another name: the next run will know.
    (tmp_path / "records/lapd/c.pst").write_bytes(b"liam")
    assert [one.agency for one in look(case, []).arrived] == ["lapd"]
    (tmp_path / "records/lapd/c.pst").unlink()
    assert look(case, [], stuck=stuck).arrived == ()
    accept(tmp_path, "lapd")
    assert [row.file for row in read_accepted(tmp_path)] == ["records/lapd/a.pst", "records/lapd/b.pst"]
    assert [one.agency for one in look(case, []).arrived] == ["lapd"]


def test_a_mailbox_that_a_run_found_to_be_none_any_more_is_announced_when_it_has_changed(
    case: Investigation, tmp_path: Path
):
    why = "is no mailbox any more (it begins with other bytes)"
    sha256 = hashlib.sha256(b"whole").hexdigest()
    gone = NotRead("lapd", "records/lapd/a.pst", why, KEPT, sha256[:12], sha256, 5, 7)
    published(tmp_path, ("lapd", "records/lapd/a.pst", b"whole"), gone=(gone,))
    memo = HashMemo(tmp_path / "work")
    memo.note("records/lapd/a.pst", state_of(tmp_path / "records/lapd/a.pst"), "b" * 64)
    memo.save()
    found = look(case, [])
    assert (found.arrived, found.stuck) == ((), ())
    assert found.waiting[0].startswith(f"lapd: records/lapd/a.pst {why}; put it back, or confirm")
    (tmp_path / "records/lapd/a.pst").write_bytes(b"whole")
    assert [one.agency for one in look(case, []).arrived] == ["lapd"]
