"""The list of the ways to damage a mailbox, and how a page or block is picked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.faults.anatomy import Block, Page
from tests.faults.patient import Patient

Surgery = Callable[[Patient], bool | None]
"""Damages a patient; False if it does not have what is to be damaged."""


@dataclass(frozen=True)
class Kind:
    """One way to damage."""

    name: str
    sealed: bool
    surgery: Surgery


KINDS: Final[list[Kind]] = []


def kind(name: str, *, sealed: bool = False) -> Callable[[Surgery], Surgery]:
    def enter(surgery: Surgery) -> Surgery:
        KINDS.append(Kind(name, sealed, surgery))
        return surgery

    return enter


def pick_page(patient: Patient, tree: int, *, leaf: bool | None = None) -> Page | None:
    pages = [page for page in patient.anatomy.index(tree, leaf=leaf) if page.count]
    return patient.rng.choice(pages) if pages else None


def pick_block(patient: Patient, *roles: str, plain: bool = False) -> Block | None:
    anatomy = patient.anatomy
    blocks = anatomy.plain(*roles) if plain else anatomy.of_role(*roles)
    return patient.rng.choice(blocks) if blocks else None
