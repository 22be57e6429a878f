"""The tables and the figure of ``docs/performance.md``, from the kept results alone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks.simulation.costs import Costs, Disk
from benchmarks.simulation.predict import CLIENT, CPU, DISK, SCHEDULER, WAITING
from benchmarks.simulation.words import STEPS, step_of, time_of

MARKS: Final = ("<!-- cluster -->", "<!-- /cluster -->")
FIGURE: Final = "pictures/cluster.svg"
WIDTH: Final = 128


def lines(costs: Costs, found: Mapping[str, Any]) -> list[str]:
    """What the page says, between its marks.

    Args:
        costs: What was measured.
        found: What was predicted and checked.
    """
    said = [
        *_site(costs, found),
        "",
        *_runs(found["runs"]),
        "",
        *_limits(found["runs"][-1]),
        "",
        *_phases(found["runs"]),
        "",
        *_moved(found),
        *(["", *_checks(found["checks"])] if "checks" in found else []),
        "",
        *_machine(costs),
    ]
    return [short for line in said for short in _wrapped(line)]


def _wrapped(line: str) -> list[str]:
    """A line of prose in lines of the page's width; a row of a table as it is."""
    if line.startswith("|") or not line:
        return [line]
    return textwrap.wrap(line, WIDTH, subsequent_indent="  " if line.startswith("- ") else "")


def written(page: str, said: Sequence[str]) -> str:
    """A page with other lines between its marks.

    Args:
        page: The page.
        said: The lines.
    """
    before, _, rest = page.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    return "\n".join([f"{before}{MARKS[0]}", "", *said, "", f"{MARKS[1]}{after}"])


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _site(costs: Costs, found: Mapping[str, Any]) -> Iterator[str]:
    asked, disk = found["asked"], Disk(**found["disk"])
    yield (
        f"{asked['agencies']:,} agencies with {asked['bytes'] / 1e12:,.0f} TB in {found['mailboxes']:,} "
        f"mailboxes (the largest {found['largest'] / 1e9:,.0f} GB), {found['messages'] / 1e6:,.0f} million "
        f"messages of {costs.mail['bytes'] / 1e3:,.0f} kB; one disk for all that gives "
        f"{disk.all / 1e9:.2f} GB a second, {disk.one / 1e9:.2f} to one reader, and a block after "
        f"{disk.latency * 1e3:.2f} ms. A first run of the mail, in which nothing is kept:"
    )


def _runs(runs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield (
        f"| workers | wall time | times as fast as with {runs[0]['workers']:,} | workers compute "
        "| workers wait for the disk | its bandwidth is used | the run's own process is busy "
        "| the scheduler is busy "
        "| GB, the run's own process | GB, the scheduler | GB, the largest worker |"
    )
    yield "| ---: " * 11 + "|"
    for run in runs:
        busy, memory = run["busy"], run["memory"]
        cells = [
            f"{run['workers']:,}",
            time_of(run["wall"]),
            f"{runs[0]['wall'] / run['wall']:.1f}",
            *(_percent(busy[name]) for name in (CPU, WAITING, DISK, CLIENT, SCHEDULER)),
            *(_gigabytes(memory[name]) for name in (CLIENT, SCHEDULER, "a worker")),
        ]
        yield f"| {' | '.join(cells)} |"


def _limits(run: Mapping[str, Any]) -> Iterator[str]:
    """What limits a run, in words."""
    yield f"**What limits the run with {run['workers']:,} workers**, {time_of(run['wall'])} in all:"
    yield ""
    for name, seconds in run["limits"].items():
        steps = [step_of(phase) for phase in run["phases"] if phase["limit"] == name and phase["pieces"]]
        if name == CLIENT:
            steps = ["what it does by itself between the steps", *steps]
        if seconds / run["wall"] < 0.005:
            continue
        yield f"- {time_of(seconds)} ({_percent(seconds / run['wall'])}) by {name}: {', '.join(steps)}."
    largest = STEPS.get(run["largest"], run["largest"])
    yield f"- The memory of a worker: most in the step that {_third(largest)}."


def _third(step: str) -> str:
    """A step as what somebody does: ``write the tables`` becomes ``writes the tables``."""
    verb, _, rest = step.partition(" ")
    return f"{verb}es {rest}" if verb.endswith(("sh", "ch")) else f"{verb}s {rest}"


def _phases(runs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    many = [f"{run['workers']:,} workers" if run["workers"] > 1 else "1 worker" for run in runs]
    yield f"| step | pieces | {' | '.join(many)} | what limits it with {many[-1]} | how busy that is |"
    yield f"| --- | ---: {'| ---: ' * len(runs)}| --- | ---: |"
    for number, phase in enumerate(runs[-1]["phases"]):
        if not phase["pieces"]:
            continue
        took = [time_of(run["phases"][number]["seconds"]) for run in runs]
        limit, busy = phase["limit"], _percent(phase["busy"][phase["limit"]])
        yield f"| {step_of(phase)} | {phase['pieces']:,} | {' | '.join(took)} | {limit} | {busy} |"
    alone = [time_of(run["alone"]) for run in runs]
    yield f"| by itself, between the steps | | {' | '.join(alone)} | {CLIENT} | 100 % |"


def _moved(found: Mapping[str, Any]) -> Iterator[str]:
    run = found["runs"][-1]
    yield f"What moves the wall time of {run['workers']:,} workers, the most first:"
    yield ""
    yield "| input | half of it | twice as much |"
    yield "| --- | ---: | ---: |"
    moved = sorted(found["moved"].items(), key=lambda item: (-max(map(abs, item[1])), item[0]))
    for name, changes in moved:
        yield f"| {name} | {' | '.join(_signed(each) for each in changes)} |"


def _signed(share: float) -> str:
    return f"{100 * share:+.0f} %".replace("-", "\u2212").replace("+0 %", "0 %").replace("\u22120 %", "0 %")


def _checks(checks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield (
        "Predicted and measured here (of the rounds, all of which are in brackets, the least seconds and the "
        "most memory):"
    )
    yield ""
    yield "| what | workers | predicted | measured | error |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for each in checks:
        digits, unit = (1, "s") if each["unit"] == "s" else (0, "MB")
        rounds = ", ".join(f"{amount:.{digits}f}" for amount in each["rounds"])
        error = each["predicted"] / each["measured"] - 1
        yield (
            f"| {each['what']} | {each['workers']} | {each['predicted']:.{digits}f} {unit} "
            f"| {each['measured']:.{digits}f} {unit} ({rounds}) | {_signed(error)} |"
        )


def _machine(costs: Costs) -> Iterator[str]:
    overhead = costs.overhead
    yield (
        f"Costs were measured on {costs.cpus} CPUs. A piece takes {1e3 * overhead.client:.1f} ms of CPU in "
        f"the process that submits it, {1e3 * overhead.program:.1f} ms more for what this program shows of "
        f"it, {1e3 * overhead.scheduler:.1f} in the scheduler and {1e3 * overhead.worker:.1f} in the worker, "
        f"whatever it is. Recorded: {'; '.join(costs.measured)}."
    )


def picture(found: Mapping[str, Any]) -> bytes:
    """The figure as an SVG that is dark on a dark page."""
    from benchmarks.simulation.figure import figure_of, with_both
    from tasks.figures.draw import draw

    figure = figure_of(found)
    return with_both(draw(figure).svg)
