"""The step that makes the report."""

from __future__ import annotations

from typing import Final

from tasks.report.make import make_report
from tasks.step import Step

CODE: Final = (
    "tasks/report",
    "tasks/report/in_this_run",
    "tasks/report/sections",
    "tasks/report/sentences",
    "tasks/figures",
    "tasks/package",
)
"""The folders whose modules decide what the report shows."""

FIGURES: Final = "drawn-figures"
"""What the drawn figures are kept under."""

make = Step("make the report", make_report, "figures")
