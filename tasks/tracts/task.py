"""The steps of the tracts: their tables and their ledger."""

from __future__ import annotations

from tasks.step import Step
from tasks.tracts.ledger import close_tracts
from tasks.tracts.tabulate import tabulate_tracts

tabulate = Step("tabulate the tracts", tabulate_tracts)
close = Step("close the ledger of the tracts", close_tracts)
