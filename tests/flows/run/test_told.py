"""The log of a run as a story."""

import logging
import re

import pytest

from flows.run.told import timed, told


def test_a_stage_says_that_it_begins_what_it_counted_and_how_long_it_took(caplog: pytest.LogCaptureFixture):
    heard: list[tuple[int, int]] = []
    with caplog.at_level(logging.INFO, "nwatch"):
        with told(
            "read the mail", "messages", lambda done, total: heard.append((done, total))
        ) as on_progress:
            on_progress(1, 2000)
            on_progress(2000, 2000)
        with timed("posts", "3 files") as came:
            came.append("posts 12")
        with timed("requests"):
            pass
    assert heard == [(1, 2000), (2000, 2000)]
    assert [re.sub(r"\d+\.\d s", "0.1 s", line) for line in caplog.messages] == [
        "read the mail begins",
        "read the mail took 0.1 s: 2,000 of 2,000 messages",
        "posts begins: 3 files",
        "posts took 0.1 s: posts 12",
        "requests begins",
        "requests took 0.1 s",
    ]


def test_what_fails_is_not_said_to_have_ended(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, "nwatch"), pytest.raises(ValueError, match="odd"), timed("posts"):
        raise ValueError("odd")
    assert caplog.messages == ["posts begins"]
