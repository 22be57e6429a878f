"""The ledger's table: each part beside the others."""

from pathlib import Path

from data.tables import read_table
from tasks.ledger.results import Row
from tasks.ledger.table import LEDGER, keep, ledger_of, without, write_ledger

MAIL: list[Row] = [("mail", "0123456789ab", "messages read", 3), ("alerts", "", "alerts parsed", None)]
POSTS: list[Row] = [("posts", "", "outside", 5)]


def rows(out: Path) -> list[tuple]:
    return [tuple(row.values()) for row in read_table(LEDGER, out).to_pylist()]


def test_a_part_is_entered_beside_the_others(tmp_path: Path) -> None:
    write_ledger(MAIL, tmp_path)
    write_ledger(POSTS, tmp_path)
    assert rows(tmp_path) == sorted(MAIL + POSTS)


def test_a_part_that_is_entered_again_replaces_its_own_rows(tmp_path: Path) -> None:
    write_ledger([*MAIL, *POSTS, ("posts", "", "duplicates", 1)], tmp_path)
    write_ledger([("posts", "", "outside", 6)], tmp_path)
    assert rows(tmp_path) == sorted([*MAIL, ("posts", "", "outside", 6)])


def test_the_order_of_the_parts_changes_no_byte(tmp_path: Path) -> None:
    for name, order in (("a", (MAIL, POSTS)), ("b", (POSTS, MAIL))):
        for part in order:
            written = write_ledger(part, tmp_path / name)
    first = (tmp_path / "a/public/ledger.parquet").read_bytes()
    assert written.read_bytes() == first


def test_where_there_is_no_ledger_there_are_no_rows(tmp_path: Path) -> None:
    assert ledger_of(tmp_path).num_rows == 0
    write_ledger(MAIL, tmp_path)
    assert without(ledger_of(tmp_path), {"mail", "alerts"}).num_rows == 0


def test_the_lines_of_parts_that_a_run_leaves_out_are_kept_and_its_own_are_not(tmp_path: Path) -> None:
    before, out = tmp_path / "out", tmp_path / "staging"
    keep(before, out, ["mail"])
    assert not out.exists()
    write_ledger([*MAIL, *POSTS], before)
    keep(before, out, ["posts", "crime"])
    assert rows(out) == sorted(MAIL)
