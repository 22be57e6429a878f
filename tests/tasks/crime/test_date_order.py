"""Whether the month or the day comes first is decided from the whole column, or asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa
import pytest

from data.errors import InputError
from tasks.crime.date_order import check_named_months, format_of, order_of


def decided(*blocks: list) -> tuple[str, tuple[int, str] | None]:
    found = order_of((pa.array(block, pa.string()) for block in blocks), "crime/a/a.csv", "date", "[crime.a]")
    return found.order, found.shown_by


def test_the_first_date_with_one_reading_decides_wherever_it_stands():
    assert decided(["05/06/2019", "7/8/19"], ["1/1/2019", "12/13/2019 3:00 PM"]) == (
        "month first", (4, "12/13/2019 3:00 PM")
    )  # fmt: skip
    assert decided(["05/06/2019"], [None, "13/12/2019"]) == ("day first", (3, "13/12/2019"))


def test_where_no_date_depends_on_the_order_there_is_nothing_to_decide():
    assert decided(["05/05/2019", None, "2019-03-04"], ["99/99/2019"]) == ("", None)
    assert decided([]) == ("", None)


def test_nothing_is_read_beyond_the_date_that_decides():
    def blocks() -> Iterator[pa.Array]:
        yield pa.array(["1/13/2019"])
        raise AssertionError("read on")

    assert order_of(blocks(), "a", "date", "[crime.a]").order == "month first"


def test_a_column_that_can_be_read_both_ways_is_asked_about():
    with pytest.raises(InputError) as error:
        decided(["1/1/2019"], ["05/06/2019 11:31:00 PM", "07/06/2019 01:00:00 AM"])
    assert str(error.value) == (
        "crime/a/a.csv: column date, row 2: '05/06/2019 11:31:00 PM' is May 6, 2019 with the month first and "
        "June 5, 2019 with the day first, and no row shows which is meant; write in [crime.a] "
        'date_format = "%m/%d/%Y %I:%M:%S %p" or "%d/%m/%Y %I:%M:%S %p"'
    )


@pytest.mark.parametrize("order", ["month first", "day first"])
@pytest.mark.parametrize(
    "text", ["05/06/2019", "5/6/19", "05.06.2019 23:05", "5-6-2019 11:05 PM", "05/06/2019T11:05:06"]
)
def test_the_format_that_is_proposed_reads_the_date(text: str, order: str):
    day = datetime.strptime(text, format_of(text, order))
    assert (day.month, day.day) == ((5, 6) if order == "month first" else (6, 5))


@pytest.mark.parametrize(
    "first", [["15-Jun-19"] * 9, ["15-Jun-19", "16-Jun-20"], ["2019-06-01", "15-Jun-19"]]
)
def test_a_name_of_a_month_between_two_numbers_is_asked_about_where_no_row_shows_the_year(first: list[str]):
    said = r"'15-Jun-19' may begin with the day or the year, .* date_format = \"%d-%b-%y\" or \"%y-%b-%d\""
    with pytest.raises(InputError, match=said):
        check_named_months([pa.array(first)], "a.csv", "date", "[crime.a]")


@pytest.mark.parametrize(
    "dates",
    [["15-Jun-19", "16-Jun-19"], ["15-Jun-99"] * 2, ["15-Jun-19", "1 July 19"], ["15-Jun-2019"], [None]],
)
def test_a_year_stands_in_rows_of_many_days(dates: list[str]):
    check_named_months([pa.array(dates, pa.string())], "a.csv", "date", "[crime.a]")
    check_named_months([pa.array(dates[:1] * 2), pa.array(dates)], "a.csv", "date", "[crime.a]")
