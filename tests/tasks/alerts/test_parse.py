"""Messages, parsed."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from data.crosswalk import Crosswalk
from data.schema import TABLES
from tasks.alerts import parse
from tasks.alerts.parse import NO_TITLE, PARSER_FAILED, day_in, parse_messages
from tasks.alerts.scrape import scrape

Bodies = dict[str, Callable[..., str]]
Build = Callable[..., Any]
LATE = datetime(2021, 5, 21, 3, 47, tzinfo=UTC)


@pytest.fixture
def parsed(mail_row: Build, mail_table: Build, crosswalk: Crosswalk) -> Callable[..., list[dict[str, Any]]]:
    """Parses messages that differ from the usual one in the columns given, in Los Angeles."""

    def parse(*messages: dict[str, Any]) -> list[dict[str, Any]]:
        rows = [mail_row(n, **columns) for n, columns in enumerate(messages)]
        table = parse_messages(mail_table(rows), crosswalk, "America/Los_Angeles")
        assert table.schema.equals(TABLES["work/parsed"].arrow, check_metadata=True)
        return [dict(row) for row in table.to_pylist()]

    return parse


def test_an_alert_has_its_kind_date_title_and_description_and_its_headers(
    parsed: Build, body: Bodies
) -> None:
    [row] = parsed({"html": body["html"](description=["Gone."]), "cc": ["B@x.org"]})
    assert row["kind"] == "crime alert"
    assert (row["template"], row["pattern"]) == ("resident-posted", "A Resident Posted a Crime Incident")
    assert (row["alert_date"], row["title"], row["description"]) == (
        date(2021, 5, 5),
        "Car break-in",
        "Gone.",
    )
    assert (row["reason"], row["detail"]) == (None, None)
    assert (row["to"], row["cc"], row["message_id"]) == (
        ["Officer@PD.example.org"],
        ["B@x.org"],
        "<0@mail.example.org>",
    )


@pytest.mark.parametrize(
    "subject", ["RE: A Resident Posted a Crime Incident", "Safety Tip: x", "Lunch", None]
)
def test_the_body_of_another_kind_is_not_parsed(parsed: Build, subject: str | None) -> None:
    [row] = parsed({"subject": subject})
    assert [row[name] for name in ("alert_date", "title", "description", "reason", "detail")] == [None] * 5


def test_the_date_in_the_body_has_priority_over_the_day_of_delivery(parsed: Build) -> None:
    assert parsed({"delivered_at": LATE})[0]["alert_date"] == date(2021, 5, 5)


@pytest.mark.parametrize(
    ("delivered", "submitted", "day"),
    [
        (LATE, datetime(2021, 5, 1, tzinfo=UTC), date(2021, 5, 20)),
        (None, LATE, date(2021, 5, 20)),
        (datetime(2021, 12, 1, 7, 59, tzinfo=UTC), None, date(2021, 11, 30)),
        (datetime(2021, 12, 1, 8, 0, tzinfo=UTC), None, date(2021, 12, 1)),
        (None, None, None),
    ],
)
def test_without_a_date_in_the_body_the_day_of_delivery_else_submission_in_the_agencys_zone_is_used(
    parsed: Build, body: Bodies, delivered: datetime | None, submitted: datetime | None, day: date | None
) -> None:
    [row] = parsed({"html": body["html"](day=None), "delivered_at": delivered, "submitted_at": submitted})
    assert (row["title"], row["alert_date"]) == ("Car break-in", day)
    assert day_in(ZoneInfo("America/Los_Angeles"), delivered, submitted) == day


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "Pacific/Kiritimati", date(9999, 12, 31)),
        (datetime(1, 1, 1, tzinfo=UTC), "America/Los_Angeles", date(1, 1, 1)),
        (datetime(1601, 1, 1, tzinfo=UTC), "America/Los_Angeles", date(1600, 12, 31)),
    ],
)
def test_a_day_at_an_end_of_the_calendar_ends_nothing(moment: datetime, zone: str, day: date) -> None:
    assert day_in(ZoneInfo(zone), moment, None) == day_in(ZoneInfo(zone), None, moment) == day


def test_a_time_that_python_has_no_datetime_for_costs_its_message_alone(
    parsed: Build, mail_row: Build, mail_table: Build, crosswalk: Crosswalk
) -> None:
    mail = mail_table([mail_row(n) for n in range(3)])
    column = mail.schema.get_field_index("delivered_at")
    times = pa.array([0, 1 << 62, None], pa.int64()).cast(mail.schema.field(column).type)
    rows = parse_messages(mail.set_column(column, mail.schema.field(column), times), crosswalk, "UTC")
    assert [reason == PARSER_FAILED for reason in rows.column("reason").to_pylist()] == [False, True, False]


def test_a_blank_title_goes_to_quarantine_with_its_reason_and_the_messages_flaws(
    parsed: Build, body: Bodies
) -> None:
    blank = body["html"]("\u00a0", preheader="\u00a0")
    [row] = parsed({"html": blank, "text": None, "flaws": ["text: invalid utf-16"]})
    assert (row["title"], row["description"], row["alert_date"]) == (None, None, None)
    assert row["reason"] == NO_TITLE
    assert row["detail"] == (
        "html: no title after the announcing sentence; text: no such body; text: invalid utf-16"
    )


def test_a_title_only_in_the_subject_does_not_save_an_alert_from_quarantine(parsed: Build) -> None:
    [row] = parsed({"subject": "Crime Alert: Bike gone", "html": None, "text": "See the app."})
    assert (row["kind"], row["title"], row["reason"]) == ("crime alert", None, NO_TITLE)


def test_without_messages_there_are_no_rows_but_all_columns(
    parsed: Build, mail_table: Build, crosswalk: Crosswalk
) -> None:
    table: pa.Table = parse_messages(mail_table([]), crosswalk, "UTC")
    assert table.num_rows == 0
    assert table.schema.names == TABLES["work/parsed"].arrow.names


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def test_for_a_day_beyond_the_calendar_the_other_time_is_asked_then_utc(zone: str) -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    place, usual = ZoneInfo(zone), datetime(2021, 5, 5, 12, tzinfo=UTC)
    for edge in (first, last):
        assert day_in(place, edge, None) in {date.min, date.max}
        assert day_in(place, edge, usual) is not None
    assert day_in(ZoneInfo("America/Los_Angeles"), first, usual) == date(2021, 5, 5)
    assert day_in(ZoneInfo("America/Los_Angeles"), first, None) == date.min


def test_a_message_on_which_the_parser_fails_costs_itself(
    mail_row: Build, mail_table: Build, crosswalk: Crosswalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [mail_row(n, text=f"number {n}") for n in range(7)]
    expected = parse_messages(mail_table(rows), crosswalk, "UTC").to_pylist()

    def fails(template: str, rest: str | None, html: str | None, text: str | None) -> Any:
        if text == "number 4":
            raise RecursionError("odd\x1b[31m\n")
        return scrape(template, rest, html, text)

    monkeypatch.setattr(parse, "scrape", fails)
    table = parse_messages(mail_table(rows), crosswalk, "UTC")
    assert table.schema.equals(TABLES["work/parsed"].arrow)
    found = table.to_pylist()
    odd = found.pop(4)
    assert (odd["kind"], odd["reason"], odd["title"]) == ("crime alert", PARSER_FAILED, None)
    assert odd["detail"] == "RecursionError: odd\ufffd[31m\ufffd"
    assert odd["subject"] == expected[4]["subject"]
    assert found == [row for row in expected if row["node_id"] != 4]


def test_a_message_of_another_kind_or_none_that_can_be_told_is_kept(
    mail_row: Build, mail_table: Build, crosswalk: Crosswalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = mail_table([mail_row(0, subject="RE: x"), mail_row(1)])

    def fails(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(parse, "_parsed", fails)
    kinds = [(row["kind"], row["reason"]) for row in parse_messages(table, crosswalk, "UTC").to_pylist()]
    assert kinds == [("reply or forward", None), ("crime alert", PARSER_FAILED)]
    monkeypatch.setattr(parse, "_parsed", fails)
    with pytest.raises(ValueError, match="odd"):  # nothing is lost of no messages
        parse_messages(table.slice(0, 0), crosswalk, "UTC")
