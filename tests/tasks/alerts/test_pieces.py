"""In any pieces, and on workers, the tables have the bytes that one process gives them (method 4.11)."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client

from data.schema import TABLES
from data.settings import APART, COUNT
from tasks.alerts import agencies
from tasks.alerts.batches import UNPACKED
from tasks.alerts.pieces import Limits, cut
from tasks.alerts.results import AlertTables, ParsedSource
from tasks.alerts.tabulate import tabulate_sources
from tests.outputs import contents
from tests.tasks.alerts.in_one_process import write_in_one_process

SCHEMA = TABLES["work/parsed"].arrow
MOMENT = datetime(2021, 5, 5, 12, tzinfo=UTC)
PEOPLE = ["ann@x.org", "'Ann@X.org'", "bo@x.org", "Lee, Cy", "/o=c/cn=cy", "/o=c/cn=dee", "<>"]
PAIRS = ["/o=c/cn=cy\tLee, Cy", "/o=c/cn=ann\tann@x.org", "/o=c/cn=ann\tbo@x.org", "/o=c/cn=dee\tLee, Cy"]
ONE_FILE = Limits(rows=1)
"""No file fits into a piece with another."""


def message(draw: random.Random, node: int, path: str | None) -> dict[str, Any]:
    """A parsed message, of few values, so that many are equal in some of them."""
    kind = draw.choice(["crime alert", "safety alert", "unclassified", "safety tip"])
    alert = kind.endswith("alert") and draw.random() < 0.9
    name = draw.choice([None, None, "<1@x>", " <1@x> ", "<2@x>", f"<{node}@x>"])
    known = name is not None
    sent = draw.choice([None, MOMENT, MOMENT + timedelta(hours=draw.randrange(3))])
    return {
        "node_id": node,
        "folder": draw.choice(["Inbox", "Inbox/2021"]),
        "message_id": name,
        "subject": draw.choice([None, "Lunch", f"Lunch {draw.randrange(9)}"]),
        "to": draw.sample(PEOPLE, draw.randrange(4)),
        "cc": draw.sample(PEOPLE, draw.randrange(2)),
        "exchange": draw.sample(PAIRS, draw.randrange(3)),
        "submitted_at": sent,
        "delivered_at": draw.choice([None, MOMENT]),
        "submitted_from": None if sent is None else draw.choice(["message", "Date header"]),
        "content_id": f"{draw.randrange(6):032x}",
        "mih": f"{name and name.strip()}" if known else None,
        "kind": kind,
        "pattern": "" if kind == "unclassified" else kind,
        "alert_date": draw.choice([None, date(2021, 5, 5), date(1601, 1, 1)]) if alert else None,
        "title": draw.choice(["Bike", "Car"]) if alert else None,
        "description": draw.choice(["", "Gone"]) if alert else None,
        "reason": "no title" if kind.endswith("alert") and not alert else None,
        "detail": "html" if kind.endswith("alert") and not alert else None,
        "path": path,
        "embedded_as": None if path is None else draw.choice(["attached", "attached", "carried"]),
    }


def mailbox(folder: Path, draw: random.Random, agency: str, source: str, size: int) -> ParsedSource:
    """A parsed mailbox in files of a few messages."""
    rows = []
    for number in range(size):
        node = 4 + 32 * number
        rows.append(message(draw, node, None))
        rows += [message(draw, node, f"{node}/{n}") for n in range(draw.choice([0, 0, 0, 1, 3]))]
    files: list[Path] = []
    while rows:
        size = draw.randrange(1, 5)
        some, rows = rows[:size], rows[size:]
        files.append(folder / f"{agency}-{source}-{len(files):05}.parquet")
        pq.write_table(pa.Table.from_pylist(some, schema=SCHEMA), files[-1])
    return ParsedSource(agency, source, tuple(files))


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> list[ParsedSource]:
    """Five mailboxes of three agencies, one of which is in two of them, and one without messages."""
    folder, draw = tmp_path_factory.mktemp("parsed"), random.Random(7)
    one = mailbox(folder, draw, "a", "aaaaaaaaaaaa", 24)
    return [
        mailbox(folder, draw, "b", "bbbbbbbbbbbb", 12),
        one,
        mailbox(folder, draw, "a", "cccccccccccc", 12),
        ParsedSource("b", "aaaaaaaaaaaa", one.files),
        ParsedSource("c", "dddddddddddd", ()),
    ]


@pytest.fixture(scope="module", params=[APART, COUNT])
def expected(
    request: pytest.FixtureRequest, parsed: Sequence[ParsedSource], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, bytes]]:
    """The setting of attached messages, and the tables as one process makes them."""
    out = tmp_path_factory.mktemp("expected")
    write_in_one_process(parsed, out, request.param)
    return request.param, contents(out)


@pytest.mark.long(5)
@pytest.mark.parametrize("limits", [Limits(rows=10), Limits(rows=40), Limits(), ONE_FILE, Limits(bytes=1)])
def test_the_tables_have_the_same_bytes_in_any_pieces(
    parsed: Sequence[ParsedSource], expected: tuple[str, dict[str, bytes]], tmp_path: Path, limits: Limits
):
    embedded, tables = expected
    made = tabulate_sources(parsed, tmp_path / "out", embedded, limits=limits)
    assert contents(tmp_path / "out") == tables
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]
    assert sum(sum(count.kinds.values()) for count in made.folders) == made.messages


@pytest.fixture
def on_workers(threads: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Workers that are given even a little to do."""
    monkeypatch.setattr(agencies, "HERE", 0)
    return threads


