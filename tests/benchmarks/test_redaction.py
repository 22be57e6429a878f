"""The page shows what the benchmark of masks finds of our rules today."""

import importlib
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.long
def test_the_page_has_todays_figures(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(CHECKOUT / "benchmarks"))
    bench = importlib.import_module("redaction")
    page = (CHECKOUT / "docs/performance.md").read_text(encoding="utf-8")
    shown = page.partition(bench.MARKS[0])[2].partition(bench.MARKS[1])[0]
    for line in bench.table(bench.labeled_alerts(bench.ALERTS, bench.SEED), None):
        without_seconds = re.sub(r"[\d.]+ \|$", "", line)
        assert without_seconds in shown, "call benchmarks/redaction.py --write docs/performance.md"
