"""Whether the month or the day comes first is decided from the whole column, or asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pyarrow as pa
import pytest

from data.errors import InputError
from tasks.crime.date_order import format_of, order_of


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
