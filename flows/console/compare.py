"""What `nwatch compare` does: it shows what changed between two runs (method 12.8)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from data.catalog import PROVENANCE, Investigation
from data.errors import InputError
from data.printable import printable
from data.settings import FILE, Config
from flows.console.printing import console, shown
from flows.run.left import previous
from tasks.audit.look import Changed, changes, findings, inputs, names_in, read, versions

_FIRST: Final = 3
"""Rows of a table that are shown as examples."""
_LINES: Final = 20
"""Lines of the ledger that are shown."""
_COLUMNS: Final = 6
"""Columns that are named of a table."""
_LEDGER: Final = "public/ledger"


def compare(folder: Path, old: Path, *, private: bool = False) -> None:
    """Print what changed between two runs.

    Args:
        folder: The investigation folder of the new run.
        old: Another investigation folder, or a folder of tables: a copy of ``out/``, or ``work/removed``.
        private: Whether private tables are compared too; of them only numbers of rows are printed.

    Raises:
        InputError: One of them holds no tables, or one is damaged.
    """
    new = Investigation.unchecked(folder).out
    if not (new / "public").is_dir():
        raise InputError(f"{shown(new)}: there are no tables yet; run: nwatch run {shown(folder)}")
    before = tables_of(old)
    to = console()
    try:
        found = list(_all(new, before, folder, old, private))
    except ValueError as error:
        raise InputError(str(error)) from error
    to.print(f"{shown(new)} compared with {shown(before)}:", markup=False)
    if not found:
        to.print("Nothing differs.")
    for title, lines in found:
        to.print(f"\n{title}", markup=False)
        for line in lines:
            to.print(f"  {line}", markup=False)
    if not private:
        to.print("\nPrivate tables were not compared; --private counts their rows.")


def tables_of(place: Path) -> Path:
    """The folder of the tables in a place that a person named.

    Raises:
        InputError: There is none.
    """
    for each in (place / "out", place):
        if (each / "public").is_dir():
            return each.absolute()
    raise InputError(
        f"{shown(place)}: holds no tables; name an investigation folder, or a folder with public/ in it"
    )


Section = tuple[str, Sequence[str]]


def _all(new: Path, old: Path, folder: Path, old_folder: Path, private: bool) -> Iterator[Section]:
    """What changed, the most important first; what did not is left out."""
    if lines := list(_verdicts(new, old)):
        yield f"Findings with another verdict: {len(lines):,}", lines
    if lines := list(_chosen(new, old)):
        yield "Cities chosen", lines
    now, then = previous(new), _provenance(old)
    if not now or not then:
        yield "Inputs, settings and versions", [f"not known: {PROVENANCE} is not in both folders"]
    else:
        if lines := list(inputs(now, then)):
            yield "Inputs", lines
        if lines := list(_settings(now, then, folder, old_folder)):
            yield "Settings", lines
        if lines := list(versions(now, then)):
            yield "Versions", lines
    yield from _tables(new, old, "public")
    if private:
        yield from _tables(new, old, "private")


def _provenance(out: Path) -> Mapping[str, Any]:
    """The provenance of the old tables; ``work/removed`` has none."""
    try:
        return previous(out)
    except InputError as error:
        raise InputError(f"{shown(out / PROVENANCE)}: was damaged; compare with another copy") from error


def _verdicts(new: Path, old: Path) -> Iterator[str]:
    for each in findings(new, old):
        then, now = each.verdict
        numbers = [
            f"{name} {_number(before)} → {_number(here)}"
            for name, (before, here) in each.numbers.items()
            if before is not None or here is not None
        ]
        told = f" ({', '.join(numbers)})" if numbers else ""
        yield f"{each.of}: {then or 'not tested'} → {now or 'not tested'}{told}"


def _chosen(new: Path, old: Path) -> Iterator[str]:
    """The cities that are chosen now and were not, or the other way round."""
    now, then = read(new, "public/city_selection"), read(old, "public/city_selection")
    if now is None or then is None:
        return
    here, before = ({row["city"] for row in table.to_pylist() if row["selected"]} for table in (now, then))
    yield from (f"{city}: is chosen now" for city in sorted(here - before))
    yield from (f"{city}: is not chosen any more" for city in sorted(before - here))


def _settings(
    now: Mapping[str, Any], then: Mapping[str, Any], folder: Path, old_folder: Path
) -> Iterator[str]:
    """The settings that differ, where both folders still have those that their tables were made with."""
    if now["configuration"] == then["configuration"]:
        return
    here = _config(folder)
    if here is not None and _hashes(here) >= {each["configuration"]["sha256"] for each in (now, then)}:
        return
    made = []
    for place, known in ((folder, now), (old_folder, then)):
        config = _config(place)
        if config is None or known["configuration"]["sha256"] not in _hashes(config):
            yield f"they differ; which ones is not known, as {FILE} is not in both folders as it was"
            return
        made.append(dict(_flat("", config.model_dump(mode="json", exclude={"records", "private", "report"}))))
    own, before = made
    for name in sorted({*own, *before}):
        if own.get(name) != before.get(name):
            yield f"{name}: {_value(before.get(name))} → {_value(own.get(name))}"


def _hashes(config: Config) -> set[str]:
    """Its hash, and that which a provenance has of it that names no agency's settings."""
    return {config.sha256, config.earlier_sha256}


