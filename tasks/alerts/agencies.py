"""Unique alerts, recipients and copies of agencies, on the workers: in pieces, then in buckets (method 4.11).

The process that calls this holds paths and counts alone. Between two steps stands what the pieces dealt, in
files of a folder that is taken away at the end.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from data.values import fingerprint
from data.writing import emptied, make_folder
from tasks.alerts.buckets import Bucket, Contents, Summed, mark_contents, sum_up
from tasks.alerts.counts import summed
from tasks.alerts.evidence import Look, Weigh, Weighed, look, weigh
from tasks.alerts.folders import added_up
from tasks.alerts.parts import DEALT, Dealt, Part, deal_part
from tasks.alerts.pieces import USUAL, Limits, Piece, cut
from tasks.alerts.results import AgencyTables, ParsedSource
from tasks.scatter import Workers, run_together

_DEALT: Final = "dealt"
HERE: Final = 5_000
"""Messages that are worked on in the calling process: workers would take longer to start."""
_W = TypeVar("_W")
_R = TypeVar("_R")


@dataclass
class _Agency:
    """An agency in work; ``count`` is how many buckets it has."""

    name: str
    pieces: tuple[Piece, ...]
    kept: Path
    count: int
    weighed: Weighed | None = None
    dealt: list[Dealt] = field(default_factory=list)
    summed: list[Summed] = field(default_factory=list)
    by_content: list[Path] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.kept / _DEALT

    @property
    def by_id(self) -> tuple[Path, ...]:
        return tuple(path for each in self.summed for path in each.by_id)

    def buckets(self) -> list[Bucket]:
        files = {name: tuple(each.files[name] for each in self.dealt) for name in DEALT}
        return [Bucket(self.name, number, files, self.kept) for number in range(self.count)]


def folder_of(agency: str, folder: Path) -> Path:
    """Where the files of an agency are.

    Args:
        agency: The agency, which may have any name.
        folder: The folder of all agencies.
    """
    return folder / fingerprint(agency)[:16]


def sum_agencies(
    sources: Sequence[ParsedSource],
    folder: Path,
    embedded: str,
    *,
    client: Workers | None = None,
    limits: Limits = USUAL,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, AgencyTables]:
    """Find the unique alerts, recipients and copies of some agencies.

    Args:
        sources: Their parsed mailboxes, all of each agency.
        folder: The folder of all agencies, in ``work/``. What was there of these agencies is taken away.
        embedded: Whether attached messages count: ``apart`` or ``count`` (method 1.14).
        client: Where to run; None to do all in this process, with the same bytes.
        limits: How large a piece may be; it changes no byte of a table.
        on_progress: Called with (pieces done, pieces in all).

    Returns:
        What was found of each agency. Its files are whole or absent.
    """
    found = cut(sources, limits, folder)
    agencies = [
        _Agency(name, pieces, folder_of(name, folder), limits.buckets(_rows(pieces)) if pieces else 0)
        for name, pieces in found.items()
    ]
    for agency in agencies:
        emptied(agency.kept)
        make_folder(agency.folder)
    rows = sum(_rows(agency.pieces) for agency in agencies)
    steps = _Steps(None if rows <= HERE else client, limits.rows, embedded)
    for number, do in enumerate((steps.weigh, steps.deal, steps.sum, steps.contents), start=1):
        do(agencies)
        if on_progress is not None:
            on_progress(number, 4)
    for agency in agencies:
        shutil.rmtree(agency.folder)
    return {agency.name: _tables(agency) for agency in agencies}


@dataclass(frozen=True)
class _Steps:
    """The steps, each over all agencies, so that no worker waits for the last piece of one."""

    client: Workers | None
    rows: int
    embedded: str

    def weigh(self, agencies: Sequence[_Agency]) -> None:
        """Find out whose the Exchange addresses are."""
        looks = [Look(p, each.folder, self.embedded) for each in agencies for p in each.pieces]
        files: dict[str, list[Path]] = {}
        for work, seen in zip(looks, self._run(look, looks, lambda w: w.piece.rows), strict=True):
            files.setdefault(work.piece.agency, []).extend(seen)
        some = [each for each in agencies if files.get(each.name)]
        works = [Weigh(each.name, tuple(files[each.name]), each.folder, each.kept) for each in some]
        for each, weighed in zip(some, self._run(weigh, works, _light), strict=True):
            each.weighed = weighed

    def deal(self, agencies: Sequence[_Agency]) -> None:
        """Deal the messages into buckets."""
        works = [
            (each, Part(piece, each.count, each.folder, each.kept, self.embedded, _people(each)))
            for each in agencies
            for piece in each.pieces
        ]
        done = self._run(deal_part, [part for _, part in works], lambda part: part.piece.rows)
        for (each, _), dealt in zip(works, done, strict=True):
            each.dealt.append(dealt)

    def sum(self, agencies: Sequence[_Agency]) -> None:
        """Sum up the buckets."""
        works = [(each, bucket) for each in agencies for bucket in each.buckets()]
        weights = {each.name: _rows(each.pieces) // 4 // max(each.count, 1) for each in agencies}
        done = self._run(sum_up, [bucket for _, bucket in works], lambda bucket: weights[bucket.agency])
        for (each, _), summed_up in zip(works, done, strict=True):
            each.summed.append(summed_up)

    def contents(self, agencies: Sequence[_Agency]) -> None:
        """Find the copies by content, where a message has no Message-ID."""
        works = [
            (each, Contents(bucket, each.by_id))
            for each in agencies
            if any(dealt.nameless for dealt in each.dealt)
            for bucket in each.buckets()
        ]
        weights = {each.name: _rows(each.pieces) // 4 // max(each.count, 1) for each in agencies}
        done = self._run(mark_contents, [work for _, work in works], lambda w: weights[w.bucket.agency])
        for (each, _), files in zip(works, done, strict=True):
            each.by_content.extend(files)

    def _run(
        self, function: Callable[[_W], _R], works: Sequence[_W], weight: Callable[[_W], int]
    ) -> list[_R]:
        return run_together(self.client, function, works, weight, self.rows)


def _people(agency: _Agency) -> Path | None:
    return None if agency.weighed is None else agency.weighed.people


def _light(_: object) -> int:
    return 1_000


def _rows(pieces: Sequence[Piece]) -> int:
    return sum(piece.rows for piece in pieces)


def _tables(agency: _Agency) -> AgencyTables:
    def paths(name: str) -> tuple[Path, ...]:
        return tuple(path for each in agency.summed for path in getattr(each, name))

    pairings = agency.weighed.rows if agency.weighed else ()
    return AgencyTables(
        agency=agency.name,
        alerts=paths("alerts"),
        recipients=paths("recipients"),
        people=(*pairings, *paths("people")),
        review=paths("review"),
        by_id=agency.by_id,
        by_content=tuple(agency.by_content),
        held=tuple(path for each in agency.dealt for path in each.held),
        folders=added_up(count for each in agency.dealt for count in each.folders),
        attached=added_up(count for each in agency.dealt for count in each.attached),
        subjects=summed("public/subjects", [each.subjects for each in agency.dealt]),
        months=summed("public/alerts_by_month", [each.months for each in agency.summed]),
        reached=summed("public/recipients_per_alert", [each.reached for each in agency.summed]),
        unparsed=tuple(path for each in agency.dealt for path in each.unparsed),
        counts=_counts(agency),
    )


def _counts(agency: _Agency) -> Mapping[str, int]:
    def total(of: Iterable[object], *names: str) -> dict[str, int]:
        each = list(of)
        return {name: sum(getattr(one, name) for one in each) for name in names}

    return {
        **total(agency.dealt, "messages", "apart", "unclassified", "from_header"),
        **total(agency.summed, "unique", "of_all", "of_own", "emails", "undated", "implausible"),
        "contradictions": agency.weighed.contradictions if agency.weighed else 0,
    }
