"""The truth about gentrification and the choice of cities: the rules of method 8 in plain Python."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.schema.tracts import GEO_ID_PREFIX
from data.synthetic.country.layout import Layout
from data.synthetic.country.truth import Line, write_rows
from data.synthetic.public_records.atlas import ELSEWHERE, OTHER_AGENCY, OWN_POLICE, Entry
from data.synthetic.public_records.figures import INFLATION, bare, wanted_cities
from data.synthetic.public_records.tracts import MISSING, Tracts, Year, city_rows

FEWEST_PEOPLE: Final = 500
LOW = (2, 5)
"""The 40th percentile, as a fraction."""
HIGH = (2, 3)
"""The 66 2/3rd percentile, as a fraction."""


@dataclass(frozen=True)
class Measures:
    """What the rules need of a tract; None if not known.

    Attributes:
        populations: Population in the two years.
        income: Median household income of the start year.
        value: Median home value of the start year.
        education: Change in the share of adults with a degree, in percentage points.
        rise: Change in home value after inflation, as a share of the end year's.
    """

    populations: tuple[int | None, int | None]
    income: int | None
    value: int | None
    education: float | None
    rise: float | None


@dataclass(frozen=True)
class Flags:
    """What is found about a tract."""

    low_population: bool
    eligible: bool
    gentrified: bool


Thresholds = tuple[float | None, float | None, float | None, float | None]
"""Income, home value, change in education, change in home value; None if no tract has a value."""


def write_selection_truth(
    out: Path, layout: Layout, tracts: Tracts, entries: Sequence[Entry], partners: Collection[str]
) -> tuple[Line, ...]:
    """Write ``gentrification``, ``gentrification_tracts``, ``gentrification_thresholds``, ``city_selection``.

    The last has empty reasons: they are in the program's own words.

    Args:
        out: The folder ``truth`` of an investigation.
        layout: GEOIDs and cities.
        tracts: The tracts in both years.
        entries: The rows of the Atlas.
        partners: Cities whose own police has a partnership, by bare name.

    Returns:
        The ledger's lines about gentrification and selection.
    """
    measures = [_measures(tracts, tract) for tract in range(len(layout.geoids))]
    groups: list[list[Measures]] = [[] for _ in tracts.metros]
    for metro, each in zip(tracts.metro.tolist(), measures, strict=True):
        groups[metro].append(each)
    thresholds = [_thresholds(group) for group in groups]
    flags = [
        _flags(each, thresholds[metro]) for metro, each in zip(tracts.metro.tolist(), measures, strict=True)
    ]
    rows = city_rows(layout)
    cities = [
        (placed.city.name, *_city([flags[tract] for tract in placed.tracts])) for placed in layout.cities
    ]
    write_rows(out, "public/gentrification", cities)
    write_rows(
        out,
        "public/gentrification_thresholds",
        [
            (name, len(group), *found)
            for name, group, found in zip(tracts.metros, groups, thresholds, strict=True)
        ],
    )
    write_rows(
        out,
        "public/gentrification_tracts",
        [
            (
                layout.geoids[tract],
                GEO_ID_PREFIX + layout.geoids[tract],
                tracts.metros[tracts.metro[tract]],
                city,
                *vars(flags[tract]).values(),
            )
            for tract, city in rows
        ],
    )
    ranked = _ranked(cities, partners)
    write_rows(out, "public/city_selection", ranked)
    in_cities = [flags[tract] for tract, city in rows if city]
    return (*_tract_lines(len(rows), in_cities), *_selection_lines(entries, ranked))


def _measures(tracts: Tracts, tract: int) -> Measures:
    start, end = _numbers(tracts.start, tract), _numbers(tracts.end, tract)
    value = start["value"] or None  # a home value of 0 means that it is not known
    before = _share(start["degrees"], start["adults"])
    after = _share(end["degrees"], end["adults"])
    at_the_end = end["value"]
    return Measures(
        populations=(start["population"], end["population"]),
        income=start["income"],
        value=value,
        education=None if before is None or after is None else after - before,
        rise=(at_the_end - INFLATION * value) / at_the_end if value and at_the_end else None,
    )


def _numbers(year: Year, tract: int) -> dict[str, int | None]:
    numbers = {name: int(values[tract]) for name, values in vars(year).items()}
    return {name: None if number == MISSING else number for name, number in numbers.items()}


def _share(count: int | None, whole: int | None) -> float | None:
    """A share in percent; None if it cannot be computed."""
    return None if count is None or not whole else count / whole * 100


def quantile(values: Sequence[float | None], fraction: tuple[int, int]) -> float | None:
    """A quantile by linear interpolation, ignoring missing values.

    Args:
        values: The values, in any order.
        fraction: Numerator and denominator, so that the position among the values is exact.

    Example:
        >>> quantile([30, None, 10, 20], (2, 3)), quantile([None], (2, 5))
        (23.333333333333332, None)
    """
    ordered = sorted(value for value in values if value is not None)
    if not ordered:
        return None
    at, rest = divmod((len(ordered) - 1) * fraction[0], fraction[1])
    above = ordered[min(at + 1, len(ordered) - 1)]
    return ordered[at] + (above - ordered[at]) * rest / fraction[1]


def _thresholds(group: Sequence[Measures]) -> Thresholds:
    return (
        quantile([each.income for each in group], LOW),
        quantile([each.value for each in group], LOW),
        quantile([each.education for each in group], HIGH),
        quantile([each.rise for each in group], HIGH),
    )


def _under(value: float | None, threshold: float | None) -> bool:
    return value is not None and threshold is not None and value < threshold


def _flags(each: Measures, thresholds: Thresholds) -> Flags:
    low = any(people is not None and people < FEWEST_PEOPLE for people in each.populations)
    income, value, education, rise = thresholds
    eligible = not low and _under(each.income, income) and _under(each.value, value)
    rose = _under(0, each.rise)
    gentrified = eligible and rose and _under(education, each.education) and _under(rise, each.rise)
    return Flags(low, eligible, gentrified)


def _city(flags: Sequence[Flags]) -> tuple[int, int, int, int, float]:
    gentrified = sum(each.gentrified for each in flags)
    low, eligible = sum(each.low_population for each in flags), sum(each.eligible for each in flags)
    return len(flags), low, eligible, gentrified, gentrified / len(flags)


def _ranked(cities: Sequence[tuple[Any, ...]], partners: Collection[str]) -> list[tuple[Any, ...]]:
    """The rows of ``city_selection``."""
    left = wanted_cities(sum(bare(city) in partners for city, *_ in cities))
    rows = []
    for rank, (city, *_, share) in enumerate(sorted(cities, key=lambda row: (-row[-1], row[0])), 1):
        partner = bare(city) in partners
        selected = partner and left > 0
        left -= selected
        rows.append((rank, city, share, partner, selected, ""))
    return rows


def _tract_lines(rows: int, in_cities: Sequence[Flags]) -> Iterator[Line]:
    lines = {
        "rows of tracts": rows,
        "in cities": len(in_cities),
        "in no city": rows - len(in_cities),
        "low population": sum(each.low_population for each in in_cities),
        "not eligible": sum(not each.low_population and not each.eligible for each in in_cities),
        "eligible, not gentrified": sum(each.eligible and not each.gentrified for each in in_cities),
        "gentrified": sum(each.gentrified for each in in_cities),
    }
    for line, count in lines.items():
        yield "gentrification", "", line, count


def _selection_lines(entries: Sequence[Entry], ranked: Sequence[tuple[Any, ...]]) -> Iterator[Line]:
    ring = [entry.whose for entry in entries if entry.whose is not None]
    partners = sum(row[3] for row in ranked)
    selected = sum(row[4] for row in ranked)
    lines = {
        "rows of the Atlas": len(entries),
        "other technologies": len(entries) - len(ring),
        "Ring partnerships": len(ring),
        "of a city's own police": ring.count(OWN_POLICE),
        "of another agency in a city": ring.count(OTHER_AGENCY),
        "of no city of the list": ring.count(ELSEWHERE),
        "cities ranked": len(ranked),
        "selected": selected,
        "with a partnership, below the last selected": partners - selected,
        "without a partnership": len(ranked) - partners,
    }
    for line, count in lines.items():
        yield "selection", "", line, count
