from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.schema import TABLES
from data.synthetic.mail.truth import DETAILS
from data.tables import read_table

Truth = Callable[[str], list[dict[str, Any]]]

PER_SOURCE = {
    "listed in the file",
    "stated by its folders",
    "messages read",
    "not mail",
    "quarantined while reading",
}


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


def test_emails_add_up_whichever_way_they_are_counted(truth: Truth) -> None:
    messages = Counter((row["agency"], row["kind"]) for row in truth("private/messages"))
    assert {(row["agency"], row["kind"]): row["emails"] for row in truth("public/kinds")} == messages
    by_subject: Counter[tuple[str, str]] = Counter()
    for row in truth("public/subjects"):
        by_subject[row["agency"], row["kind"]] += row["emails"]
    assert by_subject == messages


def test_alerts_and_quarantine_together_are_the_alert_messages(truth: Truth) -> None:
    alerts = sum(row["kind"] in ("crime alert", "safety alert") for row in truth("private/messages"))
    parsed = sum(row["emails"] for row in truth("private/alerts"))
    assert alerts == parsed + len(truth("private/quarantine"))
    assert parsed == sum(row["emails"] for row in truth("public/alerts_by_month"))


def test_the_two_counts_of_unique_alerts_agree(truth: Truth) -> None:
    alerts = len(truth("private/alerts"))
    assert alerts == sum(row["unique_alerts"] for row in truth("public/alerts_by_month"))
    assert alerts == sum(row["alerts"] for row in truth("public/recipients_per_alert"))
    assert alerts == len({row["alert_id"] for row in truth("private/alerts")})


def test_the_ledger_of_every_mailbox_adds_up(truth: Truth) -> None:
    mail: dict[str, dict[str, int]] = {}
    for row in truth("public/ledger"):
        if row["part"] == "mail" and row["source"]:
            mail.setdefault(row["source"], {})[row["line"]] = row["count"]
    assert set(mail) == {row["source"] for row in truth("private/sources")}
    for lines in mail.values():
        assert set(lines) == PER_SOURCE
        parts = ("messages read", "not mail", "quarantined while reading")
        assert lines["listed in the file"] == sum(lines[part] for part in parts)
        assert lines["stated by its folders"] == lines["listed in the file"]


def test_shares_of_an_agency_add_up_to_one(truth: Truth) -> None:
    shares: Counter[str] = Counter()
    for row in truth("public/kinds"):
        shares[row["agency"]] += row["share"]
    assert len(shares) == 2
    assert all(abs(share - 1) < 1e-12 for share in shares.values())


def test_a_copy_names_an_original_that_is_no_copy_itself(truth: Truth) -> None:
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


def test_every_reason_to_find_no_title_is_in_quarantine(truth: Truth) -> None:
    assert {row["detail"] for row in truth("private/quarantine")} == set(DETAILS.values())


def test_an_alert_without_any_time_has_no_date_and_no_month(truth: Truth) -> None:
    timeless = [row for row in truth("private/alerts") if row["alert_date"] is None]
    assert timeless
    assert all(row["first_sent_at"] is row["last_sent_at"] is None for row in timeless)
    assert sum(
        row["unique_alerts"] for row in truth("public/alerts_by_month") if row["month"] is None
    ) == len(timeless)
