"""Five hundred damaged mailboxes through the whole reader, in child processes; with TEST_FUZZ=8 two thousand.

A red test names seeds; ``tests/faults/reading.py`` says how to see one again.
"""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tasks.mail.ndb import LocalFile
from tasks.mail.outcomes import Mail, NotMail
from tasks.mail.partitions import partition_file
from tasks.mail.read import Failure, Outcome
from tasks.mail.settings import MailSettings
from tasks.mail.spans import read_span_apart, span_of
from tests.faults.judge import Taken, judge, planned
from tests.faults.mutations import KINDS, Mutant
from tests.faults.reading import MEMORY_BYTES, Bench
from tests.faults.sources import Source, found, written
from tests.faults.watch import watch

BATCH = 125
BATCHES = int(os.environ.get("TEST_FUZZ", "2"))
"""Of each kind of mailbox; with two, each kind of damage comes seven times to each.

A batch begins with a second in which its child starts and reads what is sound.
"""

LIMIT_SECONDS = 20.0
"""A hundred times what a mutant takes, because the machine may be busy."""

OPEN: frozenset[str] = frozenset()
"""Kinds of damage with a known fault; there are none."""


@pytest.fixture(scope="session")
def synthetic_sources(tmp_path_factory) -> list[Source]:
    return written(tmp_path_factory.mktemp("fuzz") / "sound")


@pytest.fixture(scope="session")
def real_sources(real) -> list[Source]:
    return found(real)


def survive(seeds: range, sources: list[Source], folder: Path) -> None:
    """Try the seeds; whatever is wrong with any of them fails the test."""
    records = watch(seeds, sources, folder, limit=LIMIT_SECONDS)
    assert [record["seed"] for record in records] == list(seeds)
    wrong = []
    for record in records:
        faults = list(record["faults"])
        if record["verdict"] in ("death", "hang"):
            faults += died(record, sources, folder)
        elif record["memory"] > MEMORY_BYTES:
            faults.append(f"the child has grown to {record['memory'] >> 20} MB")
        elif record.get("seconds", 0) > LIMIT_SECONDS:
            faults.append(f"took {record['seconds']:.0f} s")
        if faults and record.get("kind") not in OPEN:
            what = f"{record.get('source')}, {record.get('kind')}: {record.get('note')}"
            wrong.append(f"seed {record['seed']} ({what}): {faults}")
    assert not wrong, "\n".join(wrong)


def died(record: dict[str, Any], sources: list[Source], folder: Path) -> list[str]:
    """A mutant that killed its reader must cost at most one message when it is read as the run would."""
    if record["stage"] == "planning" and record["verdict"] == "hang":
        return ["hangs while the mailbox is listed, where no watchdog is"]
    bench = Bench(sources, folder)
    mutant = bench.mutant(record["seed"])
    path = folder / "killer.pst"
    path.write_bytes(mutant.data)
    sound = bench.sound(mutant.source)
    taken = apart(path, folder / "parts", sound)
    return judge(mutant, bench.anatomies[mutant.source], sound, taken).faults


def apart(path: Path, parts: Path, sound: Taken) -> Taken:
    """What a run makes of a mailbox that killed its reader, from the partition on disk.

    Folders have no names: libpff is not asked for them then. Of items that are not mail the partition
    has only the number; they are assumed to be unchanged.
    """
    with LocalFile(path) as file:
        taken, plan = planned(file, names=False)
    if plan is None:
        return taken
    count = len(plan.nodes)
    settings = MailSettings(watchdog_seconds=LIMIT_SECONDS / 4)
    summary = read_span_apart(span_of(plan, path, (0, count), parts, settings))
    rows = pq.read_table(parts / partition_file(0, count)).drop(["folder", "embedded_as"]).to_pylist()
    outcomes: dict[int, Outcome] = {
        row["node_id"]: Mail(**{**row, "path": ""}) for row in rows if row["path"] is None
    }
    outcomes |= {row.node_id: Failure(row.node_id, row.reason, row.detail) for row in summary.quarantine}
    left = {outcome.node_id: outcome for outcome in sound.outcomes if isinstance(outcome, NotMail)}
    taken.outcomes = [outcomes.get(nid) or left[nid] for nid in taken.nodes]
    return taken


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_damaged_synthetic_mailbox_loses_and_changes_nothing_silently(batch, synthetic_sources, tmp_path):
    survive(range(batch * BATCH, (batch + 1) * BATCH), synthetic_sources, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES, 2 * BATCHES))
