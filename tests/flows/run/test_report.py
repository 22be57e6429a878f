"""The report of a run of some parts has the warnings of the others, from the run that made their tables."""

import json
from pathlib import Path

import pytest

from flows.investigate import investigate
from tests.worlds import copy_of

pytestmark = pytest.mark.slow  # whole runs

BEFORE = "Warnings of the parts that were left out"


def warned_in(folder: Path) -> dict[str, list[str]]:
    return dict(json.loads((folder / "out/provenance.json").read_bytes()).get("warnings", {}))


@pytest.mark.usefixtures("threads")
def test_a_run_of_some_parts_tells_of_the_warnings_of_the_others(smallest: Path, tmp_path: Path):
    case = copy_of(smallest, tmp_path / "case")
    toml = case / "investigation.toml"
    toml.write_text(toml.read_text().replace("make = false", "make = true"))
    first = investigate(case, only=["mail"])
    lines, page = warned_in(case), (case / "out/report.html").read_text()
    assert any("in quarantine" in line for line in lines["mail"])
    assert len(lines["mail"]) == len(first.warnings)
    assert BEFORE not in page
    second = investigate(case, only=["requests"])
    assert second.warnings == ()
    page = (case / "out/report.html").read_text()
    assert warned_in(case) == lines
    number = len(lines["mail"])
    assert (
        f"The run ended without a warning. Of the parts that it left out, an earlier run gave {number}"
        in page
    )
    assert BEFORE in page
    assert all(line.partition(":")[0] in page.partition(BEFORE)[2] for line in lines["mail"])
    investigate(case, only=["mail"])
    assert BEFORE not in (case / "out/report.html").read_text()
    assert warned_in(case) == lines
