"""The command that builds ``census/gentrification`` from downloads, and says which are needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from data.catalog import Investigation
from data.errors import InputError
from data.printable import escaped, quoted
from flows.console.printing import console, print_table

if TYPE_CHECKING:
    from rich.console import Console

    from tasks.selection.look import Built, Downloads


def build(folder: Path, replace: bool = False) -> None:
    """Build ``census/gentrification.parquet``, and print what became of every tract.

    While a download is missing, it prints which, from where, and where to put it.

    Args:
        folder: The investigation folder; the downloads are in its ``census/sources/``.
        replace: Whether an existing ``census/gentrification.parquet`` may be replaced.

    Raises:
        InputError: The configuration is wrong, a download is missing or wrong, or there is a
            ``census/gentrification`` already. Of several mistakes, all but the last are printed.
        LedgerError: The counts do not add up.
    """
    from tasks.census.look import read_city_lists
    from tasks.selection.look import (
        FILE_NAME,
        build_gentrification,
        find_downloads,
        read_inputs,
        write_gentrification_file,
        year_warning,
    )

    to = console()
    investigation = Investigation.open(folder)
    selection = investigation.config.selection
    sources = find_downloads(investigation.folder)
    _print_sources(sources, investigation, to)
    _print_missing(sources, folder, to)
    lists = _lists(investigation)
    _check_place(investigation, folder, replace)
    inputs, mistakes = read_inputs(sources, read_city_lists(lists).cities.select(["city", "GEOID"]))
    for mistake in mistakes[:-1]:
        console(error=True).print(f"nwatch: {mistake}", markup=False)
    if inputs is None:
        raise mistakes[-1]
    built = build_gentrification(inputs, selection)
    try:
        write_gentrification_file(built.table, investigation.folder / FILE_NAME)
    except OSError as error:
        raise InputError(
            f"{FILE_NAME}: cannot be written ({error.strerror}); check the permissions of census/"
        ) from error
    _print_built(built, year_warning(sources, selection), to)
    to.print(f"{FILE_NAME} is written. Then: nwatch run {quoted(str(folder))}", markup=False)


def _lists(investigation: Investigation) -> list[tuple[str, Path]]:
    """The files with the lists of cities, under whatever name.

    Raises:
        InputError: There is none, or more than one.
    """
    from flows.parts.points import census_files

    return census_files(investigation).cities or [investigation.census_file("city_tracts")]


def _print_sources(sources: Downloads, investigation: Investigation, to: Console) -> None:
    """Print what is needed, and what there is."""
    from tasks.selection.look import NEEDS

    rows = []
    for key, need in NEEDS.items():
        files = [file.label for file in sources.of(key)]
        more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
        rows.append((need.name, need.columns, f"{files[0]}{more}" if files else "missing"))
    try:
        lists = ", ".join(label for label, _ in _lists(investigation))
    except InputError:
        lists = "missing"
    rows.append(("lists of cities", "city, GEOID", lists))
    print_table(("needed", "columns", "there"), rows, to=to)
    for label, fix in sources.packed:
        to.print(f"not read: {label}; {fix}", markup=False)
    if sources.others:
        to.print(f"not needed: {', '.join(sources.others)}", markup=False)
    to.print()


def _print_missing(sources: Downloads, folder: Path, to: Console) -> None:
    """Print where to get the missing downloads.

    Raises:
        InputError: One is missing.
    """
    from tasks.selection.look import FOLDER, NEEDS

    missing = [NEEDS[key] for key in sources.missing()]
    if not missing:
        return
    for publisher in dict.fromkeys(need.publisher for need in missing):
        names = [need.name for need in missing if need.publisher == publisher]
        to.print(f"{publisher.name}", markup=False)
        to.print(f"    {publisher.page}", markup=False)
        to.print(f"    {publisher.steps}", markup=False)
        to.print(f"    missing: {', '.join(names)}", markup=False)
        to.print()
    to.print(f"Put the files into {folder / FOLDER}/, under any name.", markup=False)
    raise InputError(
        f"{FOLDER}: {len(missing)} of {len(NEEDS)} downloads are missing: "
        f"{', '.join(need.name for need in missing)}; put them there and run the command again"
    )


def _check_place(investigation: Investigation, folder: Path, replace: bool) -> None:
    """Check that no file would be overwritten, and that there would not be a second one of the kind.

    Raises:
        InputError: There is a file already.
    """
    from tasks.selection.look import FILE_NAME

    census = investigation.folder / Path(FILE_NAME).parent
    name = Path(FILE_NAME).name
    for path in sorted(census.glob(f"{Path(FILE_NAME).stem}.*")):
        if path.name != name:
            raise InputError(
                f"census/{escaped(path.name)}: already exists, and the program reads only one file; "
                "move it out of census/"
            )
        if not replace:
            raise InputError(
                f"{FILE_NAME}: already exists; move it away, or replace it with: "
                f"nwatch gentrification {quoted(str(folder))} --replace"
            )


def _print_built(built: Built, warning: str | None, to: Console) -> None:
    """Print what became of everything, then the warnings."""
    rows: list[tuple[str, int]] = []
    for tally in built.tallies:
        rows.append((tally.whole, tally.count))
        rows += [(f"    {part}", count) for part, count in tally.parts]
    print_table(("what went in, and what became of it", "count"), rows, to=to)
    to.print()
    for line in (*built.warnings, *([warning] if warning else [])):
        to.print(f"WARNING: {line}", style="bold red" if to.is_terminal else "", markup=False)
