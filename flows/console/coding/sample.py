"""What `nwatch sample` does: draw the sample, name its readers, and make their sheets."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from data.catalog import Investigation
from data.errors import InputError
from data.private import kept_private, like_work
from flows.console.printing import command, console, shown
from flows.parts.coding import alerts_of
from flows.run.locks import one_run_at_a_time
from flows.run.progress import reporting, speaking
from flows.run.publish import finish_cut
from flows.run.step import step

if TYPE_CHECKING:
    import pyarrow as pa

    from data.settings import Coding
    from tasks.coding.results import Drawing, HandedOut


def sample(folder: Path, readers: Sequence[str], *, redact: bool = False) -> None:
    """Draw the sample or extend it, make the sheets of its readers, and say what is where.

    Args:
        folder: The investigation folder.
        readers: Readers; those who were named before need not be named again.
        redact: Whether telephone numbers and the like are masked in new sheets.

    Raises:
        InputError: No run has found alerts yet, a file of ``coding/`` or a setting is wrong, a name cannot be
            a reader's, or another run is active in the folder.
    """
    from data.codebook import read_codebook
    from tasks.coding import task as tasks
    from tasks.coding.look import read_coding, sample_now
    from tasks.coding.results import FOLDER, RETURNED

    investigation = Investigation.unchecked(folder)
    settings, coding = investigation.config.coding, investigation.folder / FOLDER
    work, out = investigation.work, investigation.out
    with kept_private(work, out, investigation.config.private), one_run_at_a_time(work):
        finish_cut(work, out)
        alerts = _alerts(folder, out)
        read_codebook(coding)  # what is wrong with it is said before anything is drawn
        like_work(coding, work)
        if not os.path.lexists(coding / RETURNED):  # it may be a link to a shared folder
            like_work(coding / RETURNED, work)
        with reporting(speaking(console())):
            drawing = step(tasks.draw)(alerts, settings, readers, coding)
            given = sample_now(read_coding(investigation), alerts, settings)
            sheets = step(tasks.hand_out)(given, settings.seed, coding, redact=redact)
    to = console()
    for line in _lines(drawing, sheets, settings, folder):
        to.print(line, markup=False)
    if redact and sheets.kept:
        to.print("--redact changed nothing in the sheets that were there", markup=False)


def _alerts(folder: Path, out: Path) -> pa.Table:
    """The alerts of the last run."""
    found = alerts_of(out, out)
    if found is None:
        raise InputError(
            f"{folder}: no run has read mail yet; start one with: {command('nwatch run', folder)}"
        )
    if not found.num_rows:
        raise InputError(f"{folder}: the last run found no alert, so that there is nothing to draw")
    return found


def _lines(drawing: Drawing, sheets: HandedOut, settings: Coding, folder: Path) -> Iterator[str]:
    """What was drawn and written, and what comes next."""
    before = len(drawing.rows) - drawing.new
    by = f"by {', '.join(settings.strata)}" if settings.strata else "a simple random sample"
    there = f"drawn before, and stay: {before:,}; drawn now" if before else "drawn"
    yield (
        f"{there}: {drawing.new:,} of {drawing.population:,} unique alerts ({by}, seed {settings.seed}): "
        f"{shown(folder / 'coding/sample.csv')}"
    )
    if drawing.gone:
        yield f"no longer among the alerts, with others in their place: {drawing.gone:,} of the sample"
    if len(drawing.rows) - drawing.gone > settings.sample:
        yield f"'coding.sample' is {settings.sample:,}; what was drawn stays"
    readers = dict.fromkeys(reader for row in drawing.rows for reader in row.readers)
    if not readers:
        names = " ".join(f"--reader {name}" for name in ("anna", "ben", "carla")[: settings.reviews])
        yield f"No reader is named yet. Name them with: {command('nwatch sample', folder)} {names}"
        return
    if len(readers) < settings.reviews:
        yield (
            f"reviews wanted of each alert: {settings.reviews:,}; readers named: {len(readers):,}; name more "
            f"with --reader, or write reviews = {len(readers)} into [coding]"
        )
    for file in sheets.written:
        yield f"written: {shown(folder / file)}"
    if sheets.kept:
        yield (
            f"sheets that were there, and stay as they are: {len(sheets.kept):,}, as "
            f"{shown(folder / sheets.kept[0])}; remove one to have it made anew"
        )
    yield (
        f"Put what comes back into {shown(folder / 'coding/returned')}/, then: "
        f"{command('nwatch tally', folder)}"
    )
