"""The event that a run has left out an agency, once for each reason (method 1.16)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.run.on_server import name_of
from flows.run.public_names import reason_in_public

if TYPE_CHECKING:
    from prefect.events import Event

LEFT_OUT: Final = "nwatch.agency.left-out"


def tell_left_out(folder: Path, reasons: Mapping[str, str]) -> None:
    """Tell the server of the agencies that a run could not read as they are, without waiting for it.

    Args:
        folder: The investigation folder, absolute.
        reasons: Why, by agency, as a person at the keyboard reads it; "" is what belongs to no agency.
    """
    if not reasons:
        return
    from flows.arrivals import agency_event
    from flows.service.outbox import post

    for agency, why in reasons.items():
        reason = reason_in_public(why, folder, [agency] if agency else [])
        event = agency_event(LEFT_OUT, folder, agency or name_of(folder), reason=reason)
        post(partial(_tell, event))


def _tell(event: Event, again: bool) -> None:
    from flows.arrivals import emit

    emit(event)
