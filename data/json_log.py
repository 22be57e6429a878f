"""Logs as JSON, one object a line, for a site that collects them: with ``NWATCH_LOG=json``.

In the image the variable is enough. By hand, Prefect's processes are told by
``PREFECT_LOGGING_SETTINGS_PATH`` (the file `PREFECT`), and Dask's scheduler and workers by ``DASK_CONFIG``
(the file `DASK`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

VARIABLE: Final = "NWATCH_LOG"
PREFECT: Final = Path(__file__).with_name("json_log_prefect.yaml")
DASK: Final = Path(__file__).with_name("json_log_dask.yaml")

_OF_A_RUN: Final = {
    "flow_run_name": "run",
    "flow_run_id": "run_id",
    "task_run_name": "step",
    "task_run_id": "step_id",
}
"""What Prefect notes on a record, and its name in a line."""


def wanted(environment: Mapping[str, str]) -> bool:
    """Whether logs are to be JSON.

    Args:
        environment: The variables of this process.
    """
    return environment.get(VARIABLE, "").strip().lower() == "json"


class JsonLines(logging.Formatter):
    r"""Writes a record as one line of JSON, in ASCII: nothing in it can control a terminal or end the line.

    Its members: ``time`` (UTC, as ISO 8601), ``level``, ``logger``, ``message``; for a record of a run
    ``run``, ``run_id``, ``step`` and ``step_id``; with an error its traceback as ``error``.

    Example:
        >>> record = logging.LogRecord("nwatch", 20, "", 0, "in\x1bbox\u2028 of %s", ("x\ny",), None)
        >>> JsonLines().format(record).split(", ", 1)[1]
        '"level": "INFO", "logger": "nwatch", "message": "in\\u001bbox\\u2028 of x\\ny"}'
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        values = {
            "time": _when(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name, member in _OF_A_RUN.items():
            if (value := getattr(record, name, None)) is not None:
                values[member] = str(value)
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            values["error"] = record.exc_text
        return json.dumps(values)


def line(message: str, logger: str = "nwatch", level: str = "INFO") -> str:
    """The line of something that is said by itself, at this moment.

    Args:
        message: What is said.
        logger: Who says it.
        level: How urgent it is, by the names of `logging`.
    """
    now = datetime.now(UTC).timestamp()
    return json.dumps({"time": _when(now), "level": level, "logger": logger, "message": message})


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
