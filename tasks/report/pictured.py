"""Figures of sections whose sentences stand elsewhere, as blocks; none where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.figures.asked import requests_over_time
from tasks.figures.cities import gentrified_share
from tasks.figures.figure import Figure
from tasks.figures.flows import ledger_flows
from tasks.report.results import Story


def missing_flow(story: Story) -> Iterator[Figure]:
    """The ledger as flows, for the section *Is anything missing?*."""
    tables = (story.table(stem) for stem in ("ledger", "alerts_by_month", "city_tests"))
    yield from ledger_flows(*tables)


def selection_figure(story: Story) -> Iterator[Figure]:
    """The gentrified share of each city, for the section *How the cities were chosen*."""
    figure = gentrified_share(story.table("gentrification"), story.table("city_selection"))
    if figure is not None:
        yield figure


def requests_figure(story: Story) -> Iterator[Figure]:
    """Each request from asked to answered, for the section *Who was asked for records*."""
    figure = requests_over_time(story.table("requests"))
    if figure is not None:
        yield figure
