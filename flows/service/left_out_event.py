"""The event that a run has left out an agency, once for each reason (method 1.16)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from data.catalog import Investigation
from data.errors import NoneReadError
from data.record_names import is_mailbox
from data.sealed import read_json, write_json
from flows.run.on_server import name_of
from flows.run.public_names import reason_in_public
from flows.run.watched import watched
from tasks.mail.look import KEPT, NONE, NotRead, known_mailboxes, not_read_before, not_read_warnings

if TYPE_CHECKING:
    from prefect.events import Event

LEFT_OUT: Final = "nwatch.agency.left-out"

_TOLD: Final = "left_out.json"
_VERSION: Final = "left out 1"
"""What runs that could read no agency have told: they publish no table that says so."""


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


@contextmanager
def told_of_all(investigation: Investigation) -> Iterator[None]:
    """Tell of each agency where a scheduled run ends because it can read none, once for each reason.

    Args:
        investigation: The investigation, held for this run.
    """
    try:
        yield
    except NoneReadError as error:
        if watched():
            lines = _lines(investigation, error)
            before = told_before(investigation.work)
            tell_left_out(investigation.folder, {k: v for k, v in lines.items() if before.get(k) != v})
            write_json(investigation.work / _TOLD, lines, _VERSION)
        raise


def told_before(work: Path) -> dict[str, str]:
    """What the last run told of each agency, if it could read none.

    Args:
        work: The work folder.
    """
    found = read_json(work / _TOLD, _VERSION).value
    return dict(found) if isinstance(found, dict) else {}


def forget_told(work: Path) -> None:
    """From now on, the published tables say what was told.

    Args:
        work: The work folder.
    """
    (work / _TOLD).unlink(missing_ok=True)


def _lines(investigation: Investigation, error: NoneReadError) -> dict[str, str]:
    """What is told of each agency that a person must see to, as a run says it that can read others."""
    out = investigation.out
    published = {each.agency for each in known_mailboxes(out) if each.published}
    before = {(row.agency, row.why) for row in not_read_before(out)}
    lines = dict[str, str]()
    for name, why in error.reasons.items():
        stray = is_mailbox(name) and name not in published
        row = NotRead("" if stray else name, "", why, KEPT if name in published else NONE)
        if name in error.faults and (row.agency, row.why) not in before:
            [lines[row.agency]] = not_read_warnings([row])
    return lines


def _tell(event: Event, again: bool) -> None:
    from flows.arrivals import emit

    emit(event)
