"""A mistyped variable is reported, and no variable that the project itself uses is."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cluster.environment import OTHERS, known, unknown

CHECKOUT = Path(__file__).resolve().parents[2]
WRONG = "NWATCH_" + "WOKERS"  # in two, as this file is searched for names too


def named() -> dict[str, set[str]]:
    """All variables that a file of the project names, and the files."""
    found: dict[str, set[str]] = {}
    for path in CHECKOUT.rglob("*"):
        place = path.relative_to(CHECKOUT)
        if any(part.startswith(".") and part != ".ci" for part in place.parts) or not path.is_file():
            continue
        if path.suffix in {".pyc", ".parquet", ".pst"} or place.parts[0] in {"demo", "build"}:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        for name in re.findall(r"NWATCH_[A-Z]+(?:_[A-Z]+)*", text):
            found.setdefault(name, set()).add(place.as_posix())
    return found


@pytest.mark.long
def test_the_list_holds_every_variable_that_the_project_names_and_no_other():
    found = named()
    assert set(found) - known() == set()
    own = "cluster/environment.py"
    assert [name for names in OTHERS.values() for name in names if not found[name] - {own}] == []


@pytest.mark.parametrize("reader", [name for name in OTHERS if name != "tests"])
def test_each_file_reads_the_variables_that_are_listed_for_it(reader: str):
    text = (CHECKOUT / reader).read_text(encoding="utf-8")
    assert [name for name in OTHERS[reader] if f"${{{name}" not in text and f"${name}" not in text] == []


def test_a_mistyped_variable_is_reported_with_the_most_similar_one():
    assert unknown({WRONG: "4"}) == [f"{WRONG} is not a known setting; did you mean NWATCH_WORKERS?"]


def test_a_variable_that_resembles_none_should_be_unset():
    name = "NWATCH_" + "XYZ"
    assert unknown({name: "4"}) == [f"{name} is not a known setting; unset it"]


def test_letter_case_does_not_matter_and_an_empty_variable_is_not_set():
    assert unknown({"nwatch_workers": "4", WRONG: "", "NWATCHER": "1"}) == []
    assert len(unknown({WRONG.lower(): "4"})) == 1


@pytest.mark.long
def test_a_run_by_hand_reports_it_on_stderr(tmp_path: Path):
    (tmp_path / "records/lapd").mkdir(parents=True)
    (tmp_path / "records/lapd/a.pst").write_text("no mailbox")
    (tmp_path / "investigation.toml").write_text(
        'name = "case"\n[agencies.lapd]\nname = "LAPD"\ntimezone = "UTC"\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "flows.console.app", "run", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        # An error that ends it before anything is started.
        env={**os.environ, WRONG: "4", "NWATCH_PORT": "none"},
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"nwatch: {WRONG} is not a known setting; did you mean NWATCH_WORKERS?",
        "nwatch: NWATCH_PORT is wrong: Input should be a valid integer, unable to parse string as an integer;"
        " correct it in the environment",
    ]
