"""The year of a crime."""

from __future__ import annotations

import pytest

from tasks.crime.dates import has_year, year_of


@pytest.mark.parametrize(
    "text",
    [
        "07/29/2019 12:00:00 AM", "7/29/2019 0:00", "7/29/2019", " 07/29/2019 ", "12/31/2019 11:59:59 PM",
        "7/29/2019 24:00", "7/29/2019 3:04 pm", "7/29/2019 03:04:05.678",
        "2019-07-29", "2019-07-29T00:00:00.000", "2019-07-29T00:00:00", "2019-07-29 00:00", "20190729",
        "2019-07-29T00:00:00Z", "2019-07-29T00:00:00.1234567", "2019-12-31T23:30:00-08:00",
    ],
)  # fmt: skip
def test_dates_as_cities_write_them_are_understood(text: str):
    assert year_of(text) == 2019


@pytest.mark.parametrize("text", ["", "  ", "\u00a0"])
def test_a_blank_is_a_missing_date(text: str):
    assert year_of(text) is None
    assert year_of(text, "%Y") is None


@pytest.mark.parametrize(
    "text",
    [
        "29/7/2019", "13/01/2019", "2/29/2019", "7/29/19", "7/29", "07/29/2019 25:00", "7/29/2019x",
        "2019-02-29", "2019-7-29", "2019", "43675", "July 29, 2019", "29.07.2019", "yesterday", "0/1/2019",
        "٠٧/٢٩/٢٠١٩",
    ],
)  # fmt: skip
def test_what_is_not_a_date_is_not_guessed(text: str):
    with pytest.raises(ValueError, match=r"."):
        year_of(text)


def test_a_configured_format_is_the_only_one():
    assert year_of("29.07.2019", "%d.%m.%Y") == 2019
    assert year_of("29/7/19 14:05", "%d/%m/%y %H:%M") == 2019
    for text in ("2019-07-29", "29.07.2019 12:00", "31.06.2019"):
        with pytest.raises(ValueError, match=r"."):
            year_of(text, "%d.%m.%Y")


def test_a_format_must_have_the_year():
    assert all(map(has_year, ["%d.%m.%Y", "%y%m%d", "%Y-%j", "%d %b %Y %H:%M"]))
    assert not any(map(has_year, ["%d.%m.", "%Q %Y", "DD.MM.YYYY", "%", "%H:%M"]))
