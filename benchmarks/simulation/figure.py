"""The figure: wall time by workers, of the whole run and of its longest steps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from benchmarks.simulation.words import HOUR, step_of, time_of
from tasks.figures.figure import Figure
from tasks.figures.style import ACCENT, FAINT, INK, MUTED, NEGATIVE, PALETTE, POSITIVE, WIDE

STEPS: Final = 3
COLORS: Final = (POSITIVE, NEGATIVE, MUTED)
MARKERS: Final = ("s", "^", "D")


def figure_of(found: Mapping[str, Any]) -> Figure:
    """The figure of a prediction."""
    runs = found["runs"]
    first, last = runs[0], runs[-1]
    table = pa.table(
        {
            "workers": [run["workers"] for run in runs],
            "hours": [run["wall"] / HOUR for run in runs],
        }
    )
    return Figure(
        key="cluster",
        title="Wall time by workers, predicted",
        alt=(
            f"Lines that fall from {time_of(first['wall'])} with {first['workers']} worker to "
            f"{time_of(last['wall'])} with {last['workers']}; the longest step then is to "
            f"{step_of(_longest(last)[0])}, with {time_of(_longest(last)[0]['seconds'])}."
        ),
        table=table,
        paint=Lines(tuple(runs)),
        size=(WIDE, 3.4),
    )


def _longest(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return sorted(run["phases"], key=lambda phase: -phase["seconds"])[:STEPS]


@dataclass(frozen=True)
class Lines:
    """Paints the lines.

    Attributes:
        runs: The predictions, by workers.
    """

    runs: Sequence[Mapping[str, Any]]

    def __call__(self, canvas: Any) -> None:
        """Paint."""
        axes = canvas.subplots()
        workers = [run["workers"] for run in self.runs]
        walls = [run["wall"] / HOUR for run in self.runs]
        ideal = [walls[0] * workers[0] / each for each in workers]
        axes.plot(workers, ideal, color=FAINT, linestyle=(0, (2, 2)))
        labels = [(ideal[-1], "if all work were shared", MUTED), (walls[-1], "the whole run", INK)]
        steps = [phase["kinds"] for phase in _longest(self.runs[-1])]
        for kinds, color, marker in zip(steps, COLORS, MARKERS, strict=False):
            mine = [phase for run in self.runs for phase in run["phases"] if phase["kinds"] == kinds]
            hours = [phase["seconds"] / HOUR for phase in mine]
            axes.plot(workers, hours, color=color, marker=marker, markersize=4)
            labels.append((hours[-1], step_of(mine[0]), color))
        axes.plot(workers, walls, color=ACCENT, marker="o", markersize=5, linewidth=2)
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks(workers, [f"{each:,}" for each in workers])
        axes.minorticks_off()
        low, high = axes.get_ylim()
        ticks = [each for each in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500) if low <= each <= high]
        axes.set_yticks(ticks, [f"{each:g}" for each in ticks])
        axes.set_xlabel("workers")
        axes.set_ylabel("hours")
        axes.grid(axis="y")
        self._label(axes, workers[-1], labels)

    @staticmethod
    def _label(axes: Any, at: float, labels: Sequence[tuple[float, str, str]]) -> None:
        """Names at the end of the lines, none above another."""
        low, high = axes.get_ylim()
        step = (high / low) ** 0.075
        floor = 0.0
        for hours, text, color in sorted(labels):
            floor = max(hours, floor * step)
            axes.annotate(
                text, (at, hours), xytext=(1.02, _place(floor, low, high)), textcoords="axes fraction",
                color=color, va="center",
            )  # fmt: skip
        axes.set_ylim(low, high)


def _place(hours: float, low: float, high: float) -> float:
    from math import log

    return log(hours / low) / log(high / low)


def with_both(svg: bytes) -> bytes:
    """An SVG whose colors are those of a dark page where the reader asked for one.

    Args:
        svg: As ``tasks.figures.draw`` gives it.
    """
    text = svg.decode()
    names = {light: f"c-{name}" for name, (light, _) in PALETTE.items()}
    light = "".join(f"--{names[pair[0]]}:{pair[0]};" for pair in PALETTE.values())
    dark = "".join(f"--{names[pair[0]]}:{pair[1]};" for pair in PALETTE.values())
    style = f"<style>svg{{{light}}}@media(prefers-color-scheme:dark){{svg{{{dark}}}}}</style>"
    head, close, rest = text.partition("</desc>")
    colored = re.sub(r"#[0-9a-f]{6}\b", lambda code: _variable(code[0], names), rest)
    return f"{head}{close}{style}{colored}".encode()


def _variable(code: str, names: Mapping[str, str]) -> str:
    return f"var(--{names[code]})" if code in names else code
