"""Each city: its verdict, its tenths of income, its tracts as points, and its maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from tasks.figures.city import City, keys_of
from tasks.figures.deciles import deciles, with_limits
from tasks.figures.maps import maps
from tasks.figures.scatter import scatter
from tasks.figures.shapes import read_outlines
from tasks.report.blocks import Block, Group, Heading, Points, Rows, Section, Text
from tasks.report.city_words import NOT_TESTABLE, TELL_NOTHING, sentences, summary, table_of_tests, verdict
from tasks.report.results import Story
from tasks.report.sentences.words import amount

if TYPE_CHECKING:
    import pyarrow as pa

UNFOLDED: Final = 6
"""Of more cities than these, each has to be opened."""

_MAP: Final = "public/tracts_used.geojson"


@dataclass(frozen=True)
class _Found:
    """What the tables say of the cities, by city, or by city and type of crime."""

    story: Story

    @cached_property
    def posts(self) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
        """Test and verdict of each city."""
        return _pairs(self.story, "city", ("city",))

    @cached_property
    def crimes(self) -> dict[str, dict[str, tuple[dict[str, Any], dict[str, Any]]]]:
        """Test and verdict of each city's types of crime."""
        found: dict[str, dict[str, Any]] = {}
        for (city, crime), pair in _pairs(self.story, "crime", ("city", "crime")).items():
            found.setdefault(city, {})[crime] = pair
        return found

    @cached_property
    def outlines(self) -> Mapping[str, bytes]:
        """The polygons of all tracts by GEOID."""
        if self.story.table("tracts_used") is None:
            return {}
        try:
            return read_outlines(self.story.tables.file(_MAP))
        except FileNotFoundError:
            return {}

    @cached_property
    def names(self) -> list[str]:
        """The cities, in order of name: a reader looks for one."""
        return sorted({*self.posts, *self.crimes})

    @cached_property
    def keys(self) -> dict[str, str]:
        """What the places of each city in the page, and its files, are called."""
        return keys_of(self.names)

    def tracts(self, city: str) -> pa.Table | None:
        """The listed tracts of a city in order of GEOID; None where there is none."""
        return _rows_of(self.story, "tracts_used", city=city)


def blocks(story: Story) -> Iterator[Block]:
    """A line on all, then each city."""
    found = _Found(story)
    if not found.names:
        return
    yield Text(tuple(_all(found)))
    testable = [name for name in found.names if _has_figures(found, name)]
    for name in testable:
        own = tuple(_posts(found, name)) + tuple(_crimes(found, name))
        said = summary(found.posts[name][1]) if name in found.posts else ""
        yield Group(f"city-{found.keys[name]}", name, own, said, folded=len(testable) > UNFOLDED)
    if rest := [name for name in found.names if name not in testable]:
        yield Heading("cities-not-testable", "Cities that cannot be tested")
        yield Points(tuple(_reason(found, name) for name in rest))


def _all(found: _Found) -> Iterator[str]:
    if found.posts:
        yield f"The posts of {amount(len(found.posts), 'city', 'cities')} were examined."
    if found.crimes:
        tests = sum(map(len, found.crimes.values()))
        yield (
            f"The crimes of {amount(len(found.crimes), 'city', 'cities')} were examined, by "
            f"{amount(tests, 'pair of city and type', 'pairs of city and type')}."
        )
    yield "The cities are in order of name."


def _has_figures(found: _Found, name: str) -> bool:
    pairs = [found.posts[name]] if name in found.posts else []
    pairs += found.crimes.get(name, {}).values()
    return any(robust["verdict"] != NOT_TESTABLE for _, robust in pairs)


def _reason(found: _Found, name: str) -> str:
    pair = found.posts.get(name) or next(iter(found.crimes[name].values()))
    return f"{name}: {pair[1]['why'] or verdict(pair[1])}"


def _posts(found: _Found, name: str) -> Iterator[Block]:
    """The blocks on the posts of a city."""
    if name not in found.posts:
        return
    test, robust = found.posts[name]
    key = found.keys[name]
    yield Text(tuple(sentences("posts", test, robust)))
    if robust["verdict"] == NOT_TESTABLE:
        return
    yield Rows(f"tests-{key}", f"{name}: the tests of posts and income", table_of_tests(test, robust))
    rows = _rows_of(found.story, "city_deciles", city=name)
    if rows is not None:
        yield deciles(rows, f"deciles-{key}")
    tracts = found.tracts(name)
    if tracts is None:
        return
    city = City.of(tracts)
    if city.shown.any():
        yield scatter(city, test, f"scatter-{key}")
        if any(geoid in found.outlines for geoid in city.geoids):
            yield maps(city, found.outlines, f"maps-{key}")


def _crimes(found: _Found, name: str) -> Iterator[Block]:
    """The blocks on each type of crime of a city: in order of name."""
    own = found.crimes.get(name, {})
    keys = keys_of(own)
    for crime, (test, robust) in own.items():
        key = f"{found.keys[name]}--{keys[crime]}"
        about = f"crimes of the type {crime}"
        yield Heading(f"crime-{key}", f"Crime: {crime}")
        yield Text(tuple(sentences("crimes", test, robust)))
        if robust["verdict"] in TELL_NOTHING:
            continue
        tracts = found.tracts(name)
        if tracts is None:
            continue
        city = City.of(_with_crimes(found.story, tracts, name, crime), "crimes")
        rows = _rows_of(found.story, "crime_deciles", city=name, crime=crime)
        if rows is not None:
            limited = with_limits(rows, city.income[city.used])
            yield deciles(limited, f"deciles-{key}", "crimes", about)
        if city.shown.any():
            yield scatter(city, test, f"scatter-{key}", about)


def _with_crimes(story: Story, tracts: pa.Table, name: str, crime: str) -> pa.Table:
    """The tracts with a type of crime in the place of posts."""
    import pyarrow as pa

    rows = _rows_of(story, "tract_crimes", city=name, crime=crime)
    counts = {} if rows is None else {row["GEOID"]: row for row in rows.to_pylist()}
    known = [counts.get(geoid, {}) for geoid in tracts["GEOID"].to_pylist()]
    for column, own, kind in (
        ("posts", "crimes", pa.int64()),
        ("posts_per_1000", "crimes_per_1000", pa.float64()),
    ):
        at = tracts.schema.get_field_index(column)
        tracts = tracts.set_column(at, column, pa.array([row.get(own) for row in known], kind))
    return tracts


def _pairs(story: Story, kind: str, names: Sequence[str]) -> dict[Any, Any]:
    """Test at the level of tracts and verdict, by the columns that name them, in order of these."""
    found = {}
    tests = {_key(row, names): row for row in story.rows(f"{kind}_tests") if row["level"] == "tract"}
    for row in story.rows(f"{kind}_tests_robust"):
        key = _key(row, names)
        if key in tests:
            found[key] = (tests[key], row)
    return dict(sorted(found.items()))


def _key(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    return row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)


def _rows_of(story: Story, stem: str, **chosen: str) -> pa.Table | None:
    """The rows of a table with these values, in order; None where there is none."""
    import pyarrow.compute as pc

    rows = story.table(stem)
    if rows is None:
        return None
    for column, value in chosen.items():
        rows = rows.filter(pc.equal(rows[column], value))
    if not rows.num_rows:
        return None
    order = [(name, "ascending") for name in ("GEOID", "decile") if name in rows.column_names][:1]
    return rows.sort_by(order)


SECTION = Section("cities", "City by city", blocks, "No city was tested.")
