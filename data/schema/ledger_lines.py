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

PARTS_MEAN: Final = (
    "'mail' (from the file to messages, and to those attached to them), 'alerts' (from messages "
    "to unique alerts), 'copies' (messages that were found before), 'posts' (from the file to "
    "tracts), 'cities' (what the tests found), 'tracts' (which listed ones are used), 'crime' "
    "(from the file to tracts), 'gentrification' (what became of tracts), 'selection' (from the "
    "Atlas to the cities chosen), 'requests' (whom we asked) or 'coding' (what became of the "
    "sample)."
)
"""What the column ``part`` of the ledger says."""

LINES_MEAN: Final = (
    "What is counted. mail: 'listed in the file', 'messages read', 'not mail', 'quarantined "
    "while reading'; among the messages read 'without a body' and 'with replacement "
    "characters'; where messages are attached to messages 'embedded messages', 'embedded read', "
    "'embedded not mail', 'embedded quarantined', 'carried by journal reports', 'attached "
    "messages', each kind that occurs among those by its name, 'alert messages', 'alerts "
    "parsed', 'quarantined while parsing'. alerts: 'messages read', each kind that occurs by "
    "its name, 'alert messages', 'alerts parsed', 'quarantined while parsing'; over all "
    "mailboxes 'alerts parsed' and 'emails over unique alerts'. copies, over all mailboxes: "
    "'messages in the tables', 'each once', 'copies by Message-ID', 'copies by content'. posts: "
    "'posts in the file'; over all files 'posts in the files', 'duplicates', 'excluded "
    "accounts', 'no location', 'outside', 'in one tract', 'on borders', 'posts in tracts', 'in "
    "tracts with population and income', 'in tracts without', 'in tracts without a Census row', "
    "'in tracts without people or income', 'tracts in the layer', 'polygons repaired'. cities: "
    "'cities examined', and each verdict by its name; plain findings: 'cities examined', "
    "'positive', 'negative', 'none', 'not testable'. crime tests and plain findings of crimes: "
    "'tests made', and the same. tracts, for each city by its name and over all: 'tracts "
    "listed', 'tracts used', 'without polygon', 'without Census row', 'without people', "
    "'without income', 'with few people'. crime: 'crimes in the file'; over a folder 'crimes in "
    "the files', 'duplicates', 'other years', 'other types', 'no location', 'outside', "
    "'counted', each type analysed by its name, 'in tracts with population and income', 'in "
    "tracts without'. gentrification: 'rows of tracts', 'in cities', 'in no city', 'low "
    "population', 'not eligible', 'eligible, not gentrified', 'gentrified'. selection: 'rows of "
    "the Atlas', 'other technologies', 'Ring partnerships', 'of a city's own police', 'of "
    "another agency in a city', 'of no city of the list', 'cities ranked', 'selected', 'with a "
    "partnership, below the last selected', 'without a partnership'. requests: 'requests', and "
    "each status by its name. coding: 'alerts of the list', 'drawn', 'no longer among the "
    "alerts', 'decided', 'to decide', 'not yet reviewed', 'reviews asked', 'given', 'missing', "
    "'not usable'."
)
"""What its column ``line`` says."""
