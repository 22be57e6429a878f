"""What stands in the log of a run: of the user's mistakes one line, of the program's the traceback.

Prefect logs every error that a task or a flow ends with together with its traceback, and the process of a
deployed run once more. A line that names the file and the mend is not to be looked for between those.
"""

from __future__ import annotations

import logging
from typing import Final

from data.errors import InputError

LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs", "prefect.engine")
"""Where Prefect logs what a run ended with: a flow's, a task's, and the process's that carries it out."""


class OneLine(logging.Filter):
    """Leaves of an `InputError` its line, once in the log of each run; all else stays as it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a record is to be logged, and take the traceback from it where there must be none."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, InputError):
            return True
        # The error itself knows: flows and tasks in each other's logs hand on the same one.
        runs: set[object] = error.__dict__.setdefault("_told_in", set())
        run = (getattr(record, "flow_run_id", None), getattr(record, "task_run_id", None))
        if run in runs or (runs and run == (None, None)):
            return False
        runs.add(run)
        record.msg, record.args, record.exc_info, record.exc_text = str(error), (), None, None
        return True


def tell_mistakes_in_one_line() -> None:
    """Let Prefect's logs tell of an `InputError` in one line; a second call does nothing."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, OneLine) for one in logger.filters):
            logger.addFilter(OneLine())
