"""`nwatch run`, typed in a folder that holds Python files, executes none of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.traps import NAMES, executed, lay

pytestmark = pytest.mark.slow


def test_a_run_executes_nothing_of_the_folder_where_it_is_typed(investigation: Path):
    """The folder is the investigation itself, which can hold any files of the user."""
    folder = lay(investigation)
    done = subprocess.run(
        [str(Path(sys.executable).with_name("nwatch")), "run", ".", "--workers", "1"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (investigation / "out" / "provenance.json").is_file()
    for name in NAMES:
        assert name not in executed(folder)
