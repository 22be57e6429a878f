"""The door of the arrivals room: a look at a folder, and what is kept of it."""

from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError
from tasks.arrivals import task
from tasks.arrivals.memory import recall
from tasks.arrivals.task import Arrival, Decision, settled_files
from tests.store import Store, store

__all__ = ["store"]


@pytest.fixture
def case(tmp_path: Path) -> Investigation:
    (tmp_path / "investigation.toml").write_text(
        'name = "test"\n[agencies.lapd]\nname = "Police"\ntimezone = "UTC"\n'
    )
    (tmp_path / "records/lapd").mkdir(parents=True)
    (tmp_path / "records/lapd/a.pst").write_bytes(b"mail")
    return Investigation.unchecked(tmp_path)


def look(case: Investigation, told: list[Arrival], settle: float = 0.0) -> Decision:
    return task.look.fn(case, settle, told.append)


def test_an_agency_is_announced_with_its_files_and_bytes_once(case: Investigation):
    told: list[Arrival] = []
    look(case, told)
    look(case, told)
    look(case, told)
    assert told == [Arrival("lapd", 1, 4)]


def test_an_announcement_that_fails_is_made_again(case: Investigation):
    def fails(arrival: Arrival) -> None:
        raise ConnectionError(arrival.agency)

    with pytest.raises(ConnectionError):
        task.look.fn(case, 0.0, fails)
    told: list[Arrival] = []
    look(case, told)
    assert [arrival.agency for arrival in told] == ["lapd"]


def test_a_file_that_is_being_written_is_not_announced_and_would_not_be_read(case: Investigation):
    told: list[Arrival] = []
    for _ in range(3):
        with (case.folder / "records/lapd/a.pst").open("ab") as file:
            file.write(b"more")
        look(case, told, settle=60.0)
    assert told == []
    found = settled_files(case, case.records())
    assert found.files == ()
    assert "records/lapd/a.pst: changed" in found.notes[0]


def test_a_link_that_leads_nowhere_stops_no_look(case: Investigation):
    (case.folder / "records/lapd/gone.pst").symlink_to(case.folder / "nowhere")
    told: list[Arrival] = []
    look(case, told)
    look(case, told)
    assert [arrival.files for arrival in told] == [1]


def test_a_mailbox_that_belongs_to_no_agency_is_an_error_that_names_it(case: Investigation):
    (case.folder / "records/stray.pst").write_bytes(b"mail")
    with pytest.raises(InputError, match=r"records/stray\.pst: belongs to no agency"):
        look(case, [])


def test_a_look_leaves_its_memory_in_the_work_folder_alone(case: Investigation):
    before = sorted(case.folder.rglob("*"))
    look(case, [])
    made = sorted(set(case.folder.rglob("*")) - set(before))
    assert [path.relative_to(case.folder).as_posix() for path in made] == ["work", "work/arrivals.json"]
    assert list(recall(case.work)) == ["lapd"]


def test_records_on_a_store_arrive_alike(store: Store, tmp_path: Path):
    (tmp_path / "investigation.toml").write_text(f'name = "test"\nrecords = "{store.url("arriving")}"\n')
    case = Investigation.unchecked(tmp_path)
    told: list[Arrival] = []
    store.put("arriving/lapd/a.pst", b"mail")
    assert look(case, told).waiting == (
        "lapd: no settings yet; write records/lapd/agency.toml, or its lines in investigation.toml",
    )
    store.put("arriving/lapd/agency.toml", b'name = "Police"\ntimezone = "UTC"\n')
    look(case, told)
    look(case, told)
    assert told == [Arrival("lapd", 1, 4)]
    assert settled_files(case, case.records()).notes == ()
    store.put("arriving/lapd/b.pst", b"more mail")
    look(case, told)
    assert told == [Arrival("lapd", 1, 4), Arrival("lapd", 2, 13)]
    store.put("arriving/lapd/b.pst", b"more mail than before")
    found = settled_files(case, case.records())
    assert [file.file for file in found.files] == ["records/lapd/a.pst"]
    assert found.notes[0].startswith("records/lapd/b.pst: changed ")
