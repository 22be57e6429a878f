"""All tables together: the same bytes for any order and partitions; agreement with a simple count."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.crosswalk import Crosswalk
from data.schema import TABLES
from data.schema import mail as schema
from data.tables import read_table
from tasks.alerts.batches import parse_sources
from tasks.alerts.results import AlertTables, ParsedSource
from tasks.alerts.tabulate import tabulate_parsed, tabulate_sources
from tests.outputs import published

Build = Callable[..., Any]
ZONES = {"lapd": "America/Los_Angeles", "sfpd": "America/New_York"}
SUBJECTS = [
    "A Resident Posted a Crime Incident",
    "New Safety Incident",
    "Crime Alert: Bike",
    "RE: x",
    "Lunch",
    None,
]
TITLES = ["Bike", "Caf\u00e9", "Cafe\u0301", "Bike\u00a0", " ", "May 5, 2021"]
DAYS = ["May 5, 2021", "June 1, 2021", None]
PEOPLE = ["a@x.org", "A@x.org", "b@x.org", "Night Watch", ""]
START = datetime(2021, 5, 5, 4, tzinfo=UTC)

times = st.none() | st.integers(0, 50).map(lambda hours: START + timedelta(hours=hours))
facts = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(SUBJECTS),
        "folder": st.sampled_from(["Inbox", "Inbox/2021", "(orphaned)"]),
        "to": st.lists(st.sampled_from(PEOPLE), max_size=3),
        "cc": st.lists(st.sampled_from(PEOPLE), max_size=2),
        "message_id": st.sampled_from([None, "<1@x>", "<2@x>"]),
        "submitted_at": times,
        "delivered_at": times,
        "title": st.sampled_from(TITLES),
        "day": st.sampled_from(DAYS),
        "html": st.booleans(),
    }
)


@pytest.fixture(scope="module")
def run(
    crosswalk: Crosswalk, body: dict[str, Build], mail_row: Build, write_mailbox: Build
) -> Callable[..., tuple[AlertTables, dict[str, bytes]]]:
    """Runs mailboxes (agency, source, facts, cuts) from partitions to tables, and returns their bytes."""

    def go(folder: Path, *mailboxes: tuple[str, str, Sequence[dict[str, Any]], Sequence[int]]) -> Any:
        sources = []
        for agency, source, mail, cuts in mailboxes:
            rows = []
            for n, fact in enumerate(mail):
                columns = {k: v for k, v in fact.items() if k not in {"title", "day", "html"}}
                text = body["text"](fact["title"], fact["day"], preheader=fact["title"])
                html = (
                    body["html"](fact["title"], fact["day"], preheader=fact["title"])
                    if fact["html"]
                    else None
                )
                rows.append(mail_row(n * 32 + 4, html=html, text=text, **columns))
            kept = [cut for cut in cuts if cut < len(rows)]
            sources.append(write_mailbox(rows, kept, agency=agency, source=source, folder=folder))
        parsed = parse_sources(sources, ZONES, crosswalk, folder / "work")
        made = tabulate_sources(parsed.sources, folder / "out")
        return made, published(folder)

    return go


@pytest.mark.slow
@settings(max_examples=25)
@given(
    one=st.lists(facts, max_size=12),
    two=st.lists(facts, max_size=6),
    cuts=st.lists(st.integers(1, 11), max_size=5),
)
def test_neither_partitions_nor_the_order_of_mailboxes_change_a_byte(
    run: Build, one: list[dict[str, Any]], two: list[dict[str, Any]], cuts: list[int]
) -> None:
    first = ("lapd", "aaaaaaaaaaaa", one)
    second = ("lapd", "bbbbbbbbbbbb", two)
    third = ("sfpd", "aaaaaaaaaaaa", one)
    with TemporaryDirectory() as whole, TemporaryDirectory() as parted:
        made, plain = run(Path(whole), (*first, []), (*second, []), (*third, []))
        _, cut = run(Path(parted), (*third, cuts), (*second, cuts), (*first, cuts))
    assert plain == cut
    assert made.messages == 2 * len(one) + len(two)
    assert sum(sum(folder.kinds.values()) for folder in made.folders) == made.messages
    assert sum(folder.parsed for folder in made.folders) == made.emails_over_unique
    assert all(f.alert_messages == f.parsed + f.quarantined for f in made.folders)


@pytest.mark.slow
@settings(max_examples=25)
@given(mail=st.lists(facts, min_size=1, max_size=15), seed=st.randoms(use_true_random=False))
def test_the_order_of_messages_changes_no_alert_and_no_count(
    run: Build, mail: list[dict[str, Any]], seed: Any
) -> None:
    shuffled = list(mail)
    seed.shuffle(shuffled)
    same = [table.name for table in (*schema.PRIVATE, *schema.PUBLIC) if table.name not in UNSAME]
    with TemporaryDirectory() as one, TemporaryDirectory() as two:
        _, straight = run(Path(one), ("lapd", "aaaaaaaaaaaa", mail, []))
        _, mixed = run(Path(two), ("lapd", "aaaaaaaaaaaa", shuffled, []))
    assert {name: straight[f"{name}.parquet"] for name in same} == {
        name: mixed[f"{name}.parquet"] for name in same
    }


# These name nodes (or are another room's): another order gives messages other nodes.
UNSAME = {"private/messages", "private/quarantine", "private/sources", "public/ledger"}
UNSAME |= {"private/not_mail_classes", "private/not_read", "private/other_files", "public/not_mail"}


@pytest.mark.long
@settings(max_examples=25)
@given(mail=st.lists(facts, max_size=15))
def test_the_tables_agree_with_a_plain_count(run: Build, mail: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        made, _ = run(Path(folder), ("lapd", "aaaaaaaaaaaa", mail, [4]))
        read = {name: read_table(TABLES[name], Path(folder) / "out").to_pylist() for name in made.paths}
    keys: Counter[tuple[Any, ...]] = Counter()
    reached: dict[tuple[Any, ...], set[str]] = {}
    for message in read["private/messages"]:
        fact = mail[(message["node_id"] - 4) // 32]
        people = {name.lower() for name in (*fact["to"], *fact["cc"]) if name}
        if message["kind"] not in {"crime alert", "safety alert"} or not fact["title"].strip():
            continue
        moment = fact["delivered_at"] or fact["submitted_at"]
        day = fact["day"] or (moment and f"{moment - timedelta(hours=7):%B %-d, %Y}")
        key = (
            message["kind"],
            day,
            {"Bike\u00a0": "Bike", "Cafe\u0301": "Caf\u00e9"}.get(fact["title"], fact["title"]),
        )
        keys[key] += 1
        reached.setdefault(key, set()).update(people)
    found = {
        (a["kind"], a["alert_date"] and f"{a['alert_date']:%B %-d, %Y}", a["title"]): (
            a["emails"],
            a["recipients"],
        )
        for a in read["private/alerts"]
    }
    assert found == {key: (n, len(reached[key])) for key, n in keys.items()}
    assert Counter(m["kind"] for m in read["private/messages"]) == {
        r["kind"]: r["emails"] for r in read["public/kinds"]
    }


def test_without_mailboxes_the_tables_are_empty(tmp_path: Path) -> None:
    made = tabulate_sources([ParsedSource("lapd", "aaaaaaaaaaaa", ())], tmp_path)
    assert (made.messages, made.unique_alerts, made.emails_over_unique, made.folders) == (0, 0, 0, ())
    for name, path in made.paths.items():
        assert read_table(TABLES[name], tmp_path).num_rows == 0
        assert path == tmp_path / f"{name}.parquet"


def test_mailboxes_are_parsed_and_every_table_is_written(
    mailbox: Build, mail_row: Build, crosswalk: Crosswalk, tmp_path: Path
) -> None:
    sources = [mailbox([mail_row(1), mail_row(2)])]
    seen: list[tuple[int, int]] = []
    parsed = parse_sources(
        sources, {"lapd": "UTC"}, crosswalk, tmp_path / "work", on_progress=lambda *n: seen.append(n)
    )
    made = tabulate_parsed(parsed, sources, tmp_path / "out")
    assert (made.messages, made.unique_alerts, seen[-1]) == (2, 1, (1, 1))
    assert {path.relative_to(tmp_path / "out").as_posix() for path in made.paths.values()} == {
        *(
            f"private/{name}.parquet"
            for name in ("messages", "alerts", "recipients", "people", "subjects_to_review", "quarantine")
        ),
        *(
            f"public/{name}.parquet"
            for name in ("kinds", "subjects", "alerts_by_month", "recipients_per_alert")
        ),
    }


def test_mailboxes_that_were_not_parsed_do_not_vanish_silently(
    mailbox: Build, mail_row: Build, crosswalk: Crosswalk, tmp_path: Path
) -> None:
    source = mailbox([mail_row(1)])
    parsed = parse_sources([source], {"lapd": "UTC"}, crosswalk, tmp_path / "work")
    with pytest.raises(ValueError, match="not those of this run"):
        tabulate_parsed(parsed, [source, replace(source, agency="sfpd")], tmp_path / "out")
