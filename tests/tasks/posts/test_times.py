"""The year of a post, beside Python's own datetime."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest

from tasks.posts.times import read_times, understood, years


def complaint(row: int, value: object) -> ValueError:
    return ValueError(f"row {row}: {value!r}")


def year_of(value: object, zone: str = "America/Los_Angeles") -> int | None:
    return years(pa.array([value]), zone, complaint).to_pylist()[0]


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("2020-01-01T07:59:59Z", 2019),  # still the old year in Los Angeles
        ("2020-01-01T08:00:00Z", 2020),
        ("2020-01-01 07:59:59 UTC", 2019),
        ("2020-01-01 07:59:59 GMT", 2019),
        ("2020-01-01 07:59:59+00:00", 2019),
        ("2020-01-01T09:59:59+02:00", 2019),
        ("2020-01-01T09:59:59+0200", 2019),
        ("2020-01-01T10:00:00+02", 2020),
        ("2020-01-01 09:59:59 +0200", 2019),
        ("2019-12-31T23:59:59-08:00", 2019),
        ("2020-01-01T07:59:59.999999999Z", 2019),
        ("2020-01-01T07:59:59,5Z", 2019),
        ("2020-01-01T07:59z", 2019),
        ("2020-01-01T00:00:00", 2020),  # without an offset it is read in the zone
        ("2019-12-31 23:59:59.123456789", 2019),
        ("2019-12-31T23:59", 2019),
        ("2019-12-31", 2019),
        ("  2020-01-01 00:00:00  ", 2020),
        ("1577865599", 2019),  # seconds since 1970
        ("1577865600", 2020),
        ("1577865599.0", 2019),
        ("1577865599.75", 2019),
        ("1577865599999", 2019),  # milliseconds
        ("1577865600000", 2020),
        ("2019-12-31 23:59:59 PST", 2019),
        ("2020-01-01 01:59:59 CST", 2019),
        ("2020-01-01T02:00:00 CST", 2020),
        ("2020-01-01 02:59:59 cdt", 2019),
        ("", None),
        ("   ", None),
        (None, None),
    ],
)
def test_text_is_read_in_every_form(written: str | None, year: int | None):
    assert year_of(written) == year


@pytest.mark.parametrize(
    "written",
    ["soon", "2019", "20190701", "7/1/2019", "2019-13-01", "2019-02-29", "2019-07-01T25:00:00Z",
     "2019-07-01T12:00:00+99:00", "2019-07-01T12:00:00 XST", "201907011230", "20190701123000", "12:30",
     "2019-07-01T12:00:00+2"],
)  # fmt: skip
def test_what_is_not_a_time_is_named_with_its_row(written: str):
    with pytest.raises(ValueError, match=r"^row 2: ") as error:
        years(pa.array(["2019-01-01T00:00:00Z", None, written, "also wrong"]), "UTC", complaint)
    assert str(error.value) == f"row 2: {written!r}"


def test_forms_may_be_mixed_in_one_column():
    written = ["2019-01-01", "1546300800", "2018-12-31T23:00:00-02:00", "", "2018-12-31 22:00:00 UTC"]
    assert years(pa.array(written), "UTC", complaint).to_pylist() == [2019, 2019, 2019, None, 2018]


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kolkata"])
def test_random_moments_agree_with_python(zone: str):
    rng = np.random.default_rng(3)
    near = [
        datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=int(m)) for m in rng.integers(-1500, 1500, 300)
    ]
    offsets = [timezone(timedelta(minutes=int(m))) for m in rng.integers(-14, 15, 300) * 60]
    expected = [moment.astimezone(ZoneInfo(zone)).year for moment in near]
    written = [moment.astimezone(offset).isoformat() for moment, offset in zip(near, offsets, strict=True)]
    assert years(pa.array(written), zone, complaint).to_pylist() == expected
    for unit in ("s", "ms", "us", "ns"):
        stamps = pa.array(near, pa.timestamp("us", "UTC")).cast(pa.timestamp(unit, "UTC"))
        assert years(stamps, zone, complaint).to_pylist() == expected
        there = stamps.cast(pa.timestamp(unit, "Asia/Tokyo"))
        assert years(there, zone, complaint).to_pylist() == expected
    seconds = [int(moment.timestamp()) for moment in near]
    assert years(pa.array(seconds), zone, complaint).to_pylist() == expected
    assert years(pa.array(seconds, pa.float64()), zone, complaint).to_pylist() == expected


def test_parquet_times_without_a_zone_and_dates_keep_their_year():
    naive = pa.array([datetime(2019, 12, 31, 23, 59), None], pa.timestamp("ms"))
    assert years(naive, "Pacific/Auckland", complaint).to_pylist() == [2019, None]
    assert years(pa.array([date(2019, 12, 31)]), "Pacific/Auckland", complaint).to_pylist() == [2019]


def test_a_number_that_is_a_date_is_not_a_time():
    for wrong in (20190701, 201907011230, 1577865599000000, -5, 0):
        with pytest.raises(ValueError, match=f"row 1: {wrong}"):
            years(pa.array([1577865599, wrong]), "UTC", complaint)


def test_the_unit_in_which_time_is_counted_is_told():
    for values in (
        pa.array([1577865599, None, 1577865599000]),
        pa.array(["1577865599", "2019-01-01", "1577865599000"]),
    ):
        (found, moments), units = read_times(values, "UTC", complaint)
        assert moments[2].as_py() == 1577865599000000 == moments[0].as_py()
        assert found.to_pylist()[0::2] == [2020, 2020]
        assert {unit: rows.tolist() for unit, rows in units.items()} == {
            "seconds": [True, False, False],
            "milliseconds": [False, False, True],
        }
    assert read_times(pa.array(["2019-01-01"]), "UTC", complaint)[1] == {}


def test_times_at_the_ends_of_their_types_are_not_times():
    for wrong in (2.0**63, 1e300, float("inf"), -(2.0**63)):
        with pytest.raises(ValueError, match="row 1"):
            years(pa.array([1577865599.0, wrong]), "UTC", complaint)
    for text in ("0001-01-01T00:00:00", "9999-12-31T23:59:59Z"):
        assert years(pa.array([text]), "UTC", complaint).to_pylist() == [int(text[:4])]


def test_hours_alone_are_no_time_whatever_the_others_of_the_column_are():
    for wrong in ("2019-01-01T12Z", "2019-01-01T12+00:00Z", "2019-01-01 120000.000Z"):
        for others in ([], ["2019-07-01T12:30Z"], ["2019-07-01T12:30:00"]):
            with pytest.raises(ValueError, match=f"row {len(others)}"):
                years(pa.array([*others, wrong]), "UTC", complaint)


def test_moments_in_utc_are_the_same_alone_and_among_other_times():
    moments = ["2020-01-01T07:59Z", "2020-01-01 08:00:00.000001Z", "2019-12-31T23:59:59.9999999Z"]
    for others in ([], [""], [None], ["2019-07-01"], ["2019-07-01T00:00+02:00"], ["1577865599"]):
        found = years(pa.array([*moments, *others]), "America/Los_Angeles", complaint)
        assert found.to_pylist()[:3] == [2019, 2020, 2019]
    assert years(pa.array(["", *moments])[1:3], "America/Los_Angeles", complaint).to_pylist() == [2019, 2020]


def test_dictionaries_and_columns_without_a_value_are_read():
    assert years(pa.array(["2019-01-01"]).dictionary_encode(), "UTC", complaint).to_pylist() == [2019]
    assert years(pa.nulls(2), "UTC", complaint).to_pylist() == [None, None]
    assert years(pa.array([], pa.string()), "UTC", complaint).to_pylist() == []


def test_which_types_can_hold_times():
    assert all(map(understood, (pa.string(), pa.int64(), pa.timestamp("s"), pa.date32(), pa.float64())))
    assert not understood(pa.bool_())
    assert not understood(pa.list_(pa.string()))
