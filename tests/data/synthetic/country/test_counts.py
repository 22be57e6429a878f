from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from data.synthetic.country import grid
from data.synthetic.country.counts import posts_by_tract
from data.synthetic.country.model import Country
from tests.second import stats

Plans = Callable[[float, int], tuple[Country, np.ndarray]]


@pytest.mark.long(7)
@pytest.mark.parametrize("scale", [0.0001, 0.002, 0.01, 0.06])
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_every_city_clearly_has_the_verdict_that_it_was_made_for(
    plans: Plans, scale: float, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FEWEST_BENDS", "MOST_BENDS"):
        monkeypatch.setattr(grid, name, 1)  # the shape of edges does not matter here, and takes time
    country, counts = plans(scale, seed)
    assert counts.sum() == country.numbers.year
    alpha = 0.05 / len(country.layout.cities)
    for placed in country.layout.cities:
        usable = placed.tracts[country.census.used[placed.tracts]]
        if placed.city.kind == "not testable":
            assert len(usable) < 10
            continue
        rate = counts[usable] / country.census.population[usable]
        r, p = stats.pearsonr(country.census.income[usable], rate)
        if placed.city.kind == "none":
            assert p > 0.2
        else:
            assert p < alpha / 100
            assert (r > 0) == (placed.city.kind == "positive")


def test_some_tracts_have_no_post(planned: tuple[Country, np.ndarray]) -> None:
    country, counts = planned
    assert (counts[country.census.usable] == 0).any()


def test_the_tract_of_two_cities_has_one_number_of_posts(planned: tuple[Country, np.ndarray]) -> None:
    country, counts = planned
    joined = next(placed for placed in country.layout.cities if placed.city.joined)
    assert counts[joined.first] >= 0
    assert counts.min() >= 0


def test_cities_that_need_more_posts_than_there_are_are_an_error(planned: tuple[Country, np.ndarray]) -> None:
    country, _ = planned
    people = np.ones(400, dtype=np.int64)
    for placed in country.layout.cities:
        people[placed.first : placed.stop] = 5_000
    census = replace(country.census, people=people)
    with pytest.raises(ValueError, match="posts more than the country"):
        posts_by_tract(country.layout, census, 10_000, np.random.default_rng(1))
