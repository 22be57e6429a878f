"""What coding in the terminal starts from: the alerts of one reader, and what this reader has answered."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from data.codebook import Codebook
from data.errors import InputError
from data.printable import printable
from data.writing import make_folder
from tasks.coding.results import FOLDER, Item
from tasks.coding.sample.draw import order_for
from tasks.coding.terminal.answers import AnswerFile, opened, state_of
from tasks.coding.terminal.session import BACK, CLEAR, END, ENTER, ERASE, ESCAPE, KEYS, Session

__all__ = [
    "BACK",
    "CLEAR",
    "END",
    "ENTER",
    "ERASE",
    "ESCAPE",
    "KEYS",
    "AnswerFile",
    "Session",
    "as_read",
    "label_of",
    "open_answers",
    "session_of",
]

_RETURNED: Final = "returned"


def label_of(reader: str) -> str:
    """The file of a reader's answers, as lines name it."""
    return printable(f"{FOLDER}/{_RETURNED}/{reader}.jsonl")


def as_read(items: Sequence[Item], reader: str, seed: int) -> list[Item]:
    """The alerts in the order in which a reader sees them: another one for each, the same in every tool.

    Args:
        items: The alerts that the reader codes, of one drawing.
        reader: The reader.
        seed: ``[coding] seed``.
    """
    by_alert = {item.alert: item for item in items}
    return [by_alert[alert] for alert in order_for(reader, by_alert, seed)]


def open_answers(coding: Path, reader: str, codebook: Codebook) -> AbstractContextManager[AnswerFile]:
    """Open the file of a reader's answers, made if need be: in the block it is this terminal's alone.

    Args:
        coding: The folder ``coding/`` of the investigation.
        reader: The reader's name, which names the file.
        codebook: What is asked.
    """
    folder = make_folder(coding / _RETURNED)
    return opened(folder / f"{reader}.jsonl", label_of(reader), reader, codebook)


def session_of(answers: AnswerFile, items: Sequence[Item], codebook: Codebook) -> Session:
    """A session that goes on where the reader stopped.

    Args:
        answers: The file of the reader's answers.
        items: The alerts that the reader codes, in the order in which this reader sees them.
        codebook: What is asked of each.

    Raises:
        InputError: A question has more answers than there are keys.
    """
    for question in codebook.questions:
        if len(question.answers) > len(KEYS):
            raise InputError(
                f"codebook: question {question.key!r} has {len(question.answers)} answers, and a terminal "
                f"has keys for {len(KEYS)}; answer in the workbook"
            )
    given, skipped = state_of(answers.lines, codebook)
    return Session(items, codebook, given, skipped)
