"""The event that all sheets of the sample are back, once for what came back (method 5.6)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from httpx import HTTPError
from prefect.events import Event
from prefect.runtime import flow_run

from data.printable import printable
from data.writing import is_file, replacing
from flows.arrivals import emit
from flows.run.on_server import LABEL, name_of
from flows.run.watched import run_log

if TYPE_CHECKING:
    from pathlib import Path

    from data.catalog import Investigation
    from tasks.coding.results import Tally

COMPLETE: Final = "nwatch.coding.complete"
TOLD: Final = "complete.json"
"""In ``work/coding/``: what was told last, by which it is told once."""


def complete_event(folder: Path, name: str, tally: Tally) -> Event:
    """The event that the sheets of all readers are back; in numbers alone.

    Args:
        folder: The investigation folder, absolute.
        name: What the investigation is called, as its settings have it.
        tally: What became of the sample.
    """
    related = []
    if flow_run.id:
        related = [
            {"prefect.resource.id": f"prefect.flow-run.{flow_run.id}", "prefect.resource.role": "flow-run"}
        ]
    payload = {"folder": str(folder), "reviews": tally.given, "ties": tally.to_decide}
    return Event.model_validate(
        {
            "event": COMPLETE,
            "payload": payload | {"missing": tally.missing, "unusable": tally.unusable},
            "resource": {
                "prefect.resource.id": f"nwatch.coding.{name_of(folder)}",
                "prefect.resource.name": printable(name),
                LABEL: name_of(folder),
            },
            "related": related,
        }
    )


def tell_complete(investigation: Investigation, tally: Tally) -> bool:
    """Tell the server that all sheets are back, where they are and it was not told of these before.

    Args:
        investigation: The investigation.
        tally: What became of the sample.

    Returns:
        Whether it was told now. Where the server cannot be reached, the log says so, and the next run tells.
    """
    if not tally.given or tally.waiting:
        return False
    what = hashlib.sha256(json.dumps(sorted(tally.files.items())).encode()).hexdigest()
    path = investigation.work / "coding" / TOLD
    content = json.dumps({"returned": what})
    if is_file(path) and path.read_text(encoding="utf-8") == content:
        return False
    try:
        emit(complete_event(investigation.folder, investigation.config.name, tally))
    except HTTPError as error:
        run_log().warning("the server was not told that all sheets are back: %s", error)
        return False
    path.parent.mkdir(exist_ok=True)
    with replacing(path, own=True) as beside:
        beside.write_text(content, encoding="utf-8")
    return True
