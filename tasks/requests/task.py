"""The steps of the records requests."""

from __future__ import annotations

from tasks.requests.ledger import close_requests
from tasks.requests.read import write_requests
from tasks.step import Step

write = Step("list the requests", write_requests)
close = Step("close the ledger of the requests", close_requests)
