"""The table of the ledger: what entered, and what became of it."""

from __future__ import annotations

from typing import Final

from data.schema.ledger_lines import ORDER
from data.schema.model import COUNT, TEXT, Column, SmallCells, Table, optional

LEDGER: Final = Table(
    "public/ledger",
    ("part", "source", "line"),
    "One row per line of the ledger. The lines add up as the method's identities say.",
    (
        Column(
            "part",
            TEXT,
            "'mail' (from the file to messages, and to those attached to them), 'alerts' (from messages "
            "to unique alerts), 'copies' (messages that were found before), 'posts' "
            "(from the file to tracts), 'cities' (what the tests found), 'tracts' (which listed ones are "
            "used), 'crime' (from the file to "
            "tracts), 'gentrification' (what became of tracts), 'selection' (from the Atlas to the "
            "cities chosen) or 'requests' (whom we asked).",
        ),
        Column(
            "source",
            TEXT,
            "The source id of a mailbox or file; for crimes also the folder of a city's records; for "
            "tracts the city; empty for a line over all.",
        ),
        Column(
            "line",
            TEXT,
            "What is counted. mail: 'listed in the file', 'messages read', 'not mail', 'quarantined "
            "while reading'; among the messages read 'without a body' and 'with replacement characters'; "
            "where messages are attached to messages 'embedded messages', 'embedded "
            "read', 'embedded not mail', 'embedded quarantined', 'carried by journal reports', 'attached "
            "messages', each kind that occurs among those by its name, 'alert messages', 'alerts "
            "parsed', 'quarantined while parsing'. "
            "alerts: 'messages read', each kind that occurs by its name, 'alert messages', 'alerts "
            "parsed', "
            "'quarantined while parsing'; over all mailboxes 'alerts parsed' and 'emails over unique "
            "alerts'. copies, over all mailboxes: 'messages in the tables', 'each once', 'copies by "
            "Message-ID', 'copies by content'. "
            "posts: 'posts in the file'; over all files 'posts in the files', 'duplicates', "
            "'excluded accounts', 'no location', 'outside', 'in one tract', 'on borders', 'posts in "
            "tracts', 'in tracts with population and income', 'in tracts without', 'in tracts "
            "without a Census row', 'in tracts without people or income', 'tracts in the "
            "layer', 'polygons repaired'. cities: 'cities examined', and each verdict by its name; plain "
            "findings: 'cities examined', 'positive', 'negative', 'none', 'not testable'. crime tests "
            "and plain findings of crimes: 'tests made', and the same. tracts, for each city by its name "
            "and over all: 'tracts listed', 'tracts used', 'without polygon', 'without Census row', "
            "'without people', 'without income', 'with few people'. "
            "crime: 'crimes in the file'; over a folder 'crimes in the files', "
            "'duplicates', 'other years', 'other types', 'no location', 'outside', 'counted', each "
            "type analysed by its name, 'in tracts with population and income', 'in tracts without'. "
            "gentrification: 'rows of tracts', 'in cities', 'in no city', 'low population', 'not "
            "eligible', 'eligible, not gentrified', 'gentrified'. selection: 'rows of the Atlas', "
            "'other technologies', 'Ring partnerships', 'of a city's own police', 'of another agency "
            "in a city', 'of no city of the list', 'cities ranked', 'selected', 'with a partnership, "
            "below the last selected', 'without a partnership'. requests: 'requests', and each status"
            " by its name.",
        ),
        optional(
            "count",
            COUNT,
            "The number; missing where it cannot be known, and where small counts are left out.",
        ),
    ),
    order=ORDER,
    small=SmallCells(("count",)),
)
