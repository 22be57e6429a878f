"""What stops a run from outside is one line, and says what became of the tables."""

import errno
from pathlib import Path

import pytest

from data.catalog import PROVENANCE, Investigation
from data.errors import InputError, LedgerError, PassingError
from flows.run.stopped import in_one_line


@pytest.fixture
def case(tmp_path: Path) -> Investigation:
    """An investigation with one mailbox."""
    (tmp_path / "records/lapd").mkdir(parents=True)
    (tmp_path / "records/lapd/a.pst").write_text("no mailbox")
    (tmp_path / "investigation.toml").write_text(
        'name = "case"\n[agencies.lapd]\nname = "LAPD"\ntimezone = "UTC"\n'
    )
    return Investigation.open(tmp_path)


def stopped(case: Investigation, stop: BaseException, *, published: bool = False) -> BaseException:
    """What becomes of an error that stops a run."""
    try:
        with in_one_line(case.work, case.out):
            if published:
                case.out.mkdir()
                (case.out / PROVENANCE).touch()
            raise stop
    except BaseException as error:
        return error


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), BrokenPipeError(errno.EPIPE, "Broken pipe")])
def test_a_run_that_is_stopped_says_whether_the_tables_were_published(
    case: Investigation, stop: BaseException
):
    before, after = stopped(case, stop), stopped(case, stop, published=True)
    assert type(before) is type(after) is type(stop)
    assert str(before) == "nothing was published, and the next run goes on from here"
    assert str(after) == f"all tables are published: {case.out}"


def test_a_run_that_is_cut_off_while_it_publishes_says_so(case: Investigation):
    (case.work / "publishing").mkdir(parents=True)
    error = stopped(case, OSError(errno.ENOSPC, "No space left on device", "x"))
    assert str(error).endswith(
        "; the tables are published in part, and the next run publishes the rest first"
    )


def test_ctrl_c_is_reported_as_such_where_it_caused_another_error(case: Investigation):
    error = ValueError("Task run is not set")
    error.__context__ = KeyboardInterrupt()
    assert repr(stopped(case, error)).startswith("KeyboardInterrupt('nothing was published")


def test_a_failure_of_the_machine_is_one_line_and_says_whether_it_may_pass(case: Investigation):
    lasting = stopped(case, PermissionError(errno.EACCES, "Permission denied", "x"))
    assert isinstance(lasting, InputError)
    assert not isinstance(lasting, PassingError)
    found = stopped(case, OSError(errno.ENOSPC, "No space left on device", "x"))
    assert isinstance(found, PassingError)
    assert str(found) == (
        "x: the disk is full; make room, then run again; "
        "nothing was published, and the next run goes on from here"
    )


@pytest.mark.parametrize("error", [InputError("line"), LedgerError("line"), ValueError("a fault")])
def test_what_is_already_a_line_and_what_may_be_a_bug_stay_as_they_are(case: Investigation, error: Exception):
    assert stopped(case, error) is error
