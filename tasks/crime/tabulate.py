"""From located crimes to counts: by type, by tract of the city, and outside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.settings import Crime
from tasks.census.results import Census
from tasks.crime.results import CrimeCounts
from tasks.places.usable import usable_geoids


def count_crimes(located: Sequence[Path], settings: Crime, key: str, census: Census) -> CrimeCounts:
    """Count the crimes of a folder by type and tract.

    Args:
        located: Parquet files with crime and GEOID (strings; GEOID is missing for crimes in no tract), called
            as the batches of :class:`tasks.crime.results.GatheredCrimes`; files of other folders are
            skipped.
        settings: The section ``[crime.<key>]``.
        key: The folder below ``crime/``.
        census: The Census and the lists of all cities.

    Returns:
        What became of the crimes.

    Raises:
        ValueError: None of the files is the folder's.
    """
    mine = [path for path in located if re.fullmatch(rf"{re.escape(key)}-[0-9]{{4}}\.parquet", path.name)]
    if not mine:
        raise ValueError(f"crime/{key}: none of the located files is of this folder")
    cities = census.cities
    tracts = cities.filter(pc.equal(cities["city"], settings.city))["GEOID"].combine_chunks()
    by_type: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    sums_of_files = []
    for path in mine:
        rows = pq.read_table(path, columns=["crime", "GEOID"])
        inside = rows.filter(pc.is_in(rows["GEOID"], tracts))
        here, there = _by_type(inside), _by_type(rows)
        by_type.update(here)
        outside.update({name: n - here.get(name, 0) for name, n in there.items()})
        ones = inside.append_column("count", pa.repeat(pa.scalar(1, pa.int64()), len(inside)))
        sums_of_files.append(_summed(ones))
    sums = _summed(pa.concat_tables(sums_of_files))
    usable = pc.is_in(sums["GEOID"], usable_geoids(census.tracts).combine_chunks())
    with_income = _total(sums.filter(usable))
    return CrimeCounts(
        key=key,
        city=settings.city or "",
        outside=sum(outside.values()),
        counted={name: by_type[name] for name in settings.examined},
        with_income=with_income,
        without=_total(sums.filter(pc.invert(usable))),
        counts={name: _of_type(sums, name) for name in settings.examined},
        outside_by_type={name: outside[name] for name in settings.examined},
    )


def _by_type(rows: pa.Table) -> dict[str, int]:
    return {each["values"]: each["counts"] for each in rows["crime"].value_counts().to_pylist()}


def _summed(rows: pa.Table) -> pa.Table:
    """The sums of count by type and tract, in this order."""
    found = rows.group_by(["crime", "GEOID"], use_threads=False).aggregate([("count", "sum")])
    found = found.rename_columns({"count_sum": "count"}).select(["crime", "GEOID", "count"])
    return found.sort_by([("crime", "ascending"), ("GEOID", "ascending")])


def _of_type(sums: pa.Table, name: str) -> pa.Table:
    found = sums.filter(pc.equal(sums["crime"], name)).select(["GEOID", "count"])
    return found.cast(pa.schema({"GEOID": pa.string(), "count": pa.int64()})).combine_chunks()


def _total(sums: pa.Table) -> int:
    return int(pc.sum(sums["count"], min_count=0).as_py())


def count_folders(
    located: Sequence[Path], settings: Mapping[str, Crime], census: Census
) -> list[CrimeCounts]:
    """Count the crimes of all folders, as :func:`count_crimes` does for one.

    Args:
        located: The files of crimes that know their tract.
        settings: By folder below ``crime/``, its section ``[crime.<folder>]``.
        census: The Census and the lists of all cities.
    """
    return [count_crimes(located, own, key, census) for key, own in settings.items()]
