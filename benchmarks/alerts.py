"""Unique alerts, recipients and copies of many messages: time, and the memory of every process.

The messages are made up as they are after parsing, in files of a thousand, in the proportions of the
published investigation (15 mails to an alert). Run it as ``python benchmarks/alerts.py 200000 --workers 2``;
what it writes is taken away at the end, but for messages that were asked for with ``--folder``.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import shutil
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.schema import TABLES
from tasks.alerts.results import ParsedSource
from tasks.alerts.tabulate import tabulate_sources

FILE = 1_000
"""Messages of a file."""
BOX = 25_000
"""Messages of a mailbox."""
PER_ALERT = 15
START = datetime(2020, 1, 1, tzinfo=UTC)
WORDS = ("car", "window", "porch", "night", "package", "bike", "gone", "seen", "camera", "street", "lock")


def hashed(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def rows_of(agency: int, first: int, count: int) -> pa.Table:
    """Messages of an agency, from a number on."""
    draw = np.random.default_rng([agency, first])
    officers = draw.integers(0, 2_000, count)
    words = draw.integers(0, len(WORDS), (count // PER_ALERT + 2, 60))
    columns: dict[str, list[object]] = {name: [] for name in TABLES["work/parsed"].arrow.names}
    for place in range(count):
        number = first + place
        alert = number // PER_ALERT
        told = [WORDS[word] for word in words[alert - first // PER_ALERT]]
        moment = START + timedelta(minutes=7 * alert)
        officer = f"officer.{officers[place]:04}@agency{agency}.example.org"
        copy = number % 40 == 39
        name = f"<{number - copy}.{alert}@mail{agency}.example.org>"
        values = {
            "node_id": 4 + 32 * number,
            "folder": "Top of Outlook data file/Inbox",
            "message_id": None if number % 50 == 7 else name,
            "subject": "A Resident Posted a Crime Incident",
            "sender": "no-reply@alerts.example.org",
            "to": [officer],
            "cc": [],
            "exchange": [],
            "submitted_at": moment,
            "delivered_at": moment,
            "submitted_from": "message",
            "content_id": hashed(f"{agency} {alert}"),
            "mih": None if number % 50 == 7 else hashed(name),
            "kind": "crime alert",
            "template": "alert-title",
            "pattern": "A Resident Posted a Crime Incident",
            "alert_date": date(2020, 1, 1) + timedelta(days=alert % 900),
            "title": " ".join(told[:5]),
            "description": f"{alert} " + " ".join(told[5:]),
        }
        for column, held in columns.items():
            held.append(values.get(column))
    return pa.table(columns, schema=TABLES["work/parsed"].arrow)


def write(folder: Path, messages: int, agencies: int) -> list[ParsedSource]:
    """Write parsed messages, shared out between some agencies."""
    sources = []
    for agency in range(agencies):
        total = messages // agencies
        for box, start in enumerate(range(0, total, BOX)):
            files = []
            for first in range(start, min(start + BOX, total), FILE):
                path = folder / f"{agency}-{first:08}.parquet"
                rows = rows_of(agency, first, min(FILE, total - first))
                rows = rows.replace_schema_metadata({b"unpacked": str(rows.nbytes).encode()})
                pq.write_table(rows, path, compression="zstd")
                files.append(path)
            source = hashlib.sha256(f"{agency} {box:06}".encode()).hexdigest()[:12]
            sources.append(ParsedSource(f"agency{agency}", source, tuple(files)))
    return sources


def most_memory() -> int:
    """The most memory that this process has had, in MB of a million bytes."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.split("VmHWM:")[1].split()[0]) * 1024 // 1_000_000


def seconds_of_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Make the messages, then the tables; print a row of the table in ``docs/performance.md``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("messages", type=int)
    parser.add_argument("--agencies", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2, help="0 to do all in this process")
    parser.add_argument(
        "--folder", type=Path, help="messages that an earlier call made, or where to keep them"
    )
    given = parser.parse_args()
    place = Path(tempfile.mkdtemp())
    messages = given.folder or place / "parsed"
    if not messages.exists():
        messages.mkdir(parents=True)
        sources = write(messages, given.messages, given.agencies)
    else:
        sources = write_none(messages, given.messages, given.agencies)
    try:
        measure(sources, place, given.workers)
    finally:
        shutil.rmtree(place)


def write_none(folder: Path, messages: int, agencies: int) -> list[ParsedSource]:
    """The mailboxes of messages that are there."""
    sources = []
    for agency in range(agencies):
        total = messages // agencies
        for box, start in enumerate(range(0, total, BOX)):
            source = hashlib.sha256(f"{agency} {box:06}".encode()).hexdigest()[:12]
            ends = range(start, min(start + BOX, total), FILE)
            files = tuple(folder / f"{agency}-{first:08}.parquet" for first in ends)
            sources.append(ParsedSource(f"agency{agency}", source, files))
    return sources


def measure(sources: list[ParsedSource], place: Path, workers: int) -> None:
    """Make the tables and print what it took."""
    before, client = most_memory(), None
    if workers:
        from distributed import Client, LocalCluster

        cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
        client = Client(cluster)
        for module in ("tasks.alerts.tabulate", "pandas"):  # as in a run, whose workers have loaded both
            client.run(__import__, module)
        started = most_memory()
        cpu = sum(client.run(seconds_of_cpu).values())
    else:
        started, cpu = before, 0.0
    start, own = time.perf_counter(), seconds_of_cpu()
    made = tabulate_sources(sources, place / "out", **({"client": client} if client else {}))
    wall, own = time.perf_counter() - start, seconds_of_cpu() - own
    in_workers = sum(client.run(seconds_of_cpu).values()) - cpu if client else 0.0
    largest = max(client.run(most_memory).values()) if client else 0
    print(
        f"| {made.messages:,} | {made.unique_alerts:,} | {workers} | {wall:.1f} | {own + in_workers:.1f} "
        f"| {own:.1f} | {started} | {most_memory()} | {largest} |"
    )
    for path in sorted((place / "out").rglob("*.*")):
        print(hashlib.file_digest(path.open("rb"), "sha256").hexdigest()[:16], path.name)
    if client:
        client.close()
        cluster.close()


if __name__ == "__main__":
    main()
