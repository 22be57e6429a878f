"""A run of some parts leaves the tables of the others as the last run wrote them, or says what is wrong."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from data.errors import InputError
from data.tables import write_table
from flows.parts import load
from flows.run.left import check_left, previous
from tasks.ledger.table import LEDGER, write_ledger

MAIL = load(["mail"])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Tables of a run: a ledger with a row of the mail, and tables of posts and mail."""
    out = tmp_path / "out"
    write_table(LEDGER.arrow.empty_table(), LEDGER, out)
    write_ledger([], out)
    for name in ("public/city_tests.csv", "public/city_deciles.csv", "public/kinds.csv"):
        (out / name).write_text(name)
    files = [path for path in out.rglob("*") if path.is_file()]
    tables = {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    values = {"configuration": {"sha256": "aa"}, "tables": tables}
    (out / "provenance.json").write_text(json.dumps(values))
    return out


def test_nothing_is_said_of_tables_that_are_as_they_were(out: Path):
    (out / "public/kinds.csv").write_text("the mail writes it anew")
    assert check_left(out, MAIL) == ()
    assert check_left(out.parent / "nothing", MAIL) == ()


def test_tables_of_other_parts_that_were_changed_or_are_gone_are_named(out: Path):
    (out / "public/city_tests.csv").write_text("other")
    (line,) = check_left(out, MAIL)
    assert line == (
        "out/public/city_tests.csv: is not what the last run wrote; it stays so: "
        f"a run of all parts makes it anew: nwatch run {out.parent}"
    )
    (out / "public/city_deciles.csv").unlink()
    (line,) = check_left(out, MAIL)
    assert "(and 1 more files)" in line


@pytest.mark.parametrize("content", [b"", b"PAR1 cut", None])
def test_a_ledger_whose_rows_cannot_be_kept_is_one_line(out: Path, content: bytes | None):
    path = out / "public/ledger.parquet"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(
        InputError, match=r"ledger.parquet: is .*; a run of all parts makes it anew: nwatch run"
    ):
        check_left(out, MAIL)


@pytest.mark.parametrize("content", [b"", b"{]", b"[]", b'{"tables": {}}', b"\xff", b"[" * 100_000])
def test_a_provenance_that_makes_no_sense_is_one_line(out: Path, content: bytes):
    (out / "provenance.json").write_bytes(content)
    with pytest.raises(InputError, match=r"provenance.json: was damaged; a run of all parts makes it anew"):
        previous(out)


def test_without_a_provenance_that_is_said_or_is_one_line(out: Path):
    (out / "provenance.json").unlink()
    assert check_left(out, MAIL) == ()  # the ledger has no rows
    (out / "public/ledger.parquet").write_bytes(b"")
    with pytest.raises(InputError, match=r"ledger.parquet: was damaged"):
        check_left(out, MAIL)


def test_a_pipe_in_the_place_of_the_provenance_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "provenance.json")
    with pytest.raises(InputError, match="was damaged"):
        previous(tmp_path)
