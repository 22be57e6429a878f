"""What `nwatch code` does: show a reader one alert at a time in the terminal, and keep each answer."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from data.catalog import Investigation
from data.errors import InputError
from data.printable import escaped, printable, shortened
from data.private import access_of, like_work, privately
from flows.console.coding import screen
from flows.console.coding.keys import Keys, one_at_a_time
from flows.console.coding.screen import Line
from flows.console.printing import command, shown
from flows.run.signals import handling
from tasks.coding.results import FOLDER, Item
from tasks.coding.terminal.look import END, ENTER, AnswerFile, Session, as_read, open_answers, session_of

if TYPE_CHECKING:
    from data.codebook import Codebook

_STYLES: Final = {"bold": "\x1b[1m", "faint": "\x1b[2m", "plain": ""}
_PLAIN: Final = "\x1b[0m"
_CLEAR: Final = "\x1b[H\x1b[2J"
_PASTES: Final = ("\x1b[?2004h", "\x1b[?2004l")
_ENDING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def code(folder: Path, reader: str) -> None:
    """Show the alerts of a reader one after the other, until they are all answered or the reader stops.

    Args:
        folder: The investigation folder.
        reader: The reader, as named with ``nwatch sample``.

    Raises:
        InputError: There is no terminal, no sample or no such reader, or an answer cannot be written.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("code: needs a terminal for its keys; call it without a pipe")
    investigation = Investigation.unchecked(folder)
    reader = unicodedata.normalize("NFC", reader.strip())  # as nwatch sample keeps it
    codebook, items = items_of(folder, reader)
    coding = investigation.folder / FOLDER
    with privately(access_of(investigation.config.private)):
        if investigation.work.is_dir():
            like_work(coding, investigation.work)
        with open_answers(coding, reader, codebook) as answers:
            session = session_of(answers, items, codebook)
            gone = _Console(session, answers, reader).go_on()
            if gone:
                return
    again = f"{command('nwatch code', folder)} --reader {shlex.quote(reader)}"
    then = f"; go on with: {again}" if session.done < len(items) else ""
    kept = shown(coding / "returned" / f"{reader}.jsonl")
    print(printable(f"{session.done:,} of {len(items):,} alerts are answered: {kept}{then}"))  # noqa: T201


def items_of(folder: Path, reader: str) -> tuple[Codebook, list[Item]]:
    """The codebook, and the alerts of a reader in the order in which this reader sees them.

    Args:
        folder: The investigation folder.
        reader: The reader.

    Raises:
        InputError: Nothing is drawn yet, or no reader has that name.
    """
    from tasks.coding.look import as_seen, read_coding, sample_now
    from tasks.coding.results import FOLDER

    investigation = Investigation.unchecked(folder)
    given = read_coding(investigation)
    from flows.parts.coding import alerts_of

    alerts = alerts_of(investigation.out, investigation.out)
    name = escaped(shortened(reader, 60))
    first = f"{command('nwatch sample', folder)} --reader {shlex.quote(name)}"
    if alerts is None or not given.rows:
        raise InputError(f"{folder}: no sample is drawn yet; draw one with: {first}")
    sample = sample_now(given, alerts, investigation.config.coding)
    if reader not in sample.readers:
        known = ", ".join(sample.readers) or "nobody yet"
        raise InputError(f"--reader: '{name}' was not named ({known}); name the reader with: {first}")
    drawings = sorted({one.draw for one in sample.alerts})
    seed, items = investigation.config.coding.seed, list[Item]()
    for draw in drawings:  # a later drawing comes after what is being read
        own = [one.item for one in sample.alerts if one.draw == draw and reader in one.readers]
        items += as_read(as_seen(own, investigation.folder / FOLDER), reader, seed)
    return given.codebook, items


class _GoneError(Exception):
    """The terminal is gone, or the program is asked to end."""


class _Console:
    """A session on this terminal."""

    def __init__(self, session: Session, answers: AnswerFile, reader: str) -> None:
        self._session, self._answers, self._reader = session, answers, reader
        terminal = os.environ.get("TERM", "dumb")
        self._moves = terminal not in {"", "dumb", "unknown"}
        self._styled = self._moves and not os.environ.get("NO_COLOR")
        self._seen: tuple[object, ...] = ()

    def go_on(self) -> bool:
        """Read keys until the session ends; whether the terminal is gone."""
        number = sys.stdin.fileno()
        with handling(_ENDING, _end), one_at_a_time(number), self._pasting():
            try:
                self._show()
                for key, pasted in Keys(number, sys.stdin.encoding):
                    with _undisturbed():
                        self._press(key, pasted)
                    if self._session.mode == "stop":
                        return False
            except (OSError, _GoneError):
                # What was chosen is kept already; a text that was being written is kept now.
                with _undisturbed():
                    self._answers.keep(self._session.press(END))
                # Python would try to write there again at its exit, and complain.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return True
        return False

    def _press(self, key: str, pasted: bool) -> None:
        session = self._session
        if pasted and session.mode != "write":
            return  # a text that was meant for another window answers nothing
        key = " " if pasted and key == ENTER else key
        before, draft = session.mode, session.draft
        self._answers.keep(session.press(key) if key else ())
        if session.mode == "stop":
            self._write("\n")
        elif before == session.mode == "write":
            self._echo(draft)
        else:
            self._show()

    def _show(self) -> None:
        """Show where the session is: on a terminal that can clear its screen, all of it; else what is new."""
        session = self._session
        before, self._seen = self._seen, (session.mode, session.item, session.number)
        whole = self._moves or before[:2] != self._seen[:2]
        if session.mode == "ask" and not whole and before == self._seen:
            self._lines(screen.chosen(session))
            return
        lines = list(self._content(whole))
        self._lines([Line("")] if not self._moves else (), clear=self._moves)
        self._lines(lines)
        if session.mode == "write":
            self._write(f"> {printable(session.draft)}")

    def _content(self, whole: bool) -> Iterator[Line]:
        session = self._session
        item = session.item
        if session.mode == "begin":
            yield from screen.beginning(session.codebook, self._reader, session)
        elif session.mode == "help":
            yield from screen.helping(session.question)
        elif item is None:
            yield from screen.end(session)
        else:
            if whole:
                yield from screen.alert(item, session)
            yield from screen.writing(session) if session.mode == "write" else screen.question(session)

    def _echo(self, before: str) -> None:
        """Show what a key changed in the text that is being written."""
        now = self._session.draft
        if now.startswith(before):
            self._write(printable(now[len(before) :]))
        else:
            gone = cell_len(printable(before[len(now) :]))
            self._write("\b \b" * gone)

    def _lines(self, lines: Iterable[Line], *, clear: bool = False) -> None:
        width = os.get_terminal_size(sys.stdout.fileno()).columns or 80
        text = _CLEAR if clear else ""
        for line in screen.fitted(lines, width):
            style = _STYLES[line.weight] if self._styled else ""
            text += f"{style}{line.text}{_PLAIN if style else ''}\n"
        self._write(text)

    def _write(self, text: str) -> None:
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()

    @contextmanager
    def _pasting(self) -> Iterator[None]:
        """Let the terminal say what is pasted."""
        if not self._moves:
            yield
            return
        self._write(_PASTES[0])
        try:
            yield
        finally:
            with suppress(OSError):  # the terminal is gone
                self._write(_PASTES[1])


def _end(number: int, frame: FrameType | None) -> None:
    raise _GoneError


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no signal come between an answer and its file."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
