"""A sample of 1,000 alerts is drawn, masked, read by three made-up readers and tallied, by the commands.

Two of a hundred answers are missing, one is invalid, some are given twice: each is told, and alpha and shares
are what readers of that accuracy and bias come to.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from data.schema import TABLES
from data.synthetic import plan
from data.synthetic.handed_in import Truth, hand_in
from data.synthetic.readers import READERS, Reader
from data.tables import read_table, write_table

ALERTS = 1000
SPEC = TABLES["private/alerts"]
MOMENT = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
SETTINGS = """
name = "Case"
[report]
make = false
[agencies.alderfall-pd]
name = "Alderfall"
city = "Alderfall"
timezone = "America/Los_Angeles"
"""

IN_ALL_TOOLS = (READERS[0], replace(READERS[1], form="json"), READERS[2])
"""A workbook with a CSV of some rows, an export of Label Studio, and the terminal's file."""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """An investigation whose last run found the alerts of a synthetic one."""
    rows = [
        {
            "agency": post.agency,
            "alert_id": hashlib.sha256(f"{number}".encode()).hexdigest()[:32],
            "kind": post.kind,
            "alert_date": post.day,
            "title": post.title,
            "description": "\n".join(("Call 213-555-0134 or ring at 12 Thimble St.", *post.description)),
            "emails": 1 + number % 4,
            "recipients": 1 + number % 9,
            "first_sent": MOMENT,
            "last_sent": MOMENT,
        }
        for number, post in enumerate(plan(0.08, 1).posts)
    ]
    write_table(pa.Table.from_pylist(rows, schema=SPEC.arrow), SPEC, tmp_path / "case" / "out")
    (tmp_path / "case" / "investigation.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path / "case"


@pytest.mark.slow
def test_what_three_readers_hand_in_is_told_and_comes_to_what_is_known(case: Path, run):
    readers = IN_ALL_TOOLS
    named = [word for reader in readers for word in ("--reader", reader.name)]
    drawn = run("sample", case, *named, "--redact")
    assert drawn.returncode == 0, drawn.stderr
    truth = hand_in(case / "coding", readers, truth=case / "truth.json")
    tallied = run("tally", case, COLUMNS="400")
    assert tallied.returncode == 0, tallied.stderr
    lines = (tallied.stdout + tallied.stderr).splitlines()
    sums = (
        f"{truth.asked:,} reviews asked = {truth.given:,} given + {truth.missing:,} missing + "
        f"{truth.unusable:,} not usable"
    )
    assert (truth.asked, truth.missing) == (3 * ALERTS, 60)
    assert sums in lines
    _each_is_told(lines, truth, readers)
    assert not [line for line in lines if "was changed" in line or "were changed" in line]
    _comes_to(case / "out", truth)


def _each_is_told(lines: Sequence[str], truth: Truth, readers: Sequence[Reader]) -> None:
    for reader in readers:
        own = [line for line in lines if line.startswith(f"WARNING: coding/returned/{reader.name}")]
        wrong = truth.wrong[reader.name]
        missing = {f"sample_no {number};" for number in wrong["missing"]}
        told = {line.partition("the alert with ")[2].partition(" fill")[0] for line in own} - {""}
        # What is not in the terminal's file is still to come.
        assert told == (set() if reader.form == "jsonl" else missing)
        assert sum("Mabye" in line for line in own) == 2 * len(wrong["invalid"])
        assert sum("neither counts" in line for line in own) == len(wrong["otherwise"])
        again = [line for line in own if "they count once" in line]
        assert len(again) == (1 if wrong["again"] else 0)
        assert all(f" {len(wrong['again'])} rows: " in line for line in again)


def _comes_to(out: Path, truth: Truth) -> None:
    for row in read_table(TABLES["public/coding_agreement"], out).to_pylist():
        if row["agency"] == "all":
            known = truth.expected[row["question"]]
            assert row["alpha_low"] < known.alpha < row["alpha_high"]
    tallies = [
        row for row in read_table(TABLES["public/coding_tally"], out).to_pylist() if row["agency"] == "all"
    ]
    assert len(tallies) == 13
    for row in tallies:
        assert row["share"] == pytest.approx(truth.expected[row["question"]].shares[row["answer"]], abs=0.02)
    alphas = {
        (row["reader"], row["question"]): row["krippendorff_alpha"]
        for row in read_table(TABLES["private/coding_readers"], out).to_pylist()
    }
    for question in truth.expected:
        # The careful one agrees best with the others, the one with a bias least.
        anna, ben, carla = (alphas[reader.name, question] for reader in READERS)
        assert anna > ben > carla
