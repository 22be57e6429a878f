"""Each sentence changes with the numbers that it tells of, and none is typed by hand."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from data.settings import Cities, Coding, Crime, Mail, Posts, Public, Selection, Tests
from flows import parts
from tasks.ledger.identities import EVERY_KIND
from tests.tasks.report.words_stories import (
    ADA,
    BAY,
    CONFIG,
    PROVENANCE,
    every_sentence,
    story,
    tables,
    with_cell,
    with_setting,
)

ROOM = Path(__file__).resolve().parents[3] / "tasks" / "report"

TYPED = re.compile(
    r"9[05] %|95 % interval|\b95 of 100 cases|\b90th|\b10th|10,000 dollars|1,000 people"
    r"|^[a-z_]*[a-z][a-z_0-9]*$|^\d+\.\d+$|sha256|%[a-zA-Z]"
)
"""Digits that may be in a text: levels, percentiles, units, names of columns, numbers of rules."""


def of_line(part: str, name: str, value: int | None) -> Any:
    return with_cell("ledger", "count", value, lambda row: (row["part"], row["line"]) == (part, name))


def of_city(stem: str, column: str, value: Any, city: str = ADA) -> Any:
    return with_cell(stem, column, value, lambda row: row["city"] == city)


def first(stem: str, column: str, value: Any) -> Any:
    rows = tables()
    rows[stem][0][column] = value
    return story(rows)


def all_decided() -> Any:
    rows = tables()
    for row in rows["ledger"]:
        if row["line"] in {"to decide", "not yet reviewed"}:
            row["count"] = 0
    return story(rows)


def nothing_decided() -> Any:
    rows = tables()
    rows["coding_shares"] = []
    for row in rows["coding_tally"]:
        row |= {"decided": 0, "alerts": 0, "share": None}
    for row in rows["ledger"]:
        if (row["part"], row["line"]) == ("coding", "decided"):
            row["count"] = 0
    return story(rows)


def with_other_versions() -> Any:
    book = {"sha256": "b" * 64, "version": "2", "reviews_of_other_versions": 7}
    return story(tables(), provenance={**PROVENANCE, "coding": {"codebook": book}})


CHANGES = {
    "e-mails": (lambda: first("kinds", "emails", 2345), "2,345 of A Police Department"),
    "share of a kind": (lambda: first("kinds", "emails", 117), "crime alert, 117 (90.0 %)"),
    "first month": (lambda: first("alerts_by_month", "month", "2019-03"), "from March 2019"),
    "unique alerts": (lambda: first("alerts_by_month", "unique_alerts", 777), "810 unique alerts"),
    "alerts parsed": (lambda: of_line("alerts", "alerts parsed", 4444), "4,444 could be read"),
    "alerts in quarantine": (lambda: of_line("alerts", "quarantined while parsing", 1), "1 of the alerts"),
    "officers": (lambda: first("recipients_per_alert", "alerts", 1), "3 of the 4 to 57"),
    "most officers": (
        lambda: with_cell("recipients_per_alert", "recipients", 61, lambda row: row["recipients"] == 57),
        "1 to 61 officers",
    ),
    "copies": (lambda: of_line("copies", "copies by content", 100), "203 e-mails are copies of others"),
    "one copy": (
        lambda: with_cell("ledger", "count", 0, lambda row: row["line"].startswith("copies by")),
        "None of them is a copy",
    ),
    "posts": (lambda: of_line("posts", "posts in the files", 6001), "5,950 posts"),
    "unknown posts": (lambda: of_line("posts", "posts in the files", None), "an unknown number of posts"),
    "year": (lambda: with_setting("posts.year", 2017), "posts of 2017"),
    "verdict": (
        lambda: of_city("city_tests_robust", "verdict", "negative, robust"),
        "In 2 of 9 cities richer tracts have fewer posts per resident, and every check agrees",
    ),
    "alpha": (lambda: with_setting("tests.alpha", 0.01), "alpha (0.01) divided by 10 tests"),
    "threshold": (lambda: first("city_tests", "alpha", 0.0017), "p is below 0.0017"),
    "largest ratio": (lambda: of_city("city_effects", "ratio_90_10", 4.44), "4.44 times as many posts"),
    "its interval": (lambda: of_city("city_effects", "ratio_90_10_high", 71.0), "interval 2.50 to 71)"),
    "smallest ratio": (lambda: of_city("city_effects", "ratio_90_10", 0.123, BAY), "0.12 times as many"),
    "pooled ratio": (
        lambda: of_city("city_effects", "ratio_10000", 1.77, "all cities"),
        "with 1.77 times as many",
    ),
    "prediction": (lambda: of_city("city_effects", "predicted_high", 9.5, "all cities"), "0.80 and 9.50"),
    "crimes": (lambda: of_line("crime", "crimes in the files", 8123), "8,123 records"),
    "type": (lambda: first("crime_types", "recorded", 91), "Recorded: 91"),
    "ratio of crimes": (
        lambda: first("crime_tests_robust", "ratio_90_10", 0.31),
        "0.31 times as many crimes",
    ),
    "crimes beside posts": (
        lambda: of_city("crime_tests", "direction", "positive"),
        "in the same direction in 2",
    ),
    "gentrified": (lambda: of_line("gentrification", "gentrified", 16), "16 of the 80 tracts"),
    "chosen": (lambda: first("city_selection", "gentrified_share", 0.333), "Ada city, Ohio (33.3 %)"),
    "wanted": (lambda: with_setting("selection.cities", 9), "9 were wanted"),
    "sent": (lambda: first("requests", "sent", dt.date(2021, 1, 2)), "from 2 January 2021 to 9 October 2022"),
    "one mailbox came": (lambda: first("requests", "mailboxes", 1), "1 mailbox of 1.8 MB together came"),
    "denied": (lambda: first("requests", "status", "denied"), "2 of them were answered: 2 denied."),
    "tracts": (lambda: of_line("tracts", "without income", 1), "1 of them has no known income"),
    "few people": (lambda: with_setting("tests.least_population", 444), "fewer than 444"),
    "least count": (lambda: with_setting("tests.least_count", 33), "fewer than 33 posts"),
    "band": (lambda: with_setting("tests.band", 1.5), "a factor of 1.5"),
    "draws": (lambda: with_setting("tests.draws", 77), "77 draws"),
    "inflation": (lambda: with_setting("selection.inflation", 1.23), "inflation is 1.23"),
    "start": (lambda: with_setting("selection.start", "_10"), "Between 2010 and 2019"),
    "accounts": (lambda: with_setting("posts.exclude_users", ["1"]), "exclude 1 account."),
    "same id": (lambda: with_setting("posts.same_id", "stop"), "id and differs, the run would end"),
    "attached": (lambda: with_setting("mail.embedded", "count"), "attached to messages count."),
    "cities": (lambda: with_setting("cities.include", [ADA, BAY]), "named in the settings (2 there)"),
    "sample": (lambda: with_setting("coding.sample", 123), "a sample of 123 with"),
    "drawn": (
        lambda: with_cell("coding_drawn", "drawn", 75, lambda row: "p" in row),
        "75 of 888 unique alerts (8.4 %)",
    ),
    "decided": (lambda: of_line("coding", "decided", 1), "Of the sample, 1 alert is decided"),
    "left out": (
        lambda: with_cell("coding_tally", "decided", 60, lambda row: row["agency"] == "all"),
        "23 alerts of the sample, not yet decided, are left out; no interval",
    ),
    "all decided": (all_decided, "Every alert of the sample is decided."),
    "nothing decided": (nothing_decided, "So no share can be told yet."),
    "nothing found": (nothing_decided, "were drawn for people to read. None is decided yet"),
    "other versions": (
        with_other_versions,
        "7 reviews were given with another version of the codebook than today's (2), and count.",
    ),
    "share of an answer": (lambda: first("coding_shares", "share", 0.333), "“Yes” 33.3 % (27.0 to 36.0)"),
    "by e-mails": (
        lambda: with_cell("coding_shares", "share", 0.777, lambda row: row["by"] == "e-mails"),
        "Counted by e-mails sent, the share of “Yes” (“Is a criminal act told of?”) is 77.7 %",
    ),
    "agreement": (
        lambda: first("coding_agreement", "krippendorff_alpha", 0.666),
        "is 0.67 (0.62 to 0.78): too low",
    ),
    "like all": (
        lambda: with_cell("coding_drawn", "p", 0.007, lambda row: "p" in row),
        "gives by agency p = 0.007.",
    ),
    "small counts": (lambda: with_setting("public.least_count", 5), "counts below 5"),
}
"""A change of the input, and what some sentence then says."""


@pytest.mark.parametrize("change", CHANGES)
def test_a_sentence_changes_with_its_number(change: str):
    make, told = CHANGES[change]
    before, after = "\n".join(every_sentence(story())), "\n".join(every_sentence(make()))
    assert told not in before
    assert told in after


def _other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value * 2 + 3
    if isinstance(value, float):
        return value * 0.7 + 0.003
    if isinstance(value, dt.date):
        return value + dt.timedelta(400)
    return value


def _changed() -> Iterator[Any]:
    """The story with each number changed, one column at a time, and with fewer and more rows."""
    for stem, rows in tables().items():
        for name in sorted({name for row in rows for name in row}):
            numbers = [at for at, row in enumerate(rows) if _other(row.get(name)) != row.get(name)]
            if numbers:
                changed = tables()
                for at in numbers:
                    changed[stem][at][name] = _other(changed[stem][at][name])
                yield story(changed)
        changed = tables()
        changed[stem].append(dict(changed[stem][-1]))
        yield story(changed)
        changed[stem].clear()
        yield story(changed)
        yield story({other: each for other, each in changed.items() if other != stem})
    for month in ("2020-08", "2021-01"):
        yield first("alerts_by_month", "month", month)
    for path in ("tests.alpha", "tests.band", "selection.inflation"):
        yield with_setting(path, 1.5 if path != "tests.alpha" else 0.03)
    for path, number in (
        ("tests.least_population", 7),
        ("tests.least_count", 7),
        ("tests.draws", 7),
        ("posts.year", 2011),
        ("selection.cities", 7),
        ("coding.seed", 7),
    ):
        yield with_setting(path, number)
    crime = deepcopy(CONFIG["crime"]["ada"])
    for name, value in (("year", 2011), ("types", ["ARSON"]), ("date_format", "%Y"), ("crs", "EPSG:2231")):
        yield with_setting("crime.ada", {**crime, name: value})
    yield with_setting("posts.exclude_users", [])
    yield with_setting("agencies.a-pd.code_page", "1251")
    yield with_setting("agencies.a-pd.timezone", "America/Chicago")
    yield with_setting("selection.end", "_20")
    yield story(balances=(), perhaps=(), warnings=("one",))
    yield story(provenance={**PROVENANCE, "versions": {}, "recognised": {}, "sources": [], "tables": {}})


@pytest.mark.long
def test_every_sentence_with_a_number_changes_with_the_input():
    told = [(sentence, re.sub(r"^[\d.]+: ", "", sentence)) for sentence in every_sentence(story())]
    numbered = {sentence for sentence, words in told if re.search(r"\d", words)}
    assert len(numbered) > 150
    left = set(numbered)
    for changed in _changed():
        left -= numbered - set(every_sentence(changed))
    assert left == set()


OTHER_SETTINGS: dict[str, Any] = {
    "mail.embedded": "count",
    "posts.year": 2011,
    "posts.timezone": "America/Denver",
    "posts.exclude_users": [],
    "posts.same_id": "stop",
    "cities.include": [ADA],
    "tests.alpha": 0.03,
    "tests.least_population": 7,
    "tests.least_count": 7,
    "tests.band": 2.5,
    "tests.draws": 7,
    "crime.ada.city": BAY,
    "crime.ada.year": 2011,
    "crime.ada.types": ["ARSON"],
    "crime.ada.columns": {"date": "When"},
    "crime.ada.date_format": "%Y",
    "crime.ada.timezone": "America/Chicago",
    "crime.ada.crs": "EPSG:2231",
    "crime.ada.rows": "incident",
    "crime.ada.same_id": "first",
    "selection.start": "_10",
    "selection.end": "_20",
    "selection.inflation": 1.7,
    "selection.cities": 7,
    "coding.sample": 7,
    "coding.seed": 7,
    "coding.reviews": 7,
    "coding.strata": ["month"],
    "coding.allocation": "equal",
    "coding.finite": False,
    "public.least_count": 7,
}
"""Each setting that a table can depend on, and another value of it."""

NOT_TOLD = {"posts.columns", "public.license"}
"""What a file was recognised as says which columns were taken; the README of the folder names the licence."""


def _leaves(of: type[BaseModel], at: str) -> Iterator[str]:
    return (f"{at}.{name}" for name in of.model_fields)


@pytest.mark.long
def test_each_setting_is_told_of():
    sections: dict[str, type[BaseModel]] = {
        "mail": Mail,
        "posts": Posts,
        "cities": Cities,
        "tests": Tests,
        "crime.ada": Crime,
    }
    sections |= {"selection": Selection, "coding": Coding, "public": Public}
    assert {leaf for name, each in sections.items() for leaf in _leaves(each, name)} - NOT_TOLD == set(
        OTHER_SETTINGS
    )
    before = list(every_sentence(story()))
    silent = [
        path
        for path, value in OTHER_SETTINGS.items()
        if list(every_sentence(with_setting(path, value))) == before
    ]
    assert silent == []


@pytest.mark.long
def test_each_line_of_the_ledger_is_told_of():
    identities = [each for part in parts.load() for each in (*part.ledger.identities, *part.ledger.shared)]
    lines = {(each.part, line) for each in identities for line in (each.whole, *each.parts)}
    before = list(every_sentence(story()))
    silent = []
    for part, line in sorted(lines):
        if line != EVERY_KIND and list(every_sentence(of_line(part, line, 12345))) == before:
            silent.append((part, line))
    assert silent == []


def test_no_sentence_is_empty_or_without_an_end():
    for sentence in every_sentence(story()):
        assert re.search(r"[.:?]$|^one$|^two$|look at them$", sentence), sentence
        assert not re.search(r"\bNone\b(?! of)|\bnan\b|  |\b1 [a-z]+ies\b| ,|\.\.", sentence), sentence


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts of a module without docstrings and without the formats of numbers."""
    formats = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None
        for part in ast.walk(node.format_spec)
    }
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in formats | docs:
            yield node.lineno, node.value


def test_no_number_in_a_sentence_is_typed_by_hand():
    files = [
        *(ROOM / "sentences").glob("*.py"),
        *(ROOM / "in_this_run").glob("*.py"),
        *(ROOM / "sections" / f"{name}.py" for name in SECTIONS),
    ]
    assert len(files) > 25
    typed = [
        f"{path.name}:{line}: {text}"
        for path in files
        for line, text in _texts(ast.parse(path.read_text(encoding="utf-8")))
        if re.search(r"\d", TYPED.sub("", text))
    ]
    assert typed == []


SECTIONS = ("found", "missing", "sample", "selection", "requests", "limits", "published")