def _config(place: Path) -> Config | None:
    try:
        return Investigation.open(place).config
    except InputError:  # a copy of out/ has none, and another's may be wrong by now
        return None


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), each)
    else:
        yield name, value


def _tables(new: Path, old: Path, visibility: str) -> Iterator[Section]:
    """The tables that are new, gone or have other rows; of private ones only how many."""
    here, before = names_in(new, visibility), names_in(old, visibility)
    if lines := [f"{name}: is new" for name in here if name not in before] + [
        f"{name}: is gone" for name in before if name not in here
    ]:
        yield f"Tables of {visibility}/ that only one run has", lines
    public = visibility == "public"
    changed: list[str] = []
    for name in (name for name in here if name in before):
        now, then = read(new, name), read(old, name)
        if now is None or then is None or not (found := changes(name, now, then)):
            continue
        if name == _LEDGER:
            yield "The ledger", list(_ledger(found))
        else:
            changed += [_summed(found), *(f"  {line}" for line in _examples(found) if public)]
    if changed:
        yield f"Tables of {visibility}/ with other rows", changed


def _summed(found: Changed) -> str:
    """One line: how many rows are new, gone and changed, and in which columns."""
    counts = [
        f"{len(rows):,} {word}"
        for rows, word in ((found.added, "new"), (found.removed, "gone"), (found.changed, "changed"))
        if rows
    ]
    counted = f"rows {', '.join(counts)}" if counts else "the same rows"
    columns = Counter(name for each in found.changed.values() for name in each)
    shown_columns = [*list(columns)[:_COLUMNS], *_more(len(columns) - _COLUMNS, "more")]
    where = f" in {', '.join(shown_columns)}" if columns else ""
    if found.rounded:
        every = found.rounded == len(found.changed)
        where += f" ({'all' if every else f'{found.rounded:,} of them'} only in the last digits)"
    other = f"; other columns: {', '.join(found.columns)}" if found.columns else ""
    return f"{found.name}: {counted}{where}{other}"


def _examples(found: Changed) -> Iterator[str]:
    """The first rows that are new, gone or changed in more than the last digits."""
    yield from (f"+ {_key(key)}" for key in found.added[:_FIRST])
    yield from (f"- {_key(key)}" for key in found.removed[:_FIRST])
    for key in list(found.changed)[:_FIRST]:
        values = [f"{name} {_value(old)} → {_value(new)}" for name, (old, new) in found.changed[key].items()]
        yield f"{_key(key)}: {', '.join([*values[:_FIRST], *_more(len(values) - _FIRST, 'more')])}"


def _more(count: int, word: str) -> list[str]:
    return [f"and {count:,} {word}"] if count > 0 else []


def _ledger(found: Changed) -> Iterator[str]:
    """The lines of the ledger that changed, those of whole parts first."""
    lines = {key: each["count"] for key, each in found.changed.items() if "count" in each}
    for key in sorted(lines, key=lambda key: (key[1] != "", key))[:_LINES]:
        then, now = lines[key]
        yield f"{_key(key)}: {_value(then, 'unknown')} → {_value(now, 'unknown')}"
    if len(lines) > _LINES:
        yield f"and {len(lines) - _LINES:,} more lines with another count"
    for keys, word in ((found.added, "new"), (found.removed, "gone")):
        if keys:
            yield f"{len(keys):,} line{'s are' if len(keys) > 1 else ' is'} {word}, as {_key(keys[0])}"


def _key(key: Sequence[Any]) -> str:
    return ", ".join(_value(value) for value in key if value not in {"", None})


def _value(value: Any, missing: str = "missing") -> str:
    """A value in a line: one that is long is cut, and a number has as many digits as are needed to see it."""
    if value is None:
        return missing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = printable(value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False))
    return text if len(text) <= 60 else f"{text[:59]}…"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.2g}"
