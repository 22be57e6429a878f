"""The same seed draws the same alerts, and a larger sample keeps the first ones."""

from collections import Counter
from random import Random
from typing import Literal

import pytest

from tasks.coding.sample.draw import Drawn, Stratum, allocate, draw, rank

ALERTS = {("a-pd" if at % 5 else "b-pd", f"{at:032x}"): () for at in range(200)}


def names(drawn: list[Drawn]) -> list[tuple[str, str]]:
    return [one.alert for one in drawn]


def test_rows_in_any_order_give_the_same_sample():
    shuffled = list(ALERTS)
    Random(3).shuffle(shuffled)
    assert draw(dict.fromkeys(shuffled, ()), 50, 2023) == draw(ALERTS, 50, 2023)
    assert names(draw(ALERTS, 50, 2024)) != names(draw(ALERTS, 50, 2023))


def test_a_larger_sample_begins_with_the_smaller_one():
    small, large = draw(ALERTS, 50, 2023), draw(ALERTS, 120, 2023)
    assert large[:50] == small
    assert draw(ALERTS, 120, 2023, before=small) == large
    assert [one.number for one in large] == list(range(1, 121))


def test_of_fewer_alerts_than_are_wanted_all_are_drawn():
    assert set(names(draw(ALERTS, 1000, 1))) == set(ALERTS)
    assert draw({}, 10, 1) == []


def test_the_order_of_drawing_is_that_of_the_hash_which_is_known():
    # printf '2023\0lapd\0ab' | sha256sum
    assert rank(("lapd", "ab"), 2023).startswith("84cd49ffc4d1bf75")
    ordered = names(draw(ALERTS, 200, 7))
    assert ordered == sorted(ALERTS, key=lambda alert: rank(alert, 7))


def test_what_was_drawn_before_stays_even_where_its_strata_have_more_than_their_share():
    strata = {alert: (alert[0],) for alert in ALERTS}
    before = [
        Drawn(number, alert, ("b-pd",))
        for number, alert in enumerate([alert for alert in ALERTS if alert[0] == "b-pd"][:30], start=1)
    ]
    found = draw(strata, 40, 5, "proportional", before)
    assert found[:30] == before
    assert Counter(one.stratum for one in found) == {("b-pd",): 30, ("a-pd",): 10}


def test_what_is_gone_keeps_its_number_and_is_replaced():
    before = draw(ALERTS, 50, 2023)
    left = {alert: () for alert in ALERTS if alert not in names(before)[:3]}
    found = draw(left, 50, 2023, before=before)
    assert found[:50] == before
    assert [one.number for one in found[50:]] == [51, 52, 53]
    assert names(found[50:]) == names(draw(ALERTS, 53, 2023))[50:]


@pytest.mark.parametrize("how", ["proportional", "equal"])
def test_allocations_add_up_and_no_stratum_gives_more_than_it_has(how: Literal["proportional", "equal"]):
    chance = Random(5)
    for _ in range(200):
        sizes: dict[Stratum, int] = {(str(at),): chance.randint(1, 40) for at in range(chance.randint(1, 12))}
        sample = chance.randint(1, 200)
        found = allocate(sizes, sample, how)
        assert sum(found.values()) == min(sample, sum(sizes.values()))
        assert all(0 <= found[stratum] <= size for stratum, size in sizes.items())
        assert min(found.values()) >= (sample >= len(sizes))


@pytest.mark.parametrize(
    ("sizes", "sample", "found"),
    [((500, 300, 200), 10, (5, 3, 2)), ((999, 1), 10, (9, 1)), ((1, 1, 1), 2, (1, 1, 0))],
)
def test_proportional_numbers(sizes: tuple[int, ...], sample: int, found: tuple[int, ...]):
    strata: dict[Stratum, int] = {(str(at),): size for at, size in enumerate(sizes)}
    assert tuple(allocate(strata, sample, "proportional").values()) == found