@pytest.mark.slow
@pytest.mark.parametrize("rows", [80, 10])
def test_workers_give_the_same_bytes_and_counts(
    parsed: Sequence[ParsedSource],
    expected: tuple[str, dict[str, bytes]],
    tmp_path: Path,
    on_workers: Client,
    rows: int,
):
    embedded, tables = expected
    here = tabulate_sources(parsed, tmp_path / "here", embedded)
    made = tabulate_sources(parsed, tmp_path / "out", embedded, client=on_workers, limits=Limits(rows=rows))
    assert contents(tmp_path / "out") == tables
    assert plain(made) == plain(here)


def plain(made: AlertTables) -> dict[str, Any]:
    fields = {name: getattr(made, name) for name in made.__dataclass_fields__}
    return {name: value for name, value in fields.items() if name != "paths"}


def test_an_agency_is_cut_where_no_message_is_apart_from_what_is_attached_to_it(
    parsed: Sequence[ParsedSource],
):
    found = cut(parsed, ONE_FILE)
    assert list(found) == ["a", "b", "c"]
    assert found["c"] == ()
    for pieces in found.values():
        seen: list[tuple[str, int]] = []
        for piece in pieces:
            nodes = {
                (source.source, node)
                for source in piece.sources
                for file in source.files
                for node in pq.read_table(file, columns=["node_id"]).column("node_id").to_pylist()
            }
            assert not seen or min(nodes) > max(seen)
            seen += nodes
        assert [piece.number for piece in pieces] == list(range(len(pieces)))
    assert len(found["a"]) > 10
    assert [piece.first for piece in found["a"][:2]] == [0, found["a"][0].rows]


def test_a_piece_is_as_large_as_its_rows_are_in_memory(tmp_path: Path):
    """Equal texts are one in a file: what it takes there says little."""
    draw = random.Random(1)
    files: list[Path] = []
    for number in range(4):
        rows = pa.Table.from_pylist([message(draw, 4 + 32 * number, None)], schema=SCHEMA)
        files.append(tmp_path / f"{number}.parquet")
        pq.write_table(rows.replace_schema_metadata({UNPACKED: b"1000000"}), files[-1])
    source = ParsedSource("a", "aaaaaaaaaaaa", tuple(files))
    assert len(cut([source], Limits(bytes=2_500_000))["a"]) == 2


def test_the_files_of_a_mailbox_are_taken_in_order_of_their_messages(
    parsed: Sequence[ParsedSource], expected: tuple[str, dict[str, bytes]], tmp_path: Path
):
    embedded, tables = expected
    turned = [ParsedSource(each.agency, each.source, each.files[::-1]) for each in parsed]
    tabulate_sources(turned, tmp_path / "out", embedded, limits=Limits(rows=10))
    assert contents(tmp_path / "out") == tables


@pytest.mark.parametrize(
    "unparsed",
    [
        {"reason": None, "detail": None},
        {"kind": "crime alert", "title": None, "description": None, "reason": "no title", "detail": "no row"},
    ],
    ids=["parsed", "none of them can be parsed"],
)
def test_what_comes_back_from_the_workers_does_not_grow_with_the_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unparsed: dict[str, Any]
):
    """The flow's process holds counts and paths, also of alerts that could not be parsed."""
    sizes: list[int] = []

    def run(_client: object, function: Callable[[Any], Any], works: Sequence[Any]) -> list[Any]:
        done = [function(work) for work in works]
        sizes.append(len(pickle.dumps(done)))
        return done

    monkeypatch.setattr(agencies, "HERE", 0)
    monkeypatch.setattr("tasks.scatter.run_each", run)
    monkeypatch.setattr("tasks.alerts.tabulate.run_each", run)
    client: Any = object()
    returned: list[list[int]] = []
    for size in (40, 400):
        draw = random.Random(size)
        rows = [message(draw, 4 + 32 * n, None) | unparsed for n in range(size)]
        for row in rows:
            row["subject"] = f"{row['subject']} {row['node_id']}"
        path = tmp_path / f"{size}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path)
        sources = [ParsedSource(agency, "aaaaaaaaaaaa", (path,)) for agency in ("a", "b")]
        made = tabulate_sources(sources, tmp_path / f"out-{size}", client=client)
        returned.append([*sizes, len(pickle.dumps(made))])
        stopped = pq.read_metadata(tmp_path / f"out-{size}/private/quarantine.parquet").num_rows
        assert stopped == (size if unparsed["reason"] else 0)
        sizes.clear()
    few, many = returned
    assert len(few) == len(many) > 4
    assert all(more < 1.3 * less + 200 for less, more in zip(few, many, strict=True))
