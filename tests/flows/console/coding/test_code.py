"""A reader at a real pseudo-terminal: keys go in, answers are in the file, whatever ends the session."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import pytest

from data.codebook import read_codebook
from tasks.coding.sample.draw import order_for
from tasks.coding.terminal import read
from tests.tasks.coding.alerts_to_code import alerts
from tests.waiting import PATIENCE

pytestmark = pytest.mark.slow
CHECKOUT: Final = Path(__file__).parents[4]
PROGRAM: Final = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from flows.console.coding import code
from tests.tasks.coding.alerts_to_code import BOOK, alerts
code.items_of = lambda folder, reader: (BOOK, code.as_read(alerts(), reader, 1))
code.code(Path(sys.argv[2]), "anna")
"""
"""`nwatch code` with a sample of its own."""


class Terminal:
    """A pseudo-terminal with a reader in it."""

    def __init__(self, folder: Path, term: str = "xterm", columns: int = 80, **environment: str) -> None:
        self.person, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.before = termios.tcgetattr(inside)
        self._inside = inside
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, CHECKOUT, folder],
            stdin=inside, stdout=inside, stderr=inside, start_new_session=True,
            env={**os.environ, "TERM": term, **environment},
        )  # fmt: skip
        self.seen = ""
        self.wait_for("Enter begin   q stop")

    def wait_for(self, text: str) -> str:
        """What is shown until a text is; only what was not waited for before."""
        end = time.monotonic() + PATIENCE
        while text not in self.seen:
            assert time.monotonic() < end, f"{text!r} is not shown: {self.seen!r}"
            if select.select([self.person], [], [], 0.2)[0]:
                self.seen += os.read(self.person, 65536).decode(errors="replace")
            else:
                assert self.process.poll() is None, f"ended without {text!r}: {self.seen!r}"
        at = self.seen.index(text) + len(text)
        found, self.seen = self.seen[:at], self.seen[at:]
        return found

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()
        for number in (self.person, self._inside):
            with suppress(OSError):
                os.close(number)

    def hang_up(self) -> None:
        """Let the connection break."""
        os.close(self._inside)
        os.close(self.person)

    def type(self, keys: str, then: str) -> str:
        """Press keys, and wait for what is shown then."""
        os.write(self.person, keys.encode())
        return self.wait_for(then)

    def end(self) -> int:
        """Wait for the end; the terminal is then as it was."""
        code = self.process.wait(PATIENCE)
        assert termios.tcgetattr(self._inside) == self.before
        return code


@pytest.fixture
def terminal_of() -> Iterator[Callable[..., Terminal]]:
    """What opens terminals, which end with the test."""
    with ExitStack() as stack:
        yield lambda *how, **environment: stack.enter_context(Terminal(*how, **environment))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "investigation.toml").write_text(
        'name = "case"\n[agencies.ames]\nname = "Ames"\ntimezone = "America/Chicago"\n'
    )
    (tmp_path / "coding").mkdir()
    return tmp_path


def answers(folder: Path) -> list[dict[str, tuple[str, ...]]]:
    """What is in the file, by the order in which the reader sees the alerts."""
    path = folder / "coding/returned/anna.jsonl"
    returned = read(path, "anna.jsonl", read_codebook(folder), ())
    assert not returned.faults
    found = {review.alert: dict(review.answers) for review in returned.reviews}
    wanted = order_for("anna", [item.alert for item in alerts()], 1)
    assert list(found) == wanted[: len(found)]
    return list(found.values())


