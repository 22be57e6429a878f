"""Evidence: whose an Exchange address is, from what an agency's messages hold side by side (method 4.8)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

PAIRING: Final = "pairing"
CONTRADICTION: Final = "contradiction"


class Key(NamedTuple):
    """An Exchange address of an agency: the same address of two agencies says nothing about either."""

    agency: str
    exchange: str


class Row(NamedTuple):
    """A row of ``private/people``: this spelling was counted as that person, by which evidence, how often."""

    agency: str
    person: str
    spelling: str
    evidence: str
    emails: int


@dataclass(frozen=True)
class Evidence:
    """What the messages say about Exchange addresses, as numbers of messages.

    Attributes:
        addresses: The SMTP addresses that stand in one row with each.
        names: The folded names that recipients with each are shown by.
    """

    addresses: Mapping[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    names: Mapping[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def people(self) -> dict[Key, str]:
        """The person of each Exchange address.

        One that stands beside exactly one SMTP address is that address. Any other is called by the name that
        most of its messages show (of two as frequent, the first in the alphabet); where another Exchange
        address of the agency is called so too, by itself.

        Example:
            >>> seen = Evidence()
            >>> ann, bo = Key("lapd", "/o=city/cn=ann"), Key("lapd", "/o=city/cn=bo")
            >>> seen.addresses[ann]["ann@x.org"] += 2
            >>> seen.names[bo]["ray, bo"] += 1
            >>> seen.people()[ann], seen.people()[bo]
            ('ann@x.org', 'ray, bo')
        """
        found = {key: next(iter(seen)) for key, seen in self.addresses.items() if len(seen) == 1}
        called = {
            key: min(seen, key=lambda name: (-seen[name], name))
            for key, seen in self.names.items()
            if key not in found and seen
        }
        bearers = Counter((key.agency, name) for key, name in called.items())
        for key, name in called.items():
            found[key] = name if bearers[key.agency, name] == 1 else key.exchange
        return found

    def rows(self) -> list[Row]:
        """What ``private/people`` says of the pairings."""
        return [
            Row(key.agency, address, key.exchange, PAIRING if len(seen) == 1 else CONTRADICTION, emails)
            for key, seen in self.addresses.items()
            for address, emails in seen.items()
        ]

    @property
    def contradictions(self) -> int:
        """Exchange addresses that stand beside several SMTP addresses."""
        return sum(len(seen) > 1 for seen in self.addresses.values())
