"""What drawing leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
DRAWS = """
from tasks.figures.sheet import measure
measure("a")
import matplotlib
print(matplotlib.rcParams["lines.color"])
"""


@pytest.mark.slow
def test_drawing_writes_nothing_into_the_home_and_takes_no_settings_from_it(tmp_path: Path) -> None:
    settings = tmp_path / ".config" / "matplotlib" / "matplotlibrc"
    settings.parent.mkdir(parents=True)
    settings.write_text("lines.color: red\n")
    place = tmp_path / "temporary"
    place.mkdir()
    away = {"MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}
    given = {name: value for name, value in os.environ.items() if name not in away}
    given |= {"HOME": str(tmp_path), "TMPDIR": str(place), "PYTHONPATH": str(CHECKOUT)}
    told = subprocess.run(
        [sys.executable, "-c", DRAWS], env=given, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["C0"]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [settings]
    assert not any(place.iterdir())
