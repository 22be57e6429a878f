"""Whole runs against the truth of a synthetic investigation, whatever the partitions and workers."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cluster import ClusterSettings, connect
from data.schema import TABLES

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.slow]

LARGEST = 97
"""Messages of the largest mailbox of the fixture `synthetic`."""
PARTITIONS = {1: 10_000, 2: -(-LARGEST // 2), 8: -(-LARGEST // 8)}
"""Messages a partition that cut the largest mailbox into so many."""
RUNS = [(workers, pieces) for workers in (1, 2) for pieces in PARTITIONS]


@pytest.fixture(scope="module")
def outs(prefect: object, synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The out folder of a run for each number of workers and partitions, none of which knows of another."""
    from flows.investigate import investigate

    found = {}
    for workers in (1, 2):
        with connect(ClusterSettings(workers=workers)):
            for pieces, partition in PARTITIONS.items():
                folder = tmp_path_factory.mktemp(f"workers-{workers}-pieces-{pieces}") / "case"
                folder.mkdir()
                (folder / "records").symlink_to(synthetic / "records")
                (folder / "investigation.toml").write_bytes((synthetic / "investigation.toml").read_bytes())
                found[workers, pieces] = investigate(folder, partition).out
    return found


def files(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_the_partitions_are_what_the_test_says(outs):
    parts = {
        (workers, pieces): max(
            len(list(folder.glob("part-*")))
            for folder in (out.parent / "work/mail").iterdir()
            if folder.is_dir()
        )
        for (workers, pieces), out in outs.items()
    }
    assert parts == {(workers, pieces): pieces for workers, pieces in RUNS}


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.visibility != "work"])
def test_every_table_meets_the_truth_row_by_row(outs, synthetic: Path, name: str):
    truth = pq.read_table(synthetic / f"truth/{name}.parquet")
    found = pq.read_table(outs[1, 1] / f"{name}.parquet")
    assert found.column_names == truth.column_names
    assert found.to_pylist() == truth.to_pylist()
    assert found.num_rows


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run[0]} workers, {run[1]} partitions")
def test_workers_and_partitions_change_no_byte(outs, run):
    first, other = files(outs[1, 1]), files(outs[run])
    assert other.keys() == first.keys()
    assert not [name for name in first if other[name] != first[name]]


def test_nothing_but_the_tables_and_their_provenance_is_published(outs):
    names = {name.rsplit(".", 1)[0] for name in files(outs[1, 1])}
    assert names == {name for name, table in TABLES.items() if table.visibility != "work"} | {"provenance"}


def test_nothing_public_holds_a_name_an_address_or_a_title(outs, synthetic: Path):
    private = set()
    for row in pq.read_table(synthetic / "truth/private/messages.parquet").to_pylist():
        private |= {row["sender"], *row["to"], *row["cc"]}
    for row in pq.read_table(synthetic / "truth/private/alerts.parquet").to_pylist():
        private |= {text for text in (row["title"], row["description"]) if text and len(text) > 8}
    for row in pq.read_table(synthetic / "truth/private/sources.parquet").to_pylist():
        private.add(Path(row["file"]).name)
    public = [content for name, content in files(outs[1, 1]).items() if name.endswith((".csv", ".json"))]
    assert len(private) > 100
    assert not [word for word in private if word and any(word.encode() in content for content in public)]


def test_the_provenance_holds_no_file_name_and_no_path(outs, synthetic: Path):
    text = (outs[1, 1] / "provenance.json").read_text()
    assert str(synthetic) not in text
    assert ".pst" not in text.lower()
    assert len(json.loads(text)["sources"]) == 10
