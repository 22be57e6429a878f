"""The days of a column of dates."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from tasks.crime.days import DateForm, NotADateError, different

DAYS = [date(2019, 12, 31), None, date(2020, 1, 1)]


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["12/31/2019 11:00 PM", " ", "1/1/2020"]),
        pa.array(["2019-12-31T23:00:00Z", None, "2020/01/01"]),
        pa.array(["12/31/2019", None, "1/1/2020"]).dictionary_encode(),
        pa.array(["1577750400000", None, "1577836800000"]),
        pa.array([1577750400000, None, 1577836800000]),
        pa.array([1577750400.0, None, 1577836800.0]),
        pa.array([datetime(2019, 12, 31, 23), None, datetime(2020, 1, 1)], pa.timestamp("us")),
        pa.array([datetime(2019, 12, 31, 23, tzinfo=UTC), None, datetime(2020, 1, 1, tzinfo=UTC)]),
        pa.array(DAYS, pa.date32()),
        pa.array([43830, None, 43831]),
    ],
)
def test_a_column_of_any_type_gives_its_days(values: pa.Array):
    found = DateForm("month first").days(values)
    assert found.type == pa.date32()
    assert found.to_pylist() == DAYS


def test_moments_are_converted_to_a_zone():
    moment = datetime(2020, 1, 1, 5, tzinfo=UTC)
    for values in (pa.array([moment]), pa.array([1577854800000]), pa.array(["2020-01-01T05:00:00Z"])):
        assert DateForm(zone="America/Denver").days(values).to_pylist() == [date(2019, 12, 31)]
        assert DateForm().days(values).to_pylist() == [date(2020, 1, 1)]


@pytest.mark.parametrize(
    ("values", "index", "text"),
    [
        (["1/1/2019 1:00", "1/1/2019 2:00", "13/1/2019 1:00", "13/1/2019"], 2, "13/1/2019 1:00"),
        (["1/1/2019", None, "soon"], 2, "soon"),
        (["1564358400000", "12"], 1, "12"),
    ],
)
def test_the_first_value_that_is_no_date_is_named(values: list, index: int, text: str):
    with pytest.raises(NotADateError) as error:
        DateForm("month first").days(pa.array(values))
    assert (error.value.index, error.value.text) == (index, text)


def test_a_column_that_holds_no_dates_is_reported():
    with pytest.raises(TypeError):
        DateForm().days(pa.array([True]))


def test_each_day_is_looked_at_once():
    texts = pa.array(["1/1/2019 1:00"] * 1000 + ["1/2/2019"] + [None, "1/1/2019"])
    assert [index for index, _ in different(texts)] == [0, 1000]
