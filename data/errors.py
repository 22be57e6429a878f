"""The errors that a person at the keyboard is meant to read, and what they are made from.

What they quote of a file is shown without control characters, wherever the error goes: to a terminal, into a
log, into the state of a Prefect run.
"""

from __future__ import annotations

from data.printable import printable_lines


class InputError(Exception):
    """The user's input is wrong: a file, a column, a setting.

    ``str(error)`` is one line that says what is wrong and how to fix it. The command line prints it without
    a traceback and ends with exit code 2.

    Example:
        >>> str(InputError("investigation.toml: no such file in cases/; write one with: nwatch new cases"))
        'investigation.toml: no such file in cases/; write one with: nwatch new cases'
    """

    def __str__(self) -> str:
        return printable_lines(super().__str__())


class NoMailboxError(InputError):
    """There is no mailbox in the records; ``str(error)`` says what is there, by suffix."""


class PassingError(InputError):
    """What stops the run may be over in a while: a scheduler or workers that were lost, a disk that is full.

    A run that nobody watches is tried again later (method 13.12); at the command line it is one line.
    """


class MemoryLimitError(Exception):
    """Workers were ended for their memory again and again, and none finished its work.

    Attributes:
        ended: How many were.
        limit: Bytes that each may use.
        needed: Bytes that one used when it was ended; it needs more.
    """

    def __init__(self, ended: int, limit: int, needed: int) -> None:
        super().__init__(f"{ended} workers were ended for their memory: {needed:,} of {limit:,} bytes each")
        self.ended, self.limit, self.needed = ended, limit, needed


class UnreadableError(InputError):
    """A file that was handed in cannot be read.

    Attributes:
        line: What ``str`` shows.
        path: The file, as ``str`` of where it is opened.

    Example:
        >>> UnreadableError("records/lapd/a.pst: cannot be read", "/data/a.pst").path
        '/data/a.pst'
    """

    def __init__(self, line: str, path: str) -> None:
        super().__init__(line)
        self.line = line
        self.path = path

    def __reduce__(self) -> tuple[type[UnreadableError], tuple[str, str]]:
        """As a worker sends it."""
        return type(self), (self.line, self.path)


class LedgerError(Exception):
    """An identity of the ledger (method 10.3) does not hold: something was lost, or was counted twice.

    ``str(error)`` is one line that names the file and the folder. The command line ends with exit code 1.
    """

    def __str__(self) -> str:
        return printable_lines(super().__str__())
