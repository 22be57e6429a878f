"""The truth about the listed tracts: which are used, why the others are not, and what was counted in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from data.synthetic.country.census import FEW_PEOPLE, TOP_CODE, Census, missing_tracts, shares_inside
from data.synthetic.country.grid import Ints
from data.synthetic.country.layout import Layout, Placed

Line = tuple[str, str, str, int]
"""A row of the ledger: part, source, line, count."""

_REASONS: Final = {
    "used": "tracts used",
    "no polygon": "without polygon",
    "no Census row": "without Census row",
    "no people": "without people",
    "no income": "without income",
    "few people": "with few people",
}
"""The line of the ledger of each status."""


def status_of(census: Census, tract: int) -> str:
    """What becomes of a listed tract: the first reason why it is not used, or ``used``.

    Args:
        census: Population and income.
        tract: The tract's number.
    """
    people = int(census.population[tract])
    if people < 0:
        return "no Census row"
    if people == 0:
        return "no people"
    if census.income[tract] < 0:
        return "no income"
    return "few people" if people < FEW_PEOPLE else "used"


def rows_of_tracts(
    placed: Placed, layout: Layout, census: Census, counts: Ints, cuts: list[float]
) -> Iterator[tuple[Any, ...]]:
    """A city's rows of ``tracts_used``.

    Args:
        placed: The city.
        layout: The GEOIDs.
        census: Population and income.
        counts: Posts of the year by tract.
        cuts: The eleven cut points of the city's deciles; empty where no tract is used.

    Yields:
        Values in the order of the table's columns.
    """
    shares = shares_inside(placed)
    for tract, share in zip(placed.tracts, shares, strict=True):
        status, income = status_of(census, tract), int(census.income[tract])
        decile = 1 + sum(cut <= income for cut in cuts[1:10]) if status == "used" else None
        yield (
            placed.city.name,
            *_names(layout, tract),
            int(census.population[tract]) if census.population[tract] >= 0 else None,
            income if income >= 0 else None,
            decile,
            *_counted(census, tract, counts),
            status,
            share,
            "top" if income >= TOP_CODE else None,
        )
    for city, geoid, people, income in missing_tracts(layout):
        if city == placed.city.name:
            own = (people, income, None, None, None, "no polygon", 1.0, None)
            yield city, geoid, _in_full(geoid), *own


def rows_of_crimes(
    placed: Placed, layout: Layout, census: Census, crime: str, counts: Ints
) -> Iterator[tuple[Any, ...]]:
    """A city's rows of ``tract_crimes`` for one type.

    Args:
        placed: The city.
        layout: The GEOIDs.
        census: Population and income.
        crime: The type.
        counts: Its crimes of the year by tract.

    Yields:
        Values in the order of the table's columns.
    """
    for tract in placed.tracts:
        yield placed.city.name, crime, *_names(layout, tract), *_counted(census, tract, counts)
    for city, geoid, _, _ in missing_tracts(layout):
        if city == placed.city.name:
            yield city, crime, geoid, _in_full(geoid), None, None


def _names(layout: Layout, tract: int) -> tuple[str, str]:
    return layout.geoids[tract], _in_full(layout.geoids[tract])


def _in_full(geoid: str) -> str:
    return f"1400000US{geoid}"


def _counted(census: Census, tract: int, counts: Ints) -> tuple[int, float | None]:
    """The count of a tract, and the count per 1,000 residents."""
    count, people = int(counts[tract]), int(census.population[tract])
    return count, count / people * 1000 if people > 0 else None


def lines_of_tracts(layout: Layout, census: Census) -> Iterator[Line]:
    """The ledger's lines about tracts: of each city by its name, and over all.

    Args:
        layout: The cities.
        census: Population and income.
    """
    total: Counter[str] = Counter()
    for placed in layout.cities:
        found = Counter(_REASONS[status_of(census, tract)] for tract in placed.tracts)
        found["without polygon"] = sum(city == placed.city.name for city, *_ in missing_tracts(layout))
        found["tracts listed"] = len(placed.tracts) + found["without polygon"]
        total += found
        for line in ("tracts listed", *_REASONS.values()):
            yield "tracts", placed.city.name, line, found[line]
    for line in ("tracts listed", *_REASONS.values()):
        yield "tracts", "", line, total[line]
