"""The two errors that a person at the keyboard is meant to read."""


class InputError(Exception):
    """The user's input is wrong: a file, a column, a setting.

    `str(error)` is one line that names the thing and says the mend. The command line prints it without a
    traceback and ends with exit code 2.

    Example:
        >>> str(InputError("investigation.toml: no such file in cases/. Write one with: nwatch new cases"))
        'investigation.toml: no such file in cases/. Write one with: nwatch new cases'
    """


class LedgerError(Exception):
    """An identity of the ledger (DESIGN 6) does not hold.

    Something entered and left no trace, or was counted twice.

    `str(error)` is one line that names the file and the folder. The command line ends with exit code 1.
    """
