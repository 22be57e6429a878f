"""Locks in a work folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import InputError
from flows.locks import at_work, only_one
from flows.publish import one_run_at_a_time


def test_there_is_one_of_a_kind_and_kinds_are_in_no_other_s_way(tmp_path: Path):
    work = tmp_path / "work"
    with only_one(work, "a.lock") as one, only_one(work, "a.lock") as two, only_one(work, "b.lock") as other:
        assert (one, two, other) == (True, False, True)
    with only_one(work, "a.lock") as again:
        assert again


def test_a_run_is_at_work_while_it_holds_the_folder(tmp_path: Path):
    assert not at_work(tmp_path / "work")
    assert not (tmp_path / "work").exists()
    with one_run_at_a_time(tmp_path / "work"):
        assert at_work(tmp_path / "work")
    assert not at_work(tmp_path / "work")


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path):
    holding = (
        "import sys, time\nfrom pathlib import Path\nfrom flows.publish import one_run_at_a_time\n"
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
        only_one(tmp_path / "work", "a.lock"),
    ):
        pass
