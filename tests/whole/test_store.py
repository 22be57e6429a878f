"""An investigation whose records are on a store: a run publishes the same bytes as from a disk."""

from pathlib import Path

import pytest

from cluster import ClusterSettings, connect
from tests.outputs import published
from tests.store import Store, store

__all__ = ["store"]

pytestmark = pytest.mark.slow


FIRST, NEW = "alderfall-pd", "briar-harbor-pd"


def run(folder: Path, *parts: str) -> dict[str, bytes]:
    from flows.investigate import investigate

    investigate(folder, only=list(parts))
    return published(folder)


def test_the_same_bytes_are_published_from_a_store_as_from_a_disk(
    investigation: Path, store: Store, tmp_path: Path
):
    far = tmp_path / "far"
    far.mkdir()
    store.copy(investigation / "records", "whole")
    (far / "requests.csv").write_bytes((investigation / "requests.csv").read_bytes())
    text = (investigation / "investigation.toml").read_text()
    (far / "investigation.toml").write_text(f'records = "{store.url("whole")}"\n{text}')
    with connect(ClusterSettings(workers=1)):
        here, there = run(investigation, "mail", "requests"), run(far, "mail", "requests")
    assert len(here) > 10
    assert here.keys() == there.keys()
    assert [name for name in here if here[name] != there[name]] == []
    assert not (far / "records").exists()


@pytest.mark.usefixtures("prefect")  # what arrives is an event on a Prefect server
@pytest.mark.usefixtures("prefect")  # `arrivals` sends events to a server
def test_an_agency_that_comes_to_a_store_is_seen_and_read_alone(
    investigation: Path, store: Store, tmp_path: Path
):
    from flows.arrivals import arrivals
    from flows.one_agency import one_agency

    far = tmp_path / "far"
    far.mkdir()
    text = (investigation / "investigation.toml").read_text()
    (far / "investigation.toml").write_text(
        f'records = "{store.url("coming")}"\n{text}[arrivals]\nsettle = 0\n'
    )
    store.copy(investigation / "records" / FIRST, f"coming/{FIRST}")
    with connect(ClusterSettings(workers=1)):
        here = run(investigation, "mail")
        run(far, "mail")
        assert arrivals(far) == []
        store.copy(investigation / "records" / NEW, f"coming/{NEW}")
        assert arrivals(far) == [NEW]
        before = len(store.asked(f"coming/{FIRST}", "GET"))
        one_agency(far, NEW)
        assert len(store.asked(f"coming/{FIRST}", "GET")) == before > 0
        assert arrivals(far) == []
    there = published(far)
    tables = [name for name in here if name.endswith((".parquet", ".csv"))]
    assert len(tables) > 10
    assert [name for name in tables if here[name] != there[name]] == []
