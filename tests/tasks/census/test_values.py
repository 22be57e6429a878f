"""Numbers as the Census and spreadsheets write them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from data.errors import InputError
from tasks.census.values import numbers


def read(values: Sequence[str | None], *, dollars: bool = False) -> list[float | None]:
    return numbers(
        pa.chunked_array([pa.array(values, pa.string())]), "f", "c", dollars=dollars
    ).values.to_pylist()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["1.500", "1.637", "999"], [1500, 1637, 999]),
        (["1,500", "999"], [1500, 999]),
        (["1,500", "1637"], [1500, 1637]),
        (["1 500", "2\u00a0000", "3\u202f000"], [1500, 2000, 3000]),
        (["1'500", "1’637"], [1500, 1637]),
        (["1,234,567", "12"], [1234567, 12]),
        (["1.234.567", "12"], [1234567, 12]),
        (["1.500,0", "2"], [1500, 2]),
        (["1,500.0", "2"], [1500, 2]),
        (["1500,0", "3,5"], [1500, 3.5]),
        (["1234.000", "5.000"], [1234, 5]),
        (["2.5", "1.25"], [2.5, 1.25]),
        (["1.5E+03", "12"], [1500, 12]),
        (["$31,000", "±4,120", ' "5" '], [31000, 4120, 5]),
        (["-1.5", "1,200"], [None, 1200]),
    ],
)
def test_the_marks_between_thousands_follow_from_the_whole_column(written: list[str], meant: list[float]):
    assert read(written) == meant


@pytest.mark.parametrize(
    "sign",
    [
        "-",
        "**",
        "***",
        "*****",
        "N",
        "(X)",
        "X",
        "null",
        "NULL",
        "NA",
        "#N/A",
        "nan",
        "",
        " ",
        "–",
        "None",
        ".",
    ],
)
def test_what_is_not_published_is_missing(sign: str):
    assert read(["1500", sign]) == [1500, None]


@pytest.mark.parametrize(
    "sentinel",
    [-666666666, -888888888, -999999999, -222222222, -333333333, -555555555, -666666666.0, "-666,666,666"],
)
def test_every_sentinel_is_missing_however_it_is_written(sentinel: object):
    assert read(["1,500", str(sentinel), "12"]) == [1500, None, 12]
    assert read(["1.500", str(sentinel), "12"]) == [1500, None, 12]
    assert read(["1500", str(sentinel)]) == [1500, None]


def test_a_step_beyond_the_scale_is_marked():
    found = numbers(pa.chunked_array([["250,000+", "2,500-", "250001", "2499", "31000", None]]), "f", "c")
    assert found.values.to_pylist() == [250001, 2499, 250001, 2499, 31000, None]
    assert found.top.to_pylist() == [True, False, True, False, False, False]
    assert found.bottom.to_pylist() == [False, True, False, True, False, False]
    assert read(["31.000", "250.000+"], dollars=True) == [31000, 250001]
    assert read(["31 000", "250 000+"], dollars=True) == [31000, 250001]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["2", "1.500", "1637"], "row 2: '1.500' can be 1500 or 1.500; write plain digits"),
        (["123.000", "4.000"], "row 1: '123.000' can be 123000 or 123.000"),
        (["1,5", "2.5"], "row 1: '1,5' can be 15 or 1.5"),
        (["1", "abc"], "row 2: 'abc' is not a number; write plain digits with a decimal point"),
        (["12,34,567"], "'12,34,567' is not a number"),
        (["5", "1e300"], "row 2: 1e+300 is not below 10,000,000"),
        (["9223372036854775807"], "row 1: 9.223372036854776e+18 is not below 10,000,000"),
        (["inf"], "row 1: inf is not below"),
        (["\0"], r"row 1: '\x00' is not a number"),
    ],
)
def test_what_cannot_be_read_safely_is_one_line(written: list[str], said: str):
    with pytest.raises(InputError) as error:
        read(written)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_columns_of_a_parquet_file_keep_their_values():
    for values in (
        pa.array([1500, -666666666, None], pa.int64()),
        pa.array([1500.0, float("nan"), None]),
        pa.array(["1500", "-", None]).dictionary_encode(),
        pa.array([1500, -1, None], pa.decimal128(12, 0)),
        pa.array([1500, -1, None], pa.int64()).cast(pa.int32()),
    ):
        assert numbers(pa.chunked_array([values]), "f", "c").values.to_pylist() == [1500.0, None, None]
    assert numbers(pa.chunked_array([pa.nulls(2)]), "f", "c").values.to_pylist() == [None, None]
    with pytest.raises(InputError, match="column c holds bool, not numbers"):
        numbers(pa.chunked_array([[True]]), "f", "c")
