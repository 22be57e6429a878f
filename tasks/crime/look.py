"""The crime records, checked before any work is done: each file's header, its dates and its first rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from data.printable import printable
from data.settings import ALL_CRIMES, Crime
from data.text import collapse
from tasks.crime import peek
from tasks.crime.plan import FilePlan, plan_of
from tasks.crime.sections import section_lines, sections
from tasks.crime.tidy import CrimeReader
from tasks.layers.coordinates import Bounds
from tasks.places.points import swapped
from tasks.rows.results import Recognised

__all__ = ["check_crimes", "section_lines", "sections"]

_COMMONEST = 5
"""So many types are named to choose from."""


def check_crimes(
    key: str, files: Sequence[tuple[str, Path]], crime: Crime, bounds: Bounds | None = None
) -> list[Recognised]:
    """See that every file of a folder can be read, and say what each was recognised as.

    Args:
        key: The folder below ``crime/``.
        files: Path inside the investigation folder, and where to open it.
        crime: The section ``[crime.<key>]``, complete.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.

    Returns:
        One line per file, and one about what is examined of the folder.

    Raises:
        InputError: There is no file, one is of another kind, empty, damaged or not readable; a column is
            missing or holds something else; dates can be read in two ways; or latitude and longitude are
            swapped. The message names the file, the column and the fix.
    """
    if not files:
        raise InputError(f"crime/{key}: no file in it; put the city's records there")
    found, firsts = [], []
    for label, path in files:
        plan = plan_of(key, label, path, crime, bounds)
        blocks = peek.blocks(path, label, plan.wanted)
        first = next(blocks, None)
        rows = peek.rows_in_words(path, label, first, more=next(blocks, None) is not None)
        found.append(Recognised(printable(label), _words(plan, rows)))
        if first is not None:
            CrimeReader(key, crime, plan).tidied(first, label, 0)
            _check_swapped(plan, first, label, bounds)
            firsts.append(pc.utf8_trim_whitespace(first.column(plan.type).cast(pa.string())))
    if firsts:
        found.append(Recognised(f"crime/{printable(key)}", _examined(crime, pa.chunked_array(firsts))))
    return found


def _check_swapped(plan: FilePlan, first: pa.RecordBatch, label: str, bounds: Bounds | None) -> None:
    if plan.crs:
        return
    degrees = plan.degrees(first, label, 0).without(plan.nowhere)
    if not swapped(degrees.lat, degrees.lon, bounds):
        return
    if len(plan.place) == 1:
        raise InputError(
            f"{label}: column {printable(plan.place[0])} gives latitude and longitude in the other order "
            "(most crimes would lie in the tract layer the other way round); give them in two columns, "
            "latitude and longitude"
        )
    longitude, latitude = map(printable, plan.place)
    raise InputError(
        f"{label}: columns {latitude} and {longitude} are swapped (most crimes would lie in the tract layer "
        f"the other way round); rename each to the other, or swap them in columns of {plan.section}"
    )


def _words(plan: FilePlan, rows: str) -> str:
    """What a file was recognised as."""
    if plan.layout:
        said = [plan.layout, f"one row per {plan.rows}"]
    else:
        place = " and ".join(printable(name) for name in reversed(plan.place))
        said = [
            f"no known layout: date from {printable(plan.date)}, type from {printable(plan.type)}, "
            f"location from {place}"
        ]
    if plan.dates.shown_by is not None:
        said.append(f"dates with the {plan.dates.order}")
    if plan.crs:
        said.append(f"coordinates in {plan.crs}")
    said.append(f"{rows} crimes")
    return ", ".join(said)


def _examined(crime: Crime, types: pa.ChunkedArray) -> str:
    """What is examined: the types named; or all crimes together, and the commonest types to choose from."""
    if crime.examined != (ALL_CRIMES,):
        named = ", ".join(repr(printable(name[:60])) for name in crime.examined[:_COMMONEST])
        more = f" and {len(crime.examined) - _COMMONEST:,} more" if len(crime.examined) > _COMMONEST else ""
        return f"{crime.city}, {crime.year}: {named}{more}"
    counts = types.value_counts().to_pylist()
    there = [each for each in counts if each["values"]]
    ordered = sorted(there, key=lambda each: (-each["counts"], each["values"]))[:_COMMONEST]
    common = ", ".join(repr(printable(collapse(each["values"])[:60])) for each in ordered)
    return (
        f"{crime.city}, {crime.year}: all crimes together, as no types are named; the commonest in the "
        f"first rows are {common}"
    )
