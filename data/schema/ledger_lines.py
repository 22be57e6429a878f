"""The lines of the ledger in the order in which they are read: each number above those that it is the sum of.

A test compares it with the identities that the parts declare (method 10.2).
"""

from __future__ import annotations

from typing import Final

from data.schema.model import REST, Sort

_VERDICTS: Final = (
    "positive, robust",
    "negative, robust",
    "positive, not robust",
    "negative, not robust",
    "none",
    "no clear relation",
    "too few to tell",
    "not testable",
    "not checked for neighbors",
)
_PLAIN: Final = ("positive", "negative", "none", "not testable")
_WITH_INCOME: Final = ("in tracts with population and income", "in tracts without")

LINES: Final = (
    (
        "mail",
        (
            "listed in the file",
            "stated by its folders",
            "messages read",
            "without a body",
            "with replacement characters",
            "not mail",
            "quarantined while reading",
            "embedded messages",
            "embedded read",
            "carried by journal reports",
            "attached messages",
            REST,
            "embedded not mail",
            "embedded quarantined",
            "alert messages",
            "alerts parsed",
            "quarantined while parsing",
        ),
    ),
    (
        "alerts",
        (
            "messages counted",
            "messages of the mailbox",
            "attached messages",
            "messages read",
            REST,
            "alert messages",
            "alerts parsed",
            "emails over unique alerts",
            "quarantined while parsing",
        ),
    ),
    ("copies", ("messages in the tables", "each once", "copies by Message-ID", "copies by content")),
    (
        "posts",
        (
            "posts in the files",
            "posts in the file",
            "duplicates",
            "excluded accounts",
            "no location",
            "outside",
            "posts in tracts",
            "in one tract",
            "on borders",
            *_WITH_INCOME,
            "in tracts without a Census row",
            "in tracts without people or income",
            "tracts in the layer",
            "polygons repaired",
        ),
    ),
    ("cities", ("cities examined", *_VERDICTS)),
    ("plain findings", ("cities examined", *_PLAIN)),
    (
        "crime",
        (
            "crimes in the files",
            "crimes in the file",
            "duplicates",
            "other years",
            "other types",
            "no location",
            "outside",
            "counted",
            REST,
            *_WITH_INCOME,
        ),
    ),
    ("crime tests", ("tests made", *_VERDICTS)),
    ("plain findings of crimes", ("tests made", *_PLAIN)),
    (
        "tracts",
        (
            "tracts listed",
            "tracts used",
            "without polygon",
            "without Census row",
            "without people",
            "without income",
            "with few people",
        ),
    ),
    (
        "gentrification",
        (
            "rows of tracts",
            "in cities",
            "low population",
            "not eligible",
            "eligible, not gentrified",
            "gentrified",
            "in no city",
        ),
    ),
    (
        "selection",
        (
            "rows of the Atlas",
            "other technologies",
            "Ring partnerships",
            "of a city's own police",
            "of another agency in a city",
            "of no city of the list",
            "cities ranked",
            "selected",
            "with a partnership, below the last selected",
            "without a partnership",
        ),
    ),
    (
        "requests",
        ("requests", "fulfilled", "partly fulfilled", "no records", "denied", "withdrawn", "pending"),
    ),
    (
        "coding",
        (
            "alerts of the list",
            "no longer among the alerts",
            "drawn",
            "decided",
            "to decide",
            "not yet reviewed",
            "reviews asked",
            "given",
            "missing",
            "not usable",
        ),
    ),
)
"""The sections of the ledger, and the lines of each; kinds of mail and types of crime stand at ``REST``."""

ORDER: Final = (
    Sort("part", values=tuple(part for part, _ in LINES)),
    Sort("source"),  # "", over all, is first
    Sort("line", within=("part", LINES)),
    Sort("count", descending=True),
)
"""How the ledger is read."""
