"""A run that something outside the program stops: one line, with what became of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import InputError, LedgerError, PassingError
from flows.run.failures import interrupted, line_of, may_pass
from flows.run.publish import is_cut, published_at


@contextmanager
def in_one_line(work: Path, out: Path) -> Iterator[None]:
    """Report in one line what stops a run from outside, and what became of the tables.

    Args:
        work: The work folder of the run.
        out: Where its tables go.

    Raises:
        InputError: Something outside the program stopped it.
        PassingError: It may be over in a while.
    """
    before = published_at(out)
    try:
        yield
    except (KeyboardInterrupt, BrokenPipeError) as stop:
        raise type(stop)(_left(work, out, before)) from None
    except (InputError, LedgerError):
        raise
    except Exception as error:
        if interrupted(error):
            raise KeyboardInterrupt(_left(work, out, before)) from None
        line = line_of(error, work)
        if line is None:
            raise
        kind = PassingError if may_pass(error) else InputError
        raise kind(f"{line}; {_left(work, out, before)}") from error


def _left(work: Path, out: Path, before: int | None) -> str:
    """What became of the tables of a run that was stopped."""
    if is_cut(work):
        return "the tables are published in part, and the next run publishes the rest first"
    if published_at(out) not in {None, before}:
        return f"all tables are published: {out}"
    return "nothing was published, and the next run goes on from here"
