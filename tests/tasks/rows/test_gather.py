"""Each row counted once, whatever the files, the buckets and the workers."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client

import tasks.rows.gather
from data.errors import InputError
from tasks.rows.gather import buckets_for, gather_rows
from tasks.rows.large_tables import blocks
from tasks.rows.reader import Reader, Tidied, Wanted
from tasks.rows.results import GatheredRows

Files = list[tuple[str, Path]]


@pytest.fixture
def files(tmp_path: Path, rows: Callable, written: Callable) -> Files:
    """Three files with duplicates inside one and between them, bad words and missing places."""
    made = [rows(number) for number in range(900)]
    for number in range(0, 900, 13):
        made[number]["longitude"] = None
    again = [made[number] | {"latitude": 40.0, "word": "again"} for number in range(0, 900, 7)]
    parts = (made[:300] + again[:20], made[300:600] + again[20:90], made[600:] + again[90:])
    names = ("posts/a.csv", "posts/b.csv.gz", "posts/c.parquet")
    return [(name, written(tmp_path / name, part)) for name, part in zip(names, parts, strict=True)]


def plainly(files: Files, wanted: Wanted, once: bool = True) -> tuple[int, int, int, list[tuple]]:
    """Duplicates, bad words, rows without a place, and the others: a loop over the rows."""
    seen: set[str] = set()
    duplicates = bad = placeless = 0
    left = []
    for label, path in files:
        for block in blocks(path, label, wanted):
            for row in block.to_pylist():
                if once and row["id"] in seen:
                    duplicates += 1
                    continue
                seen.add(row["id"])
                if row["word"] == "bad":
                    bad += 1
                elif row["longitude"] is None:
                    placeless += 1
                else:
                    left.append((row["word"], row["longitude"], row["latitude"]))
    return duplicates, bad, placeless, sorted(left)


def placed(gathered: GatheredRows) -> list[tuple]:
    tables = [pq.read_table(path) for path in gathered.batches]
    return sorted((row["word"], row["lon"], row["lat"]) for table in tables for row in table.to_pylist())


@pytest.mark.long(4)
@pytest.mark.parametrize("buckets", [1, 4, 16])
@pytest.mark.parametrize("once", [True, False])
def test_each_row_is_counted_once_as_a_plain_loop_does(  # noqa: PLR0917 - fixtures
    threads: Client, files: Files, reader: Callable, count: Any, wanted: Wanted, tmp_path: Path,
    buckets: int, once: bool,
):  # fmt: skip
    reports: list[tuple[int, int]] = []
    found = gather_rows(
        files, reader(once), count, tmp_path / "work", threads,
        name="row", buckets=buckets, on_progress=lambda *now: reports.append(now),
    )  # fmt: skip
    duplicates, bad, placeless, left = plainly(files, wanted, once)
    assert (found.duplicates, found.counts) == (duplicates, {"bad": bad, "placeless": placeless})
    assert min(bad, placeless) > 20
    assert duplicates == (129 if once else 0)
    assert placed(found) == left
    assert [path.name for path in found.batches] == [f"row-{place:04d}.parquet" for place in range(buckets)]
    assert [file.file for file in found.files] == [label for label, _ in files]
    assert sum(file.rows for file in found.files) == duplicates + bad + placeless + len(left)
    assert reports == [(1, 3), (2, 3), (3, 3)]
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["batches"]


def test_of_two_equal_ids_the_first_in_order_of_files_and_rows_stays(  # noqa: PLR0917 - fixtures
    threads: Client, rows: Callable, written: Callable, reader: Callable, count: Any, tmp_path: Path
):
    first = written(tmp_path / "a.csv", [rows(1, latitude=1.0), rows(1, latitude=2.0)])
    second = written(tmp_path / "b.parquet", [rows(1, id=1, latitude=3.0), rows(2, id=2, latitude=4.0)])
    for order, expected in (((first, second), 1.0), ((second, first), 3.0)):
        files = [(f"posts/{place}", path) for place, path in enumerate(order)]
        found = gather_rows(files, reader(), count, tmp_path / "work", threads, buckets=4)
        assert found.duplicates == 2
        assert [row[2] for row in placed(found)] == [expected, 4.0]


@pytest.mark.long
def test_what_an_earlier_run_left_is_gone(
    threads: Client, files: Files, reader: Callable, count: Any, tmp_path: Path
):
    gather_rows(files, reader(), count, tmp_path / "work", threads, buckets=16)
    (tmp_path / "work" / "located").mkdir()
    found = gather_rows(files, reader(), count, tmp_path / "work", threads, buckets=2)
    assert sorted((tmp_path / "work" / "batches").iterdir()) == list(found.batches)
    assert not (tmp_path / "work" / "located").exists()


@pytest.mark.long
def test_an_error_names_the_file_and_the_row(  # noqa: PLR0917 - fixtures
    threads: Client, files: Files, rows: Callable, written: Callable, reader: Callable, count: Any,
    tmp_path: Path,
):  # fmt: skip
    bad = ("posts/d.csv", written(tmp_path / "posts/d.csv", [rows(1), rows(2, id="")]))
    with pytest.raises(InputError, match=r"posts/d.csv: column id, row 2: is empty"):
        gather_rows([*files, bad], reader(), count, tmp_path / "work", threads)


def test_a_file_that_changes_during_the_run_is_reported(
    threads: Client, files: Files, reader: Callable, count: Any, tmp_path: Path
):
    def copying(done: int, total: int) -> None:
        if done == 1:
            with files[0][1].open("a") as file:
                file.write("\n")

    with pytest.raises(InputError, match=r"posts/a.csv: changed during the run"):
        gather_rows(files, reader(), count, tmp_path / "work", threads, on_progress=copying)


@pytest.mark.long
def test_few_rows_are_in_one_bucket_and_many_in_buckets_of_a_million(  # noqa: PLR0917 - fixtures
    threads: Client, files: Files, reader: Callable, count: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    many = (0, 873_592, 2_000_000, 2_000_001, 87_000_000)
    assert [buckets_for(number) for number in many] == [1, 1, 1, 3, 87]
    assert len(gather_rows(files, reader(), count, tmp_path / "work", threads).batches) == 1
    monkeypatch.setattr(tasks.rows.gather, "_ONE_BUCKET", 100)
    monkeypatch.setattr(tasks.rows.gather, "_BUCKET", 100)
    assert len(gather_rows(files, reader(), count, tmp_path / "work", threads).batches) > 5


@dataclass(frozen=True)
class Deadly:
    """A reader, or a count, that kills its worker the first time it is used."""

    kind: Any
    mark: Path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "kind":  # while it is being unpickled
            raise AttributeError(name)
        return getattr(self.kind, name)

    def _die(self) -> None:
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    def tidied(self, block: pa.RecordBatch, label: str, before: int) -> Tidied:
        self._die()
        reader: Reader = self.kind
        return reader.tidied(block, label, before)

    def __call__(self, rows: pa.Table) -> Any:
        self._die()
        return self.kind(rows)


@pytest.mark.slow
def test_workers_and_their_deaths_change_nothing(  # noqa: PLR0917 - fixtures
    threads: Client,
    processes: Client,
    files: Files,
    reader: Callable,
    count: Any,
    wanted: Wanted,
    tmp_path: Path,
):
    expected = gather_rows(files, reader(), count, tmp_path / "work", threads, buckets=4)
    written = [path.read_bytes() for path in expected.batches]
    for place in range(2):
        marks = [tmp_path / f"{place}-{name}" for name in ("reading", "counting")]
        if place == 0:  # once with deaths, once without
            reading: Any = Deadly(reader(), marks[0])
            counting: Any = Deadly(count, marks[1])
        else:
            reading, counting = reader(), count
        found = gather_rows(files, reading, counting, tmp_path / "other", processes, buckets=4)
        assert [mark.exists() for mark in marks] == [place == 0] * 2
        assert (found.files, found.duplicates, found.counts) == (
            expected.files, expected.duplicates, expected.counts,
        )  # fmt: skip
        assert [path.read_bytes() for path in found.batches] == written
        assert [path.name for path in (tmp_path / "other" / "batches").iterdir() if path.name[0] == "."] == []
    assert plainly(files, wanted)[0] == expected.duplicates
