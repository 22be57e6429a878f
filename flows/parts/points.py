"""What the subflows `posts` and `crime` have in common: points are put into tracts, and cities are tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from distributed import Client

from flows.run.progress import reporter
from flows.service.artifacts import with_artifact
from tasks.income.results import Findings
from tasks.ledger.results import PartClosed
from tasks.places.results import Census, Layer
from tasks.places.task import put_into_tracts
from tasks.rows.results import FileOfRows


@dataclass(frozen=True)
class PointsResult:
    """What such a subflow found, for the summary and the provenance.

    Attributes:
        files: The files of posts or crimes.
        layer: The tracts.
        census: The Census and the lists of the cities.
        findings: What the tests say.
        closed: The subflow's part of the ledger.
    """

    files: tuple[FileOfRows, ...]
    layer: Layer
    census: Census
    findings: Findings
    closed: PartClosed

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the run must end with."""
        return self.closed.warnings


def placed(  # noqa: PLR0917 - in the order in which a flow has them
    points: str, batches: Sequence[Path], layer: Layer, census: Census, located: Path, client: Client
) -> tuple[Path, ...]:
    """Put posts or crimes into tracts, and show how far that is.

    Args:
        points: What they are called: ``posts`` or ``crimes``.
        batches: The files of them.
        layer: The tracts.
        census: Population by tract, which decides on borders.
        located: The folder for the results.
        client: Where to run.

    Returns:
        A file for each batch.
    """
    with reporter().stage(f"put {points} into tracts", "batches") as on_progress:
        shown = with_artifact(f"{points}-placed", f"Batches of {points} put into tracts", on_progress)
        return put_into_tracts(batches, layer, census, located, client, shown)
