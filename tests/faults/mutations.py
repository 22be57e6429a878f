"""Three dozen ways to damage a mailbox, each drawn from a seed: see ``plain`` and ``sealed``."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from tests.faults import plain, sealed
from tests.faults.anatomy import Anatomy
from tests.faults.kinds import KINDS, Kind
from tests.faults.patient import Patient

__all__ = ["KINDS", "Kind", "Mutant", "mutate", "plain", "sealed"]


@dataclass(frozen=True)
class Mutant:
    """A damaged mailbox, what was done to it, and how far that can reach."""

    seed: int
    source: str
    kind: Kind
    data: bytes
    note: str
    reach: frozenset[str | int]


def mutate(seed: int, anatomies: Mapping[str, Anatomy], weights: Mapping[str, float]) -> Mutant:
    """The mutant of a seed.

    Kinds take turns by seed; a mailbox that does not have what a kind damages is skipped.

    Args:
        seed: Any number.
        anatomies: The sound mailboxes by name.
        weights: How often each is used.
    """
    kind = KINDS[seed % len(KINDS)]
    rng = random.Random(f"mutation-{seed}")
    names = sorted(weights)
    while names:
        name = rng.choices(names, [weights[name] for name in names])[0]
        patient = Patient(anatomies[name], rng)
        if kind.surgery(patient) is not False:
            note = "; ".join(patient.note[:8]) + (" ..." if len(patient.note) > 8 else "")
            return Mutant(seed, name, kind, bytes(patient.data), note, frozenset(patient.reach))
        names.remove(name)
    raise ValueError(f"no mailbox has what {kind.name!r} damages")
