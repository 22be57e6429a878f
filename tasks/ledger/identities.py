"""What must add up in the ledger, and how a part of a run declares it (method 10.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DUPLICATES: Final = "duplicates"
NO_LOCATION: Final = "no location"
OUTSIDE: Final = "outside"
WITH_INCOME: Final = "in tracts with population and income"
WITHOUT: Final = "in tracts without"
CITIES: Final = "cities examined"
PLAIN: Final = ("positive", "negative", "none", "not testable")
"""The plain findings, as :data:`tasks.statistics.relation.DIRECTIONS` has them."""
EVERY_KIND: Final = "every kind"
"""In an identity: the sum over the kinds of an account."""


@dataclass(frozen=True)
class Identity:
    """A number, and the numbers that it must be the sum of.

    Attributes:
        part: The section of the ledger; the column ``part`` of ``public/ledger``.
        whole: The line on the left.
        parts: The lines on the right.
        balance: What is counted, in the plural, as "posts", where this is one of the identities that show
            in one line whether anything is missing; else "".
        by: Words behind the whole in print, where it is counted twice in different ways; else "".
    """

    part: str
    whole: str
    parts: tuple[str, ...]
    balance: str = ""
    by: str = ""

    def __str__(self) -> str:
        return f"{self.whole} = {' + '.join(self.parts)}"


@dataclass(frozen=True)
class Ledger:
    """What a part of a run writes into the ledger.

    Attributes:
        identities: What must add up, in the order in which it is shown.
        files: The table that names the part's files, with the columns ``source`` and ``file``; "" for none.
        rows_of_file: The line that counts the rows of one file; "" for none.
        beside: Lines that no identity has, shown last.
        shared: What must add up in a section that other parts write too: the same in each, and shown once.
        together: The heading of the sums over all sources, where each source is shown by itself; else "".
    """

    identities: tuple[Identity, ...]
    files: str = ""
    rows_of_file: str = ""
    beside: tuple[str, ...] = ()
    together: str = ""
    shared: tuple[Identity, ...] = ()

    @property
    def own(self) -> tuple[str, ...]:
        """The sections of the ledger that no other part writes."""
        return tuple(dict.fromkeys(identity.part for identity in self.identities))

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections of the ledger that the part writes: values of the column ``part``."""
        return tuple(dict.fromkeys(identity.part for identity in (*self.identities, *self.shared)))
