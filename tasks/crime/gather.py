"""The crime records of a folder, each counted once (method 9.1), read as `tasks.rows` reads large files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from data.errors import InputError
from data.printable import printable
from data.settings import ALL_CRIMES, FILE, FIRST, Crime
from data.text import collapse, nearest
from tasks.crime import peek
from tasks.crime.plan import FilePlan, plan_of
from tasks.crime.results import GatheredCrimes
from tasks.crime.tidy import OTHER, CrimeReader
from tasks.layers.coordinates import Bounds
from tasks.places.coarse import CoarseFile, coarse_of, decimals_of
from tasks.places.odd_points import EXCHANGED, exchanged_rows
from tasks.places.points import locations
from tasks.rows.duplicates import DuplicateRule
from tasks.rows.gather import MOST_BUCKETS, ONE_IN, gather_rows
from tasks.rows.ids import check_ids
from tasks.rows.large_tables import estimated_rows
from tasks.rows.reader import Counted, OnProgress
from tasks.rows.results import FileOfRows, GatheredRows

if TYPE_CHECKING:
    from distributed import Client

OTHER_YEARS: Final = "other years"
OTHER_TYPES: Final = "other types"
NO_LOCATION: Final = "no location"
_OF_TYPE: Final = "no location of type "
"""Followed by the position of the type: the same crimes once more, by type."""

PERSON: Final = "person involved"
"""What a row is of layouts that repeat a crime for each of its victims and suspects."""

_FEW_UNLIKE: Final = 10
"""Fewer rows may have been corrected between two downloads, however few there are."""

_BUCKET: Final = 500_000
"""About so many crimes are in each bucket. Few of them are of the year and the types, so batches are small
however they are cut; the memory is needed for the ids of a bucket."""


@dataclass(frozen=True)
class CrimeCount:
    """What becomes of crimes (:class:`tasks.rows.reader.Count`).

    Crimes of other years are taken out, then of other types, then those without a location; each is counted
    under the first reason that applies.

    Attributes:
        types: The examined types, as the settings spell them.
    """

    types: tuple[str, ...]
    repeated: tuple[str, ...] = ("crime",)

    def __call__(self, rows: pa.Table) -> Counted:
        """Take out the crimes that are not located.

        Args:
            rows: Crimes with the columns of :attr:`tasks.crime.tidy.CrimeReader.schema`.
        """
        of_year = rows.select(["of_year", "type", "lon", "lat"]).filter(rows["of_year"])
        of_type = of_year.filter(pc.not_equal(of_year["type"], OTHER))
        placed = of_type.filter(pc.is_valid(of_type["lon"]))
        nowhere = of_type["type"].filter(pc.is_null(of_type["lon"])).value_counts().to_pylist()
        crime = pc.take(pa.array(self.types, pa.string()), placed["type"])
        return Counted(
            {
                OTHER_YEARS: len(rows) - len(of_year),
                OTHER_TYPES: len(of_year) - len(of_type),
                NO_LOCATION: len(of_type) - len(placed),
            }
            | {f"{_OF_TYPE}{each['values']}": each["counts"] for each in nowhere},
            pa.table({"crime": crime, "lon": placed["lon"], "lat": placed["lat"]}),
        )


def gather_crimes(
    key: str,
    files: Sequence[tuple[str, Path]],
    settings: Crime,
    work: Path,
    client: Client,
    *,
    bounds: Bounds | None = None,
    buckets: int | None = None,
    on_progress: OnProgress | None = None,
) -> GatheredCrimes:
    """Read all files of a folder and leave each crime that has a location in one batch.

    Args:
        key: The folder below ``crime/``.
        files: Path inside the investigation folder, and where to open it, in order of the former.
        settings: The section ``[crime.<key>]``.
        work: The investigation's work folder; ``crime/<key>/`` in it is emptied first.
        client: Where to run; its workers must see the files under the same paths.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.
        buckets: How many buckets; by default by the number of crimes. It changes no count.
        on_progress: Called with the number of files read and the number of all.

    Returns:
        The files, the batches and the counts.

    Raises:
        InputError: A file cannot be read, or changed while it was read; an examined type is in no row of
            any file; or ids are rounded numbers, or many rows of different files share one and differ.
    """
    plans = {label: plan_of(key, label, path, settings) for label, path in files}
    with_ids = any(plan.key is not None for plan in plans.values())
    readers = {label: CrimeReader(key, settings, plan, with_ids, bounds) for label, plan in plans.items()}
    about = sum(estimated_rows(path, label) for label, path in files)
    types = settings.examined
    found = gather_rows(
        files,
        readers[files[0][0]],
        CrimeCount(types),
        work / "crime" / key,
        client,
        name=key,
        buckets=buckets or min(max(1, -(-about // _BUCKET)), MOST_BUCKETS),
        on_progress=on_progress,
        readers=readers,
        content="content" if with_ids else None,
        rule=_rule(plans, settings),
    )
    if not any(file.rows for file in found.files):
        raise InputError(f"crime/{key}: the files hold no crime; put the city's records there")
    for file in found.files:
        for each in file.odd:
            if each.kind == EXCHANGED:
                raise exchanged_rows(file.file, _place_of(plans[file.file]), each)
        check_ids(file.file, plans[file.file].key or "", file.odd)
    _check_same_ids(key, found, plans, settings)
    if types != (ALL_CRIMES,):
        _check_types(key, plans, types, {word for file in found.files for word in file.words})
    return GatheredCrimes(
        key=key,
        files=found.files,
        batches=found.batches,
        duplicates=found.duplicates,
        other_years=found.counts[OTHER_YEARS],
        other_types=found.counts[OTHER_TYPES],
        no_location=found.counts[NO_LOCATION],
        year=settings.year or 0,
        has_ids=with_ids,
        without_location={
            name: found.counts.get(f"{_OF_TYPE}{position}", 0) for position, name in enumerate(types)
        },
        unlike=found.unlike,
        unlike_as=printable(found.unlike_as[:80]),
        unlike_in=found.unlike_in,
        ids_in=_ids_in(plans),
        split=found.split,
        place={label: _place_of(plan) for label, plan in plans.items()},
        coarse=tuple(_coarse(found.files, files, readers)),
    )


def _place_of(plan: FilePlan) -> str:
    """The columns of the location in words."""
    return " and ".join(map(printable, reversed(plan.place)))


def _ids_in(plans: Mapping[str, FilePlan]) -> str:
    return printable(next((plan.key for plan in plans.values() if plan.key), ""))


def _coarse(
    found: Sequence[FileOfRows], files: Sequence[tuple[str, Path]], readers: Mapping[str, CrimeReader]
) -> Iterator[CoarseFile]:
    """The files whose coordinates are coarse; each is read once more."""
    for file, (label, path) in zip(found, files, strict=True):
        if decimals_of(file.odd) is not None:
            plan = readers[label].plan
            given = (
                plan.degrees(block, label, 0).without(plan.nowhere)
                for block in peek.blocks(path, label, plan.wanted)
            )
            yield coarse_of(file, (locations(each.lon, each.lat) for each in given))


def _check_same_ids(key: str, found: GatheredRows, plans: Mapping[str, FilePlan], settings: Crime) -> None:
    """See that rows of two files that share an id are of one crime, a few aside.

    Where the rows of one file do, the id is not the row's, and each counts.

    Raises:
        InputError: They are not; the message shows the first two.
    """
    rows = sum(file.rows for file in found.files)
    if found.split or settings.same_id == FIRST or found.unlike < max(_FEW_UNLIKE, rows / ONE_IN):
        return
    raise InputError(
        f"{found.unlike_in}: {_ids_in(plans)} is {printable(found.unlike_as[:80])} in both, but day, type or "
        f"location differ, as in {found.unlike:,} of {rows:,} rows, so that these are no duplicates; if each "
        f'file numbers its own rows, write columns = {{ id = "" }} in [crime.{key}], or, to count the first '
        f'row of each id, same_id = "{FIRST}"'
    )


def _rule(plans: Mapping[str, FilePlan], settings: Crime) -> DuplicateRule:
    """Which rows are duplicates (method 9.1)."""
    if settings.rows == "incident" or any(plan.rows == PERSON for plan in plans.values()):
        return "content"
    return "id" if all(plan.is_row or plan.key is None for plan in plans.values()) else "occurrence"


def _check_types(key: str, plans: Mapping[str, FilePlan], types: Sequence[str], found: set[str]) -> None:
    """See that each type is in the files: a mistyped one must not become a zero."""
    missing = [name for name in types if collapse(name) not in found]
    if not missing:
        return
    if not found:
        column = printable(next(plan.type for plan in plans.values()))
        raise InputError(
            f"crime/{key}: column {column}, that of the types, is empty in every file; name the one that "
            f'holds them in [crime.{key}], as columns = {{ type = "…" }}'
        )
    near = nearest(collapse(missing[0]), found)
    hint = f"did you mean {near!r}?" if near else f"write it as the files do, as {min(found)!r}"
    more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
    raise InputError(
        f"{FILE}: crime.{key}.types: no row of the files in crime/{key} has the type {missing[0]!r}; "
        f"{hint}{more}"
    )


def gather_folders(  # noqa: PLR0917 - in the order in which the flow has them
    files: Mapping[str, Sequence[tuple[str, Path]]],
    settings: Mapping[str, Crime],
    work: Path,
    client: Client,
    buckets: int | None = None,
    on_progress: OnProgress | None = None,
    bounds: Bounds | None = None,
) -> list[GatheredCrimes]:
    """Read the crime records of all folders, one folder after the other.

    Args:
        files: By folder below ``crime/``, its files, as for :func:`gather_crimes`.
        settings: By folder, its section ``[crime.<folder>]``.
        work: The investigation's work folder; ``crime/<folder>/`` in it is made again.
        client: Where to run.
        buckets: In how many pieces; by default after the number of crimes. It changes no count.
        on_progress: Called with how many files of all folders are read, and of how many.
        bounds: The tract layer's extent as west, south, east, north in degrees; None where it is not known.

    Returns:
        What was gathered of each folder.

    Raises:
        InputError: As :func:`gather_crimes`.
    """
    found: list[GatheredCrimes] = []
    before, total = 0, sum(map(len, files.values()))
    for key, own in files.items():

        def tell(done: int, _: int, before: int = before) -> None:
            if on_progress is not None:
                on_progress(before + done, total)

        found.append(
            gather_crimes(
                key, own, settings[key], work, client, bounds=bounds, buckets=buckets, on_progress=tell
            )
        )
        before += len(own)
    return found
