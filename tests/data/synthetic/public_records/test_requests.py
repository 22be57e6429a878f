import csv
from collections import Counter
from pathlib import Path

from data.schema import TABLES
from data.synthetic.public_records.requests import REQUESTS
from data.tables import read_table

STATUSES = {"fulfilled", "partly fulfilled", "no records", "denied", "withdrawn", "pending"}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_status_occurs_and_agency_and_day_tell_requests_apart() -> None:
    assert {each.status for each in REQUESTS} == STATUSES
    assert len({(each.agency, each.sent) for each in REQUESTS}) == len(REQUESTS)


def test_what_was_answered_has_a_later_day_and_what_came_a_folder() -> None:
    for each in REQUESTS:
        answered = each.status not in {"pending", "withdrawn"}
        assert (each.received is not None) == answered
        assert each.received is None or each.received > each.sent
        assert bool(each.records) == (each.status in {"fulfilled", "partly fulfilled"})


def test_the_table_counts_the_mailboxes_that_lie_in_the_folders(small: Path) -> None:
    rows = read_table(TABLES["public/requests"], small / "truth").to_pylist()
    assert len(rows) == len(REQUESTS)
    for row in rows:
        boxes = [
            path
            for path in (small / "records" / (row["records"] or "none")).rglob("*")
            if path.suffix.lower() == ".pst"
        ]
        assert row["mailboxes"] == len(boxes)
        assert row["bytes"] == sum(path.stat().st_size for path in boxes)
        assert bool(boxes) == (row["records"] is not None)
    folders = {row["records"] for row in rows if row["records"]}
    assert {path.name for path in (small / "records").iterdir()} <= folders


def test_the_file_and_the_ledger_say_the_same(small: Path) -> None:
    rows = _read(small / "requests.csv")
    assert list(rows[0]) == ["agency", "sent", "status", "received", "records"]
    counts = Counter(row["status"] for row in rows)
    ledger = {
        row["line"]: row["count"]
        for row in read_table(TABLES["public/ledger"], small / "truth").to_pylist()
        if row["part"] == "requests"
    }
    assert ledger == {"requests": len(rows)} | {status: counts[status] for status in STATUSES}
