"""Text from a file as it may be shown: on a terminal, in a log, in an error, in the Prefect UI.

What a mailbox or a disk holds may be anything: control sequences that move the cursor or rename the window,
line ends that make two lines of one, marks that turn the direction of what follows. None of it is shown as it
is.
"""

from __future__ import annotations

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


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
