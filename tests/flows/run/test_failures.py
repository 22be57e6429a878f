"""A failure outside the program is one line; a bug in the program is none."""

import errno
import os
import shutil
from pathlib import Path

import httpx
import pytest

from data.errors import InputError, PassingError
from flows.run.failures import LEAST, check_room, interrupted, line_of, may_pass, server_is_away


def of(number: int, *names: str) -> OSError:
    return OSError(number, os.strerror(number), *names)


def after(error: BaseException, cause: BaseException) -> BaseException:
    """An error that another one caused."""
    try:
        raise error from cause
    except type(error) as raised:
        return raised


def answer(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://127.0.0.1:4200/api")
    return httpx.HTTPStatusError("no", request=request, response=httpx.Response(status, request=request))


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every disk is full."""
    usage = shutil.disk_usage("/")._replace(free=LEAST - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (of(errno.ENOSPC, "a/b"), "a/b: the disk is full; make room, then run again"),
        (of(errno.ENOSPC), "the output: the disk is full; make room, then run again"),
        (of(errno.EDQUOT, "a/b"), "a/b: the disk is full; make room, then run again"),
        (
            of(errno.EFBIG, "a/b"),
            "a/b: a file may not become so large here; raise the limit (ulimit -f unlimited), then run again",
        ),
        (of(errno.EACCES, "a/b"), "a/b: Permission denied; check its permissions"),
        (
            OSError(errno.EXDEV, "Invalid cross-device link", "work/a", None, "out/a"),
            "out/a: is on another disk than work/; put both on one, because tables are moved",
        ),
        (of(errno.EROFS, "a/b"), "a/b: Read-only file system; check its permissions"),
        (
            answer(401),
            "PREFECT_API_AUTH_STRING: the Prefect server expects another password; set that one",
        ),
        (answer(503), "the Prefect server answered 503; read its log, then run again"),
        (
            httpx.ConnectError("refused"),
            "the Prefect server is gone (refused); start it again, then run again",
        ),
        (httpx.ReadTimeout(""), "the Prefect server is gone (ReadTimeout); start it again, then run again"),
    ],
)
def test_a_failure_of_the_machine_is_named_with_the_fix_however_deep_it_is(
    error: Exception, line: str, tmp_path: Path
):
    assert line_of(error) == line
    assert line_of(after(RuntimeError("task failed"), error), tmp_path) == line


@pytest.mark.parametrize(
    ("error", "passes", "away"),
    [
        (httpx.ConnectError("refused"), True, True),
        (answer(503), True, False),
        (answer(429), True, False),
        (answer(408), True, False),
        (answer(422), False, False),
        (answer(401), False, False),
        (of(errno.ENOSPC, "a"), True, False),
        (PassingError("the Dask scheduler was lost"), True, False),
        (InputError("requests.csv: row 4"), False, False),
        (of(errno.EACCES, "a"), False, False),
    ],
)
def test_what_may_pass_is_told_from_what_would_be_the_same_again(error: Exception, passes: bool, away: bool):
    for each in (error, after(RuntimeError("task failed"), error)):
        assert (may_pass(each), server_is_away(each)) == (passes, away)


def test_a_full_disk_of_the_run_is_named_whatever_error_it_causes(full: None, tmp_path: Path):
    line = f"{tmp_path}: the disk is full; make room, then run again"
    assert line_of(of(errno.ENOSPC), tmp_path) == line
    assert line_of(answer(500), tmp_path) == line


@pytest.mark.parametrize("error", [ValueError("x"), of(errno.ENOENT, "a"), OSError("timed out")])
def test_what_may_be_a_bug_is_not_reduced_to_a_line(error: Exception, tmp_path: Path):
    assert line_of(error, tmp_path) is None


def test_a_run_does_not_begin_on_a_nearly_full_disk(full: None, tmp_path: Path):
    with pytest.raises(InputError, match="50 MB are free on its disk, and a run needs at least 50 MB"):
        check_room(tmp_path)


def test_a_disk_with_room_is_fine(tmp_path: Path):
    check_room(tmp_path)


def test_ctrl_c_is_recognised_behind_the_errors_that_it_caused():
    assert interrupted(KeyboardInterrupt())
    assert interrupted(after(ValueError("Task run is not set"), KeyboardInterrupt()))
    assert not interrupted(after(ValueError("x"), OSError()))
