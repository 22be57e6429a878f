"""Closing the posts' part of the ledger."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from data.errors import LedgerError
from data.schema import TABLES
from data.tables import read_table, write_table
from tasks.census.results import Census
from tasks.income.results import Findings
from tasks.layers.results import Layer
from tasks.ledger.results import PartClosed
from tasks.ledger.table import write_ledger
from tasks.posts.ledger import IN_TRACTS, POSTS, close_posts
from tasks.posts.results import Gathered, PostsTables
from tasks.rows.results import FileOfRows, InputFile

FILES = tuple(
    FileOfRows(f"posts/{name}.csv", digit * 64, 100, posts, ())
    for name, digit, posts in (("a", "1", 6), ("b", "2", 4))
)
GATHERED = Gathered(FILES, (Path("batch"),), duplicates=1, excluded=2, no_location=1)
TABLES_OF_POSTS = PostsTables(
    outside=2,
    in_one_tract=3,
    on_borders=1,
    with_income=3,
    without=1,
    unpeopled=1,
    counts=pa.table({"GEOID": ["01001000100"], "count": [4]}),
)
LAYER = Layer(
    Path("tracts"), InputFile("census/tracts.zip", "3" * 64, 9), tracts=8, repaired=0, transform=False
)
CENSUS = Census(
    tracts=pa.table({"GEOID": ["01001000100"], "population": [5], "income": [1.0]}),
    cities=pa.table({"city": ["A", "A", "B"], "GEOID": ["01001000100", "01001000200", "01001000100"]}),
    files=(),
)
PLACED = TABLES["private/posts_in_tracts"]


def findings(*, robust: int = 1, **plain: int) -> Findings:
    directions = {"positive": 1, "negative": 0, "none": 0, "not testable": 1} | plain
    return Findings({}, directions, {"positive, robust": robust, "not testable": 1})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of the tables, with four posts in tracts, one of them in two cities."""
    rows = [("1", "A"), ("1", "B"), ("2", "A"), ("3", None), ("4", "A")]
    table = pa.Table.from_pylist(
        [
            {"post_id": post, "city": city, "GEOID": "01001000100", "year": 2019, "tracts_matched": 1}
            for post, city in rows
        ],
        schema=PLACED.arrow,
    )
    write_table(table, PLACED, tmp_path)
    return tmp_path


def close(
    out: Path,
    gathered: Gathered = GATHERED,
    tables: PostsTables = TABLES_OF_POSTS,
    layer: Layer = LAYER,
    found: Findings | None = None,
) -> PartClosed:
    return close_posts(gathered, tables, layer, CENSUS, found or findings(), out=out)


def lines(out: Path, part: str, source: str) -> dict[str, int | None]:
    rows = read_table(TABLES["public/ledger"], out).to_pylist()
    return {row["line"]: row["count"] for row in rows if (row["part"], row["source"]) == (part, source)}


def test_posts_that_add_up_have_every_line_with_its_number(out: Path):
    closed = close(out)
    assert lines(out, "posts", "") == {
        "posts in the files": 10,
        "duplicates": 1,
        "excluded accounts": 2,
        "no location": 1,
        "outside": 2,
        "in one tract": 3,
        "on borders": 1,
        "posts in tracts": 4,
        "in tracts with population and income": 3,
        "in tracts without": 1,
        "in tracts without a Census row": 0,
        "in tracts without people or income": 1,
        "tracts in the layer": 8,
        "polygons repaired": 0,
    }
    verdicts = lines(out, "cities", "")
    assert {line: count for line, count in verdicts.items() if count} == {
        "cities examined": 2,
        "positive, robust": 1,
        "not testable": 1,
    }
    assert len(verdicts) == 1 + 9
    assert lines(out, "plain findings", "") == {
        "cities examined": 2,
        "positive": 1,
        "negative": 0,
        "none": 0,
        "not testable": 1,
    }
    assert [lines(out, "posts", file.source) for file in FILES] == [
        {"posts in the file": 6},
        {"posts in the file": 4},
    ]
    assert (closed.total(POSTS), closed.total(IN_TRACTS), closed.warnings) == (10, 4, ())


def test_a_year_without_posts_is_named_with_the_years_that_have_some(out: Path):
    none = replace(TABLES_OF_POSTS, counts=TABLES_OF_POSTS.counts.slice(0, 0))
    (warning,) = close(out, tables=none).warnings
    assert warning == (
        "no post in a tract is from the year analysed (they are from 2019 to 2019); "
        "correct posts.year in investigation.toml"
    )


def test_the_lines_of_the_mail_stay(out: Path):
    write_ledger([("mail", "0123456789ab", "messages read", 3)], out)
    close(out)
    assert lines(out, "mail", "0123456789ab") == {"messages read": 3}


def test_every_file_of_posts_has_its_row(out: Path):
    close(out)
    rows = read_table(TABLES["private/post_files"], out).to_pylist()
    assert [(row["file"], row["source"], row["posts"]) for row in rows] == [
        ("posts/a.csv", "1" * 12, 6),
        ("posts/b.csv", "2" * 12, 4),
    ]


@pytest.mark.parametrize(
    ("gathered", "tables", "verdicts", "identity"),
    [
        (replace(GATHERED, duplicates=0), TABLES_OF_POSTS, {}, "posts in the files = duplicates"),
        (
            replace(GATHERED, duplicates=2),
            replace(TABLES_OF_POSTS, in_one_tract=2),
            {},
            "posts in tracts = in one tract [+] on borders does not hold: 4 = 2 [+] 1",
        ),
        (GATHERED, replace(TABLES_OF_POSTS, without=0, unpeopled=0), {}, "population and income"),
        (GATHERED, TABLES_OF_POSTS, {"none": 1}, "cities examined = .* does not hold: 2 = 1 [+] 0 [+] 1"),
        (
            GATHERED,
            TABLES_OF_POSTS,
            {"robust": 0},
            "cities examined = positive, robust .* hold: 2 = 0",
        ),
    ],
    ids=["a post lost", "a post placed twice", "a post without a tract", "a city found twice", "no verdict"],
)
def test_what_does_not_add_up_ends_the_run_and_writes_no_ledger(
    out: Path, gathered: Gathered, tables: PostsTables, verdicts: dict[str, int], identity: str
):
    with pytest.raises(LedgerError, match=identity):
        close(out, gathered, tables, found=findings(**verdicts))
    assert not (out / "public/ledger.parquet").exists()
    assert not (out / "private/post_files.parquet").exists()


def test_there_is_a_warning_of_posts_mostly_outside_repaired_polygons_and_empty_files(out: Path):
    far = replace(TABLES_OF_POSTS, outside=5)
    many = replace(GATHERED, files=(replace(FILES[0], rows=13),))
    closed = close(out, many, far, replace(LAYER, repaired=3))
    assert closed.warnings == (
        "5 of 9 posts with a location lie in no tract: does census/tracts cover the posts' country?",
        "3 polygons of the tract layer were invalid and have been repaired",
    )


def test_there_is_a_warning_where_most_posts_have_no_location(out: Path):
    none = replace(GATHERED, no_location=9, files=(replace(FILES[0], rows=18),))
    (warning,) = close(out, none).warnings
    assert warning == (
        "9 of 15 posts have no location: latitude and longitude are empty, 0 or no number there; are "
        "these the right columns? name the columns with degrees in [posts.columns]"
    )
