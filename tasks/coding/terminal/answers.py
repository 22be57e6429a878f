"""The file of a reader's answers at the terminal: a line for each, written at once (method 5.3).

``coding/returned/<reader>.jsonl`` only grows: a line is one answer to one question, and the last one to it
counts. A line that was cut off, as where the power failed, was never an answer, and does no harm.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.codebook import Codebook
from data.errors import InputError
from data.opening import regular
from data.writing import as_its_folder
from tasks.coding.results import Fault, Item, Returned, Review
from tasks.coding.sample.draw import Alert
from tasks.coding.terminal.session import Said

MOST_BYTES: Final = 100_000_000
"""Of a file; a reader of 1,000 alerts writes some 500 KB."""
_TEXTS: Final = ("agency", "alert_id", "reader", "codebook")
_BEGINS: Final = b'{"agency"'
"""How each line begins."""
_LONGEST: Final = 100_000
"""Bytes of a line; a free text of 5,000 letters has at most 60,000."""
_MOST_WRONG: Final = 100
"""Lines of one file that are named; of more, one says how many."""


@dataclass(frozen=True)
class Line:
    """A line of the file.

    Attributes:
        row: Its number, from 1.
        reader: The reader.
        codebook: The version of the codebook.
        said: The answer, or that the alert was put off.
    """

    row: int
    reader: str
    codebook: str
    said: Said


class AnswerFile:
    """The open file of one reader.

    Attributes:
        lines: What was in it.
    """

    def __init__(self, number: int, label: str, reader: str, codebook: Codebook) -> None:
        """Read what is in it, and take away a line that was cut off.

        Args:
            number: The open file.
            label: How it is named in a line.
            reader: The reader.
            codebook: What is asked.
        """
        self._number, self._label, self._reader, self._version = number, label, reader, codebook.version
        content = _content(number, label)
        whole = content.rfind(b"\n") + 1
        if content[whole:]:
            if _was_cut_off(content[whole:]):
                os.ftruncate(number, whole)
            else:  # whole, or of somebody else's: it stays, as a line of its own
                _append(number, b"\n", label)
        self.lines = [line for line in _lines(content) if isinstance(line, Line)]

    def keep(self, said: Iterable[Said]) -> None:
        """Write answers, each as a line, to the disk.

        Args:
            said: The answers.

        Raises:
            InputError: They cannot be written; what was written before stays.
        """
        for one in said:
            what = (
                {"question": one.question, "answers": list(one.answers)} if one.question else {"skip": True}
            )
            line = {
                "agency": one.alert[0],
                "alert_id": one.alert[1],
                "reader": self._reader,
                "codebook": self._version,
                **what,
            }
            _append(self._number, (json.dumps(line) + "\n").encode(), self._label)


@contextmanager
def opened(path: Path, label: str, reader: str, codebook: Codebook) -> Iterator[AnswerFile]:
    """Open the file of a reader, made if need be; nobody else writes to it meanwhile.

    Args:
        path: The file.
        label: How it is named in a line.
        reader: The reader.
        codebook: What is asked.

    Raises:
        InputError: It cannot be written, or another terminal has it open.
    """
    if path.is_symlink():
        raise InputError(f"{label}: is a link, and answers go into no other file; put the file itself there")
    if os.path.lexists(path):
        regular(path, label)
    try:
        number = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise InputError(f"{label}: cannot be written ({error.strerror}); check its permissions") from error
    try:
        as_its_folder(path)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{label}: is open in another terminal; go on there, or stop there first"
            ) from None
        except OSError:
            pass  # a disk without locks: two terminals of one reader would only answer twice
        yield AnswerFile(number, label, reader, codebook)
    finally:
        os.close(number)


def read(path: Path, label: str, codebook: Codebook, items: Sequence[Item]) -> Returned:
    """Read a reader's answers.

    Args:
        path: The file.
        label: How it is named in a line, as ``coding/returned/anna.jsonl``.
        codebook: What was asked.
        items: The alerts of the sample: the id that an alert has in a masked sheet names it here too.

    Returns:
        One review for each reader and alert, in the order of the file: to each question the last answer. Its
        row is that of the last line.

    Raises:
        InputError: The file is too large to be one.
    """
    with path.open("rb") as file:
        content = _content(file.fileno(), label)
    alerts = {(item.alert[0], name): item.alert for item in items for name in item.names}
    found: dict[tuple[str, Alert], list[Line]] = {}
    wrong = []
    for line in _lines(content):
        if isinstance(line, int):
            wrong.append(line)
        else:
            alert = alerts.get(line.said.alert, line.said.alert)
            found.setdefault((line.reader, alert), []).append(line)
    reviews = []
    for (reader, alert), lines in found.items():
        given = {line.said.question: line.said.answers for line in lines if line.said.question}
        keys = [question.key for question in codebook.questions]
        order = {key: place for place, key in enumerate(keys)}
        answers = {key: given[key] for key in sorted(given, key=lambda key: order.get(key, len(order)))}
        answers = {key: said for key, said in answers.items() if said}
        if answers:
            reviews.append(Review(alert, reader, answers, lines[-1].codebook, label, lines[-1].row))
    stray = bool(content) and not found and not wrong and not _was_cut_off(content)
    return Returned(tuple(reviews), tuple(_no_answers(label, wrong, bool(found), stray)))


def _no_answers(label: str, wrong: Sequence[int], any_found: bool, stray: bool) -> Iterator[Fault]:
    """The lines that are no answers; of a file without any answer, one line."""
    if not any_found and (len(wrong) > 1 or stray):
        yield Fault(label, None, "holds no answer of nwatch code; hand in what nwatch code wrote, as it is")
        return
    what = "is no answer of nwatch code; remove the line, and answer the alert again"
    yield from (Fault(label, row, what) for row in wrong[:_MOST_WRONG])
    if (more := len(wrong) - _MOST_WRONG) > 0:
        yield Fault(label, None, f"{more:,} more lines are no answers of nwatch code; put the file back")


def state_of(
    lines: Iterable[Line], codebook: Codebook
) -> tuple[dict[Alert, dict[str, tuple[str, ...]]], set[Alert]]:
    """What is answered, and what was put off.

    An answer that the codebook no longer has is none: the question is asked again.

    Args:
        lines: The lines of the file.
        codebook: What is asked now.
    """
    given: dict[Alert, dict[str, tuple[str, ...]]] = {}
    skipped: set[Alert] = set()
    for line in lines:
        alert, key = line.said.alert, line.said.question
        if key is None:
            skipped.add(alert)
            continue
        question = codebook.question(key)
        known = question is not None and (
            question.kind == "text" or {*line.said.answers} <= {*question.answer_keys}
        )
        given.setdefault(alert, {})[key] = line.said.answers if known else ()
    return given, skipped


def _content(number: int, label: str) -> bytes:
    size = os.fstat(number).st_size
    if size > MOST_BYTES:
        raise InputError(f"{label}: has {size:,} bytes, and is no file of nwatch code; move it away")
    return os.pread(number, size, 0)


def _append(number: int, line: bytes, label: str) -> None:
    """Write a line whole, or not at all."""
    before = os.fstat(number).st_size
    try:
        written = os.write(number, line)
        if written == len(line):
            os.fsync(number)
            return
        reason = "the disk is full"
    except OSError as error:
        reason = error.strerror or str(error)
    os.ftruncate(number, before)
    raise InputError(
        f"{label}: cannot be written ({reason}); the last answer was not kept, those before were"
    )


def _lines(content: bytes) -> Iterator[Line | int]:
    """The lines of a file, and the numbers of those that are none; what was cut off at its end is neither."""
    whole, _, cut = content.rpartition(b"\n")
    row = 0
    for row, text in enumerate(whole.split(b"\n"), 1):
        if text.strip():
            yield _line(text, row) or row
    if line := _line(cut, row + 1):
        yield line


def _was_cut_off(end: bytes) -> bool:
    """Whether the end of a file is the beginning of a line of ours, or what a disk leaves in its place."""
    end = end.strip(b"\0 \r\n\t")
    return len(end) < _LONGEST and end[: len(_BEGINS)] == _BEGINS[: len(end)] and _line(end, 1) is None


def _line(text: bytes, row: int) -> Line | None:
    """A line; None where it is none of ours."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in _TEXTS):
        return None
    question, answers = found.get("question"), found.get("answers", [])
    if not isinstance(question, str | None) or (question is None and found.get("skip") is not True):
        return None
    if not isinstance(answers, list) or not all(isinstance(one, str) for one in answers):
        return None
    agency, alert, reader, codebook = (_plain(found[name]) for name in _TEXTS)
    said = Said((agency, alert), question and _plain(question), tuple(map(_plain, answers)))
    return Line(row, reader, codebook, said)


def _plain(text: str) -> str:
    """A text that a table can hold: JSON may have half a character."""
    return text.encode("utf-8", "replace").decode()
