"""Which sums are left out so that no small one can be computed from the others (method 12.6).

The published numbers are sums over *atoms*: a tract's posts, or its crimes of one type. A sum that is small
is left out. Where the sums that are still shown would tell it, others are left out too, until an exchange is
possible that nobody could see: one more here, one less there, and every sum that is shown stays the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

Atom = tuple[str, ...]
"""What a sum is made of: ``("posts", GEOID)``, or ``("crimes", city, type, GEOID)``."""

Signature = frozenset[int]

_FREE: Final[Signature] = frozenset()
"""Of an atom that is in no sum that is shown: it can be anything."""


@dataclass(frozen=True)
class Sum:
    """A sum that is published, in one place or in several.

    Attributes:
        atoms: What is added up.
        parts: For a sum of other sums, their atoms: where all of them are shown, it tells nothing more.
    """

    atoms: frozenset[Atom]
    parts: tuple[frozenset[Atom], ...] = ()

    @property
    def is_twofold(self) -> bool:
        """Whether some atoms are in two of its parts, as a tract of two cities, and count twice."""
        return sum(map(len, self.parts)) > len(self.atoms)


@dataclass
class Protection:
    """Decides which sums are left out.

    Args:
        values: The count of each atom; each is a sum of its own, too.
        sums: The sums; two with the same atoms are one.
        least: A sum below this, and not 0, is small.

    Attributes:
        hidden: The sums that are left out, by their atoms.
    """

    values: Mapping[Atom, int]
    sums: Iterable[Sum]
    least: int
    hidden: set[frozenset[Atom]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._all: list[Sum] = list({each.atoms: each for each in self.sums}.values())
        self._number = {each.atoms: at for at, each in enumerate(self._all)}
        self._twofold = [each for each in self._all if each.is_twofold]
        self._of: dict[Atom, list[int]] = {}
        for at, each in enumerate(self._all):
            for atom in each.atoms:
                self._of.setdefault(atom, []).append(at)

    def decide(self) -> set[frozenset[Atom]]:
        """Leave out what is small, and then whatever would tell it.

        Returns:
            The atoms of each sum that is left out.
        """
        small = [each.atoms for each in self._all if 0 < self.value(each.atoms) < self.least]
        for atoms in small:
            self._hide(atoms)
        for atoms in sorted(small, key=lambda atoms: (-len(atoms), min(atoms))):
            self._protect(atoms)
        return self.hidden

    def value(self, atoms: Iterable[Atom]) -> int:
        """The sum over atoms."""
        return sum(self.values[atom] for atom in atoms)

    def _protect(self, target: frozenset[Atom]) -> None:
        """Leave out more until nobody can tell the target from another number below ``least``."""
        while (bad := self._told(target)) is not None:
            self._exchange(*bad, target)

    def _told(self, target: frozenset[Atom]) -> tuple[Atom, int] | None:
        """An atom of the target that cannot vary enough, and how much more is needed; None if all can.

        The target can go up by what hidden atoms outside it can go down (each stays above 0, as no 0 is ever
        left out), and down as these go up: so each of its atoms needs one in the same shown sums as itself.
        """
        capacity, counted, weak = 0, set[Signature](), None
        for atom in sorted(atom for atom in target if self.values[atom]):
            signature = self._signature(atom)
            if signature == _FREE:
                capacity = self.least
                continue
            others = [other for other in self._class_of(atom, signature) if other not in target]
            if not others:
                weak = atom if weak is None else weak
            elif signature not in counted:
                counted.add(signature)
                capacity += sum(self.values[other] - 1 for other in others)
        need = self.least - 1 - self.value(target) - capacity
        if weak is None and need > 0:
            weak = min(atom for atom in target if self.values[atom])
        return None if weak is None else (weak, need)

    def _exchange(self, atom: Atom, need: int, target: frozenset[Atom]) -> None:
        """Find the cheapest atom to exchange with, and leave out it and all sums that would show it.

        Or leave out the sums that show the atom, if these are fewer counts: then it can be anything.
        """
        shown = self._signature(atom)
        known = set(self._class_of(atom, shown))
        near = {other for at in shown for other in self._all[at].atoms if self.values[other]}
        best = min(
            (self._cost(atom, other, need) for other in near - target - known),
            default=None,
        )
        if best is None or len(shown) < best[1] + best[2]:  # nothing else is there, or it would cost more
            for at in sorted(shown):
                self._hide(self._all[at].atoms)
            return
        other = best[-1]
        self._hide(frozenset([other]))
        for at in sorted(self._signature(atom) ^ self._signature(other)):
            self._hide(self._all[at].atoms)

    def _cost(self, atom: Atom, other: Atom, need: int) -> tuple[bool, int, bool, int, Atom]:
        """What an exchange costs: too small a number last, then by sums, and by what is lost."""
        value, hidden = self.values[other], frozenset([other]) in self.hidden
        apart = self._signature(atom) ^ self._signature(other)
        lost = len(apart - {self._number.get(frozenset([other]), -1)})
        enough = value - 1 >= need
        return not enough, lost, not hidden, value if enough else -value, other

    def _signature(self, atom: Atom) -> Signature:
        """The shown sums that an atom is in, without those that tell nothing more than others."""
        return frozenset(at for at in self._of.get(atom, ()) if self._tells(at))

    def _tells(self, at: int) -> bool:
        each = self._all[at]
        if each.atoms in self.hidden:
            return False
        return not each.parts or any(part in self.hidden for part in each.parts)

    def _class_of(self, atom: Atom, signature: Signature) -> Iterator[Atom]:
        """The hidden atoms that are in the same shown sums as an atom."""
        smallest = min((self._all[at].atoms for at in signature), key=len)
        for other in smallest:
            hidden = other != atom and self.values[other] and frozenset([other]) in self.hidden
            if hidden and self._signature(other) == signature:
                yield other

    def _hide(self, atoms: frozenset[Atom]) -> None:
        if atoms not in self._number:
            return
        self.hidden.add(atoms)
        # One more here and one less there would not leave such a sum as it is: it goes with its first part.
        self.hidden |= {each.atoms for each in self._twofold if atoms in each.parts}


def hidden_sums(values: Mapping[Atom, int], sums: Collection[Sum], least: int) -> set[frozenset[Atom]]:
    """Decide which sums are left out.

    Args:
        values: The count of each atom.
        sums: What is published.
        least: A sum below this, and not 0, is small.

    Returns:
        The atoms of each sum that is left out.

    Example:
        >>> values = {("posts", "1"): 2, ("posts", "2"): 9, ("posts", "3"): 40}
        >>> sums = [Sum(frozenset([atom])) for atom in values] + [Sum(frozenset(values))]
        >>> sorted(sorted(atoms) for atoms in hidden_sums(values, sums, 5))
        [[('posts', '1')], [('posts', '2')]]
    """
    return Protection(values, sums, least).decide()
