"""The steps of the alerts, and what the tables of them depend on."""

from __future__ import annotations

from tasks.alerts.agencies import sum_agencies
from tasks.alerts.batches import CODE, parse_sources
from tasks.alerts.contents import contents_of_parsed
from tasks.alerts.recount import close_recounted
from tasks.alerts.tabulate import WRITTEN, check_same, tabulate_agencies
from tasks.step import Step

__all__ = ["CODE", "WRITTEN", "check_same", "close", "contents_of_parsed", "find", "parse", "tabulate"]

parse = Step("parse the alerts", parse_sources, "batches")
find = Step("find the unique alerts", sum_agencies, "passes")
tabulate = Step("tabulate the alerts", tabulate_agencies)
close = Step("close the ledger of the mail", close_recounted)
