"""Measures all that the simulation needs to know of a machine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.simulation.costs import (
    Costs,
    fit_gaps,
    fit_overhead,
    fit_pieces,
    order_of,
)
from benchmarks.simulation.kinds import BY_SPAN, LISTED, attachments_of
from benchmarks.simulation.overhead import measure_disk, measure_overhead, measure_waits
from benchmarks.simulation.samples import SAMPLES, mailboxes_of, prepare, record, tasks_of

WORKERS: Final = 2
Say = Callable[[str], None]


def measure(folder: Path, say: Say) -> Costs:
    """Record the samples, and measure Dask and the disk.

    Args:
        folder: Where synthetic investigations are written: on the disk that a site would share. Those that
            are there are taken.
        say: Told what is done.
    """
    records = {}
    for sample in SAMPLES:
        say(f"record {sample.name}")
        records[sample.name] = record(sample, folder, WORKERS)
    (folder / "records.json").write_text(json.dumps(records), encoding="utf-8")
    path = mailboxes_of(prepare(SAMPLES[0], folder))[0]
    say("measure the disk")
    disk = measure_disk(path)
    say("measure Dask")
    alone = measure_overhead()
    costs = costs_of(records, [each.name for each in SAMPLES if each.what != "alerts"], alone, disk)
    say("measure how hashing and reading wait for the disk")
    return replace(costs, pieces=measure_waits(path, costs.pieces))


def costs_of(records: Mapping[str, Any], whole: Sequence[str], alone: Any, disk: Any) -> Costs:
    """The costs, of what was recorded.

    Args:
        records: By sample; the first is in the proportions of the published investigation.
        whole: The samples that are whole runs.
        alone: The overhead, by itself.
        disk: The disk.
    """
    runs = [records[name] for name in whole]
    first = runs[0]
    hashed = [task["sizes"] for task in tasks_of(first) if task["kind"] in LISTED]
    messages = first["sizes"]["messages"]
    return Costs(
        order=order_of(first),
        # What a message costs depends on what is in it: only the first is like real mail.
        pieces={**fit_pieces(records.values()), **fit_pieces([first], BY_SPAN)},
        gaps=fit_gaps(records.values(), runs),
        overhead=fit_overhead(runs, alone),
        disk=disk,
        start=min(run["phases"][0]["begin"] for run in runs),
        stop=min(run["wall"] - run["phases"][-1]["end"] - run["last"]["cpu"] for run in runs),
        own=max(run["memory"] - sum(task["result"] for task in tasks_of(run)) for run in runs),
        mail={
            "bytes": sum(each["bytes"] for each in hashed) / messages,
            "attachments": attachments_of(list(tasks_of(first))) / messages,
        },
        cpus=len(os.sched_getaffinity(0)),
        measured=[
            f"{name}: {record['sizes']['agencies']:,} agencies, {record['sizes']['messages']:,} messages, "
            f"{sum(1 for _ in tasks_of(record)):,} pieces"
            for name, record in records.items()
        ],
    )
