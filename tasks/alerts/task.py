"""The steps of the alerts."""

from __future__ import annotations

from tasks.alerts.batches import parse_sources
from tasks.alerts.ledger import close_mail
from tasks.alerts.tabulate import tabulate_parsed
from tasks.step import Step

parse = Step("parse the alerts", parse_sources, "batches")
tabulate = Step("tabulate the alerts", tabulate_parsed)
close = Step("close the ledger of the mail", close_mail)
