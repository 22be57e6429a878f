"""Partitions on disk: complete or absent, and together exactly the mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import InputError
from data.schema import TABLES
from tasks.mail.ndb import LocalFile
from tasks.mail.outcomes import Mail, NotMail
from tasks.mail.partitions import (
    PartitionSummary,
    Quarantined,
    clear_leftovers,
    finished,
    gaps,
    partition_file,
    read_summary,
    summaries,
    write_partition,
)
from tasks.mail.plan import plan_mailbox
from tasks.mail.read import Failure, Outcome, read_nodes
from tasks.mail.settings import MailSettings

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit

FOLDERS = dict.fromkeys(range(1000), "Top/Inbox")


@st.composite
def ranges(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    """A number of messages, and ranges of them that do not overlap."""
    total = draw(st.integers(0, 300))
    cuts = sorted(draw(st.sets(st.integers(0, total), max_size=12)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return total, draw(st.permutations(pairs))


@pytest.mark.long
@given(given_ranges=ranges(), size=st.integers(1, 100))
def test_gaps_and_finished_ranges_cover_every_message_exactly_once(
    given_ranges: tuple[int, list[tuple[int, int]]], size: int
):
    total, done = given_ranges
    left = gaps(total, done, size)
    covered = [place for start, stop in [*done, *left] for place in range(start, stop)]
    assert sorted(covered) == list(range(total))


@pytest.mark.long
@given(given_ranges=ranges(), size=st.integers(1, 100))
def test_no_gap_is_empty_or_longer_than_a_partition_and_they_are_in_order(
    given_ranges: tuple[int, list[tuple[int, int]]], size: int
):
    left = gaps(*given_ranges, size)
    assert all(1 <= stop - start <= size for start, stop in left)
    assert left == sorted(left)


@given(total=st.integers(1, 10_000), size=st.integers(1, 3_000))
def test_the_partitions_of_a_whole_mailbox_are_as_equal_as_possible(total: int, size: int):
    lengths = {stop - start for start, stop in gaps(total, [], size)}
    assert max(lengths) - min(lengths) <= 1


def mail(node: int, **given: object) -> Mail:
    made = Mail(node, "IPM.Note", subject=f"number {node}")
    for name, value in given.items():
        setattr(made, name, value)
    return made


def test_a_partition_has_its_mail_in_the_table_and_everything_else_in_its_summary(tmp_path: Path):
    outcomes: list[Outcome] = [
        mail(10, html="x" * 10, flaws=["text: odd"], to=["a@example.org"]),
        NotMail(11, "IPM.Contact"),
        Failure(12, "no good", "at all"),
        NotMail(13, "IPM.Contact"),
        NotMail(14, "IPM.Appointment"),
        mail(15),
    ]
    summary = write_partition(tmp_path / "new" / "parts", 4, 10, outcomes, FOLDERS)
    assert summary == PartitionSummary(
        4,
        10,
        2,
        {"IPM.Appointment": 1, "IPM.Contact": 2},
        (Quarantined(12, "Top/Inbox", "no good", "at all"),),
        without_body=1,
    )
    assert summary.accounted == 6
    path = tmp_path / "new" / "parts" / partition_file(4, 10)
    assert read_summary(path) == summary
    table = pq.read_table(path)
    assert table.schema.equals(TABLES["work/mail"].arrow)
    assert table["node_id"].to_pylist() == [10, 15]
    assert table["folder"].to_pylist() == ["Top/Inbox"] * 2
    assert table["flaws"].to_pylist() == [["text: odd"], []]


def test_a_partition_without_mail_is_written_too(tmp_path: Path):
    summary = write_partition(tmp_path, 0, 1, [NotMail(1, "")], FOLDERS)
    assert summaries(tmp_path, 1) == [summary]
    assert pq.read_table(tmp_path / partition_file(0, 1)).num_rows == 0


@pytest.mark.long
def test_large_mail_is_written_in_order_too(tmp_path: Path):
    outcomes = [mail(node, html="y" * (9 << 20)) for node in range(8)]
    write_partition(tmp_path, 0, 8, outcomes, FOLDERS)
    path = tmp_path / partition_file(0, 8)
    assert pq.read_metadata(path).num_row_groups > 1  # so memory is bounded
    assert pq.read_table(path, columns=["node_id"])["node_id"].to_pylist() == list(range(8))


def test_nothing_is_left_if_reading_fails_midway(tmp_path: Path):
    def breaking() -> Iterator[Outcome]:
        yield mail(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_partition(tmp_path, 0, 2, breaking(), FOLDERS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_partition_with_too_few_or_too_many_outcomes_is_not_written(tmp_path: Path, count: int):
    with pytest.raises(ValueError, match=f"{count} outcomes for 2 messages"):
        write_partition(tmp_path, 0, 2, [mail(node) for node in range(count)], FOLDERS)
    assert list(tmp_path.iterdir()) == []


def test_a_partition_that_fails_leaves_the_earlier_one_unchanged(tmp_path: Path):
    write_partition(tmp_path, 0, 1, [mail(1)], FOLDERS)
    before = (tmp_path / partition_file(0, 1)).read_bytes()
    with pytest.raises(ValueError, match="0 outcomes"):
        write_partition(tmp_path, 0, 1, [], FOLDERS)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def test_a_partition_has_the_same_bytes_each_time_it_is_written(tmp_path: Path):
    for name in ("one", "two"):
        write_partition(tmp_path / name / "aa-reader", 0, 2, [mail(1), Failure(2, "r", "d")], FOLDERS)
    assert (tmp_path / "one/aa-reader" / partition_file(0, 2)).read_bytes() == (
        tmp_path / "two/aa-reader" / partition_file(0, 2)
    ).read_bytes()


def test_the_names_of_partitions_sort_as_their_ranges_do():
    wanted = [(0, 7), (0, 10), (7, 100), (99, 100), (1000, 20_000_000), (20_000_000, 20_000_001)]
    assert sorted(partition_file(*one) for one in wanted) == [partition_file(*one) for one in sorted(wanted)]


def test_of_overlapping_ranges_one_is_used_and_none_twice(tmp_path: Path):
    for start, stop in [(0, 4), (0, 10), (4, 10), (6, 8)]:
        write_partition(tmp_path, start, stop, [mail(node) for node in range(start, stop)], FOLDERS)
    assert finished(tmp_path, 10) == [(0, 4), (4, 10)]
    clear_leftovers(tmp_path, 10)
    assert sorted(path.name for path in tmp_path.iterdir()) == [partition_file(0, 4), partition_file(4, 10)]


def test_half_written_and_unknown_files_are_not_taken_for_partitions(tmp_path: Path):
    (tmp_path / f".{partition_file(0, 5)}.4711.partial").write_bytes(b"PAR1")
    (tmp_path / "notes.txt").write_text("mine")
    assert finished(tmp_path, 5) == []
    assert finished(tmp_path / "absent", 5) == []


def test_a_parquet_file_of_another_program_is_an_error_that_says_what_to_do(tmp_path: Path):
    path = tmp_path / partition_file(0, 5)
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(InputError, match=rf"{path.name}: was damaged during the run; run again"):
        read_summary(path)


def test_a_partition_cut_by_a_power_failure_is_an_error_that_says_what_to_do(tmp_path: Path):
    write_partition(tmp_path, 0, 1, [mail(1)], FOLDERS)
    path = tmp_path / partition_file(0, 1)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=rf"{path.name}.*run again"):
        summaries(tmp_path, 1)


@pytest.mark.long
@pytest.mark.parametrize("size", [100, 50, 13, 1])
def test_partitions_of_any_size_hold_the_same_table(alerts_box: Box, kit: Kit, tmp_path: Path, size: int):
    whole = tmp_path / "whole"
    with LocalFile(alerts_box.path) as file:
        plan = plan_mailbox(file)
        for folder, ranges_ in ((whole, [(0, 100)]), (tmp_path / "parts", gaps(100, [], size))):
            for start, stop in ranges_:
                nodes = [plan.node(place) for place in range(start, stop)]
                outcomes = read_nodes(file, plan.header, nodes, MailSettings(extract=9))
                write_partition(folder, start, stop, outcomes, plan.folder_names(start, stop))
    assert kit.partition_tables(tmp_path / "parts").equals(kit.partition_tables(whole))
    assert kit.partition_tables(whole)["node_id"].to_pylist() == sorted(alerts_box.nodes)
    assert sum(part.accounted for part in summaries(tmp_path / "parts", 100)) == 100


def test_of_a_resumed_mailbox_only_what_is_missing_is_read(alerts_box: Box, kit: Kit, tmp_path: Path):
    asked: list[int] = []
    with LocalFile(alerts_box.path) as file:
        plan = plan_mailbox(file)
        for size, first in ((30, 2), (17, 9)):
            for start, stop in gaps(100, finished(tmp_path, 100), size)[:first]:
                asked += range(start, stop)
                nodes = [plan.node(place) for place in range(start, stop)]
                outcomes = read_nodes(file, plan.header, nodes, MailSettings())
                write_partition(tmp_path, start, stop, outcomes, plan.folder_names(start, stop))
    assert sorted(asked) == list(range(100))
    assert kit.partition_tables(tmp_path)["node_id"].to_pylist() == sorted(alerts_box.nodes)
