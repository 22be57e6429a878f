"""The pictures of docs/coding.md: a reader's sheet, and the same alerts in the terminal; from synthetic data.

``make pictures`` makes them. The sheet is drawn by LibreOffice, the terminal by the browser.
"""

from __future__ import annotations

import io
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.browser.window import Visit

NWATCH: Final = (sys.executable, "-m", "flows.console.app")
READERS: Final = ("anna", "ben", "carla")
KEYS: Final = ("\r", "2", "\r", "3")
"""Begin; no criminal act; go on; a confusing event."""

QUIET: Final = 1.5
"""Seconds without output after which a screen is whole."""

_SCREEN: Final = "\x1b[H\x1b[2J"
_PAGE: Final = """<meta charset="utf-8"><body style="margin:0;background:#14181d;color:#e6e6e6">
<pre style="margin:0;padding:20px;width:860px;font:16px/1.35 'DejaVu Sans Mono',monospace">
%s</pre>"""
_LOOKS: Final = {"\x1b[1m": "<b>", "\x1b[2m": '<span style="color:#9aa4ae">', "\x1b[0m": "</b></span>"}


def hand_out(folder: Path) -> None:
    """Make the demo of docs/coding.md, read its mail, and draw the sample: its words and pictures agree.

    Args:
        folder: Where the demo is made.
    """
    names = [word for reader in READERS for word in ("--reader", reader)]
    for words in (
        ["new", str(folder), "--synthetic"],
        ["run", str(folder), "--only", "mail"],
        ["sample", str(folder), *names],
    ):
        subprocess.run([*NWATCH, *words], check=True, stdout=subprocess.DEVNULL)


def of_the_sheet(folder: Path, place: Path, answered: Sequence[tuple[str, str]]) -> bytes:
    """The upper half of the first page of a sheet, as LibreOffice draws it.

    Args:
        folder: The investigation.
        place: A folder for what comes between.
        answered: The answers in the first rows.

    Raises:
        SystemExit: LibreOffice or Poppler is not installed.
    """
    import openpyxl
    from PIL import Image

    if not (shutil.which("soffice") and shutil.which("pdftoppm")):
        sys.exit(
            "make pictures: no LibreOffice here; on Debian: apt-get install libreoffice-calc poppler-utils"
        )
    book = openpyxl.load_workbook(folder / f"coding/sheets/{READERS[0]}.xlsx")
    sheet = book["alerts"]
    for row, answers in enumerate(answered, 3):
        for column, answer in enumerate(answers, 5):
            sheet.cell(row, column).value = answer
    book.save(place / "sheet.xlsx")
    profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
    for words in (
        ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(place), "sheet.xlsx"],
        ["pdftoppm", "-r", "110", "-png", "-singlefile", "sheet.pdf", "sheet"],
    ):
        subprocess.run(words, check=True, cwd=place, stdout=subprocess.DEVNULL)
    image = Image.open(place / "sheet.png")
    file = io.BytesIO()
    image.crop((40, 50, image.width - 40, image.height * 11 // 20)).save(file, "PNG")
    return file.getvalue()


def of_the_terminal(window: Visit, folder: Path, place: Path, nwatch: Sequence[str] = NWATCH) -> bytes:
    """The screen of `nwatch code` with the second question about the first alert answered.

    Args:
        window: A window of the browser.
        folder: The investigation.
        place: A folder for what comes between.
        nwatch: The program.
    """
    shown = screens([*nwatch, "code", str(folder), "--reader", READERS[0]], KEYS)[-1]
    page = place / "terminal.html"
    page.write_text(_PAGE % in_html(shown), encoding="utf-8")
    return window.open(page).page.locator("pre").screenshot()


def in_html(screen: str) -> str:
    """A screen of the terminal, with its bold and dim words."""
    parts = re.split(r"(\x1b\[\d+m)", screen.replace("\r", "").strip())
    text = "".join(_LOOKS.get(part, "") if part.startswith("\x1b") else escape(part) for part in parts)
    return re.sub(r"<(b|span[^>]*)>([^<]*)</b></span>", _closed, text)


def _closed(found: re.Match[str]) -> str:
    return f"<{found[1]}>{found[2]}</{'b' if found[1] == 'b' else 'span'}>"


def screens(words: Sequence[str], keys: Sequence[str]) -> list[str]:
    """What a program shows in a terminal after each key; it is ended then.

    Args:
        words: The program and its arguments.
        keys: What is pressed, each once the screen before is whole.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["COLUMNS"] = "90"
        os.execv(words[0], list(words))
    seen = [_whole(terminal)]
    for key in keys:
        os.write(terminal, key.encode())
        seen.append(_whole(terminal))
    os.write(terminal, b"q")
    _whole(terminal)
    os.close(terminal)
    os.waitpid(pid, 0)
    return seen


def _whole(terminal: int) -> str:
    """All that comes until nothing comes any more; the program may need a while to begin."""
    text, end = b"", time.monotonic() + 60
    while time.monotonic() < end and select.select([terminal], [], [], QUIET if text else 60)[0]:
        try:
            text += os.read(terminal, 65536)
        except OSError:  # the program has ended
            break
    return text.decode().rsplit(_SCREEN, 1)[-1]
