"""The kinds of pieces that the mail sends to workers, and how large a piece of each kind is.

A piece of work is known by the name of the function that does it. What it costs depends on its size, in the
measures below. A kind that is not here is an error: the simulation would leave it out in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from data.tables import ROW_GROUP

Sizes = dict[str, float]

FIRST: Final = "first_pass"
EXAMINE: Final = "_examine"
WHOLE: Final = f"{FIRST} _Whole"
NEW: Final = f"{FIRST} _List"
HASH: Final = f"{FIRST} _Hash"
AHEAD: Final = f"{FIRST} Span"
TAKE: Final = "take_over"
READ: Final = "read_span"
READ_ON: Final = "read_listed"
LIST: Final = "list_piece"
PARSE: Final = "parse_batch"
INVENTORY: Final = "_write"
WRITE: Final = "write"
MESSAGES: Final = "write private/messages"

MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    EXAMINE: ("bytes", "messages"),
    WHOLE: ("bytes", "messages"),
    NEW: ("messages",),
    HASH: ("bytes",),
    AHEAD: ("messages",),
    TAKE: ("files",),
    READ: ("messages",),
    READ_ON: ("messages",),
    LIST: ("attachments",),
    PARSE: ("messages",),
    INVENTORY: ("files", "attachments"),
    "look": ("items", "messages"),
    "weigh": ("files",),
    "deal_part": ("items", "messages"),
    "sum_up": ("items", "files", "messages"),
    "mark_contents": ("items", "files", "messages"),
    "compare": ("files", "messages"),
    MESSAGES: ("files", "messages"),
    "write private/alerts": ("files", "messages"),
    "write private/recipients": ("files", "messages"),
    "write private/people": ("files", "messages"),
    "write private/quarantine": ("files", "messages"),
    "write private/subjects_to_review": ("files", "messages"),
}
"""What the cost of a piece of a kind grows with. Every piece also has a cost of its own. ``items`` is how
many small pieces are done together (:func:`tasks.scatter.run_together`), ``files`` how many are opened."""


LISTED: Final = frozenset({EXAMINE, WHOLE, NEW})
"""Each mailbox is once a piece of one of these kinds."""
HASHED: Final = frozenset({EXAMINE, WHOLE, HASH})
"""Kinds that read all of a mailbox."""
READING: Final = frozenset({READ, READ_ON, AHEAD})
"""Kinds that read messages: one in a phase with the hashing, for mailboxes that are new, or after it."""
BY_SPAN: Final = frozenset({*READING, LIST, PARSE})
"""Kinds of which a piece is a range of messages; what it costs depends on what is in them."""
HELD: Final = ("held",)
"""What the memory of a worker grows with that writes a table: it holds a row group of it."""


def measures(kind: str, amount: str) -> tuple[str, ...]:
    """What an amount of a piece of a kind grows with."""
    writes = kind == INVENTORY or kind.startswith(WRITE)
    return HELD if writes and amount == "memory" else MEASURES[kind]


def held(rows: float) -> float:
    """Rows that are held of a table, as it is written."""
    return min(rows, ROW_GROUP)


def attachments_of(tasks: Sequence[Mapping[str, Any]]) -> float:
    """All attachments of a run: those that were listed, or that are in their table."""
    for kind in (LIST, INVENTORY):
        found = [task["sizes"]["attachments"] for task in tasks if task["kind"] == kind]
        if found:
            return float(sum(found))
    return 0.0


@dataclass
class Sizer:
    """Tells the sizes of pieces as they are submitted; some depend on pieces before.

    Attributes:
        rows: Messages of each agency, once they are dealt.
        buckets: Into how many buckets they are.
    """

    rows: dict[str, int] = field(default_factory=dict)
    buckets: dict[str, int] = field(default_factory=dict)

    def __call__(self, function: Callable[..., Any], piece: Any) -> tuple[str, Sizes]:
        """The kind of a piece and its sizes, but for those that only its result tells.

        Args:
            function: What is submitted.
            piece: Its argument.

        Raises:
            ValueError: The kind is not known.
        """
        base, items = _unwrapped(function, piece)
        kind = name_of(base, items[0])
        if kind not in MEASURES:
            raise ValueError(
                f"{kind}: a new kind of work; say in benchmarks/simulation/kinds.py how large it is"
            )
        sizes: Sizes = {"items": len(items)}
        for item in items:
            for name, value in self._sizes(kind, item).items():
                sizes[name] = sizes.get(name, 0) + value
        return kind, sizes

    def _sizes(self, kind: str, item: Any) -> Sizes:
        known: dict[str, Callable[[], Sizes]] = {
            READ: lambda: {"messages": len(item)},
            READ_ON: lambda: {"messages": len(item)},
            AHEAD: lambda: {"messages": len(item)},
            HASH: lambda: {"bytes": item.path.stat().st_size},
            INVENTORY: lambda: _listed(item.sources),
            "look": lambda: {"messages": item.piece.rows},
            "weigh": lambda: {"files": len(item.files)},
            "deal_part": lambda: self._dealt(item),
            "sum_up": lambda: self._bucket(item),
            "mark_contents": lambda: self._bucket(item.bucket),
            "compare": lambda: {
                "files": sum(map(len, item.held)),
                "messages": sum(self.rows.values()) / item.ranges,
            },
        }
        if kind.startswith(WRITE):
            return self._written(item)
        return known[kind]() if kind in known else {}

    def _dealt(self, item: Any) -> Sizes:
        agency = item.piece.agency
        self.rows[agency] = self.rows.get(agency, 0) + item.piece.rows
        self.buckets[agency] = item.buckets
        return {"messages": item.piece.rows}

    def _bucket(self, item: Any) -> Sizes:
        return {
            "files": sum(map(len, item.files.values())),
            "messages": self.rows[item.agency] / self.buckets[item.agency],
        }

    def _written(self, item: Any) -> Sizes:
        if hasattr(item, "elsewhere"):
            pieces = [piece for agency in item.agencies for piece in agency.pieces]
            files = sum(len(source.files) for piece in pieces for source in piece.sources)
        else:
            files = len(item.agencies)
        messages = sum(self.rows.values())
        return {"files": files, "messages": messages, "held": held(messages)}


def _listed(sources: Sequence[Any]) -> Sizes:
    attachments = sum(source.attachments for source in sources)
    files = sum(len(list(source.mail.glob("part-*.parquet"))) for source in sources if source.mail)
    return {"files": files, "attachments": attachments, "held": held(attachments)}


def name_of(function: Callable[..., Any], item: Any) -> str:
    """The kind of a piece: the name of its function, and what it is of the first pass, or which table."""
    name = function.__name__
    if name == FIRST:
        return f"{name} {type(item).__name__}"
    if name != WRITE:
        return name
    return MESSAGES if hasattr(item, "elsewhere") else f"{WRITE} {item.name}"


def agency_of(kind: str, piece: Any) -> str:
    """Whose mailbox is examined: the folder below ``records/``; empty for pieces of another kind."""
    if kind not in LISTED:
        return ""
    parts = (piece[0] if kind == EXAMINE else piece.path).parts
    return str(parts[parts.index("records") + 1])


def sizes_of_result(kind: str, piece: Any, result: Any) -> Sizes:
    """The sizes that only the result tells; asked on the worker."""
    if kind in LISTED:
        return {"bytes": result.bytes, "messages": 0 if result.plan is None else len(result.plan.nodes)}
    if kind == PARSE:
        return {"messages": result}
    if kind == TAKE:
        return {"files": sum(1 for _ in piece[1][1].glob("*.parquet"))}
    if kind == LIST:
        import pyarrow.parquet as pq

        from tasks.mail.listing import listed_file

        return {"attachments": pq.read_metadata(listed_file(piece[1].attachments)).num_rows}
    return {}


def _unwrapped(function: Callable[..., Any], piece: Any) -> tuple[Callable[..., Any], list[Any]]:
    """The function that does the work and its pieces, without what :mod:`tasks.scatter` wraps them in."""
    inner = getattr(function, "function", None)
    if inner is None:
        return function, [piece]
    together = getattr(inner, "function", None)
    return (inner, [piece[1]]) if together is None else (together, list(piece[1]))
