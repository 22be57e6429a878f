"""The door of the requests room."""

from pathlib import Path

from data.records import FolderRecords
from data.schema import TABLES
from data.tables import read_table
from tasks.requests.read import read_requests
from tasks.requests.task import write_requests


def test_the_table_is_written_with_its_csv_and_the_same_bytes_each_time(tmp_path: Path):
    file = tmp_path / "requests.csv"
    file.write_text("agency,sent,status,received,records\nB,2021-03-01,pending,,\nA,2021-03-01,denied,,\n")
    found = read_requests(("requests.csv", file), FolderRecords(tmp_path / "records"))
    path = write_requests.fn(found.table, tmp_path / "out")
    assert read_table(TABLES["public/requests"], tmp_path / "out").equals(found.table)
    assert path.with_suffix(".csv").read_text() == (
        "agency,sent,status,received,records,mailboxes,bytes\n"
        "A,2021-03-01,denied,,,0,0\n"
        "B,2021-03-01,pending,,,0,0\n"
    )
    before = path.read_bytes()
    assert write_requests.fn(found.table, tmp_path / "out").read_bytes() == before
