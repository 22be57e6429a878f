"""Sections that show figures, and what they say where there is nothing to show."""

from types import SimpleNamespace
from typing import Any

import pytest

from tasks.figures.figure import Figure
from tasks.report.blocks import Text
from tasks.report.pictured import missing_flow, requests_figure, selection_figure
from tasks.report.sections import alerts, cities_overview, crime, kinds, officers
from tests.tasks.figures import rows

SECTIONS = (kinds, alerts, officers, cities_overview, crime)


def story(**tables: Any) -> Any:
    def found(stem: str) -> list[dict[str, Any]]:
        return tables[stem].to_pylist() if stem in tables else []

    return SimpleNamespace(table=tables.get, rows=found, config=SimpleNamespace(agencies={}))


FULL = story(
    ledger=rows.full_ledger(),
    kinds=rows.kinds(["a", "b"]),
    alerts_by_month=rows.months(["a", "b"]),
    recipients_per_alert=rows.reached(["a", "b"]),
    city_effects=rows.effects(["A", "B", "C"]),
    city_tests_robust=rows.verdicts(["A", "B", "C"]),
    crime_effects=rows.effects(["A", "B"], "crime_effects", crime="THEFT", crimes=5),
    gentrification=rows.gentrification(["A", "B"]),
    requests=rows.requests(["a"]),
)


def test_sections_show_their_figures():
    shown = [
        block.key for each in SECTIONS for block in each.SECTION.blocks(FULL) if isinstance(block, Figure)
    ]
    assert shown == [
        *("kinds-of-mail", "kinds-by-agency", "alerts-over-time", "alerts-by-agency"),
        *("officers-per-alert", "officers-by-agency", "cities-forest", "crime-beside-posts"),
    ]
    assert [figure.key for figure in missing_flow(FULL)] == [
        "flow-of-mail",
        "flow-of-posts",
        "flow-of-crimes",
    ]
    assert [figure.key for figure in selection_figure(FULL)] == ["gentrified-share"]
    assert [figure.key for figure in requests_figure(FULL)] == ["requests-answered"]
    sections = {each.SECTION.key for each in SECTIONS} | {"found", "missing", "selection", "requests"}
    assert not sections & set(shown), "a figure and a section have places of their own in the page"


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_of_nothing_says_so(section):
    assert list(section.SECTION.blocks(story())) == [Text((section.SECTION.absent,))]
    assert not [*missing_flow(story()), *selection_figure(story()), *requests_figure(story())]


def test_sentences_count_what_is_there():
    said = [block.sentences for block in alerts.blocks(FULL) if isinstance(block, Text)]
    assert said == [("32 unique alerts came in 320 e-mails.",)]
    (verdicts,) = (block.sentences for block in cities_overview.blocks(FULL) if isinstance(block, Text))
    assert verdicts == (
        "3 cities were examined. Verdicts: positive, robust (1); negative, not robust (1); not testable (1).",
    )
