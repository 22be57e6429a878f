"""How tests ask a Prefect server: as patient as Prefect's own client."""

from __future__ import annotations

import json
import time
from http.client import HTTPResponse
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

PATIENCE: Final = 300.0
"""Seconds after which no further attempt is made; the machine may be busy."""


_PAGE: Final = 200
"""The server gives no more at once."""


def answer_to(request: Request, timeout: float = 60.0) -> HTTPResponse:
    """What a server answers; to be closed.

    Prefect answers 503 where a request may be made again, as when its SQLite database is locked for a moment,
    and its own client does so. Where it does not answer in time it is asked again too: on a busy machine its
    database may be locked for longer. Every other error is an answer.

    Args:
        request: What is asked.
        timeout: Seconds for one attempt.

    Raises:
        HTTPError: The server refuses, or is not available for five minutes.
        TimeoutError: It has not answered for as long.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            found: HTTPResponse = build_opener(ProxyHandler({})).open(request, timeout=timeout)
        except HTTPError as error:
            if error.code != 503 or time.monotonic() > end:
                raise
            time.sleep(1)
        except TimeoutError:
            if time.monotonic() > end:
                raise
        else:
            return found


def all_of(url: str, what: str) -> list[dict[str, Any]]:
    """All that a server has of one kind.

    Args:
        url: Of its API.
        what: The kind, as "flow_runs".
    """
    found: list[dict[str, Any]] = []
    while True:
        page = json.dumps({"limit": _PAGE, "offset": len(found)}).encode()
        headers = {"Content-Type": "application/json"}
        with answer_to(Request(f"{url}/{what}/filter", data=page, headers=headers)) as answer:
            more = json.load(answer)
        found += more
        if len(more) < _PAGE:
            return found


def states_of(url: str, run: str) -> list[str]:
    """The names of the states of a run, in their order.

    Args:
        url: Of its API.
        run: The run's id.
    """
    with answer_to(Request(f"{url}/flow_run_states/?flow_run_id={run}")) as answer:
        found = json.load(answer)
    return [each["name"] for each in sorted(found, key=lambda each: str(each["timestamp"]))]
