"""The part of a run that is about the mail: what it must say at its end."""

from __future__ import annotations

from typing import Any

from flows.parts.mail import _warnings
from tasks.mail.results import MailSource


def source(**given: Any) -> MailSource:
    made: dict[str, Any] = {
        "agency": "lapd",
        "source": "a" * 12,
        "sha256": "a" * 64,
        "files": ("records/lapd/a.pst",),
        "bytes": 1,
        "format": "Unicode PST",
        "messages_listed": 3,
        "unknown": None,
        "mail": None,
        "read": 3,
        "not_mail": 0,
        "quarantined": 0,
    }
    return MailSource(**{**made, **given})


def test_the_run_ends_with_how_many_messages_have_characters_that_could_not_be_read():
    sources = [source(), source(replacement_characters=2, files=("b.pst",)), source(replacement_characters=1)]
    (line,) = _warnings(sources)
    assert line.startswith(
        "3 messages have characters that could not be read, shown as \ufffd (as in b.pst); "
    )
    assert "code_page" in line


def test_a_run_that_could_read_every_character_says_nothing_of_it():
    assert list(_warnings([source(without_body=3)])) == []
