"""A whole run, whatever the umask: private files stay with their owner; the rest is as the umask says."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.service.local_server import template

pytestmark = pytest.mark.slow


def modes(folder: Path) -> set[tuple[str, str]]:
    """The kinds and permissions of a folder and all below it."""
    found = [folder, *folder.rglob("*")]
    return {
        ("folder" if path.is_dir() else "file", oct(stat.S_IMODE(path.lstat().st_mode)))
        for path in found
        if path.is_dir() or path.is_file()
    }


def nwatch_run(nwatch: list[str], folder: Path, umask: int, *words: str) -> str:
    """Run an investigation in a process with a umask; gives what it prints."""
    done = subprocess.run(
        [*nwatch, "run", str(folder), *words],
        capture_output=True,
        text=True,
        check=True,
        umask=umask,
        env={name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")},
    )
    return done.stdout


PRIVATE = {("folder", "0o700"), ("file", "0o600")}


def run_in_process(nwatch: list[str], folder: Path, umask: int) -> None:
    """As a person does, with workers that are processes."""
    nwatch_run(nwatch, folder, umask, "--hash-attachments")


def run_here(_: list[str], folder: Path, umask: int) -> None:
    """In this process and its threads: the same code under another umask, without what costs seconds."""
    from flows.investigate import investigate

    before = os.umask(umask)
    try:
        investigate(folder, hash_attachments=True)
    finally:
        os.umask(before)


# Dask 2026.8 resets an index in a way that pandas 4 will drop.
@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(("umask", "run_it"), [(0o000, run_in_process), (0o022, run_here), (0o077, run_here)])
def test_every_file_of_a_run_is_private_but_what_is_public(
    nwatch: list[str], investigation: Path, umask: int, run_it: Callable[[list[str], Path, int], None]
):
    run_it(nwatch, investigation, umask)
    assert modes(investigation / "work") == PRIVATE
    assert modes(investigation / "out/private") == PRIVATE
    public = {("folder", oct(0o777 & ~umask)), ("file", oct(0o666 & ~umask))}
    assert modes(investigation / "out/public") == public
    assert stat.S_IMODE((investigation / "out/provenance.json").stat().st_mode) == 0o666 & ~umask
    assert stat.S_IMODE((investigation / "out").stat().st_mode) == 0o777 & ~umask


def test_what_an_earlier_version_left_open_is_closed_at_the_next_run_and_said(
    nwatch: list[str], investigation: Path
):
    nwatch_run(nwatch, investigation, 0o022, "--only", "posts")
    for place in ("work", "out/private"):
        for path in ((investigation / place), *(investigation / place).rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    printed = nwatch_run(nwatch, investigation, 0o022, "--only", "posts")
    assert "files and folders were open to other users; now only by you" in printed
    assert modes(investigation / "work") == modes(investigation / "out/private") == PRIVATE


def test_the_database_of_the_ui_is_private_and_a_damaged_one_is_set_aside(
    nwatch: list[str], investigation: Path
):
    words = ("--only", "requests", "--ui", "--no-wait")
    database = investigation / "work/prefect/prefect.db"
    database.parent.mkdir(parents=True)
    content = bytearray(template().read_bytes()) if template().is_file() else bytearray(200_000)
    content[:100] = bytes(100)
    database.write_bytes(content)
    printed = nwatch_run(nwatch, investigation, 0o000, *words)
    assert modes(investigation / "work") == PRIVATE
    assert database.is_file()
    assert (
        "work/prefect/prefect.db: was damaged, and is now prefect.db.damaged-1; the UI shows no earlier runs"
        in printed
    )
    assert (database.with_name("prefect.db.damaged-1")).read_bytes() == bytes(content)


def test_a_group_of_the_settings_may_read(nwatch: list[str], investigation: Path):
    settings = investigation / "investigation.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[private]\ngroup = "{os.getegid()}"\n', encoding="utf-8")
    nwatch_run(nwatch, investigation, 0o077, "--only", "posts")
    shared = {("folder", "0o2750"), ("file", "0o640")}
    assert modes(investigation / "work") == modes(investigation / "out/private") == shared


def test_a_run_that_finds_all_kept_loads_neither_dask_nor_statistics(nwatch: list[str], investigation: Path):
    nwatch_run(nwatch, investigation, 0o022)
    code = (
        "import sys; from flows.console.app import main\n"
        f"sys.argv = ['nwatch', 'run', {str(investigation)!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print('LOADED', {'dask', 'distributed', 'dask_geopandas', 'statsmodels', 'libpysal', 'scipy',"
        " 'prefect'} & set(sys.modules))"
    )
    done = subprocess.run(
        [*nwatch[:1], "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")},
    )
    assert done.stdout.splitlines()[-1] == "LOADED set()"
    assert "posts: nothing has changed since the last run; its results are kept" in done.stdout
