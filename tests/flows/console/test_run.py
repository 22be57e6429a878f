"""`nwatch run` from outside: what it refuses before anything is done."""

import fcntl
from pathlib import Path

import pytest

from data.catalog import Investigation
from data.errors import InputError
from flows.console.run import run


@pytest.fixture
def case(tmp_path: Path) -> Investigation:
    """An investigation with one mailbox."""
    (tmp_path / "records/lapd").mkdir(parents=True)
    (tmp_path / "records/lapd/a.pst").write_text("no mailbox")
    (tmp_path / "investigation.toml").write_text(
        'name = "case"\n[agencies.lapd]\nname = "LAPD"\ntimezone = "UTC"\n'
    )
    return Investigation.open(tmp_path)


def test_a_second_run_is_refused_before_anything_is_started(case: Investigation):
    case.work.mkdir()
    with (case.work / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another run is active in this investigation"):
            run(case.folder, None, None)
    assert [path.name for path in case.work.iterdir()] == [".lock"]


def test_an_out_that_is_a_file_is_refused_before_anything_is_done(case: Investigation):
    case.out.touch()
    with pytest.raises(InputError, match="out: is a file, but the tables go there; move it away"):
        run(case.folder, None, None)
    assert not case.work.exists()