def test_a_damaged_real_mailbox_loses_and_changes_nothing_silently(batch, real_sources, tmp_path):
    survive(range(batch * BATCH, (batch + 1) * BATCH), real_sources, tmp_path)


# --- the test itself is tested: a fuzz test that can find nothing finds nothing --------------------


def test_a_child_that_dies_costs_its_own_seed_which_is_then_read_separately(synthetic_sources, tmp_path):
    records = watch(range(3, 6), synthetic_sources[:1], tmp_path, kill=4)
    assert [(record["seed"], record["verdict"]) for record in records[1:2]] == [(4, "death")]
    assert records[1]["how"] == "SIGSEGV"
    assert {records[0]["source"], records[2]["source"]} == {"plain"}
    assert not died(records[1], synthetic_sources[:1], tmp_path)


def test_the_memory_of_a_child_is_its_own_and_not_that_of_the_test(synthetic_sources, tmp_path):
    large = bytearray(MEMORY_BYTES)
    large[:: 1 << 12] = b"x" * len(large[:: 1 << 12])
    records = watch(range(3, 4), synthetic_sources[:1], tmp_path)
    assert len(large) == MEMORY_BYTES
    assert 0 < records[0]["memory"] < MEMORY_BYTES


@pytest.mark.slow
def test_a_child_that_hangs_is_ended_and_the_next_seed_is_tried(synthetic_sources, tmp_path):
    records = watch(range(3, 5), synthetic_sources[:1], tmp_path, limit=10, hang=3)
    assert [record["verdict"] for record in records][:1] == ["hang"]
    assert records[1]["source"] == "plain"


def test_a_hang_while_listing_a_mailbox_is_a_fault(synthetic_sources, tmp_path):
    assert died({"seed": 3, "verdict": "hang", "stage": "planning"}, synthetic_sources, tmp_path)


@pytest.fixture
def bench(synthetic_sources, tmp_path) -> Bench:
    return Bench(synthetic_sources[:1], tmp_path)


def verdict(
    bench: Bench, taken: Taken, *, sealed: bool = False, reach: frozenset[str | int] = frozenset({"index"})
) -> Any:
    kind = next(kind for kind in KINDS if kind.sealed == sealed)
    return judge(
        Mutant(0, "plain", kind, b"", "", reach), bench.anatomies["plain"], bench.sound("plain"), taken
    )


def test_the_judge_finds_no_fault_with_an_equal_mailbox(bench):
    assert verdict(bench, bench.sound("plain")).verdict == "equal"


def test_the_judge_sees_a_silent_change(bench):
    taken = bench.sound("plain")
    changed = [replace(taken.outcomes[0], subject="x"), *taken.outcomes[1:]]
    assert verdict(bench, replace(taken, outcomes=changed)).faults
    assert not verdict(bench, replace(taken, outcomes=changed), sealed=True).faults
    assert verdict(bench, replace(taken, outcomes=changed), sealed=True, reach=frozenset()).faults


def test_the_judge_sees_a_silent_loss_and_allows_a_reported_one(bench):
    taken = bench.sound("plain")
    fewer = replace(taken, outcomes=taken.outcomes[1:], nodes=taken.nodes[1:], listed=len(taken.nodes) - 1)
    assert verdict(bench, fewer).faults
    assert not verdict(bench, replace(fewer, listed=None, damages=1)).faults
    assert verdict(bench, replace(fewer, listed=None)).faults


def test_the_judge_sees_a_message_without_an_outcome(bench):
    taken = bench.sound("plain")
    assert verdict(bench, replace(taken, outcomes=taken.outcomes[1:]), sealed=True).faults


def test_the_judge_allows_quarantine_where_the_damage_is_and_nowhere_else(bench):
    taken = bench.sound("plain")
    nid = taken.nodes[0]
    failed = replace(taken, outcomes=[Failure(nid, "checksum", "of a block"), *taken.outcomes[1:]])
    own = next(block.bid for block in bench.anatomies["plain"].blocks.values() if nid in block.owners)
    other = next(
        block.bid for block in bench.anatomies["plain"].blocks.values() if taken.nodes[1] in block.owners
    )
    assert not verdict(bench, failed, reach=frozenset({own})).faults
    assert verdict(bench, failed, reach=frozenset({other})).faults


def test_the_judge_sees_a_mailbox_refused_for_no_reason(bench):
    refused = Taken(refused="its index is destroyed")
    assert verdict(bench, refused, reach=frozenset({"index"})).faults
    assert not verdict(bench, refused, reach=frozenset({"index", "root"})).faults
