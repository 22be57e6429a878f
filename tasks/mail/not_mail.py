"""The items that are not mail, counted by their class (method 1.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from data.item_classes import ItemClass, known_class
from data.schema import TABLES
from tasks.mail.results import MailSource

PUBLIC: Final = "public/not_mail"
PRIVATE: Final = "private/not_mail_classes"


def not_mail_tables(sources: Sequence[MailSource]) -> dict[str, pa.Table]:
    """Make ``public/not_mail`` and ``private/not_mail_classes``.

    Only classes of the program's list are published: a class of an agency's own may hold a name.

    Args:
        sources: The mailboxes.

    Returns:
        The tables, by name.
    """
    public, private = [], []
    for source in sources:
        where = {"agency": source.agency, "source": source.source}
        known: Counter[ItemClass] = Counter()
        for message_class, items in (source.classes or {}).items():
            of_list = known_class(message_class)
            known[of_list] += items
            private.append({**where, "message_class": message_class, "class": of_list.name, "items": items})
        public += [
            {**where, "class": of_list.name, "what": of_list.what, "items": items}
            for of_list, items in known.items()
        ]
    return {
        PUBLIC: pa.Table.from_pylist(public, schema=TABLES[PUBLIC].arrow),
        PRIVATE: pa.Table.from_pylist(private, schema=TABLES[PRIVATE].arrow),
    }
