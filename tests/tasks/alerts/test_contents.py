"""What the tables of the alerts are kept by: the checksums of their files, and all code that makes a row."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.crosswalk import Crosswalk
from tasks.alerts import batches
from tasks.alerts.batches import CODE, parse_sources
from tasks.alerts.contents import contents_of_parsed
from tasks.alerts.results import Parsed

Build = Callable[..., Any]
OF_DATA = {"data", "data/schema"}
"""Folders that count for every key (``data.kept.code_of``)."""


@pytest.fixture
def parsed(mailbox: Build, mail_row: Build, crosswalk: Crosswalk, tmp_path: Path) -> Callable[..., Parsed]:
    def parse(*subjects: str, zone: str = "UTC", rows: Crosswalk = crosswalk) -> Parsed:
        mail = [mail_row(32 * n, subject=subject) for n, subject in enumerate(subjects, start=1)]
        return parse_sources([mailbox(mail)], {"lapd": zone}, rows, tmp_path / "work")

    return parse


def test_the_same_messages_have_the_same_contents_and_others_have_others(
    parsed: Callable[..., Parsed], crosswalk: Crosswalk
):
    first = contents_of_parsed(parsed("New Crime Incident", "Lunch"))
    assert contents_of_parsed(parsed("New Crime Incident", "Lunch")) == first
    other = replace(crosswalk, rows=crosswalk.rows[1:])
    found = [
        first,
        contents_of_parsed(parsed("New Crime Incident")),
        contents_of_parsed(parsed("New Crime Incident", "Dinner")),
        contents_of_parsed(parsed("New Crime Incident", "Lunch", zone="America/Denver")),
        contents_of_parsed(parsed("New Crime Incident", "Lunch", rows=other)),
    ]
    assert len({repr(each) for each in found}) == len(found)


def test_a_file_without_a_checksum_is_never_taken_for_known(parsed: Callable[..., Parsed]):
    done = parsed("Lunch")
    done.sources[0].files[0].write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="has no checksum"):
        contents_of_parsed(done)


def test_other_rules_of_a_time_zone_are_parsed_by_again(
    parsed: Callable[..., Parsed], monkeypatch: pytest.MonkeyPatch
):
    assert parsed("Lunch").fresh == 1
    assert parsed("Lunch").fresh == 0
    monkeypatch.setattr(batches, "rules_of", lambda _: "another edition")
    assert parsed("Lunch").fresh == 1


@pytest.mark.long(4)
@pytest.mark.parametrize("module", ["alerts/parse", "alerts/batches", "alerts/tabulate", "mail/inventory"])
def test_every_module_that_makes_a_row_is_in_the_key(checkout: Path, module: str):
    """Also those that will be added: all that a module imports, and what these import, is looked at."""
    seen, todo = set[str](), [f"tasks/{module}.py"]
    while todo:
        file = todo.pop()
        if file not in seen:
            seen.add(file)
            todo += imported(checkout, file)
    assert {"data/printable.py", "data/text.py"} <= seen
    assert {str(Path(file).parent) for file in seen} <= {*OF_DATA, *CODE}


def imported(checkout: Path, file: str) -> Iterator[str]:
    """The modules of the program that a file imports, wherever in it."""
    for node in ast.walk(ast.parse((checkout / file).read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            place = name.replace(".", "/")
            for path in (f"{place}.py", f"{place}/__init__.py"):
                if name.split(".")[0] in {"data", "tasks"} and (checkout / path).is_file():
                    yield path
