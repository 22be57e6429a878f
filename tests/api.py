"""How tests ask a Prefect server: as patient as Prefect's own client."""

from __future__ import annotations

import time
from http.client import HTTPResponse
from typing import Final
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

PATIENCE: Final = 60.0


def answer_to(request: Request, timeout: float = 60.0) -> HTTPResponse:
    """What a server answers; to be closed.

    Prefect answers 503 where a request may be made again, as when its SQLite database is locked for a moment,
    and its own client does so; every other error is an answer.

    Args:
        request: What is asked.
        timeout: Seconds for one attempt.

    Raises:
        HTTPError: The server refuses, or is not available for a minute.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            found: HTTPResponse = build_opener(ProxyHandler({})).open(request, timeout=timeout)
        except HTTPError as error:
            if error.code != 503 or time.monotonic() > end:
                raise
            time.sleep(1)
        else:
            return found
