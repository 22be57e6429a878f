"""Make the report of a run, its figures, and the other forms of its public tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from data.tables import csv_of
from data.writing import make_folder, replacing
from tasks.figures.figure import Drawn, Figure
from tasks.package.make import write_package
from tasks.report.blocks import Rows, flat
from tasks.report.drawing import draw_all
from tasks.report.grid import needs_file
from tasks.report.page import page_of
from tasks.report.results import Story
from tasks.report.sections import sections


def make_report(
    story: Story,
    out: Path,
    client: Callable[[], Any] | None = None,
    kept: Path | None = None,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[str, ...]:
    """Write ``report.html``, ``figures/`` and the other forms of the public tables to a folder.

    Args:
        story: The results.
        out: The folder.
        client: Gives the ``distributed.Client`` of the run, and opens it where there is none yet.
        kept: The folder in which drawn figures are kept, so that one whose data did not change is not drawn
            again; None to draw all.
        on_progress: Called with how many figures are drawn, and of how many.

    Returns:
        The files written, relative to the folder, sorted.
    """
    made = [(section, tuple(section.blocks(story))) for section in sections()]
    figures = [block for _, blocks in made for block in flat(blocks) if isinstance(block, Figure)]
    # While workers draw, this process would wait.
    with ThreadPoolExecutor(1) as aside:
        package = aside.submit(write_package, story, out)
        drawn = draw_all(figures, client, kept, on_progress)
    files = {"report.html": page_of(story, made, drawn).encode(), **_files(drawn)}
    rows = (block for _, blocks in made for block in flat(blocks) if isinstance(block, Rows))
    files |= {f"figures/{each.key}.csv": csv_of(each.table) for each in rows if needs_file(each)}
    for name, content in files.items():
        make_folder((out / name).parent)
        with replacing(out / name) as beside:
            beside.write_bytes(content)
    return tuple(sorted((*files, *package.result())))


def _files(drawn: Mapping[str, Drawn]) -> dict[str, bytes]:
    return {
        f"figures/{key}.{suffix}": getattr(each, suffix)
        for key, each in drawn.items()
        for suffix in ("svg", "png", "csv")
    }
