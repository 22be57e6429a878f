"""The keys of a terminal: what was pressed, however it is sent."""

from __future__ import annotations

import codecs
import os
import select
import signal
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from tasks.coding.terminal.look import BACK, CLEAR, END, ENTER, ERASE, ESCAPE

_PASTE, _PASTED = b"\x1b[200~", b"\x1b[201~"
_NAMES: Final = {
    "\r": ENTER,
    "\n": ENTER,
    "\x7f": ERASE,
    "\b": ERASE,
    "\x15": CLEAR,
    "\x03": END,
    "\x04": END,
}
_SUSPEND: Final = "\x1a"
_ARROWS: Final = {b"\x1b[D": BACK, b"\x1bOD": BACK}
"""The arrow to the left is the way back; other keys that send a sequence mean nothing."""
_PAUSE: Final = 0.05
"""Seconds within which the rest of a sequence arrives; what is alone then is the key Esc."""


@contextmanager
def one_at_a_time(number: int) -> Iterator[None]:
    """Let each key be read at once, unseen; afterwards the terminal is as it was.

    Ctrl-C and Ctrl-D are keys like others meanwhile: no answer can be interrupted while it is written.

    Args:
        number: The terminal.
    """
    before = termios.tcgetattr(number)
    try:
        _unseen(number)
        yield
    finally:
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(number, termios.TCSADRAIN, before)


def _unseen(number: int) -> None:
    tty.setcbreak(number)
    modes = termios.tcgetattr(number)
    modes[3] &= ~termios.ISIG
    termios.tcsetattr(number, termios.TCSADRAIN, modes)


class Keys:
    """The keys of a terminal, one after the other."""

    def __init__(self, number: int, encoding: str) -> None:
        """Read from a terminal.

        Args:
            number: The terminal, for which :func:`one_at_a_time` holds.
            encoding: Its encoding.
        """
        self._number = number
        self._decode = codecs.getincrementaldecoder(encoding)("replace").decode
        self._bytes = b""

    def __iter__(self) -> Iterator[tuple[str, bool]]:
        """Each key, and whether it was pasted; at the end of the terminal the key that ends a session."""
        pasted = False
        while True:
            if not self._bytes and not self._read():
                yield END, False
                return
            if self._bytes.startswith(b"\x1b"):
                sequence = self._sequence()
                if sequence in {_PASTE, _PASTED}:
                    pasted = sequence == _PASTE
                elif sequence == b"\x1b":
                    yield ESCAPE, pasted
                elif sequence in _ARROWS:
                    yield _ARROWS[sequence], False
                continue
            byte, self._bytes = self._bytes[:1], self._bytes[1:]
            for char in self._decode(byte):
                if char == _SUSPEND:
                    self._suspend()
                    yield "", False
                else:
                    yield _NAMES.get(char, char), pasted

    def _read(self) -> bool:
        try:
            new = os.read(self._number, 4096)
        except OSError:  # the terminal is gone, as where a connection broke
            return False
        self._bytes += new
        return bool(new)

    def _more(self) -> bool:
        return bool(select.select([self._number], [], [], _PAUSE)[0]) and self._read()

    def _sequence(self) -> bytes:
        """Take a sequence of a key that is no letter (ECMA-48, 5.4: its last byte is 0x40 to 0x7e)."""
        end = 1
        if len(self._bytes) > 1 or self._more():
            end = 2
            if self._bytes[1:2] == b"[":
                while end < 32 and (end < len(self._bytes) or self._more()):
                    end += 1
                    if 0x40 <= self._bytes[end - 1] <= 0x7E:
                        break
            elif self._bytes[1:2] == b"O" and (len(self._bytes) > 2 or self._more()):
                end = 3
        taken, self._bytes = self._bytes[:end], self._bytes[end:]
        return taken

    def _suspend(self) -> None:
        """Ctrl-Z: leave the terminal to the shell, and come back as before."""
        mine = termios.tcgetattr(self._number)
        mine[3] |= termios.ICANON | termios.ECHO | termios.ISIG
        termios.tcsetattr(self._number, termios.TCSADRAIN, mine)
        os.killpg(0, signal.SIGTSTP)
        _unseen(self._number)
