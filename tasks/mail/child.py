"""libpff in a child process: what crashes it, or makes it hang, ends the child and not the worker."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from data import safe_path
from data.errors import InputError, UnreadableError
from data.printable import printable
from data.storage import Location

_STARTUP_SECONDS: Final = 60.0
"""Seconds that a child may take to start on a busy machine."""

_REPORTED, _UNREADABLE = 3, 4
"""Exit codes of a child that ends with a message for the user, in the last line of its standard error: the
second where the mailbox cannot be read."""

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Died:
    """A child that gave no answer.

    Attributes:
        how: What became of it, as the end of a sentence: ``was ended by SIGSEGV``.
    """

    how: str


def in_child(
    function: Callable[[_Given], _Result], given: _Given, path: Location, *, seconds: float, steps: int = 1
) -> _Result | Died:
    """Call a function in a child process.

    Args:
        function: A public function of a module, with a watchdog (:mod:`tasks.mail.watchdog`) of its own.
        given: Its argument; it can be pickled, as can the result.
        path: The mailbox, for the message of an error.
        seconds: How long the watchdog allows for a step.
        steps: How often the function feeds it.

    Returns:
        What the function returned, or how the child ended.

    Raises:
        InputError: The function raised it: the mailbox cannot be read, or was replaced meanwhile.
        RuntimeError: The child failed for another reason, which is in the message.
    """
    # The child's own watchdog ends a hang; this limit is for a child that does not even come to that.
    limit = _STARTUP_SECONDS + steps * seconds
    try:
        child = subprocess.run(
            safe_path.python("-m", "tasks.mail.child"),
            env=safe_path.variables(),
            input=pickle.dumps((function, given)),
            capture_output=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Died(f"had not ended after {limit:g} s")
    if child.returncode == 0:
        result: _Result = pickle.loads(child.stdout)
        return result
    if child.returncode in {_REPORTED, _UNREADABLE}:
        line = child.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1]
        raise InputError(line) if child.returncode == _REPORTED else UnreadableError(line, str(path))
    if child.returncode < 0:
        return Died(f"was ended by {signal.Signals(-child.returncode).name}")
    # faulthandler, which is the watchdog, ends a process with code 1 and writes this to standard error.
    if child.returncode == 1 and b"Timeout (" in child.stderr:
        return Died(f"hung for {seconds:g} s")
    raise RuntimeError(
        f"a child reading {printable(str(path))} ended with code {child.returncode}: "
        + child.stderr.decode(errors="replace")[-2000:]
    )


def _answer() -> Any:
    function, given = pickle.load(sys.stdin.buffer)
    return function(given)


if __name__ == "__main__":
    try:
        found = _answer()
    except InputError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(_UNREADABLE if isinstance(error, UnreadableError) else _REPORTED)
    sys.stdout.buffer.write(pickle.dumps(found))
