"""What the last look saw, on disk."""

from pathlib import Path

import pytest

from tasks.arrivals.memory import Remembered, recall, remember

MEMORY = {
    "lapd": Remembered({"records/lapd/a.pst": [5, 1, 2, 3]}, 12.5),
    "sdpd": Remembered({"records/sdpd/ü.pst": [5, '"e"', "2020-01-01T00:00:00+00:00"]}, 1.0, {}),
}


def test_what_is_remembered_is_recalled(tmp_path: Path):
    remember(MEMORY, tmp_path / "work")
    assert recall(tmp_path / "work") == MEMORY
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["arrivals.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"lapd": 1}', '{"lapd": {"files": 3}}'])
def test_a_memory_that_makes_no_sense_is_forgotten(tmp_path: Path, content: str):
    (tmp_path / "arrivals.json").write_text(content)
    assert recall(tmp_path) == {}


def test_without_a_look_nothing_is_remembered(tmp_path: Path):
    assert recall(tmp_path / "nowhere") == {}
