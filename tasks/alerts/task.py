"""The steps of the alerts, and what the tables of them depend on."""

from __future__ import annotations

from tasks.alerts.batches import CODE, parse_sources
from tasks.alerts.contents import contents_of_parsed
from tasks.alerts.recount import close_recounted
from tasks.alerts.tabulate import WRITTEN, tabulate_parsed
from tasks.step import Step

__all__ = ["CODE", "WRITTEN", "close", "contents_of_parsed", "parse", "tabulate"]

parse = Step("parse the alerts", parse_sources, "batches")
tabulate = Step("tabulate the alerts", tabulate_parsed)
close = Step("close the ledger of the mail", close_recounted)
