"""Whole runs against the truth of a synthetic investigation, whatever the partitions and workers."""

import csv
import json
from operator import itemgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from cluster import ClusterSettings, connect
from data.schema import TABLES, coding
from tasks.income.verdicts import VERDICTS

pytestmark = pytest.mark.slow

LARGEST = 97
"""Messages of the largest mailbox of the fixture `synthetic`."""
PARTITIONS = {1: 10_000, 2: -(-LARGEST // 2), 8: -(-LARGEST // 8)}
"""Messages per partition that divide the largest mailbox into so many."""
BUCKETS = {1: 1, 2: 4, 8: 16}
"""Into how many pieces the posts are sorted with each."""
ELSEWHERE = {"public/left_out", *(table.name for table in (*coding.PRIVATE, *coding.PUBLIC))}
"""What is there where small counts are left out (tests/whole/test_public.py), and where a sample is drawn
(tests/whole/test_coding.py)."""
PUBLISHED = [name for name, table in TABLES.items() if table.visibility != "work" and name not in ELSEWHERE]
WITHOUT_TRUTH = {
    "private/post_files",
    "private/partnerships",
    "private/other_files",
    "private/not_read",
    "public/city_tests_robust",
    "public/crime_tests_robust",
    "public/city_effects",
    "public/crime_effects",
    "public/city_variants",
    "public/crime_variants",
    "public/city_income_error",
    "public/crime_income_error",
    "public/city_models",
    "public/crime_models",
}
"""Of the first two the ledger's truth knows the numbers; the third and the fourth have no row, as there are
no such files. Of the robust tests and the variants the truth knows the verdicts. Of their numbers, of
effects, of models and of what draws of incomes change, the rooms' own tests have second implementations."""
SAYS_LESS = {"none": "no clear relation"}
"""What the truth says where a verdict depends on the width of an interval."""
WITH_A_REASON = {
    "positive, not robust",
    "negative, not robust",
    "too few to tell",
    "not testable",
    "not checked for neighbors",
}
BY_VERDICT = ("cities", "crime tests")
"""Sections of the ledger that count verdicts; of those the truth says only the plain findings."""
IN_WORDS = {"public/city_selection": ["reason"]}
"""Columns in the program's own words, of which there is no truth."""
RUNS = [(workers, pieces) for workers in (1, 2) for pieces in PARTITIONS]


@pytest.fixture(scope="module")
def outs(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The out folder of an independent run for each number of workers and partitions."""
    from flows.investigate import investigate

    found = {}
    for workers in (1, 2):
        with connect(ClusterSettings(workers=workers)):
            for pieces, partition in PARTITIONS.items():
                folder = tmp_path_factory.mktemp(f"workers-{workers}-pieces-{pieces}") / "case"
                folder.mkdir()
                for name in ("records", "posts", "census", "crime", "atlas", "requests.csv"):
                    (folder / name).symlink_to(synthetic / name)
                (folder / "investigation.toml").write_bytes((synthetic / "investigation.toml").read_bytes())
                found[workers, pieces] = investigate(folder, partition, buckets=BUCKETS[pieces]).out
    return found


def files(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_the_partitions_are_what_the_test_says(outs):
    parts = {
        (workers, pieces): max(
            len(list(folder.glob("part-*")))
            for folder in (out.parent / "work/mail").iterdir()
            if folder.is_dir()
        )
        for (workers, pieces), out in outs.items()
    }
    assert parts == {(workers, pieces): pieces for workers, pieces in RUNS}


def test_the_posts_are_cut_into_as_many_pieces_as_the_test_says(outs):
    found = {run: len(list(out.parent.glob("work/posts/located/*.parquet"))) for run, out in outs.items()}
    assert found == {(workers, pieces): BUCKETS[pieces] for workers, pieces in RUNS}


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name not in WITHOUT_TRUTH])
def test_every_table_meets_the_truth_row_by_row(outs, synthetic: Path, name: str):
    truth = pq.read_table(synthetic / f"truth/{name}.parquet")
    found = pq.read_table(outs[1, 1] / f"{name}.parquet")
    assert found.column_names == truth.column_names
    if name == "public/ledger":
        found = found.filter(pc.invert(pc.is_in(found["part"], pa.array(BY_VERDICT))))
    truth, found = (table.drop_columns(IN_WORDS.get(name, [])) for table in (truth, found))
    assert found.num_rows
    # Sums in another order may differ in the last digit; everything else is equal.
    numbers = [field.name for field in truth.schema if field.type == pa.float64()]
    assert found.drop_columns(numbers).to_pylist() == truth.drop_columns(numbers).to_pylist()
    for number in numbers:
        mine, expected = (table.column(number).to_pylist() for table in (found, truth))
        assert [value is None for value in mine] == [value is None for value in expected]
        known = [value for value in expected if value is not None]
        assert [value for value in mine if value is not None] == pytest.approx(known, rel=1e-9)


@pytest.mark.parametrize("of", ["city", "crime"])
def test_every_city_and_crime_has_the_verdict_that_its_plan_calls_for(outs, synthetic: Path, of: str):
    tests, rows, variants = (
        pq.read_table(outs[1, 1] / f"public/{of}_{name}.parquet").to_pylist()
        for name in ("tests", "tests_robust", "variants")
    )
    key = itemgetter("city") if of == "city" else itemgetter("city", "crime")
    with (synthetic / f"truth/{of}_verdicts.csv").open(encoding="utf-8", newline="") as file:
        planned = {key(row): row["verdict"] for row in csv.DictReader(file)}
    assert {key(row): SAYS_LESS.get(row["verdict"], row["verdict"]) for row in rows} == planned
    plain = {key(row): row["direction"] for row in tests if row["level"] == "tract"}
    assert {key(row): row["direction"] for row in rows} == plain
    for row in rows:
        assert bool(row["why"]) == (row["verdict"] in WITH_A_REASON)
        if row["direction"] == "none" and row["verdict"] != "too few to tell":
            assert row["ratio_low"] < 1 < row["ratio_high"]
            assert row["smallest_ratio"] > 1
    assert {(key(row), row["verdict"], row["why"]) for row in rows} == {
        (key(row), row["verdict"], row["why"]) for row in variants if row["variant"] == "published"
    }


def test_the_ledger_counts_the_verdicts_of_the_tables(outs):
    ledger = pq.read_table(outs[1, 1] / "public/ledger.parquet").to_pylist()
    for part, name in zip(BY_VERDICT, ("city_tests_robust", "crime_tests_robust"), strict=True):
        rows = pq.read_table(outs[1, 1] / f"public/{name}.parquet")["verdict"].to_pylist()
        found = {row["line"]: row["count"] for row in ledger if row["part"] == part}
        assert found.pop("cities examined" if part == "cities" else "tests made") == len(rows)
        assert found == {verdict: rows.count(verdict) for verdict in VERDICTS}


def test_the_files_of_posts_are_named_with_what_was_read_from_each(outs, synthetic: Path):
    rows = pq.read_table(outs[1, 1] / "private/post_files.parquet").to_pylist()
    ledger = pq.read_table(synthetic / "truth/public/ledger.parquet").to_pylist()
    expected = {row["source"]: row["count"] for row in ledger if row["line"] == "posts in the file"}
    assert {row["source"]: row["posts"] for row in rows} == expected
    assert [row["file"] for row in rows] == sorted(
        f"posts/{path.name}" for path in (synthetic / "posts").iterdir()
    )


def test_every_city_has_a_reason_and_every_partnership_a_rule(outs):
    for name, column in (("public/city_selection", "reason"), ("private/partnerships", "rule")):
        words = pq.read_table(outs[1, 1] / f"{name}.parquet")[column].to_pylist()
        assert words
        assert all(words)


def test_the_partnerships_are_decided_as_the_cities_are(outs):
    rows = pq.read_table(outs[1, 1] / "private/partnerships.parquet").to_pylist()
    cities = pq.read_table(outs[1, 1] / "public/city_selection.parquet").to_pylist()
    assert {row["city"] for row in cities if row["partnership"]} == {
        row["city"] for row in rows if row["own_police"]
    }
    assert {row["city"] for row in rows if not row["own_police"]} > {None}


def test_the_crimes_are_cut_into_as_many_pieces_as_the_test_says(outs):
    found = {run: len(list(out.parent.glob("work/crime/located/*.parquet"))) for run, out in outs.items()}
    assert found == {(workers, pieces): 2 * BUCKETS[pieces] for workers, pieces in RUNS}


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run[0]} workers, {run[1]} partitions")
def test_workers_and_partitions_change_no_byte(outs, run):
    first, other = files(outs[1, 1]), files(outs[run])
    assert other.keys() == first.keys()
    assert not [name for name in first if other[name] != first[name]]


def test_nothing_but_the_tables_and_their_provenance_is_published(outs):
    names = {name.rsplit(".", 1)[0] for name in files(outs[1, 1])}
    assert names == {*PUBLISHED, "provenance"}


def test_nothing_public_holds_a_name_an_address_or_a_title(outs, synthetic: Path):
    private = set()
    for row in pq.read_table(synthetic / "truth/private/messages.parquet").to_pylist():
        private |= {row["sender"], *row["to"], *row["cc"]}
    for row in pq.read_table(synthetic / "truth/private/alerts.parquet").to_pylist():
        private |= {text for text in (row["title"], row["description"]) if text and len(text) > 8}
    for row in pq.read_table(synthetic / "truth/private/sources.parquet").to_pylist():
        private.add(Path(row["file"]).name)
    public = [content for name, content in files(outs[1, 1]).items() if name.endswith((".csv", ".json"))]
    assert len(private) > 100
    assert not [word for word in private if word and any(word.encode() in content for content in public)]


def test_the_provenance_holds_no_file_name_and_no_path(outs, synthetic: Path):
    text = (outs[1, 1] / "provenance.json").read_text()
    assert str(synthetic) not in text
    assert ".pst" not in text.lower()
    assert len(json.loads(text)["sources"]) == 10
