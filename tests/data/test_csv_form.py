"""A public table as CSV."""

import csv
import io

import pyarrow as pa
import pytest

from data.csv_form import csv_of, in_reading_order, inert, number_text, rounded
from data.schema import TABLES
from flows import parts as registry
from tasks.ledger.identities import EVERY_KIND

HOSTILE = ['=HYPERLINK("http://b.example","a")', "+1", "-2", "@a", "\ta", "\r=1", "＝1", "''=1"]


def fields(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def table(name: str, *rows: tuple[object, ...]) -> pa.Table:
    schema = TABLES[name].arrow
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def test_what_a_spreadsheet_would_run_has_an_apostrophe_and_is_given_back_by_taking_it_away() -> None:
    plain = [
        "Ash, O'Hara",
        "'quoted'",
        "a=1",
        'so "called"',
        "\0",
        "a\rb\nc",
        "😀\u202ex",
        "x" * 40_000,
        "",
        "5",
    ]
    read = fields(csv_of(pa.table({"city": HOSTILE + plain, "n": range(len(HOSTILE + plain))})))[1:]
    assert [row[0] for row in read] == [f"'{text}" for text in HOSTILE] + plain
    assert [inert(text)[1:] for text in HOSTILE] == HOSTILE


def test_a_number_has_the_digits_of_its_column_and_all_before_the_point() -> None:
    rows = pa.table({"pearson_p": [6.94264e-16], "posts_per_1000": [3.43803], "income": [1234567.89]})
    assert fields(csv_of(rows))[1] == ["6.94e-16", "3.438", "1234568"]
    assert number_text(999_999.7, 6) == "1000000"
    assert rounded(pa.chunked_array([[1 / 3, None]]), 3).to_pylist() == [0.333, None]


def test_a_column_of_one_empty_text_is_a_row_and_a_missing_value_is_empty() -> None:
    assert fields(csv_of(pa.table({"a": ["", None, "b"]}))) == [["a"], [""], [""], ["b"]]
    read = fields(csv_of(pa.table({"a": [True, None], "b": [None, 2], "c": pa.nulls(2, pa.float64())})))
    assert read[1:] == [["true", "", ""], ["", "2", ""]]


def test_the_largest_kind_is_first_and_the_table_keeps_the_order_of_its_key() -> None:
    rows = table("public/kinds", ("a", "x", 1, 0.1), ("a", "y", 9, 0.9), ("b", "x", 5, 1.0))
    shown = in_reading_order(rows, TABLES["public/kinds"])
    assert [row["emails"] for row in shown.to_pylist()] == [9, 1, 5]


def test_the_sums_of_the_ledger_stand_over_their_parts() -> None:
    lines = [
        ("alerts", "0a", "alert messages", 3),
        ("alerts", "0a", "few", 2),
        ("alerts", "0a", "many", 7),
        ("alerts", "0a", "messages read", 9),
        ("mail", "0a", "listed in the file", 9),
        ("mail", "0a", "messages read", 9),
        ("posts", "", "posts in the files", 5),
        ("posts", "1b", "posts in the file", 5),
        ("toy", "", "anything", 1),
    ]
    shown = in_reading_order(table("public/ledger", *lines), TABLES["public/ledger"]).to_pylist()
    assert [(row["part"], row["line"]) for row in shown] == [
        ("mail", "listed in the file"),
        ("mail", "messages read"),
        ("alerts", "messages read"),
        ("alerts", "many"),
        ("alerts", "few"),
        ("alerts", "alert messages"),
        ("posts", "posts in the files"),
        ("posts", "posts in the file"),
        ("toy", "anything"),
    ]


@pytest.mark.parametrize("part", registry.PARTS)
def test_each_identity_is_read_from_its_whole_to_its_parts(part: str) -> None:
    ledger = registry.load([part])[0].ledger
    spec = TABLES["public/ledger"]
    for identity in (*ledger.identities, *ledger.shared):
        named = ["a kind" if line == EVERY_KIND else line for line in identity.parts]
        rows = [(identity.part, "", line, 1) for line in sorted({identity.whole, *named})]
        shown = in_reading_order(table("public/ledger", *rows), spec).column("line").to_pylist()
        assert shown[0] == identity.whole, identity


def test_the_summary_over_all_cities_is_above_them() -> None:
    spec = TABLES["public/city_effects"]
    rows = pa.Table.from_pylist(
        [
            {"position": 1, "scope": "city", "city": "B", "n": 1, "posts": 1, "why": ""},
            {"position": 2, "scope": "all cities", "city": "all cities", "n": 1, "posts": 1, "why": ""},
        ],
        schema=spec.arrow,
    )
    assert in_reading_order(rows, spec).column("scope").to_pylist() == ["all cities", "city"]