def test_a_reader_answers_goes_back_stops_and_goes_on(folder: Path, terminal_of: Callable[..., Terminal]):
    terminal = terminal_of(folder)
    terminal.type("\r", "(1 of 3)")
    terminal.type("1", "* 1  Yes")
    terminal.type("\r", "(2 of 3)")
    terminal.type("?", "Any key")
    terminal.type("x4", "* 4  Violence or threat")
    terminal.type("\r", "(3 of 3)")
    terminal.type("t", "> ")
    terminal.type("café 家\x7f!\r", "(1 of 3)")
    terminal.type("2", "* 2  No")
    terminal.type("\x1b[D", "café !")
    shown = terminal.type("q", "go on with: nwatch code")
    assert "1 of 7 alerts are answered" in shown
    assert terminal.end() == 0
    first = {"criminal_act": ("yes",), "subject_area": ("violence_or_threat",), "note": ("café !",)}
    assert answers(folder) == [first, {"criminal_act": ("no",)}]
    again = terminal_of(folder)
    again.type("\r", "* 2  No")
    again.type("\r5", "* 5  Damage")
    again.type("\x04", "2 of 7 alerts are answered")
    assert again.end() == 0
    assert answers(folder)[1] == {"criminal_act": ("no",), "subject_area": ("damage",)}


@pytest.mark.parametrize("end", ["\x03", "\x04", signal.SIGTERM, signal.SIGHUP, "gone"])
def test_however_a_session_ends_nothing_is_lost(
    folder: Path, terminal_of: Callable[..., Terminal], end: str | signal.Signals
):
    terminal = terminal_of(folder)
    terminal.type("\r1", "* 1  Yes")
    terminal.type("\r1", "* 1  Theft")
    terminal.type("\r", "(3 of 3)")
    terminal.type("thalf a no", "half a no")
    if isinstance(end, signal.Signals):
        terminal.process.send_signal(end)
    elif end == "gone":
        terminal.hang_up()
    else:
        os.write(terminal.person, end.encode())
    assert terminal.process.wait(PATIENCE) == 0
    assert answers(folder) == [{"criminal_act": ("yes",), "subject_area": ("theft",), "note": ("half a no",)}]


def test_what_is_pasted_answers_nothing_and_is_one_line_of_a_text(
    folder: Path, terminal_of: Callable[..., Terminal]
):
    terminal = terminal_of(folder)
    terminal.type("\r", "(1 of 3)")
    terminal.type("\x1b[200~1\r1\r2\x1b[201~3", "* 3  Cannot tell")
    terminal.type("\r1", "* 1  Theft")
    terminal.type("\r", "(3 of 3)")
    terminal.type("t\x1b[200~two\rlines\x1b[201~", "two lines")
    terminal.type("\r", "(1 of 3)")
    terminal.type("q", "1 of 7")
    assert answers(folder) == [
        {"criminal_act": ("unclear",), "subject_area": ("theft",), "note": ("two lines",)}
    ]


def test_a_dumb_terminal_of_40_columns_gets_plain_lines_that_fit(
    folder: Path, terminal_of: Callable[..., Terminal]
):
    terminal = terminal_of(folder, "dumb", 40)
    shown = "".join(
        terminal.type(keys, then)
        for keys, then in [("\r", "q stop"), ("3", " * Cannot tell"), ("\r", "q stop"), ("?", "Any key"),
                           ("x", "q stop"), ("s" * 7, "still open"), ("q", "--reader anna")]
    )  # fmt: skip
    assert terminal.end() == 0
    lines = shown.replace("\r", "").split("\n")
    assert max(map(len, lines[:-2])) < 40  # but for the path at the end
    assert not re.search(r"[^\n\x20-\x7e]", "\n".join(lines).replace("\N{REPLACEMENT CHARACTER}", "?"))


def test_without_colors_the_screen_is_cleared_and_nothing_is_bold(
    folder: Path, terminal_of: Callable[..., Terminal]
):
    terminal = terminal_of(folder, NO_COLOR="1")
    shown = terminal.type("\r", "q stop")
    assert ("\x1b[2J" in shown, "\x1b[1m" in shown, "\x1b[2m" in shown) == (True, False, False)
    terminal.type("q", "--reader anna")


def test_without_a_terminal_there_is_one_line(folder: Path):
    done = subprocess.run(
        [sys.executable, "-m", "flows.console.app", "code", folder, "--reader", "anna"],
        cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2,
        "nwatch: code: needs a terminal for its keys; call it without a pipe\n",
    )
