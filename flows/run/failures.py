"""Failures outside the program, in one line each: a full disk, a missing permission, a lost server."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

from data.errors import PassingError
from data.printable import printable_lines

LEAST: Final = 50_000_000
"""Bytes that must be free on the disk of `work/` before a run begins; a Prefect server takes about 5 MB."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_ILL: Final = 500
"""From this status on, an answer says that something is wrong with the server, and not with the request."""

_LATER: Final = frozenset({408, 429})
"""Below it, answers that ask for the same request later: it took too long, or there were too many."""

_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def check_room(folder: Path) -> None:
    """Check that a disk has room for a run to begin.

    Raises:
        PassingError: It does not.
    """
    free = shutil.disk_usage(folder).free
    if free < LEAST:
        raise PassingError(
            f"{folder}: {free / 1e6:,.0f} MB are free on its disk, and a run needs at least "
            f"{LEAST / 1e6:,.0f} MB; make room, then run again"
        )


def line_of(error: BaseException, folder: Path | None = None) -> str | None:
    """Describe a failure outside the program, with the fix.

    Args:
        error: What was raised.
        folder: The work folder of the run; None where there is none.

    Returns:
        One line; None where the program itself may have a bug.

    Example:
        >>> line_of(PermissionError(13, "Permission denied", "case/out/public/ledger.parquet"))
        'case/out/public/ledger.parquet: Permission denied; check its permissions'
    """
    causes = list(_causes(error))
    for each in causes:
        if isinstance(each, OSError) and each.errno in _FULL:
            return _full(each.filename or (folder if _is_full(folder) else "the output"))
        if isinstance(each, OSError) and each.errno == errno.EFBIG:
            return (
                f"{each.filename or 'the output'}: a file may not become so large here; "
                "raise the limit (ulimit -f unlimited), then run again"
            )
        if isinstance(each, OSError) and each.errno == errno.EXDEV:
            return (
                f"{each.filename2}: is on another disk than work/; put both on one, because tables are moved"
            )
        if isinstance(each, OSError) and each.errno in _FORBIDDEN and each.filename:
            return f"{os.fspath(each.filename)}: {each.strerror}; check its permissions"
    line = next((words for each in causes if (words := _of_server(each))), None)
    if line is None:
        return None
    # The run's own server keeps its database on the same disk, and answers 500 when the disk is full.
    if _is_full(folder):
        return _full(folder)
    return line


def server_is_away(error: BaseException) -> bool:
    """Whether a Prefect server that does not answer caused an error.

    Args:
        error: What was raised.
    """
    return any(_kind_of_server_fault(each) == "gone" for each in _causes(error))


def asks_for_patience(error: BaseException) -> bool:
    """Whether a Prefect server does not answer, or answers that the same request may succeed later.

    Args:
        error: What was raised, without its causes.
    """
    return _kind_of_server_fault(error) in {"gone", "ill"}


def may_pass(error: BaseException) -> bool:
    """Whether what stopped a run may be over in a while, so that it is worth another try.

    Args:
        error: What was raised.

    Example:
        >>> may_pass(OSError(28, "No space left on device")), may_pass(KeyError("a"))
        (True, False)
    """
    return any(
        isinstance(each, PassingError)
        or (isinstance(each, OSError) and each.errno in _FULL)
        or asks_for_patience(each)
        for each in _causes(error)
    )


def show_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback, as ``sys.excepthook``, without the control characters of what it quotes."""
    sys.stderr.write(printable_lines("".join(traceback.format_exception(kind, fault, trace))))


def interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C caused an error, such as one that Prefect raises when it is about to begin a task."""
    return any(isinstance(each, KeyboardInterrupt) for each in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and its causes, each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _of_server(error: BaseException) -> str | None:
    """What the Prefect server did, if it is the cause; by class names, as importing httpx is slow."""
    kind = _kind_of_server_fault(error)
    if kind == "password":
        return "PREFECT_API_AUTH_STRING: the Prefect server expects another password; set that one"
    if kind in {"refuses", "ill"}:
        status = error.response.status_code  # type: ignore[attr-defined]
        return f"the Prefect server answered {status}; read its log, then run again"
    if kind == "gone":
        words = str(error) or type(error).__name__
        return f"the Prefect server is gone ({words}); start it again, then run again"
    return None


def _kind_of_server_fault(error: BaseException) -> str:
    """What a Prefect server did, in a word; empty for every other error."""
    kinds = {kind.__name__ for kind in type(error).__mro__ if kind.__module__.startswith("httpx")}
    if "HTTPStatusError" in kinds:
        status: int = error.response.status_code  # type: ignore[attr-defined]
        ill = status >= _ILL or status in _LATER
        return "password" if status in {401, 403} else "ill" if ill else "refuses"
    return "gone" if "TransportError" in kinds else ""


def _is_full(folder: Path | None) -> bool:
    return folder is not None and shutil.disk_usage(folder).free < LEAST


def _full(where: object) -> str:
    return f"{where}: the disk is full; make room, then run again"
