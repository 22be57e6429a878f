"""What a reader sees of a session: lines that fit the terminal, and nothing of an alert that controls it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from rich.cells import cell_len

from data.codebook import Codebook, Question
from data.printable import printable
from tasks.coding.results import Item
from tasks.coding.terminal.look import KEYS, Session

WIDEST: Final = 100
"""Columns: longer lines are hard to read."""
NARROWEST: Final = 20

Weight = Literal["plain", "bold", "faint"]


@dataclass(frozen=True)
class Line:
    """A line of any length.

    Attributes:
        text: What it says; anything.
        weight: How it stands out where a terminal can show that.
        indent: What stands before it; its further lines begin below its text.
    """

    text: str
    weight: Weight = "plain"
    indent: str = ""


def fitted(lines: Iterable[Line], width: int) -> Iterator[Line]:
    """Lines that fit a width, with nothing in them that is not printed.

    Args:
        lines: The lines.
        width: Columns; a character of East Asia has two.
    """
    width = min(max(width - 1, NARROWEST), WIDEST)  # a full line moves the cursor on, on some terminals
    for line in lines:
        hang = " " * cell_len(line.indent)
        before = line.indent
        for text in re.split(r"\r\n|\r|\n", line.text):
            for part in _wrapped(printable(text.replace("\t", " ")), width - len(hang)):
                yield Line(f"{before}{part}".rstrip(), line.weight)
                before = hang


def _wrapped(text: str, width: int) -> Iterator[str]:
    """The parts of a text, broken at blanks, and within a word that is longer than a line."""
    now = ""
    for word in text.split(" "):
        joined = f"{now} {word}" if now else word
        if cell_len(joined) <= width:
            now = joined
            continue
        if now:
            yield now
        now = ""
        for char in word:
            if now and cell_len(now + char) > width:
                yield now
                now = ""
            now += char
    yield now


def beginning(codebook: Codebook, reader: str, session: Session) -> Iterator[Line]:
    """What is seen first."""
    yield Line(f"{codebook.title} (codebook {codebook.version})", "bold")
    yield Line("")
    if codebook.instructions:
        yield Line(codebook.instructions)
        yield Line("")
    yield Line(f"{reader}: {session.done:,} of {len(session.items):,} alerts are answered.")
    if session.begun:
        yield Line(
            f"In {session.begun:,} more a question is open, as where it is new; their answers are kept."
        )
    yield Line("Each answer is kept at once; stop whenever you like.")
    yield Line("")
    yield Line("Enter begin   q stop", "faint")


def alert(item: Item, session: Session) -> Iterator[Line]:
    """The alert."""
    day = f" - {item.alert_date:%Y-%m-%d}" if item.alert_date else ""
    yield Line(f"{session.done:,} of {len(session.items):,} done - alert {item.number:,}{day}", "faint")
    yield Line("")
    yield Line(item.title or "(no title)", "bold", "  ")
    yield Line(item.description or "(no description)", indent="  ")
    yield Line("")


def question(session: Session) -> Iterator[Line]:
    """The question that is asked, its answers and their keys, and the other keys."""
    asked, chosen = session.question, session.chosen()
    place = f" ({session.number + 1} of {len(session.codebook.questions)})"
    yield Line(f"{asked.text}{place if len(session.codebook.questions) > 1 else ''}", "bold")
    if asked.kind == "several":
        yield Line("More than one can be chosen.", "faint")
    for key, answer in zip(KEYS, asked.answers, strict=False):
        mark = "*" if answer.key in chosen else " "
        yield Line(answer.text, "bold" if answer.key in chosen else "plain", f" {mark} {key}  ")
    if asked.kind == "text":
        yield Line("\n".join(chosen) or "(nothing yet)", indent="     ")
    yield Line("")
    yield from _note(session)
    write = "t write   " if asked.kind == "text" else ""
    yield Line(f"{write}Enter go on   b back   s skip   ? help   r again   q stop", "faint")


def chosen(session: Session) -> Iterator[Line]:
    """What a key did, on a terminal that cannot show the question anew in its place."""
    texts = {answer.key: answer.text for answer in session.question.answers}
    yield Line("; ".join(texts.get(key, key) for key in session.chosen()) or "(no answer)", "bold", " * ")
    yield from _note(session)


def writing(session: Session) -> Iterator[Line]:
    """What stands above a text that is being written."""
    yield Line(session.question.text, "bold")
    yield Line("Enter keep   Ctrl-U clear   Esc leave as it was", "faint")


def helping(asked: Question) -> Iterator[Line]:
    """What the codebook says of a question."""
    yield Line(asked.text, "bold")
    if asked.help:
        yield Line(asked.help)
    for key, answer in zip(KEYS, asked.answers, strict=False):
        yield Line("")
        yield Line(answer.text, "bold", f"{key}  ")
        if answer.definition:
            yield Line(answer.definition, indent="   ")
        for example in answer.examples:
            yield Line(f'"{example}"', indent="   - ")
        if answer.codes:
            yield Line(f"Law: {', '.join(answer.codes)}", "faint", "   ")
    yield Line("")
    yield Line("Any key: back to the alert", "faint")


def end(session: Session) -> Iterator[Line]:
    """What is seen after the last alert."""
    left = session.put_off
    yield Line(f"{session.done:,} of {len(session.items):,} alerts are answered.", "bold")
    if left:
        yield Line(f"{left:,} that you skipped {'is' if left == 1 else 'are'} still open.")
    yield from _note(session)
    yield Line("")
    again = "Enter see them again   " if left else ""
    yield Line(f"{again}b back   q stop", "faint")


def _note(session: Session) -> Iterator[Line]:
    if session.note:
        yield Line(session.note, "bold", "! ")
