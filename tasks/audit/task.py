"""The steps of the audit: small counts are left out before anything is published."""

from __future__ import annotations

from tasks.audit.leave_out import leave_out_small
from tasks.step import Step

__all__ = ["leave_out"]

leave_out = Step("leave out small counts", leave_out_small)
