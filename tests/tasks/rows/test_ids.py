"""Ids of rows: one text whatever their type, one bucket for ever, one first."""

from __future__ import annotations

import math
import random
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from data.errors import InputError
from tasks.rows.ids import (
    as_text,
    buckets_of,
    check_ids,
    cut_by_a_spreadsheet,
    first_of_each,
    ids_of,
    odd_ids,
)


@pytest.mark.parametrize(
    "values",
    [pa.array([7, None]), pa.array([7.0, None]), pa.array(["7", None]), pa.array(["7.0", None]),
     pa.array(["7", None], pa.large_string()), pa.array(["7", None]).dictionary_encode(),
     pa.array([7.0, math.nan]), pa.array([7], pa.uint8()).take(pa.array([0, None]))],
)  # fmt: skip
def test_identifiers_are_one_however_they_are_stored(values: pa.Array):
    found = as_text(values, "a", "id")
    assert found.to_pylist() == ["7", None]
    assert found.type == pa.string()


def test_only_the_point_and_zero_of_a_spreadsheet_are_removed():
    written = ["a.0", "7.50", "1.2.0", "007", " 7", "-7.0", ".0", "3f0a"]
    assert as_text(pa.array(written), "a", "id").to_pylist() == [
        "a.0", "7.50", "1.2.0", "007", "7", "-7", ".0", "3f0a",
    ]  # fmt: skip


def test_an_id_that_is_neither_text_nor_a_number_or_is_missing_is_reported():
    with pytest.raises(InputError, match="a: column id holds bool, not text or numbers"):
        as_text(pa.array([True]), "a", "id")
    with pytest.raises(InputError, match="a: column id, row 13: is empty; give it one"):
        ids_of(pa.array([1, 2, None, None]), "a", "id", 10, "give it one")


def test_the_bucket_of_an_id_never_changes():
    ids = pa.chunked_array([["1", "2", "1000000000", "", "é", "a-long-identifier-of-a-post"]])
    assert buckets_of(ids, 16).tolist() == [6, 6, 1, 6, 7, 0]


def test_ids_spread_evenly():
    ids = pa.chunked_array([[str(number) for number in range(16_000)]])
    counts = np.bincount(buckets_of(ids, 16), minlength=16)
    assert counts.min() > 850
    assert counts.max() < 1150


def test_the_first_of_equal_ids_is_the_one_that_a_plain_loop_meets_first():
    rng = random.Random(3)
    ids = [str(rng.randrange(300)) for _ in range(1000)]
    seen: set[str] = set()
    plain = [not (one in seen or seen.add(one)) for one in ids]  # type: ignore[func-returns-value]
    assert first_of_each(pa.chunked_array([ids[:400], ids[400:]])).tolist() == plain
    assert first_of_each(pa.chunked_array([], pa.string())).tolist() == []


@pytest.mark.parametrize(
    ("values", "row", "shown"),
    [
        (pa.array([1.0, None, 2.0**53]), 103, "9007199254740992.0"),
        (pa.array([1e300]), 101, "1e\\+300"),
        (pa.array([float("inf")]), 101, "inf"),
        (pa.array(["7", "5.0000E+17"]), 102, "5.0000E\\+17"),
        (pa.array(["5E+17"]), 101, "5E\\+17"),
        (pa.array(["5,00E+17"]), 101, "5,00E\\+17"),
        (pa.array(["1.23457e+18"]), 101, r"1\.23457e\+18"),
        (pa.array(["A7", "5.0E17"]), 102, r"5\.0E17"),  # as Java writes it
        (pa.array(["512345678901234560.0"]), 101, r"512345678901234560\.0"),
        (pa.array([1.0, 2.0**24], pa.float32()), 102, r"16777216\.0"),
    ],
)
def test_an_id_that_was_rounded_is_named_with_its_row(values: pa.Array, row: int, shown: str):
    with pytest.raises(
        InputError, match=rf"^a: column id, row {row}: '{shown}' is a rounded number, and no id"
    ):
        ids_of(values, "a", "id", 100, "give it one")


def test_ids_are_exact_up_to_the_ends_of_their_types():
    for values in (
        pa.array([2**63 - 1, -(2**63)]),
        pa.array([2**64 - 1], pa.uint64()),
        pa.array(["5e17", "1E5"]),
    ):
        assert as_text(values, "a", "id").to_pylist() == [str(value) for value in values.to_pylist()]


def test_whole_numbers_of_a_database_are_ids():
    values = pa.array([Decimal(9_007_199_254_740_993), None], pa.decimal128(38, 0))
    assert as_text(values, "a.parquet", "id").to_pylist() == ["9007199254740993", None]


@pytest.mark.parametrize(
    "ids",
    [
        ["1E5", "1F7", "2A9"],
        ["1E15", "1F7", "2A9"],  # most have other letters, so that E is one
        ["1E5", "17", "29"],  # no program writes 100,000 so
        ["12e45f", "3f0a", "00e12"],
        ["A1.5E3", "1.5E3"],
    ],
)
def test_ids_of_letters_and_digits_are_no_rounded_numbers(ids: list[str]):
    text = ids_of(pa.array(ids), "a", "id", 0, "give it one")
    check_ids("a", "id", odd_ids(text, 0))
    assert text.to_pylist() == ids


@pytest.mark.parametrize("ids", [["77", "5E17"], ["5E17", "6e17", "A1"]])
def test_numbers_with_an_exponent_are_rounded_where_the_column_has_hardly_another_letter(ids: list[str]):
    odd = odd_ids(ids_of(pa.array(ids), "a", "id", 100, "give it one"), 100)
    with pytest.raises(InputError, match=r"^a: column id, row 10[12]: '5E17' is a rounded number, and no id"):
        check_ids("a", "id", odd)


def test_blanks_around_an_id_are_no_part_of_it_and_blanks_alone_are_none():
    assert as_text(pa.array(["7  ", " 7", "a b", "  ", "", None]), "a", "id").to_pylist() == [
        "7", "7", "a b", None, None, None,
    ]  # fmt: skip


def test_numbers_of_fortran_are_rounded_too():
    with pytest.raises(InputError, match=r"row 2: '1\.5D\+17' is a rounded number"):
        as_text(pa.array(["7", "1.5D+17"]), "a.csv", "id")


@pytest.mark.parametrize(
    ("value", "said"),
    [("500000000000123000", "zeros"), ("######", "wider"), ("2500001", ""), ("1000", ""), ("5" * 18, "")],
)
def test_what_a_spreadsheet_did_to_an_id_is_known(value: str, said: str):
    found = cut_by_a_spreadsheet(value)
    assert said in found
    assert bool(found) is bool(said)
