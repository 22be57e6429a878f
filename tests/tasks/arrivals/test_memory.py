"""What the last look saw, on disk."""

from pathlib import Path

import pytest

from data.errors import InputError
from tasks.arrivals.memory import Remembered, recall, remember

MEMORY = {
    "lapd": Remembered({"records/lapd/a.pst": [5, 1, 2, 3]}, 12.5, None, 3.5, 2, 13.0, True, "why"),
    "sdpd": Remembered({"records/sdpd/ü.pst": [5, '"e"', "2020-01-01T00:00:00+00:00"]}, 1.0, {}),
}


def test_what_is_remembered_is_recalled(tmp_path: Path):
    remember(MEMORY, tmp_path / "work")
    assert recall(tmp_path / "work") == MEMORY
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["arrivals.json"]


ENDLESS = (
    '{"lapd": {"files": {}, "announced": null, "since": NaN, "at": 0, "looked": 0, '
    '"behind": false, "times": 0, "told": ""}}'
)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"lapd": 1}', '{"lapd": {"files": 3}}', ENDLESS, "[" * 100_000],
)
def test_a_memory_that_makes_no_sense_is_forgotten(tmp_path: Path, content: str):
    (tmp_path / "arrivals.json").write_text(content)
    assert recall(tmp_path) == {}


def test_without_a_look_nothing_is_remembered(tmp_path: Path):
    assert recall(tmp_path / "nowhere") == {}


def test_a_memory_that_cannot_be_read_or_written_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    remember(MEMORY, tmp_path)
    monkeypatch.setattr(Path, "open", denied)
    monkeypatch.setattr(Path, "replace", denied)
    for ask in (lambda: recall(tmp_path), lambda: remember(MEMORY, tmp_path)):
        with pytest.raises(InputError, match=r"arrivals\.json: cannot be read or written .*permissions of"):
            ask()
