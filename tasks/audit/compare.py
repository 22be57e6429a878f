"""What changed between the tables of two runs (method 12.8): rows by key, findings, lines of the ledger."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data.schema import TABLES
from tasks.audit.verify import inputs_of, word_of

_SAME_DIGITS: Final = 1e-9
"""Numbers that differ by less than this, relative to the larger, differ in their last digits alone."""

_FINDINGS: Final = (
    ("public/city_tests_robust", "public/city_tests", "posts"),
    ("public/crime_tests_robust", "public/crime_tests", ""),
)
"""The tables with the verdicts, those with r and p beside them, and of what they are."""

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "public/city_effects": ("scope", "city"),
    "public/crime_effects": ("crime", "scope", "city"),
    "public/city_selection": ("city",),
}
"""By what rows are known whose key is only their place in the table."""

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Changed:
    """What changed in one table.

    Attributes:
        name: Such as ``public/kinds``.
        added: Keys of the rows that only the new one has.
        removed: Keys of the rows that only the old one has.
        changed: By key, the columns that differ, each with the old and the new value.
        columns: Columns that only one of both has, as "+name" and "-name".
        rounded: How many of the changed rows differ in the last digits of numbers alone.
    """

    name: str
    added: Sequence[Key] = ()
    removed: Sequence[Key] = ()
    changed: Mapping[Key, Mapping[str, tuple[Any, Any]]] = field(default_factory=dict)
    columns: Sequence[str] = ()
    rounded: int = 0

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.added or self.removed or self.changed or self.columns)


@dataclass(frozen=True)
class Finding:
    """A finding whose verdict changed.

    Attributes:
        of: What it is about, as "Denver city, Colorado, posts".
        verdict: The old and the new one; None where there was or is none.
        numbers: r, p and the rate ratio, by these names, each old and new.
    """

    of: str
    verdict: tuple[str | None, str | None]
    numbers: Mapping[str, tuple[float | None, float | None]]


def names_in(out: Path, visibility: str) -> list[str]:
    """The tables in a folder, as ``public/kinds``, sorted.

    Args:
        out: The folder that holds ``public/`` and ``private/``.
        visibility: ``public`` or ``private``.
    """
    return sorted(f"{visibility}/{path.stem}" for path in (out / visibility).glob("*.parquet"))


def read(out: Path, name: str) -> pa.Table | None:
    """A table as it is, also one of another version; None where there is none.

    Args:
        out: The folder of the tables.
        name: Such as ``public/kinds``.

    Raises:
        ValueError: It is damaged, or no file.
    """
    path = out / f"{name}.parquet"
    if not path.is_file():
        if os.path.lexists(path):
            raise ValueError(f"{path}: is not a regular file; run again to rebuild it")
        return None
    try:
        return pq.ParquetFile(path).read()
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(f"{path}: is damaged; run again to rebuild it") from error


def changes(name: str, new: pa.Table, old: pa.Table) -> Changed:
    """What changed in a table, row by row.

    Args:
        name: Such as ``public/kinds``; its schema says by what rows are known.
        new: The new rows.
        old: The old rows, which may have other columns.

    Example:
        >>> one, two = ({"agency": ["a"], "kind": ["alert"], "emails": [n]} for n in (1, 2))
        >>> changes("public/kinds", pa.table(two), pa.table(one)).changed
        {('a', 'alert'): {'emails': (1, 2)}}
    """
    both = [column for column in new.column_names if column in old.column_names]
    columns = [f"+{each}" for each in new.column_names if each not in both]
    columns += [f"-{each}" for each in old.column_names if each not in both]
    known = _KEYS.get(name) or (TABLES[name].key if name in TABLES else both)
    key = [each for each in known if each in both]
    others = [column for column in both if column not in key]
    now, then = _rows(new, key, others), _rows(old, key, others)
    changed = {}
    for each in now:
        if each in then and (differing := _differing(others, then[each], now[each])):
            changed[each] = differing
    return Changed(
        name,
        [each for each in now if each not in then],
        [each for each in then if each not in now],
        changed,
        columns,
        sum(all(_close(*pair) for pair in each.values()) for each in changed.values()),
    )


def _rows(table: pa.Table, key: Sequence[str], others: Sequence[str]) -> dict[Key, Key]:
    """By key, the other values of each row."""
    values = {name: table.column(name).to_pylist() for name in {*key, *others}}
    lines = range(table.num_rows)
    return {
        tuple(values[name][at] for name in key): tuple(values[name][at] for name in others) for at in lines
    }


def _differing(names: Sequence[str], old: Key, new: Key) -> dict[str, tuple[Any, Any]]:
    if old == new:
        return {}
    pairs = zip(names, old, new, strict=True)
    return {name: (before, now) for name, before, now in pairs if not _same(before, now)}


def _same(old: Any, new: Any) -> bool:
    return bool(old == new) or (
        isinstance(old, float) and isinstance(new, float) and math.isnan(old) and math.isnan(new)
    )


def _close(old: Any, new: Any) -> bool:
    return isinstance(old, float) and isinstance(new, float) and math.isclose(old, new, rel_tol=_SAME_DIGITS)


def findings(new: Path, old: Path) -> list[Finding]:
    """The findings that have another verdict, and those that only one of two runs has.

    Args:
        new: The folder of the new tables.
        old: The folder of the old ones.

    Raises:
        ValueError: A table is damaged.
    """
    found = []
    for verdicts, tests, of in _FINDINGS:
        now, then = _verdicts(new, verdicts, tests), _verdicts(old, verdicts, tests)
        if not now or not then:
            continue  # the table is new or gone, which is said of tables
        for key in dict.fromkeys([*now, *then]):
            here, before = now.get(key, {}), then.get(key, {})
            if here.get("verdict") != before.get("verdict"):
                numbers = {name: (before.get(name), here.get(name)) for name in ("r", "p", "ratio")}
                called = ", ".join(filter(None, (*key, of)))
                found.append(Finding(called, (before.get("verdict"), here.get("verdict")), numbers))
    return found


def _verdicts(out: Path, verdicts: str, tests: str) -> dict[Key, dict[str, Any]]:
    robust, plain = read(out, verdicts), read(out, tests)
    if robust is None or "verdict" not in robust.column_names:
        return {}
    key = [name for name in ("city", "crime") if name in robust.column_names]
    found = {
        tuple(row[name] for name in key): {"verdict": row["verdict"], "ratio": row.get("ratio_90_10")}
        for row in robust.to_pylist()
    }
    for row in [] if plain is None else plain.to_pylist():
        own = found.get(tuple(row[name] for name in key))
        if own is not None and row["level"] == "tract":
            own |= {"r": row["pearson_r"], "p": row["pearson_p"]}
    return found


def inputs(new: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[str]:
    """How the inputs of two runs differ, one line for each kind of file.

    Args:
        new: The provenance of the new run.
        old: That of the old one.
    """
    now, then = inputs_of(new), inputs_of(old)
    lines = []
    for place in sorted({*now, *then}):
        here, before = set(now.get(place, ())), set(then.get(place, ()))
        if here != before:
            counted = [f"{len(here - before):,} new", f"{len(before - here):,} gone"]
            lines.append(f"{word_of(place)}: {', '.join(counted)} (a changed file is both)")
    yield from dict.fromkeys(lines)


def versions(new: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[str]:
    """The packages that were others; the arguments are those of :func:`inputs`."""
    now, then = new.get("versions", {}), old.get("versions", {})
    for name in sorted({*now, *then}):
        if now.get(name) != then.get(name):
            yield f"{name} {then.get(name, 'none')} → {now.get(name, 'none')}"
