"""The runs that are recorded: of synthetic investigations, each in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.simulation.kinds import LISTED

ROOT: Final = Path(__file__).resolve().parents[2]
QUIET: Final = "[report]\nmake = false\n"
"""The report is not made: it depends on tables, and not on how much mail there is."""


@dataclass(frozen=True)
class Sample:
    """Something to record.

    Attributes:
        name: Its folder.
        what: ``published``: mail in the proportions of the published investigation; ``agencies``: one
            mailbox of each agency, without pictures; ``alerts``: parsed messages, made into tables alone.
        scale: Of the published investigation.
        agencies: How many.
        messages: In all.
    """

    name: str
    what: str
    scale: float = 0.0
    agencies: int = 0
    messages: int = 0


SAMPLES: Final = (
    Sample("published", "published", scale=0.06),
    Sample("agencies", "agencies", agencies=12, messages=7_200),
    Sample("messages", "agencies", agencies=4, messages=120_000),
    Sample("few-alerts", "alerts", agencies=4, messages=200_000),
    Sample("many-alerts", "alerts", agencies=40, messages=80_000),
)
"""On these the costs are measured, with two workers. They have more than ``tasks.alerts.agencies.HERE``."""
CHECKED: Final = Sample("checked", "published", scale=0.1)
"""On this the prediction is checked, with one worker and two."""


def prepare(sample: Sample, folder: Path) -> Path:
    """Write the investigation of a sample, unless it is there; gives its folder."""
    place = folder / sample.name
    done = folder / f"{sample.name}.done"
    if done.exists() or sample.what == "alerts":
        place.mkdir(parents=True, exist_ok=True)
        return place
    from data.synthetic import create

    shutil.rmtree(place, ignore_errors=True)
    if sample.what == "published":
        create(place, sample.scale, 16, message_bytes=PUBLISHED, workers=2, country=False)
        with (place / "investigation.toml").open("a", encoding="utf-8") as file:
            file.write(QUIET)
    else:
        _agencies(sample, place)
    done.touch()
    return place


PUBLISHED: Final = 162_378
"""Bytes of file per message of the published investigation (``data.synthetic.create``)."""


def _agencies(sample: Sample, place: Path) -> None:
    from data.synthetic import mailbox

    lines = ['name = "Agencies"', QUIET]
    for number in range(sample.agencies):
        name = f"agency{number:03}"
        path = place / "records" / name / "mail.pst"
        path.parent.mkdir(parents=True)
        mailbox(path, sample.messages // sample.agencies, seed=number)
        lines += [f"[agencies.{name}]", f'name = "{name}"', f'city = "{name}"', 'timezone = "UTC"']
    (place / "investigation.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def record(sample: Sample, folder: Path, workers: int, *more: str) -> dict[str, Any]:
    """Run a sample once, from the beginning, and give what was recorded."""
    place, result = prepare(sample, folder), folder / f"{sample.name}.json"
    alerts = sample.what == "alerts"
    for rest in (place / "work", place / "out"):
        shutil.rmtree(rest, ignore_errors=True)
    if not alerts:
        warm(place)
    size = ["--agencies", str(sample.agencies), "--messages", str(sample.messages)]
    words = ["alerts" if alerts else "run", str(place), "--workers", str(workers), *(size if alerts else ())]
    command = [sys.executable, "-m", "benchmarks.simulation.record", str(result), *words, *more]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    for rest in (place / "work", place / "out", *((place,) if alerts else ())):
        shutil.rmtree(rest, ignore_errors=True)
    return {**found, "sizes": sizes_of(sample, found)}


def sizes_of(sample: Sample, found: dict[str, Any]) -> dict[str, float]:
    """What the work of the run's own process grows with, of a sample that was run."""
    mailboxes = [task for task in tasks_of(found) if task["kind"] in LISTED]
    return {
        "agencies": sample.agencies or AGENCIES,
        "mailboxes": len(mailboxes),
        "messages": sample.messages or sum(task["sizes"]["messages"] for task in mailboxes),
    }


AGENCIES: Final = 2
"""Agencies of the published investigation."""


def tasks_of(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The pieces that were recorded, in the order in which they were submitted."""
    for phase in found.get("phases", ()):
        yield from phase["tasks"]


def warm(place: Path) -> None:
    """Bring the mailboxes into memory, so that no run waits for the disk."""
    for path in mailboxes_of(place):
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass


def mailboxes_of(place: Path) -> Sequence[Path]:
    """The mailboxes of an investigation, the largest first."""
    found = (place / "records").rglob("*.pst")
    return sorted(found, key=lambda path: (-path.stat().st_size, str(path)))
