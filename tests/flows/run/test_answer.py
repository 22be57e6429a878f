"""Whether anything is missing: one answer, which says no more than is known."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from flows.parts import load
from flows.run.answer import answer
from tasks.ledger.results import Doubt, Doubts

[MAIL] = load(["mail"])
LETTERS = Doubt(2, "files are each an e-mail", "ask for a .pst", "records/lapd/smith.eml")


def said(doubts: Doubts, out: Path) -> Doubts:
    return doubts


def answered(*doubts: Doubts, unknown: tuple[str, ...] = ()) -> list[str]:
    parts = [replace(MAIL, doubts=partial(said, one)) for one in doubts]
    return answer(parts, Path("out"), unknown).lines("see below")


def test_no_is_said_only_where_nothing_is_in_doubt():
    assert answered(Doubts(), Doubts()) == ["No: everything is accounted for; see below"]
    assert answered() == ["No: everything is accounted for; see below"]


def test_what_is_in_doubt_is_listed_with_its_number_and_what_to_do():
    assert answered(Doubts(), Doubts(perhaps=(LETTERS, Doubt(1, "mail has no body", "look")))) == [
        "Perhaps:",
        "  2 files are each an e-mail: ask for a .pst (records/lapd/smith.eml)",
        "  1 mail has no body: look",
        "Everything else is accounted for; see below",
    ]


@pytest.mark.parametrize("unknown", [(), ("1 of 2 mailboxes", "")])
def test_what_was_not_counted_is_said_once(unknown: tuple[str, ...]):
    assert answered(Doubts("1 of 2 mailboxes"), unknown=unknown) == [
        "Unknown for 1 of 2 mailboxes (see the warnings); everything else is accounted for; see below"
    ]
    assert answered(Doubts("1 of 2 mailboxes", (LETTERS,)), unknown=unknown)[0] == (
        "Unknown for 1 of 2 mailboxes (see the warnings); and perhaps:"
    )


def test_the_prefect_ui_gets_the_same_answer_without_the_name_of_a_file():
    known = answer([replace(MAIL, doubts=lambda _: Doubts(perhaps=(LETTERS,)))], Path("out"))
    assert known.in_public == "Perhaps: 2 files are each an e-mail: ask for a .pst"
    assert answer([], Path("out")).in_public == "No: everything is accounted for"
