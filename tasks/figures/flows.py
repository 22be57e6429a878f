"""The flows of a run, read from the ledger: e-mails, posts, crimes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from tasks.figures.figure import Figure
from tasks.figures.flow import NOT_PUBLISHED, Stage, flow
from tasks.figures.words import noun
from tasks.ledger.balances import Counts, accounts_of, together

_ALERTS = ("crime alert", "safety alert")


def ledger_flows(
    ledger: pa.Table | None, alerts: pa.Table | None = None, tests: pa.Table | None = None
) -> Iterator[Figure]:
    """The ledger as flows: one each for what entered.

    Args:
        ledger: ``public/ledger``.
        alerts: ``public/alerts_by_month``; it has the number of unique alerts.
        tests: ``public/city_tests``; it has the number of posts that were compared with income.
    """
    if ledger is None:
        return
    rows = ledger.to_pylist()
    found = (_mail(rows, _sum(alerts, "unique_alerts")), _posts(rows, _tested(tests)), _crimes(rows))
    yield from (figure for figure in found if figure is not None)


def _mail(rows: Sequence[Mapping[str, Any]], unique: int | None) -> Figure | None:
    mail, alerts = _section(rows, "mail"), _section(rows, "alerts")
    if not mail:
        return None
    # A mailbox that two agencies have is in the flow once, and its unique alerts are those of both.
    once = _section([row for row in rows if row["source"]], "alerts").get(_PARSED, alerts.get(_PARSED))
    shared = once != alerts.get(_PARSED)
    mailboxes = len({row["source"] for row in rows if row["part"] == "mail" and row["source"]})
    listed = mail.get(("mail", "listed in the file"))
    stages = [
        Stage(f"items in {noun(mailboxes, 'mailbox', 'mailboxes')}", listed, _left(mail, "mail", _NOT_READ)),
        *_alerts_of(mail, alerts | ({_PARSED: once} if shared else {}), None if shared else unique),
    ]
    told = " ".join(filter(None, [_attached(mail), _SHARED if shared else ""]))
    return flow("flow-of-mail", "From the mailboxes to the alerts", stages, told)


_NOT_READ = ("not mail", "quarantined while reading")
_PARSED = ("alerts", "alerts parsed")
_SHARED = "A mailbox that several agencies have is here once; unique alerts are counted for each agency."


def _attached(mail: Counts) -> str:
    """What is said of messages that are attached to others, which no mailbox lists."""
    attached = mail.get(("mail", "attached messages"), 0)
    return f"The e-mails include {attached:,} that are attached to others." if attached else ""


def _alerts_of(mail: Counts, alerts: Counts, unique: int | None) -> Iterator[Stage]:
    read = mail.get(("mail", "messages read"))
    if ("alerts", "alert messages") not in alerts:
        yield Stage("e-mails read", read)
        return
    kinds = {line: n for (_, line), n in alerts.items() if line not in _NO_KINDS}
    others = {line: n for line, n in kinds.items() if line not in _ALERTS}
    rest = None if None in others.values() else sum(n or 0 for n in others.values())
    yield Stage(
        "e-mails read",
        read,
        ((f"of {noun(len(others), 'other kind', 'other kinds')}", rest),) if others else (),
    )
    failed = _left(alerts, "alerts", ("quarantined while parsing",))
    yield Stage("e-mails with alerts", alerts["alerts", "alert messages"], failed)
    parsed = alerts.get(_PARSED)
    if unique is None or parsed is None or unique > parsed:
        yield Stage("alert e-mails read", parsed)
        return
    yield Stage("alert e-mails read", parsed, (("further e-mails of these alerts", parsed - unique),))
    yield Stage("unique alerts", unique)


_NO_KINDS = frozenset(
    {
        "alert messages",
        "alerts parsed",
        "messages read",
        "quarantined while parsing",
        "emails over unique alerts",
        "messages counted",
        "messages of the mailbox",
        "attached messages",
    }
)


def _posts(rows: Sequence[Mapping[str, Any]], tested: int | None) -> Figure | None:
    posts = _section(rows, "posts")
    if ("posts", "posts in the files") not in posts:
        return None
    reasons = ("duplicates", "excluded accounts", "no location", "outside")
    inside, counted = posts.get(("posts", "posts in tracts")), posts.get(("posts", _WITH))
    stages = [
        Stage("posts in the files", posts["posts", "posts in the files"], _left(posts, "posts", reasons)),
        Stage("posts in tracts", inside, _left(posts, "posts", _LACKS)),
    ]
    if tested is None or counted is None or tested > counted:
        stages.append(Stage("with people and income", counted))
    else:
        elsewhere = ("of other years or places", counted - tested)
        stages.append(Stage("with people and income", counted, (elsewhere,)))
        stages.append(Stage("compared with income", tested))
    return flow("flow-of-posts", "From the files of posts to the cities", stages)


_WITH = "in tracts with population and income"
_LACKS = ("in tracts without a Census row", "in tracts without people or income")


def _crimes(rows: Sequence[Mapping[str, Any]]) -> Figure | None:
    crimes = _section(rows, "crime")
    if ("crime", "crimes in the files") not in crimes:
        return None
    reasons = ("duplicates", "other years", "other types", "no location", "outside")
    stages = [
        Stage("crimes in the files", crimes["crime", "crimes in the files"], _left(crimes, "crime", reasons)),
        Stage(
            "crimes counted", crimes.get(("crime", "counted")), _left(crimes, "crime", ("in tracts without",))
        ),
        Stage("with people and income", crimes.get(("crime", _WITH))),
    ]
    title = "From the cities' records of crimes to what was counted"
    return flow("flow-of-crimes", title, stages, missing=NOT_PUBLISHED)  # of files, all are counted


def _section(rows: Iterable[Mapping[str, Any]], section: str) -> Counts:
    return together(accounts_of(rows, (section,)))


def _left(counts: Counts, section: str, lines: Iterable[str]) -> tuple[tuple[str, int | None], ...]:
    """The lines that are in the ledger; of those that are 0 only what is in quarantine."""
    found = [(line, counts[section, line]) for line in lines if (section, line) in counts]
    return tuple((_SHOWN.get(line, line), n) for line, n in found if n != 0 or line.startswith("quarantined"))


_SHOWN: Final = {
    "in tracts without a Census row": "without a Census row",
    "in tracts without people or income": "without people or income",
    "in tracts without": "without people or income",
}
"""Lines of the ledger in fewer letters: the stage above them says that they are in tracts."""


def _sum(table: pa.Table | None, column: str) -> int | None:
    """The sum of a column; None where a number of it is not known."""
    if table is None or table.column(column).null_count:
        return None
    return int(sum(table.column(column).to_pylist()))


def _tested(tests: pa.Table | None) -> int | None:
    if tests is None:
        return None
    numbers = [row["posts"] for row in tests.to_pylist() if row["level"] == "tract"]
    return None if None in numbers else int(sum(numbers))
