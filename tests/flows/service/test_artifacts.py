"""What a watched run shows in the UI holds nothing that a file put there."""

import pyarrow as pa
import pytest

from flows.service import artifacts
from flows.service.outbox import flush


def test_a_table_shows_texts_as_they_are_and_no_control_character(monkeypatch: pytest.MonkeyPatch):
    import prefect.artifacts

    made: list[tuple[list[dict[str, object]], str]] = []
    monkeypatch.setattr(artifacts, "watched", lambda: True)
    monkeypatch.setattr(
        prefect.artifacts,
        "create_table_artifact",
        lambda table, key, description: made.append((table, description)),
    )
    rows = pa.table({"agency": ["a|b\x1b[31m", "[x](http://y.example)", None], "n": [1, 2, 3]})
    artifacts.show_table("kinds", rows, "Messages\x1b of\nall")
    flush(300)
    assert made == [
        (
            [
                {"agency": "a\\|b\ufffd\\[31m", "n": 1},
                {"agency": "\\[x\\](http\\://y.example)", "n": 2},
                {"agency": None, "n": 3},
            ],
            "Messages\ufffd of\nall",
        )
    ]
