"""The door of the audit: what is compared with what, after a run; nothing is written."""

from __future__ import annotations

from tasks.audit.compare import Changed, Finding, changes, findings, inputs, names_in, read, versions
from tasks.audit.hashing import hashes_below, sha256_of
from tasks.audit.now import InputNow, Now
from tasks.audit.settings_then import agencies_of
from tasks.audit.verify import Verdict, verdict

__all__ = [
    "Changed",
    "Finding",
    "InputNow",
    "Now",
    "Verdict",
    "agencies_of",
    "changes",
    "findings",
    "hashes_below",
    "inputs",
    "names_in",
    "read",
    "sha256_of",
    "verdict",
    "versions",
]
