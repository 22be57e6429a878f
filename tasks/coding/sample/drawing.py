"""Draw the sample, or more of it, and write it down (method 5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from data.errors import InputError
from data.settings import FILE, Coding
from tasks.coding.results import SAMPLE, Drawing, Listed
from tasks.coding.sample.draw import Alert, draw
from tasks.coding.sample.population import Population, cells
from tasks.coding.sample.readers import assigned, checked_names, readers_in
from tasks.coding.sample.sample_file import read_drawn_from, read_sample, write_drawn_from, write_sample


def check_settings(rows: Sequence[Listed], settings: Coding) -> None:
    """Check that the settings are those with which the sample was drawn.

    Args:
        rows: ``coding/sample.csv``.
        settings: ``[coding]``.

    Raises:
        InputError: The seed or the strata are others.
    """
    for row in rows:
        for name, then, now in (
            ("seed", str(row.seed), str(settings.seed)),
            ("strata", _as_set(row.strata), _as_set(settings.strata)),
        ):
            if then != now:
                raise InputError(
                    f"{FILE}: 'coding.{name}' is {now}, but coding/{SAMPLE} was drawn with {then}; write "
                    f"{name} = {then}, or move coding/{SAMPLE} elsewhere to draw another sample"
                )


def _as_set(strata: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in sorted(strata)) + "]"


def draw_sample(alerts: pa.Table, settings: Coding, names: Sequence[str], folder: Path) -> Drawing:
    """Draw the sample, or extend it where more are wanted, and name who reads it.

    Args:
        alerts: Rows of ``private/alerts``.
        settings: ``[coding]``.
        names: Readers, as they were typed; those who are named already may be among them.
        folder: The folder ``coding/`` of the investigation; it exists.

    Returns:
        What was drawn.

    Raises:
        InputError: A file of the folder is not what was written, the settings are others than the sample was
            drawn with, or a name cannot be a reader's.
    """
    before = read_sample(folder)
    check_settings(before, settings)
    new = checked_names(names, readers_in(before))
    drawn_from = read_drawn_from(folder) if before else {}
    population = Population.of(alerts)
    more = _more(population, settings, before, drawn_from)
    rows = assigned([*before, *more], new, settings.reviews, settings.seed)
    if more and drawn_from is not None:
        # Before the list: after a power cut between the two, the same alerts are drawn again.
        write_drawn_from(dict.fromkeys(population.places, more[0].draw) | drawn_from, folder)
    if rows != before:
        write_sample(rows, folder)
    gone = sum(row.drawn.alert not in population.places for row in rows)
    return Drawing(tuple(rows), len(more), new, len(population.places), gone)


def _more(
    population: Population,
    settings: Coding,
    before: Sequence[Listed],
    drawn_from: Mapping[Alert, int] | None,
) -> list[Listed]:
    """What is drawn besides what was: of alerts that are new since then as large a share as of others."""
    now = max((row.draw for row in before), default=0) + 1
    by, strata = tuple(settings.strata), population.strata(settings.strata)
    of = cells(population, by, drawn_from, now)
    found = draw(
        {alert: (*stratum, f"{at}") for alert, (stratum, at) in of.items()},
        settings.sample,
        settings.seed,
        settings.allocation,
        [row.drawn for row in before],
        parts=1,
    )[len(before) :]
    return [Listed(replace(one, stratum=strata[one.alert]), now, settings.seed, by) for one in found]
