"""Section 8: gentrification, and the choice of cities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tasks.report.in_this_run import Said
from tasks.report.results import Story
from tasks.report.sentences.choice import year_of
from tasks.report.sentences.lines import each, labelled, of_lines
from tasks.report.sentences.words import amount, percent, verb


def years(story: Story) -> Iterator[str]:
    """Rule 8.1: both years, and the inflation between them."""
    if story.table("gentrification") is not None:
        settings = story.config.selection
        yield (
            f"The columns of the two years end in {settings.start} and {settings.end}, for "
            f"{year_of(settings.start)} and {year_of(settings.end)}; the factor of inflation is "
            f"{settings.inflation:g}."
        )


def metros(story: Story) -> Iterator[str]:
    """Rule 8.2: how many metro areas have thresholds."""
    rows = story.rows("gentrification_thresholds")
    if rows:
        yield labelled([("metro areas", len(rows)), ("tracts in them", sum(row["tracts"] for row in rows))])


def shares(story: Story) -> Iterator[str]:
    """Rule 8.7: the largest and the smallest share of a city."""
    rows = sorted(story.rows("gentrification"), key=lambda row: (-row["gentrified_share"], row["city"]))
    if rows:
        first, last = rows[0], rows[-1]
        yield f"{first['city']} has the largest share, {percent(first['gentrified_share'])}."
        if last is not first:
            yield f"{last['city']} has the smallest, {percent(last['gentrified_share'])}."


def wanted(story: Story) -> Iterator[str]:
    """Rule 8.9: how many cities were wanted, and how many were chosen."""
    rows = story.rows("city_selection")
    if rows:
        picked = sum(row["selected"] for row in rows)
        asked = story.config.selection.cities
        yield (
            f"{amount(asked, 'city', 'cities')} {verb(asked, 'was', 'were')} wanted; of {len(rows):,} "
            f"ranked, {picked:,} {verb(picked, 'was', 'were')} chosen."
        )


RULES: Final[Mapping[str, Said]] = {
    "8.1": years,
    "8.2": metros,
    "8.4": of_lines("gentrification", "low population = tracts of cities with a low population"),
    "8.5": of_lines(
        "gentrification", "not eligible = tracts that were not eligible", "eligible, not gentrified"
    ),
    "8.6": of_lines("gentrification", "gentrified = tracts that gentrified"),
    "8.7": each(of_lines("gentrification", "rows of tracts", "in cities = of cities", "in no city"), shares),
    "8.8": of_lines(
        "selection",
        "rows of the Atlas",
        "other technologies = of other technologies",
        "Ring partnerships",
        "of a city's own police",
        "of another agency in a city",
        "of no city of the list",
    ),
    "8.9": each(
        wanted,
        of_lines(
            "selection",
            "cities ranked",
            "selected = chosen",
            "with a partnership, below the last selected = with a partnership, below the last chosen",
            "without a partnership",
        ),
    ),
}
"""What is said of each rule."""
