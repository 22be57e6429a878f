"""How the cities were chosen: where tracts gentrified, and whose police has a partnership."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.results import Story
from tasks.report.sentences.counts import counts, not_there
from tasks.report.sentences.words import amount, percent, plain, share, some, verb


def year_of(suffix: str) -> str:
    """The year of a suffix of columns, as far as it shows.

    Example:
        >>> year_of("_00"), year_of("_19"), year_of("_start")
        ('2000', '2019', '_start')
    """
    digits = suffix.strip("_")
    if digits.isdecimal() and len(digits) == 2:
        return str((1900 if int(digits) > 50 else 2000) + int(digits))
    return digits if digits.isdecimal() else suffix


def gentrified(story: Story) -> Iterator[str]:
    """How many tracts could gentrify, and how many did."""
    known = counts(story)
    if ("gentrification", "in cities") not in known:
        yield not_there(story, "gentrification", "No tract was examined for gentrification")
        return
    whole, did, could = (
        known.get(("gentrification", name)) or 0
        for name in ("in cities", "gentrified", "eligible, not gentrified")
    )
    cities, settings = story.rows("gentrification"), story.config.selection
    yield (
        f"Between {year_of(settings.start)} and {year_of(settings.end)}, {plain(did)} of the "
        f"{amount(whole, 'tract')} of {amount(len(cities), 'city', 'cities')} gentrified "
        f"({share(did, whole)}); {amount(did + could, 'tract')} could have."
    )


def chosen(story: Story) -> Iterator[str]:
    """Which cities were chosen, out of how many, and by what."""
    rows = story.rows("city_selection")
    if not rows:
        yield not_there(story, "selection", "No city was chosen")
        return
    partners, picked = [row for row in rows if row["partnership"]], [row for row in rows if row["selected"]]
    yield (
        f"{amount(len(rows), 'city', 'cities')} {verb(len(rows), 'was', 'were')} ranked by the share of "
        f"{verb(len(rows), 'its', 'their')} tracts that gentrified; the police of {plain(len(partners))} "
        f"{verb(len(partners), 'has', 'have')} a Ring partnership in the Atlas of Surveillance."
    )
    if not picked:
        yield "No city was chosen."
        return
    names = [f"{row['city']} ({percent(row['gentrified_share'])})" for row in picked]
    yield (
        f"Of these, the {amount(len(picked), 'city', 'cities')} with the largest share "
        f"{verb(len(picked), 'was', 'were')} chosen: {some(names, 'cities', most=len(names))}."
    )
    wanted = story.config.selection.cities
    if len(picked) < wanted:
        yield f"{wanted:,} were wanted, but there are only so many with a partnership."


def atlas(story: Story) -> Iterator[str]:
    """What became of the rows of the Atlas."""
    known = counts(story)
    rows = known.get(("selection", "rows of the Atlas"))
    if rows is None:
        return
    ring, own, others, nowhere = (
        known.get(("selection", name)) or 0
        for name in (
            "Ring partnerships",
            "of a city's own police",
            "of another agency in a city",
            "of no city of the list",
        )
    )
    what = verb(ring, "is a Ring partnership", "are Ring partnerships")
    yield (
        f"Of {amount(rows, 'row')} of the Atlas, {plain(ring)} {what}: "
        f"{plain(own)} of a city's own police, {plain(others)} of another agency in one of the cities, and "
        f"{plain(nowhere)} of no city of the list."
    )
