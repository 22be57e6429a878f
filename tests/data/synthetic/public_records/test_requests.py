from pathlib import Path

from data.synthetic.public_records.requests import REQUESTS

STATUSES = {"fulfilled", "partly fulfilled", "no records", "denied", "withdrawn", "pending"}


def test_every_status_occurs_and_agency_and_day_identify_a_request() -> None:
    assert {each.status for each in REQUESTS} == STATUSES
    assert len({(each.agency, each.sent) for each in REQUESTS}) == len(REQUESTS)


def test_the_requests_name_the_folder_of_every_agency(small: Path) -> None:
    folders = {each.records for each in REQUESTS if each.records}
    assert {path.name for path in (small / "records").iterdir()} <= folders
    for folder in folders:
        assert any(path.suffix.lower() == ".pst" for path in (small / "records" / folder).rglob("*"))


def test_answers_have_a_later_day_and_received_records_a_folder() -> None:
    for each in REQUESTS:
        answered = each.status not in {"pending", "withdrawn"}
        assert (each.received is not None) == answered
        assert each.received is None or each.received > each.sent
        assert bool(each.records) == (each.status in {"fulfilled", "partly fulfilled"})
