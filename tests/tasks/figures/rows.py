"""Public tables of a few rows for the tests of figures, and all figures made from them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from data.schema import TABLES, Column
from tasks.figures.asked import requests_over_time
from tasks.figures.cities import gentrified_share
from tasks.figures.effects import crime_beside_posts, forest_of_cities
from tasks.figures.figure import Figure
from tasks.figures.flows import ledger_flows
from tasks.figures.kinds import kinds_figures
from tasks.figures.months import alert_figures
from tasks.figures.officers import officer_figures

NAMES = (
    "$\\frac{1}{0}$ and $x_1$",
    "<b>A & B</b> \"quoted\" 'single' ]]> --> &amp;",
    "_hidden_",
    "\U0001f46e \u5e9c\u4e2d",
    "\u05e9\u05dc\u05d5\u05dd",
    "turned \u202e and \x07 bell\x00 and\nlines",
    "Llanfairpwllgwyngyllgogerych" * 5,
    "#1b1f24 url(#a0)",
)
"""What may be in a file, as the name of an agency, a city, a kind or a type of crime."""


def table(stem: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """A public table of these rows; a column that a row does not name gets an empty value of its type."""
    spec = TABLES[f"public/{stem}"]
    full = [{**{column.name: _empty(column) for column in spec.columns}, **row} for row in rows]
    return pa.Table.from_pylist(full, schema=spec.arrow)


def _empty(column: Column) -> Any:
    if column.nullable:
        return None
    kind = column.type
    if pa.types.is_date(kind):
        return date(2020, 1, 1)
    if pa.types.is_boolean(kind):
        return False
    return "" if pa.types.is_string(kind) else 0


def kinds(names: Iterable[str]) -> pa.Table:
    rows = [
        {"agency": name, "kind": kind, "emails": 100 + 7 * place, "share": 0.5}
        for place, name in enumerate(names)
        for kind in ("crime alert", NAMES[0], NAMES[1])
    ]
    return table("kinds", rows)


def months(
    names: Iterable[str], of: Iterable[str | None] = ("2020-07", "2020-09", None, "implausible")
) -> pa.Table:
    rows = [
        {"agency": name, "kind": "crime alert", "month": month, "emails": 40, "unique_alerts": 4}
        for name in names
        for month in of
    ]
    return table("alerts_by_month", rows)


def reached(names: Iterable[str]) -> pa.Table:
    rows = [
        {"agency": name, "kind": "crime alert", "recipients": people, "alerts": alerts}
        for name in names
        for people, alerts in ((1, 3), (4, 2), (60, 1))
    ]
    return table("recipients_per_alert", rows)


def effects(names: Iterable[str], stem: str = "city_effects", **more: Any) -> pa.Table:
    """Each city has a ratio of its own; the second has an interval that no axis holds, the third none."""
    rows = []
    for place, name in enumerate(names):
        ratio, spread = 1.2 - 0.02 * place, 1000 if place == 1 else 1.1
        ratios = {"ratio_10000": ratio, "ratio_10000_low": ratio / spread, "ratio_10000_high": ratio * spread}
        known = {"why": "too few tracts"} if place == 2 else ratios
        rows.append(
            {"position": place + 1, "scope": "city", "city": name, "n": 30, "posts": 9, **known, **more}
        )
    summary = {"ratio_10000": 1.05, "ratio_10000_low": 1.01, "ratio_10000_high": 1.1}
    predicted = {"predicted_low": 0.8, "predicted_high": 1.3, "cities": len(rows)}
    last = {
        "position": 99,
        "scope": "all cities",
        "city": "all cities",
        "n": 99,
        **summary,
        **predicted,
        **more,
    }
    columns = TABLES[f"public/{stem}"].arrow.names
    return table(stem, [{name: row[name] for name in row if name in columns} for row in [*rows, last]])


def verdicts(names: Iterable[str]) -> pa.Table:
    words = ("positive, robust", "negative, not robust", "not testable")
    rows = [{"city": name, "verdict": words[place % 3]} for place, name in enumerate(names)]
    return table("city_tests_robust", rows)


def gentrification(names: Iterable[str]) -> pa.Table:
    rows = [
        {"city": name, "tracts": 100, "gentrified": place, "gentrified_share": place / 100}
        for place, name in enumerate(names)
    ]
    return table("gentrification", rows)


def selection(names: Iterable[str]) -> pa.Table:
    rows = [
        {"rank": place, "city": name, "partnership": place % 2 == 0, "selected": place % 4 == 0}
        for place, name in enumerate(names)
    ]
    return table("city_selection", rows)


def requests(names: Iterable[str]) -> pa.Table:
    statuses = ("fulfilled", "pending", "denied", "partly fulfilled")
    rows = [
        {"agency": name, "sent": date(2022, 10, 3), "status": statuses[place % 4],
         "received": None if place % 4 == 1 else date(2023, 1, 9)}
        for place, name in enumerate(names)
    ]  # fmt: skip
    return table("requests", rows)


def ledger(part: str, counts: Mapping[str, int | None], source: str = "0a" * 6) -> list[dict[str, Any]]:
    return [{"part": part, "source": source, "line": line, "count": n} for line, n in counts.items()]


def full_ledger() -> pa.Table:
    """Mail of which the number of items is not known, posts, and crimes."""
    mail = {
        "listed in the file": None,
        "messages read": 1_000_000,
        "not mail": 3,
        "quarantined while reading": 0,
    }
    alerts = {"messages read": 1_000_000, "alert messages": 900, "crime alert": 900, "unclassified": 999_100}
    posts = {"posts in the files": 500, "duplicates": 1, "posts in tracts": 499}
    crimes = {"crimes in the files": 70, "other years": 60, "counted": 10, "in tracts without": 1}
    income = {"in tracts with population and income": 9}
    return table(
        "ledger",
        [
            *ledger("mail", mail),
            *ledger("alerts", {**alerts, "alerts parsed": 890, "quarantined while parsing": 10}),
            *ledger("posts", {**posts, **income}, ""),
            *ledger("crime", {**crimes, **income}, ""),
        ],
    )


def every_figure(names: Iterable[str]) -> Iterator[Figure]:
    """All figures, of agencies and cities of these names."""
    names = tuple(names)
    yield from ledger_flows(full_ledger(), months(names[:1]))
    yield from kinds_figures(kinds(names))
    yield from alert_figures(months(names))
    yield from officer_figures(reached(names))
    crimes = effects(names, "crime_effects", crime=NAMES[0], crimes=5)
    yield from crime_beside_posts(crimes, effects(names), None, verdicts(names))
    found = (
        forest_of_cities(effects(names), verdicts(names)),
        gentrified_share(gentrification(names), selection(names)),
        requests_over_time(requests(names)),
    )
    yield from (figure for figure in found if figure is not None)
