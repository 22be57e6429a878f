"""Whoever has all sums that are shown learns of one that is left out no more than that it is small."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tasks.audit.protect import Atom, Sum, hidden_sums


def interval(
    target: frozenset[Atom],
    values: dict[Atom, int],
    sums: Iterable[Sum],
    hidden: set[frozenset[Atom]],
) -> tuple[float, float]:
    """The least and the most that a sum can be, by every sum that is shown; None of those left out is 0."""
    atoms = sorted(values)
    place = {atom: at for at, atom in enumerate(atoms)}
    row = lambda own: np.isin(np.arange(len(atoms)), [place[atom] for atom in own]).astype(float)  # noqa: E731
    shown = [each.atoms for each in sums if each.atoms not in hidden]
    equal = np.array([row(own) for own in shown]) if shown else None
    known = [sum(values[atom] for atom in own) for own in shown] if shown else None
    bounds = [(1 if frozenset([atom]) in hidden else 0, None) for atom in atoms]
    found = []
    for sign in (1, -1):
        done = linprog(sign * row(target), A_eq=equal, b_eq=known, bounds=bounds, method="highs")
        assert done.status in {0, 3}, done.message
        found.append(sign * done.fun if done.status == 0 else np.inf)
    return found[0], found[1]


@st.composite
def published(draw) -> tuple[dict[Atom, int], list[Sum], int]:
    """Two cities of tracts with margins by decile, use, place in the city, and over both cities."""
    count = st.one_of(st.integers(0, 6), st.integers(0, 60))
    values: dict[Atom, int] = {}
    sums: list[Sum] = []
    totals = []
    for city in "ab"[: draw(st.integers(1, 2))]:
        tracts = [("crimes", city, str(at)) for at in range(draw(st.integers(1, 9)))]
        values |= {atom: draw(count) for atom in tracts}
        sums += [Sum(frozenset([atom])) for atom in tracts]
        used = [atom for atom in tracts if draw(st.integers(0, 5))]
        deciles = {atom: draw(st.integers(1, 3)) for atom in used}
        sums += [Sum(frozenset(a for a in used if deciles[a] == decile)) for decile in (1, 2, 3)]
        sums.append(Sum(frozenset(atom for atom in used if draw(st.booleans()))))
        sums += [Sum(frozenset(used)), Sum(frozenset(tracts))]
        totals.append(frozenset(tracts))
    if len(totals) > 1:
        sums.append(Sum(frozenset().union(*totals), tuple(totals)))
    return values, [each for each in sums if each.atoms], draw(st.integers(2, 8))


@pytest.mark.long
@settings(max_examples=60)
@given(published())
def test_no_attack_by_linear_programming_narrows_what_is_left_out(case):
    values, sums, least = case
    hidden = hidden_sums(values, sums, least)
    value = lambda atoms: sum(values[atom] for atom in atoms)  # noqa: E731
    small = [each.atoms for each in sums if 0 < value(each.atoms) < least]
    assert set(small) <= hidden
    for atoms in small:
        low, high = interval(atoms, values, sums, hidden)
        # Of a sum of several tracts everybody knows that none which is left out is 0.
        assert low <= sum(values[atom] > 0 for atom in atoms) + 1e-6
        assert high >= least - 1 - 1e-6
    assert all(value(atoms) > 0 for atoms in hidden)
    if not small:
        assert not hidden


@pytest.mark.parametrize(
    ("counts", "least", "left_out"),
    [
        ([2, 9, 40], 5, [0, 1]),  # the next smallest is left out too
        ([2, 3, 40], 5, [0, 1]),  # each may be 1, 2, 3 or 4
        ([2, 2, 40], 5, [0, 1, 2]),  # 2 + 2 would say that none is 4
        ([4, 4, 40], 5, [0, 1]),
        ([0, 9, 40], 5, []),  # none is none
    ],
)
def test_the_next_smallest_goes_with_it(counts: list[int], least: int, left_out: list[int]):
    atoms = [("posts", str(at)) for at in range(len(counts))]
    sums = [Sum(frozenset([atom])) for atom in atoms] + [Sum(frozenset(atoms))]
    hidden = hidden_sums(dict(zip(atoms, counts, strict=True)), sums, least)
    assert hidden == {frozenset([atoms[at]]) for at in left_out}


def test_the_only_count_takes_its_total_with_it():
    atoms = [("posts", "1"), ("posts", "2")]
    sums = [Sum(frozenset([atom])) for atom in atoms] + [Sum(frozenset(atoms))]
    assert frozenset(atoms) in hidden_sums({atoms[0]: 3, atoms[1]: 0}, sums, 5)
