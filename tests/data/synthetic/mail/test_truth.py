from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.schema import TABLES
from data.synthetic.mail.truth import DETAILS
from data.tables import read_table

Truth = Callable[[str], list[dict[str, Any]]]


@pytest.mark.long
def test_every_table_of_truth_is_written_in_its_schema(small: Path) -> None:
    written = {
        path.relative_to(small / "truth").with_suffix("").as_posix()
        for path in (small / "truth").rglob("*.parquet")
    }
    expected = {name for name, table in TABLES.items() if table.visibility != "work"}
    assert written <= expected
    assert written >= {"private/alerts", "private/messages", "private/sources", "public/ledger"}
    for name in written:
        assert read_table(TABLES[name], small / "truth").num_rows > 0


def test_a_copy_names_an_original_that_is_not_a_copy(truth: Truth) -> None:
    rows = {f"{row['source']}:{row['node_id']}": row for row in truth("private/messages")}
    copies = [row for row in rows.values() if row["copy_of"]]
    assert len(copies) > 5
    for row in copies:
        original = rows[row["copy_of"]]
        assert original["copy_of"] is None
        assert original["message_id"] == row["message_id"]
        assert (original["source"], original["node_id"]) < (row["source"], row["node_id"])
        assert (original["source"], original["folder"]) != (row["source"], row["folder"])


def test_a_file_handed_over_twice_has_two_names_and_one_source(truth: Truth) -> None:
    names = Counter(row["source"] for row in truth("private/sources"))
    assert sorted(names.values())[-2:] == [1, 2]


def test_every_way_to_lack_a_title_is_in_quarantine(truth: Truth) -> None:
    assert {row["detail"] for row in truth("private/quarantine")} == set(DETAILS.values())


def test_an_alert_without_any_time_has_no_date_and_no_month(truth: Truth) -> None:
    timeless = [row for row in truth("private/alerts") if row["alert_date"] is None]
    assert timeless
    assert all(row["first_sent_at"] is row["last_sent_at"] is None for row in timeless)
    assert sum(
        row["unique_alerts"] for row in truth("public/alerts_by_month") if row["month"] is None
    ) == len(timeless)
