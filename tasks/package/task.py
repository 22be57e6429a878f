"""The step that makes the private workbook; the public forms are made with the report."""

from __future__ import annotations

from typing import Final

from tasks.package.make import write_package, write_private_workbook
from tasks.step import Step

__all__ = ["private_workbook", "write_package"]

private_workbook: Final = Step("write the private workbook", write_private_workbook)
