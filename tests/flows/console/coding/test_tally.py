"""What `nwatch tally` prints: numbers that add up, and each line on what is wrong."""

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from data.settings import Coding
from flows.console.coding import tally as page
from flows.console.printing import SafeConsole
from flows.investigate import RunResult
from tasks.coding.results import Sample, Tally
from tasks.coding.tally import tally
from tests.tasks.coding.rounds import READERS, hand_in, round_of, sample_of

__all__ = ["hand_in"]


def printed(monkeypatch: pytest.MonkeyPatch, out: Path, found: Tally | None) -> str:
    from flows.parts.coding import CodingFound

    text = StringIO()
    to = SafeConsole(file=text, width=200)
    given = CodingFound(None, None, found, warnings=("no alerts yet",))  # type: ignore[arg-type]
    result = RunResult(out, {"coding": given})
    asked: list[object] = []

    def run(folder: Path, *, only: list[str], wait_for_sheets: bool, show: Callable) -> None:
        asked.append((folder, only, wait_for_sheets))
        show(result, {}, to)

    monkeypatch.setattr(page, "run", run)
    page.tally(out.parent)
    assert asked == [(out.parent, ["coding"], False)]
    return text.getvalue()


def test_it_prints_what_came_back(tmp_path: Path, hand_in: Callable, monkeypatch: pytest.MonkeyPatch):
    sample: Sample = sample_of(40)
    reviews = round_of(sample, dict.fromkeys(READERS, 0.7))
    strange = replace(reviews[0], reader="\x1b[31mdora", sheet="coding/returned/x.xlsx")
    hand_in(tmp_path / "coding", [*(one for one in reviews if one.reader != "cleo"), strange])
    found = tally(sample, Coding(), tmp_path / "coding", tmp_path / "out")
    text = printed(monkeypatch, tmp_path / "out", found)
    assert "40 alerts drawn = 0 decided + 0 to decide + 40 not yet reviewed" in text
    assert "120 reviews asked = 80 given + 40 missing + 0 not usable" in text
    assert "still to come: cleo" in text
    assert "WARNING: coding/returned/x.xlsx: 1 row: the reader" in text
    assert "\x1b" not in text
    assert "Agreement" in text
    assert "Shares of all alerts" not in text
    hand_in(tmp_path / "coding", [one for one in reviews if one.reader == "cleo"])
    found = tally(sample, Coding(), tmp_path / "coding", tmp_path / "out")
    text = printed(monkeypatch, tmp_path / "out", found)
    assert found.to_decide
    assert "Shares of all alerts" in text
    assert "ties: write 'answer' and 'decided_by' into" in text


def test_answers_of_two_codebooks_are_shown_beside_each_other(
    tmp_path: Path, hand_in: Callable, monkeypatch: pytest.MonkeyPatch
):
    sample: Sample = sample_of(10)
    reviews = round_of(sample, dict.fromkeys(READERS, 0.7))
    hand_in(tmp_path / "coding", reviews)
    found = tally(sample, Coding(), tmp_path / "coding", tmp_path / "out")
    assert "by version" not in printed(monkeypatch, tmp_path / "out", found)
    old = [replace(one, codebook="\x1b0") if one.reader == "cleo" else one for one in reviews]
    hand_in(tmp_path / "coding", old)
    found = tally(sample, Coding(), tmp_path / "coding", tmp_path / "out")
    text = printed(monkeypatch, tmp_path / "out", found)
    assert found.other_versions == 10
    assert "Answers by version of the codebook that the reader had" in text
    (titles,) = [line for line in text.splitlines() if "version 1" in line and "question" in line]
    assert "0" in titles
    assert "\x1b" not in text


def test_what_to_do_next_comes_last(tmp_path: Path, hand_in: Callable, monkeypatch: pytest.MonkeyPatch):
    sample: Sample = sample_of(4)
    reviews = round_of(sample, dict.fromkeys(READERS, 0.7))
    hand_in(tmp_path / "coding", [one for one in reviews if one.reader != "cleo"][1:])
    found = tally(sample, Coding(), tmp_path / "coding", tmp_path / "out")
    (tmp_path / "out/report.html").write_text("", encoding="utf-8")
    text = " ".join(printed(monkeypatch, tmp_path / "out", found).split())  # a long path is folded
    _, _, end = text.partition("12 reviews asked = 7 given + 5 missing + 0 not usable ")
    assert end == (
        f"still to come: cleo; put what comes back into {tmp_path}/coding/returned/, then: nwatch tally "
        f"{tmp_path} 1 line above says what is wrong with the sheets and how to mend it "
        f"report: {tmp_path}/out/report.html"
    )


def test_without_alerts_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert printed(monkeypatch, tmp_path / "out", None) == "WARNING: no alerts yet\n"
