"""The step that writes the tables of the tracts; that of their ledger loads less, and is in ``ledger.py``."""

from __future__ import annotations

from tasks.step import Step
from tasks.tracts.tabulate import tabulate_tracts

tabulate = Step("tabulate the tracts", tabulate_tracts)
