"""The day of a crime, from dates as cities write them."""

from __future__ import annotations

from datetime import date

import pytest

from data.crime_layouts import DAY_FIRST, MONTH_FIRST
from tasks.crime.dates import day_of, has_year, readings

JULY = date(2019, 7, 29)


@pytest.mark.parametrize(
    "text",
    [
        "07/29/2019 12:00:00 AM", "7/29/2019 0:00", "7/29/2019", " 07/29/2019 ", "07/29/2019 11:59:59 PM",
        "7/29/2019 24:00", "7/29/2019 3:04 pm", "7/29/2019 03:04:05.678", "07/29/2019  00:00", "7/29/19",
        "07/29/19 11:31 PM", "7-29-2019", "7.29.19", "7/29/2019, 3:04 p.m.",
        "2019-07-29", "2019-07-29T00:00:00.000", "2019-07-29T00:00:00", "2019-07-29 00:00", "20190729",
        "2019-07-29T00:00:00Z", "2019-07-29T00:00:00.1234567", "2019-07-29T23:30:00-08:00", "2019-7-29",
        "2019/07/29 11:31:00 PM", "2019/07/29 05:05:00", "2019/07/29 05:05:00+00", "2019.07.29",
        "2019 Jul 29 12:00:00 AM", "2019-07-29 00:00:00.0000000", "20190729050500",
        "29-Jul-19", "29-JUL-2019", "29 July 2019", "Jul 29 2019", "July 29, 2019", "Jul. 29, 2019 3:04 PM",
        "Monday, July 29, 2019", "Mon Jul 29 2019", "29jul2019",
        "1564358400", "1564358400000", "1564358400000.0", "43675", "43675.5",
    ],
)  # fmt: skip
def test_dates_as_cities_write_them_are_understood(text: str):
    assert day_of(text, MONTH_FIRST) == JULY


@pytest.mark.parametrize("text", ["29/7/2019", "29.07.19", "29-07-2019 23:00", "2019-07-29", "29-Jul-19"])
def test_the_day_may_come_first(text: str):
    assert day_of(text, DAY_FIRST) == JULY


@pytest.mark.parametrize("text", ["", "  ", "\u00a0"])
def test_a_blank_is_a_missing_date(text: str):
    assert day_of(text) is None
    assert day_of(text, date_format="%Y") is None


@pytest.mark.parametrize(
    "text",
    [
        "29/7/2019", "13/01/2019", "2/29/2019", "7/29", "07/29/2019 25:00", "7/29/2019x", "7/29-2019",
        "2019-02-29", "2019", "20191329", "99", "15000", "123456789012345678", "1e9", "yesterday", "0/1/2019",
        "٠٧/٢٩/٢٠١٩", "29-Ju-19", "29 Juni 2019", "Ma 4 2019", "-1", "4102444800", "x" * 1_000_000,
        "1" + " " * 1_000_000 + "2",
    ],
)  # fmt: skip
def test_what_is_not_a_date_is_not_guessed(text: str):
    with pytest.raises(ValueError, match=r"."):
        day_of(text, MONTH_FIRST)


def test_without_an_order_only_what_reads_the_same_both_ways_is_a_date():
    assert day_of("7/7/2019") == date(2019, 7, 7)
    with pytest.raises(ValueError, match="which of its numbers is the month"):
        day_of("7/8/2019")


def test_a_configured_format_is_the_only_one():
    assert day_of("29.07.2019", date_format="%d.%m.%Y") == JULY
    assert day_of("29/7/19 14:05", date_format="%d/%m/%y %H:%M") == JULY
    for text in ("2019-07-29", "29.07.2019 12:00", "31.06.2019"):
        with pytest.raises(ValueError, match=r"."):
            day_of(text, date_format="%d.%m.%Y")


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("2020-01-01T05:30:00Z", date(2019, 12, 31)),
        ("2020/01/01 05:30:00+00", date(2019, 12, 31)),
        ("1/1/2020 5:30 AM +00:00", date(2019, 12, 31)),
        ("12/31/2019 11:30 PM -0800", date(2020, 1, 1)),
        ("1577856600000", date(2019, 12, 31)),
        ("2020-01-01T05:30:00", date(2020, 1, 1)),
    ],
)
def test_in_a_zone_moments_are_converted_and_other_dates_are_not(text: str, there: date):
    assert day_of(text, MONTH_FIRST, zone="America/Denver") == there


def test_the_readings_of_two_numbers_and_a_year():
    assert readings("05/06/19 3:00 PM") == (date(2019, 5, 6), date(2019, 6, 5))
    assert readings("31/31/2019") == (None, None)
    assert readings("June 5, 2019") is None


def test_a_format_must_have_the_year():
    assert all(map(has_year, ["%d.%m.%Y", "%y%m%d", "%Y-%j", "%d %b %Y %H:%M"]))
    assert not any(map(has_year, ["%d.%m.", "%Q %Y", "DD.MM.YYYY", "%", "%H:%M"]))
