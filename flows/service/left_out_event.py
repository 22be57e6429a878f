"""The event that a run has left out an agency, once for each reason (method 1.16)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flows.run.on_server import name_of
from flows.run.public_names import reason_in_public
from flows.run.watched import run_log

LEFT_OUT: Final = "nwatch.agency.left-out"


def tell_left_out(folder: Path, reasons: Mapping[str, str]) -> None:
    """Tell the server of the agencies that a run could not read as they are; if it is away, the log says so.

    Args:
        folder: The investigation folder, absolute.
        reasons: Why, by agency, as a person at the keyboard reads it; "" is what belongs to no agency.
    """
    if not reasons:
        return
    from httpx import HTTPError

    from flows.arrivals import agency_event, emit

    for agency, why in reasons.items():
        reason = reason_in_public(why, folder, [agency] if agency else [])
        try:
            emit(agency_event(LEFT_OUT, folder, agency or name_of(folder), reason=reason))
        except HTTPError as error:
            run_log().warning(
                "the server was not told that %s was left out: %s", agency or "a mailbox", error
            )
