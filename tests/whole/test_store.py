"""An investigation whose records lie on a store, run whole: the bytes that it publishes from a disk."""

from pathlib import Path

import pytest

from cluster import ClusterSettings, connect
from tests.store import Store, store

__all__ = ["store"]

pytestmark = [pytest.mark.usefixtures("prefect"), pytest.mark.slow]


def run(folder: Path) -> dict[str, bytes]:
    from flows.investigate import investigate

    investigate(folder, only=["mail", "requests"])
    out = folder / "out"
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


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
        here, there = run(investigation), run(far)
    assert len(here) > 10
    assert here.keys() == there.keys()
    assert [name for name in here if here[name] != there[name]] == []
    assert not (far / "records").exists()
