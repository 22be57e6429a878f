"""What a run warns of is in its log, too."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows.investigate import RunResult, logged


def test_the_warnings_of_all_parts_are_in_the_log_of_the_run_the_urgent_ones_first(
    caplog: pytest.LogCaptureFixture,
):
    lines = ("844 of 844 posts have no location", "100 % of a file")
    result = RunResult(
        Path("out"), {"posts": SimpleNamespace(warnings=lines, urgent=lines[1:])}, warned=("of the run",)
    )
    with caplog.at_level(logging.WARNING, "nwatch"):
        assert logged(result) is result
    assert caplog.messages == [*reversed(lines), "of the run"]
