"""The officers who receive mail, and the ways in which mail programs write their addresses."""

from __future__ import annotations

import random
from dataclasses import dataclass

from data.synthetic import words
from data.synthetic.mail.model import Agency
from data.synthetic.pst import Recipient

TO, CC, BCC = 1, 2, 3
_AS_IS = 0.85  # assumed: the share of recipients written as in the directory


@dataclass(frozen=True, slots=True)
class Officer:
    """A person with a mailbox.

    Attributes:
        name: Display name.
        address: As in the directory: First.Last@domain.
    """

    name: str
    address: str


class Roster:
    """The officers of an agency, as recipients in every spelling (each is built once and shared)."""

    def __init__(self, agency: Agency, rng: random.Random) -> None:
        """Name the officers of ``agency``; no two have the same name."""
        self.agency = agency
        names = [(first, last) for first in words.FIRST_NAMES for last in words.LAST_NAMES]
        rng.shuffle(names)
        self.officers = [
            Officer(f"{first} {last}", f"{first}.{last}@{agency.domain}")
            for first, last in names[: agency.officers]
        ]
        self._spelled: dict[tuple[int, int, int], Recipient] = {}

    def pick(self, rng: random.Random, n: int) -> list[int]:
        """The numbers of ``n`` distinct officers."""
        return rng.sample(range(len(self.officers)), n)

    def recipient(self, officer: int, kind: int, rng: random.Random) -> Recipient:
        """An officer as a recipient of a message, sometimes in another spelling.

        Args:
            officer: Number in :attr:`officers`.
            kind: 1 To, 2 Cc, 3 Bcc.
            rng: Decides the spelling.

        Returns:
            The recipient. All spellings have the same address, except for letter case.
        """
        return self.spelled(officer, kind, 0 if rng.random() < _AS_IS else rng.randrange(1, 5))

    def spelled(self, officer: int, kind: int, form: int) -> Recipient:
        """An officer in spelling ``form`` (0 to 4)."""
        key = (officer, kind, form)
        if key not in self._spelled:
            name, address = self.officers[officer].name, self.officers[officer].address
            first, last = name.split()
            mailbox, domain = address.split("@")
            self._spelled[key] = (
                Recipient(kind, name, address),
                Recipient(kind, f"{last}, {first}", address.lower()),
                Recipient(kind, f"'{address}'", address.upper()),
                Recipient(kind, f'"{name}"', f"{mailbox}@{domain.upper()}"),
                Recipient(kind, address.lower(), f"{mailbox.lower()}@{domain}"),
            )[form]
        return self._spelled[key]
