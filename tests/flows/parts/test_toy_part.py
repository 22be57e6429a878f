"""A part of a run is one page and one line: a toy part runs, is accounted for, published and named."""

import ast
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pytest

from data.catalog import Investigation
from data.errors import InputError
from data.schema import TABLES
from data.schema.model import COUNT, TEXT, Column, Table
from data.tables import read_table, write_table
from flows import parts as registry
from flows.investigate import investigate
from flows.run.inputs import Inputs
from flows.run.part import Found, Job, Listing, Part, Told
from flows.run.preflight import notes, parts_to_run
from tasks.ledger.accounts import Account, close_part
from tasks.ledger.identities import Identity, Ledger
from tasks.rows.results import Recognised

# The toy: it counts the files of a folder by their suffix.
COLUMNS = (Column("suffix", TEXT, "The suffix."), Column("files", COUNT, "Files with it."))
TABLE = Table("public/suffixes", ("suffix",), "One row per suffix.", COLUMNS)
LEDGER = Ledger((Identity("suffixes", "files", ("counted",), balance="files"),))


def run(job: Job) -> Found:
    files = [path for path in (job.given.investigation.folder / "toy").iterdir() if path.is_file()]
    counts = Counter(path.suffix for path in files)
    rows = [{"suffix": suffix, "files": number} for suffix, number in counts.items()]
    write_table(pa.Table.from_pylist(rows, schema=TABLE.arrow), TABLE, job.out)
    # Counted apart from the first number: in the table as it was written.
    counted = sum(row["files"] for row in read_table(TABLE, job.out).to_pylist())
    lines = {"files": len(files), "counted": counted}
    close_part([Account("suffixes", "", "toy/", lines)], LEDGER, (), job.out)
    return Found(warnings=("a toy was counted",))


def tell(found: Found) -> Told:
    return Told((Listing(("toy", "is"), [("files", "counted")]),), facts={"toys": 3})


PART = Part("suffixes", ("toy/*",), (TABLE,), LEDGER, run, lambda found: {"suffixes": "toy"}, tell)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An investigation with toys and nothing else, in a program that has the toy part."""
    page = ModuleType("flows.parts.suffixes")
    page.PART = PART  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "flows.parts.suffixes", page)
    monkeypatch.setattr(registry, "PARTS", (*registry.PARTS, "suffixes"))
    (tmp_path / "investigation.toml").write_text('name = "toys"\n')
    (tmp_path / "toy").mkdir()
    for name in ("a.txt", "b.txt", "c.csv"):
        (tmp_path / "toy" / name).touch()
    return tmp_path


def test_a_run_runs_it_publishes_it_and_names_it_in_the_provenance(toy: Path):
    result = investigate(toy, only=["suffixes"])
    assert result.warnings == ("a toy was counted",)
    assert read_table(TABLE, result.out).to_pylist() == [
        {"suffix": ".csv", "files": 1},
        {"suffix": ".txt", "files": 2},
    ]
    provenance = json.loads((result.out / "provenance.json").read_text())
    assert provenance["suffixes"] == "toy"
    assert "public/suffixes.csv" in provenance["tables"]


def test_its_files_are_accounted_for_in_the_ledger_and_in_print(toy: Path, capsys: pytest.CaptureFixture):
    from flows.console.run import run as nwatch_run

    nwatch_run(toy, only=["suffixes"])
    printed = capsys.readouterr().out
    assert "3 files = 3 counted" in printed
    assert "toys                       3" in printed
    assert "WARNING: a toy was counted" in printed
    rows = read_table(TABLES["public/ledger"], toy / "out").to_pylist()
    assert [(row["part"], row["line"], row["count"]) for row in rows] == [
        ("suffixes", "counted", 3),
        ("suffixes", "files", 3),
    ]
    from flows.console.commands import ledger

    ledger(toy)
    assert "counted" in capsys.readouterr().out


def test_what_its_files_were_recognised_as_is_printed_once_and_kept(
    toy: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    from flows.console.commands import _print_recognised
    from flows.console.printing import console
    from flows.console.run import run as nwatch_run

    said = (Recognised("toy/a.txt", "a toy\x1b, plain"),) * 2
    page = sys.modules["flows.parts.suffixes"]
    monkeypatch.setattr(page, "PART", replace(PART, recognised=lambda given: said))
    nwatch_run(toy, only=["suffixes"])
    assert capsys.readouterr().out.count("recognised: toy/a.txt: a toy\ufffd, plain\n") == 1
    kept = json.loads((toy / "out/provenance.json").read_text())["recognised"]
    assert kept == {"suffixes": ["a toy\x1b, plain"] * 2}
    monkeypatch.setattr("flows.console.commands.parts_to_run", lambda found: ("suffixes",))
    _print_recognised(Investigation.unchecked(toy), console())
    assert capsys.readouterr().out == "recognised: toy/a.txt: a toy\ufffd, plain\n"

    def refuse(given: Inputs) -> None:
        raise InputError("toy/b.txt: is broken; mend it")

    monkeypatch.setattr(page, "PART", replace(PART, look=refuse, recognised=lambda given: said))
    _print_recognised(Investigation.unchecked(toy), console())
    assert capsys.readouterr().out == "WARNING: toy/b.txt: is broken; mend it\n"


def test_without_its_files_it_is_skipped_and_its_old_tables_are_moved_away(toy: Path):
    from data.catalog import Investigation

    investigate(toy, only=["suffixes"])
    for path in (toy / "toy").iterdir():
        path.unlink()
    found = Investigation.open(toy)
    assert "suffixes" not in parts_to_run(found, [])
    from flows.run.publish import superseded

    assert superseded(found.out, ["mail"]) == ["suffixes"]
    (toy / "records/lapd").mkdir(parents=True)
    (toy / "records/lapd/a.pst").touch()
    assert any("suffixes" in note for note in notes(Investigation.unchecked(toy)) if "skipped" in note)


@pytest.mark.long
def test_a_part_s_name_is_written_in_its_own_rooms_and_the_registry_alone(checkout: Path):
    """The smallest part: any other place with its name is a place that a new part would have to change."""
    found = {
        path.relative_to(checkout).as_posix()
        for room in ("flows", "tasks", "cluster", "data")
        for path in (checkout / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == "requests"
    }
    own = {
        "flows/parts/requests.py",
        "tasks/requests/ledger.py",
        "data/synthetic/public_records/requests.py",
    }
    found.discard("cluster/kubernetes.py")  # a word of Kubernetes: what a pod asks for
    # What may be said of a part alone, where it is: a part of which nothing is said is in the report all the
    # same (the section of all tables), and its lines of the ledger stand in the order of their names.
    may_speak = ("tasks/report/", "tasks/figures/", "data/schema/ledger_lines.py")
    # A run of which the files are looked for again is asked for each kind by its name.
    verified = {"flows/console/inputs_now.py", "tasks/audit/verify.py"}
    assert {file for file in found - verified if not file.startswith(may_speak)} == {
        *own,
        "flows/parts/__init__.py",
    }
