"""The report of every kind of run: one part alone, forty agencies, warnings, names that are HTML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.report.make import make_report
from tasks.report.results import Story
from tests.browser.checks import (
    broken_links,
    disordered,
    inaccessible,
    too_wide,
    unexplained,
    unseen,
)
from tests.browser.conftest import Looking
from tests.browser.window import DESK, PHONE, Look
from tests.tasks.report.stories import STORIES, doubtful, hostile

pytestmark = pytest.mark.slow

CASES = [
    *((story, Look(PHONE)) for story in STORIES),
    *((story, Look(DESK, "dark")) for story in (doubtful, hostile)),
]
"""Each on a phone, where room is scarce; what has warnings and odd names also at a desk, in the dark."""


OF_A_RUN = ("provenance.json", "public", "public.xlsx")
"""What a run writes beside the report."""


@pytest.mark.parametrize(("story", "look"), CASES, ids=[f"{story.__name__}-{look}" for story, look in CASES])
def test_its_report_is_whole(looking: Looking, story: Callable[[Path], Story], look: Look, tmp_path: Path):
    make_report(story(tmp_path), tmp_path)
    with looking(look) as visit:
        visit.open(tmp_path / "report.html")
        visit.picture(f"story-{story.__name__}-{look}")
        assert [*too_wide(visit), *unseen(visit), *disordered(visit)] == []
        assert [*broken_links(visit, tmp_path, OF_A_RUN), *unexplained(visit)] == []
        assert [*too_wide(visit), *inaccessible(visit)] == []
        assert visit.wrong == []
