"""Locks in a work folder."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from data.errors import InputError
from flows.run import locks
from flows.run.locks import at_work, check_free, one_run_at_a_time, only_one


def test_a_second_run_in_one_investigation_is_refused(tmp_path: Path):
    with (
        one_run_at_a_time(tmp_path / "work"),
        pytest.raises(InputError, match="another run is active"),
        one_run_at_a_time(tmp_path / "work"),
    ):
        pytest.fail("must not begin")
    with one_run_at_a_time(tmp_path / "work"):
        assert (tmp_path / "work").is_dir()


def test_a_work_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "work").touch()
    with pytest.raises(InputError, match="work: cannot be written"), one_run_at_a_time(tmp_path / "work"):
        pytest.fail("must not begin")


def test_a_run_with_patience_waits_for_the_other_to_end_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    reported: list[str] = []
    other = one_run_at_a_time(tmp_path / "work")
    other.__enter__()
    monkeypatch.setattr("time.sleep", lambda _: other.__exit__(None, None, None))
    with one_run_at_a_time(tmp_path / "work", patience=60, tell=reported.append):
        assert reported == ["another run is active in this investigation; waiting up to 60 s"]


def test_patience_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(locks, "LOOK_EVERY", 0.01)
    with (
        one_run_at_a_time(tmp_path / "work"),
        pytest.raises(InputError, match="another run is active"),
        one_run_at_a_time(tmp_path / "work", patience=0.05),
    ):
        pytest.fail("must not begin")


def test_a_folder_is_free_when_no_run_holds_it(tmp_path: Path):
    check_free(tmp_path / "work")
    with one_run_at_a_time(tmp_path / "work"), pytest.raises(InputError, match="another run is active"):
        check_free(tmp_path / "work")


def test_a_disk_without_locks_is_named_with_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(lock: int, how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    with (
        pytest.raises(InputError, match=r"work: cannot be locked \(No locks available\); .* lock service"),
        one_run_at_a_time(tmp_path / "work"),
    ):
        pytest.fail("must not begin")


def test_there_is_one_of_a_kind_and_other_kinds_are_not_affected(tmp_path: Path):
    work = tmp_path / "work"
    with only_one(work, "a") as one, only_one(work, "a") as two, only_one(work, "b") as other:
        assert (one, two, other) == (True, False, True)
    with only_one(work, "a") as again:
        assert again


def test_a_run_is_active_while_it_holds_the_folder(tmp_path: Path):
    assert not at_work(tmp_path / "work")
    assert not (tmp_path / "work").exists()
    with one_run_at_a_time(tmp_path / "work"):
        assert at_work(tmp_path / "work")
    assert not at_work(tmp_path / "work")


def test_no_run_is_active_on_a_disk_that_nobody_can_write_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with one_run_at_a_time(tmp_path):
        pass
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    monkeypatch.setattr(os, "open", pytest.fail)
    assert not at_work(tmp_path)


@pytest.mark.long
def test_a_process_that_is_killed_holds_nothing(tmp_path: Path):
    holding = (
        "import sys, time\nfrom pathlib import Path\nfrom flows.run.locks import one_run_at_a_time\n"
        "with one_run_at_a_time(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(600)\n"
    )
    words = [sys.executable, "-c", holding, str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert at_work(tmp_path)
        process.kill()
    assert not at_work(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "work").write_text("a file")
    with (
        pytest.raises(InputError, match=r"work: cannot be written .*check its permissions"),
        only_one(tmp_path / "work", "a"),
    ):
        pass
