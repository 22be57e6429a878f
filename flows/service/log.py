"""The log of a run: one line for a mistake of the user or a full disk, a traceback for a bug in the program.

Prefect logs every error that ends a task or a flow with its traceback, and the process of a deployed run logs
it once more. Nobody should have to look among those for the line that names the file and the fix.
"""

from __future__ import annotations

import logging
from typing import Final

from data.errors import InputError
from data.printable import printable_lines

LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs", "prefect.engine")
"""Where Prefect logs what ended a run: the loggers of flows, of tasks, and of the process that runs them."""


_ENDED: Final = "Finished in state Completed()"

_HOOK: Final = "put_back"
"""The name of :func:`flows.service.run_page.put_back`, of which Prefect logs that it begins and ends."""


class OneLine(logging.Filter):
    """Reduces to a line, once in the log of each run, what is no bug of the program.

    That is an `InputError`, and what the command line has a line for, such as a full disk. Everything else
    stays as it is.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Decide whether a record is logged, and remove its traceback if there is a line for its error."""
        if _is_said_by_the_step(record) or _is_about_the_hook(record):
            return False
        error = record.exc_info[1] if record.exc_info else None
        line = None if error is None else _line_of(error)
        if error is None or line is None:
            _without_controls(record)
            return True
        # Noted on the error itself: a task, its flow and the flow around it log the same error.
        runs: set[object] = error.__dict__.setdefault("_logged_in", set())
        run = (getattr(record, "flow_run_id", None), getattr(record, "task_run_id", None))
        if run in runs or (runs and run == (None, None)):
            return False
        runs.add(run)
        record.msg, record.args, record.exc_info, record.exc_text = line, (), None, None
        return True


def _line_of(error: BaseException) -> str | None:
    """What to say of an error, in one line; None for a bug in the program."""
    from flows.run.failures import line_of

    return str(error) if isinstance(error, InputError) else line_of(error)


def _is_said_by_the_step(record: logging.LogRecord) -> bool:
    """Whether Prefect tells of the good end of a task: the log of the run tells it with what was counted."""
    return record.name == "prefect.task_runs" and record.getMessage() == _ENDED


def _is_about_the_hook(record: logging.LogRecord) -> bool:
    """Whether Prefect tells of what is done at the end of each run, which is nothing to know."""
    words = record.getMessage() if record.levelno == logging.INFO else ""
    return words.startswith((f"Running hook '{_HOOK}'", f"Hook '{_HOOK}'"))


def _without_controls(record: logging.LogRecord) -> None:
    """Leave nothing in a message that could control a terminal: it may quote a file."""
    message = record.getMessage()
    shown = printable_lines(message)
    if shown != message:
        record.msg, record.args = shown, ()


def log_mistakes_in_one_line() -> None:
    """Let Prefect's logs show an `InputError` in one line; a second call does nothing."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, OneLine) for one in logger.filters):
            logger.addFilter(OneLine())
