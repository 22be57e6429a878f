"""Text from a file as it may be shown: on a terminal, in a log, in an error, in the Prefect UI.

What a mailbox or a disk holds may be anything: control sequences that move the cursor or rename the window,
line ends that make two lines of one, marks that turn the direction of what follows. None of it is shown as it
is.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Mapping

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~&!#@:]|(?<=www)\.|^[-+]|^\d+[.)]", re.ASCII | re.IGNORECASE)
"""What means something in Markdown (CommonMark 0.31, 2.4; GitHub's tables, strikethroughs and bare links)."""


def printable(text: str) -> str:
    r"""The text on one line, each character that is not printed (and may control a terminal) as U+FFFD.

    Example:
        >>> printable("in\x1bbox\n")
        'in�box�'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else REPLACEMENT for char in text)


def printable_lines(text: str) -> str:
    r"""The same for a text of several lines, such as an error that shows the lines to write; line feeds stay.

    Example:
        >>> printable_lines("write:\n[agencies.a\x1bb]")
        'write:\n[agencies.a�b]'
    """
    return "\n".join(map(printable, text.split("\n")))


def quoted(text: str) -> str:
    r"""The text as a word of a command that a person pastes into a shell, on one line.

    Example:
        >>> print(quoted("san jose (pd)"), quoted("lapd"), quoted("a\x1bb"))
        'san jose (pd)' lapd 'a�b'
    """
    return printable(shlex.quote(text))


def escaped(label: str) -> str:
    r"""A name with the characters that cannot be shown written as ``\xNN`` or ``\uNNNN``.

    Example:
        >>> print(escaped("in\x1bbox"))
        in\x1bbox
    """
    if label.isprintable():
        return label
    return "".join(char if is_shown(char) else _written_out(char) for char in label)


def is_shown(char: str) -> bool:
    """Whether a character can be shown: it is printed, or it is a blank of any width."""
    return char.isprintable() or unicodedata.category(char) == "Zs"


def _written_out(char: str) -> str:
    """A character as an escape; a byte of a name that is not UTF-8 (PEP 383) as that byte."""
    byte = ord(char) - 0xDC00
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else char.encode("unicode_escape").decode()


def markdown(text: str) -> str:
    r"""The text for a page in Markdown, which shows it as it is: no table, link, image, code or HTML.

    Example:
        >>> print(markdown("[a](http://b.example) | `c` <img>"))
        \[a\](http\://b.example) \| \`c\` \<img\>
    """
    return _MARKDOWN.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", printable(text))


def told_apart(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by key, no two of which are the same: those that would be have their keys with them.

    Args:
        texts: The texts by key.

    Returns:
        The texts as they are shown; the keys instead where even so two would be the same.

    Example:
        >>> told_apart({"a": "Police", "b": "Police", "c": "Sheriff"})
        {'a': 'Police (a)', 'b': 'Police (b)', 'c': 'Sheriff'}
    """
    often = Counter(texts.values())
    shown = {
        key: f"{text} ({key})" if often[text] > 1 and text != key else text for key, text in texts.items()
    }
    return shown if len(set(shown.values())) == len(shown) else {key: key for key in texts}


def shortened(text: str, most: int = 200) -> str:
    """The text, or its beginning where it is longer than anybody wants to read in a line.

    Args:
        text: The text.
        most: Characters.

    Example:
        >>> shortened("x" * 1000, 5)
        'xxxxx…'
    """
    return text if len(text) <= most else text[:most] + "…"
