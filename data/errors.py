"""The errors that a person at the keyboard is meant to read, and what they are made from.

What they quote of a file is shown without control characters, wherever the error goes: to a terminal, into a
log, into the state of a Prefect run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

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


class NoneReadError(InputError):
    """No agency can be read tonight; each has its reason.

    Attributes:
        reasons: Why, by agency, in order.
        faults: Those of them that a person must see to; the others are still being copied.

    Example:
        >>> print(NoneReadError({"lapd": "no settings", "sfpd": "no zone"}, ["lapd", "sfpd"]))
        no agency can be read: (1) lapd: no settings; (2) sfpd: no zone
    """

    def __init__(self, reasons: Mapping[str, str], faults: Collection[str]) -> None:
        super().__init__(self.line_of(reasons))
        self.reasons = dict(reasons)
        self.faults = frozenset(faults)

    def __reduce__(self) -> tuple[type[NoneReadError], tuple[dict[str, str], frozenset[str]]]:
        """As it is kept and sent."""
        return type(self), (self.reasons, self.faults)

    @staticmethod
    def line_of(reasons: Mapping[str, str]) -> str:
        """Reasons in one line; one alone is as it is.

        Args:
            reasons: By agency.
        """
        if len(reasons) == 1:
            return next(iter(reasons.values()))
        named = (f"({number}) {agency}: {why}" for number, (agency, why) in enumerate(reasons.items(), 1))
        return f"no agency can be read: {'; '.join(named)}"


class LedgerError(Exception):
    """An identity of the ledger (method 10.3) does not hold: something was lost, or was counted twice.

    ``str(error)`` is one line that names the file and the folder. The command line ends with exit code 1.
    """

    def __str__(self) -> str:
        return printable_lines(super().__str__())
