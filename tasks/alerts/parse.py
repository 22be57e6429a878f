"""From messages with their bodies to rows of ``work/parsed``, which have none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from data.crosswalk import ALERT_KINDS, Crosswalk
from data.printable import printable
from data.schema import TABLES
from tasks.alerts.classify import Matches, classify_column
from tasks.alerts.identity import identities
from tasks.alerts.scrape import Alert, scrape

PARSED: Final = TABLES["work/parsed"]
_MOST_DETAIL: Final = 200
_HEADERS: Final = [name for name in TABLES["work/mail"].arrow.names if name in PARSED.arrow.names]
_NEEDED: Final = [*_HEADERS, "html", "text", "flaws"]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
"""Microseconds since 1970 for which Python has a datetime."""
NO_TITLE: Final = "no title in the HTML body or the plain text"
"""The reason for which parsing puts an alert into quarantine; the detail is about each body."""
PARSER_FAILED: Final = "the parser failed"
"""The reason where a message holds what nobody has thought of yet; the detail is what went wrong."""


def parse_messages(mail: pa.Table, crosswalk: Crosswalk, timezone: str) -> pa.Table:
    """Classify messages and scrape the alerts among them.

    Args:
        mail: Rows of ``work/mail``, in any number.
        crosswalk: Gives kind and template by the subject.
        timezone: The agency's (IANA); if a body has no date, the day of delivery in this time zone is used.

    Returns:
        A row for each message, in the order of ``mail``, in the schema ``work/parsed``. An alert has title,
        description and date, or else reason and detail. Only the date may be missing, if the body has none
        and neither delivery nor submission is known (such alerts are grouped among themselves). A message
        on which the parsing fails costs itself alone: an alert then has a reason, and a message whose kind
        cannot be told is unclassified.

    Raises:
        KeyError: The mail lacks a column.
    """
    mail = mail.select(_NEEDED)  # a column that is missing is no message's fault, and ends the run
    try:
        return _parsed(mail, crosswalk, timezone)
    except Exception as error:  # whatever one message raises, the others are parsed
        if not mail.num_rows:
            raise
        if mail.num_rows == 1:
            return _failed(mail, crosswalk, f"{type(error).__name__}: {error}")
    half = mail.num_rows // 2
    parts = (mail.slice(0, half), mail.slice(half))
    return pa.concat_tables([parse_messages(part, crosswalk, timezone) for part in parts])


def _parsed(mail: pa.Table, crosswalk: Crosswalk, timezone: str) -> pa.Table:
    matches = classify_column(mail.column("subject"), crosswalk)
    found: dict[str, pa.Array | pa.ChunkedArray | Sequence[object]] = {
        **{name: matches.column(name) for name in ("kind", "template", "pattern")},
        **identities(mail),
        **_scraped(mail, matches, ZoneInfo(timezone)),
    }
    schema = PARSED.arrow
    return pa.table(
        [
            pa.array(found[name], schema.field(name).type) if name in found else mail.column(name)
            for name in schema.names
        ],
        schema=schema,
    )


def _failed(mail: pa.Table, crosswalk: Crosswalk, why: str) -> pa.Table:
    """The row of one message on which the parsing fails: its headers, and its kind if that can be told."""
    try:
        match = crosswalk.classify(mail.column("subject")[0].as_py())
    except Exception:
        match = crosswalk.classify(None)
    found: dict[str, object] = {name: getattr(match, name) for name in ("kind", "template", "pattern")}
    found |= {name: values[0] for name, values in identities(mail).items()}
    if match.kind in ALERT_KINDS:
        # Only an alert can be in quarantine here: a message of another kind has nothing that is parsed.
        found |= {"reason": PARSER_FAILED, "detail": printable(why)[:_MOST_DETAIL]}
    schema = PARSED.arrow
    return pa.table(
        [
            mail.column(name).combine_chunks()
            if name in mail.column_names
            else pa.array([found.get(name)], schema.field(name).type)
            for name in schema.names
        ],
        schema=schema,
    )


def _scraped(mail: pa.Table, matches: Matches, zone: ZoneInfo) -> dict[str, Sequence[object]]:
    """What is found in the bodies of the alerts, as columns; missing for messages of other kinds."""
    size = mail.num_rows
    dates: list[date | None] = [None] * size
    titles: list[str | None] = [None] * size
    descriptions: list[str | None] = [None] * size
    reasons: list[str | None] = [None] * size
    details: list[str | None] = [None] * size
    rows = [
        n for n, place in enumerate(matches.places.tolist()) if matches.distinct[place].kind in ALERT_KINDS
    ]
    names = ("html", "text", "flaws", "delivered_at", "submitted_at")
    bodies = mail.select(names).take(pa.array(rows, pa.int64()))
    columns = (bodies.column(name).to_pylist() for name in ("html", "text", "flaws"))
    delivered, submitted = (_moments(bodies.column(name)) for name in ("delivered_at", "submitted_at"))
    for place, (n, html, text, flaws) in enumerate(zip(rows, *columns, strict=True)):
        match = matches.distinct[matches.places[n]]
        outcome = scrape(match.template or "", match.rest, html, text)
        if isinstance(outcome, Alert):
            titles[n] = outcome.title
            descriptions[n] = outcome.description
            dates[n] = outcome.date or day_in(zone, delivered(place), submitted(place))
        else:
            reasons[n] = NO_TITLE
            details[n] = "; ".join([outcome, *flaws])
    return {
        "alert_date": dates,
        "title": titles,
        "description": descriptions,
        "reason": reasons,
        "detail": details,
    }


def _moments(column: pa.ChunkedArray) -> Callable[[int], datetime | None]:
    """The times of a column by their row: made when asked for, as most alerts have their date in the body."""
    micros = column.cast(pa.int64()).to_pylist()
    if any(each is not None and not _FIRST <= each <= _LAST for each in micros):
        column.to_pylist()  # raises where Python has no datetime for a time
    return lambda row: None if micros[row] is None else _EPOCH + timedelta(microseconds=micros[row])


def day_in(zone: ZoneInfo, delivered: datetime | None, submitted: datetime | None) -> date | None:
    """The calendar day of delivery, else of submission, in a time zone; None if neither is known.

    At the two ends of the calendar, where the day in the time zone would lie beyond, the other time is asked;
    where that gives none either, it is the day in UTC.

    Args:
        zone: The agency's time zone.
        delivered: When the mail was delivered (UTC).
        submitted: When it was submitted (UTC).

    Example:
        >>> from datetime import timezone
        >>> day_in(ZoneInfo("America/Los_Angeles"), datetime(2021, 5, 21, 3, 47, tzinfo=timezone.utc), None)
        datetime.date(2021, 5, 20)
        >>> day_in(ZoneInfo("Asia/Tokyo"), datetime.max.replace(tzinfo=timezone.utc), None)
        datetime.date(9999, 12, 31)
    """
    for moment in (delivered, submitted):
        try:
            if moment is not None:
                return moment.astimezone(zone).date()
        except OverflowError:  # 31 December 9999 east of Greenwich, 1 January of the year 1 west of it
            continue
    first = delivered or submitted
    return None if first is None else first.date()
