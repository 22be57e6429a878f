from collections import Counter

import pytest

from data.synthetic.country.figures import CITIES, EXCLUDED, cities, numbers
from data.synthetic.mail.planning import AGENCIES


@pytest.mark.parametrize("scale", [1e-9, 0.001, 0.002, 0.01, 0.1, 0.37, 1, 2.5, 100])
def test_the_sorts_of_posts_add_up_to_all_posts(scale: float) -> None:
    wanted = numbers(scale)
    parts = (wanted.year, wanted.other_years, wanted.excluded, wanted.no_location, wanted.outside)
    assert sum(parts) == wanted.posts
    assert min(parts) >= 25


def test_scale_one_has_the_published_numbers() -> None:
    assert (numbers(1).posts, numbers(1).tracts) == (873_592, 74_000)
    kinds = Counter(city.kind for city in CITIES)
    assert kinds == {"positive": 4, "none": 13, "negative": 5, "not testable": 3}
    sizes = [size for _, size in cities(74_000)]
    assert (len(sizes), min(sizes), max(sizes)) == (25, 12, 1_500)


def test_a_larger_scale_has_more_posts_in_the_same_nation() -> None:
    assert numbers(10).posts == 8_735_920
    assert numbers(10).tracts == numbers(1).tracts


def test_the_smallest_country_has_every_verdict_and_both_agencies_cities() -> None:
    few = [city for city, _ in cities(400)]
    kinds = Counter(city.kind for city in few)
    assert all(kinds[kind] >= 2 for kind in ("positive", "none", "negative"))
    assert kinds["not testable"] >= 1
    assert {agency.city for agency in AGENCIES.values()} <= {city.name for city in few}


def test_cities_have_different_names_and_are_in_order_of_state() -> None:
    assert len({city.name for city in CITIES}) == len(CITIES)
    assert [city.state for city in CITIES] == sorted(city.state for city in CITIES)


@pytest.mark.parametrize("tracts", [400, 740, 3_999, 4_000, 20_000, 74_000])
def test_every_layer_has_tracts_outside_the_cities(tracts: int) -> None:
    assert sum(size for _, size in cities(tracts)) < 0.8 * tracts


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_a_scale_that_is_not_above_zero_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="scale must be a number above 0"):
        numbers(scale)


def test_each_excluded_account_has_a_reason() -> None:
    assert len({account for account, _ in EXCLUDED}) == 2
    assert all(reason for _, reason in EXCLUDED)
