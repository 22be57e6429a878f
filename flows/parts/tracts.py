"""The tracts of the cities, which posts and crimes share: do the files fit, and what became of each?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from data.full_tables import read_full
from data.kept import InputHashes
from data.schema import Table
from data.schema.tracts import CRIMES, USED
from flows.parts import points
from flows.parts.ground import LAYER, Ground, files_of_layer
from flows.run.inputs import Inputs
from flows.run.part import Job
from flows.run.step import step
from tasks.ledger.table import ledger_of

if TYPE_CHECKING:
    from tasks.income.results import CityCrime
    from tasks.tracts.look import Files
    from tasks.tracts.results import Counted

TABULATE: Final = "tabulate the tracts"
_SURVEY: Final = re.compile(r"\b(20\d\d) 5-year\b")
"""How the words of a recognised table say of which survey it is."""


def check(given: Inputs, cities: Collection[str]) -> tuple[str, ...]:
    """See that layer, Census and lists have the same tracts of some cities, before any work (method 6.16).

    Args:
        given: The input.
        cities: The cities.

    Returns:
        A line for each kind of tracts that are missing, where they are few; and one on incomes, where these
        are.

    Raises:
        InputError: More are missing than a gap explains; the line says why, and what to download.
    """
    from tasks.tracts.look import check_incomes, check_tracts, fits

    listed = _tracts_of(given.once(points.census).cities, cities)
    known = given.once(_kept_ids)
    kept = None if known is None else _files(given, known)
    # What is kept may be damaged: a tract that is missing there is looked for in the layer itself.
    if kept is not None and fits(listed, kept):
        return check_incomes(listed, kept)
    own = given.once(files)
    return (*check_tracts(listed, own), *check_incomes(listed, own))


def files(given: Inputs) -> Files:
    """The tracts of the layer, of the Census and of the lists, and what these say of themselves."""
    from tasks.layers.look import tract_ids

    return _files(given, tract_ids(given.once(points.sources)))


def rowless(given: Inputs, posts: int, in_tracts: int) -> tuple[str, ...]:
    """The line on posts in tracts that have no row in the Census; none where they are few.

    Args:
        given: The input.
        posts: Such posts.
        in_tracts: Posts in all tracts.
    """
    from tasks.tracts.look import rowless as line_on

    return tuple(filter(None, [line_on(posts, in_tracts, given.once(files))] if posts else []))


def _kept_ids(given: Inputs) -> frozenset[str] | None:
    """The tracts of the layer as the last run kept it, if the layer has not changed since."""
    from tasks.layers.look import kept_ids

    work = given.investigation.work
    known = InputHashes(work).of_layer(LAYER, files_of_layer(given.once(points.layer)))
    return None if known is None else kept_ids(work, known)


def _files(given: Inputs, in_layer: frozenset[str]) -> Files:
    from tasks.layers.look import stated_year
    from tasks.tracts.look import Files, TractFile, usable_geoids

    census, found, sources = given.once(points.census), given.once(points.folder), given.once(points.sources)
    layer_year = stated_year(sources) or (None, "")
    survey = {int(year) for each in census.recognised for year in _SURVEY.findall(each.words)}
    acs_year = (survey.pop(), "the survey's year") if len(survey) == 1 else (None, "")
    lists = [label for label, _ in found.cities] or ["census/city_tracts"]
    return Files(
        TractFile("layer", _named([source.label for source in sources]), in_layer, *layer_year),
        TractFile("acs", _named([label for label, _ in found.acs]), _geoids(census.tracts), *acs_year),
        TractFile("lists", _named(lists), _geoids(census.cities)),
        frozenset(usable_geoids(census.tracts).to_pylist()),
    )


def _named(labels: Sequence[str]) -> str:
    """Files of one kind, as an error names them."""
    first, *others = dict.fromkeys(labels)
    return f"{first} (and {len(others)} more)" if others else first


def _geoids(table: pa.Table) -> frozenset[str]:
    return frozenset(table["GEOID"].to_pylist())


def _tracts_of(lists: pa.Table, cities: Collection[str]) -> dict[str, list[str]]:
    """By city, the tracts of its list."""
    found: dict[str, list[str]] = defaultdict(list)
    for city, geoid in zip(lists["city"].to_pylist(), lists["GEOID"].to_pylist(), strict=True):
        if city in cities:
            found[city].append(geoid)
    return found


def write_posts(ground: Ground, counts: pa.Table, tests: pa.Table, shares: pa.Table | None = None) -> None:
    """Write the tables of the tracts and close their ledger, once posts are counted.

    Args:
        ground: What the part stands on.
        counts: GEOID and count: the posts of the year.
        tests: The rows of public/city_tests.
        shares: The lists of all cities with the share of each tract inside; None for what the lists say.
    """
    from tasks.tracts.results import Counted, kept_crimes, posts_of

    examined = ground.job.given.once(points.census_of_examined).cities
    table = _before(ground.job, "crime", CRIMES)
    crimes, types = kept_crimes(CRIMES.arrow.empty_table() if table is None else table)
    names = tuple(sorted(set(examined["city"].to_pylist())))
    _write(ground, Counted(posts_of(counts, examined), names, crimes, types), tests, shares)


def write_crimes(
    ground: Ground, counted: Sequence[CityCrime], tests: pa.Table, shares: pa.Table | None = None
) -> None:
    """The same, once crimes are counted.

    Args:
        ground: What the part stands on.
        counted: The crimes of the year.
        tests: The rows of public/crime_tests.
        shares: As for :func:`write_posts`.
    """
    from tasks.tracts.results import Counted, crimes_of, kept_posts

    table = _before(ground.job, "posts", USED)
    posts, examined = (None, ()) if table is None else kept_posts(table)
    _write(ground, Counted(posts, examined, *crimes_of(counted)), tests, shares, CRIMES)


def _before(job: Job, part: str, table: Table) -> pa.Table | None:
    """A table with what another part counted, in this run or in the last one; None where it did not."""
    out, last = job.out, job.given.investigation.out
    if not (out / table.files[0]).exists():
        if part not in ledger_of(out)["part"].to_pylist():  # what a run keeps of the last one is there
            return None
        out = last
    try:
        return read_full(table, out)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise InputError(
            f"{out / table.files[0]}: was damaged, and has what {part} counted; "
            f"a run of all parts makes it anew: nwatch run {last.parent}"
        ) from error


def _write(ground: Ground, counted: Counted, tests: pa.Table, shares: pa.Table | None, *own: Table) -> None:
    from tasks.tracts.ledger import close

    job, given = ground.job, ground.job.given
    census, least = given.once(points.census), given.investigation.config.tests.least_population
    examined = given.once(points.census_of_examined).cities["city"].to_pylist()
    names = pa.array(sorted({*examined, *counted.types["city"].to_pylist()}), pa.string())
    cities = census.cities.filter(pc.is_in(census.cities["city"], names)).combine_chunks()
    shares = census.shares if shares is None else shares
    listed = replace(census, cities=cities, shares=shares)

    def make() -> int:
        from tasks.tracts.task import tabulate  # loads what draws the map

        return step(tabulate)(listed, counted, ground.readable_tracts, least, job.out, with_crimes=bool(own))

    on = (census.tracts, cities, shares, ground.tracts.input.sha256, least, counted)
    files = [job.out / file for table in (USED, *own) for file in table.files]
    _ = ground.keeper.stage(TABULATE, on, make, lambda _: files, copies=job.out).value
    step(close)(cities, _tested(tests), out=job.out)


def _tested(tests: pa.Table) -> dict[str, list[int]]:
    """By city, over how many tracts each of its tests was made."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in tests.filter(pc.equal(tests["level"], "tract")).to_pylist():
        found[row["city"]].append(row["n"])
    return found
