"""A whole run, whatever the umask: private files stay with their owner; the rest is as the umask says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.privacy import PRIVATE, assert_private_but_what_is_public, masked, modes
from tests.worlds import copy_of

# Dask 2026.8 resets an index in a way that pandas 4 will drop.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The inplace keyword")]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_every_file_of_a_run_is_private_but_what_is_public(smallest: Path, umask: int, tmp_path: Path):
    """In this process; with umask 0, one of its own: tests/whole/test_three_ways.py."""
    from flows.investigate import investigate

    with masked(umask):
        case = copy_of(smallest, tmp_path / "case")
        investigate(case, hash_attachments=True)
    assert_private_but_what_is_public(case, umask)


def test_what_an_earlier_version_left_open_is_closed_at_the_next_run_and_said(
    here: Run, smallest: Path, tmp_path: Path
):
    investigation = copy_of(smallest, tmp_path / "case")
    with masked(0o022):
        assert here("run", investigation, "--only", "posts").returncode == 0
    for place in ("work", "out/private"):
        for path in ((investigation / place), *(investigation / place).rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    with masked(0o022):
        done = here("run", investigation, "--only", "posts")
    assert done.returncode == 0
    assert "files and folders were open to other users; now only by you" in done.stdout
    assert modes(investigation / "work") == modes(investigation / "out/private") == PRIVATE


def test_a_group_of_the_settings_may_read(here: Run, smallest: Path, tmp_path: Path):
    investigation = copy_of(smallest, tmp_path / "case")
    settings = investigation / "investigation.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[private]\ngroup = "{os.getegid()}"\n', encoding="utf-8")
    with masked(0o077):
        assert here("run", investigation, "--only", "posts").returncode == 0
    shared = {("folder", "0o2750"), ("file", "0o640")}
    assert modes(investigation / "work") == modes(investigation / "out/private") == shared


def test_a_run_that_finds_all_kept_loads_neither_dask_nor_statistics(
    here: Run, nwatch: list[str], smallest: Path, tmp_path: Path
):
    investigation = copy_of(smallest, tmp_path / "case")
    assert here("run", investigation).returncode == 0
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
