"""The verdict on one city: the cases that a referee would try."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from data.settings import Tests
from tasks.income.examine import City, robust_row
from tasks.income.judge import CHECKS, VERDICTS, Judged, judge
from tasks.income.polygons import touching
from tasks.income.sample import Sample
from tasks.income.words import details

Floats = npt.NDArray[np.float64]
ALPHA = 0.05
SIDE = 10


def city(income: Floats, count: Floats, population: Floats | float = 3_000.0) -> Sample:
    """A city of square tracts, row by row from the south."""
    n = len(income)
    places = np.array([divmod(tract, SIDE)[::-1] for tract in range(n)], dtype=float)
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for x, y in places])
    geoids = tuple(f"99001{tract:06d}" for tract in range(n))
    people = np.broadcast_to(np.asarray(population, dtype=float), (n,)).copy()
    return Sample(geoids, income, people, count.astype(float), places, touching(squares), 1)


def scattered(seed: int, n: int = SIDE * SIDE) -> Floats:
    return np.round(np.random.default_rng(seed).uniform(20_000, 120_000, n))


def counted(income: Floats, slope: float, mean: float, seed: int) -> Floats:
    """Poisson counts whose mean changes by a factor exp(slope) with 10,000 dollars more income."""
    expected = mean * np.exp(slope * (income - income.mean()) / 10_000)
    return np.random.default_rng(seed).poisson(expected).astype(float)


def judged(sample: Sample, threshold: float = ALPHA) -> Judged:
    return judge(sample, threshold, Tests())


def test_a_planted_relation_is_robust_and_its_ratio_is_found():
    income = scattered(1)
    for slope, word in ((0.2, "positive, robust"), (-0.2, "negative, robust")):
        found = judged(city(income, counted(income, slope, 8.0, 2)), ALPHA / 25)
        assert (found.verdict, found.why) == (word, "")
        assert found.contrast is not None
        planted = np.exp(slope * float(np.subtract(*np.percentile(income, [90, 10]))) / 10_000)
        assert found.contrast.low is not None
        assert found.contrast.high is not None
        assert found.contrast.low < planted < found.contrast.high


def gradient(seed: int) -> Sample:
    """Income and posts both fall from west to east, which need not have to do with each other."""
    rng = np.random.default_rng(seed)
    east = np.arange(SIDE * SIDE) % SIDE
    income = np.round(140_000 - 9_000 * east + rng.normal(0, 15_000, SIDE * SIDE))
    return city(income, rng.poisson(3.2 - 0.3 * east).astype(float))


@pytest.mark.long(5)
@pytest.mark.parametrize("seed", range(5))
def test_a_tract_without_posts_and_without_a_polygon_changes_no_verdict(seed: int):
    whole = gradient(seed)
    before = judged(whole, ALPHA / 25)
    for tract in np.flatnonzero(whole.count == 0)[:6]:
        after = judged(whole.only(np.arange(len(whole)) != tract), ALPHA / 25)
        assert after.verdict == before.verdict


def test_a_gradient_that_neighbors_explain_is_not_robust_with_or_without_one_polygon():
    whole = gradient(0)
    for sample in (whole, whole.only(np.arange(len(whole)) != int(np.argmin(whole.count)))):
        found = judged(sample, ALPHA / 25)
        assert found.direction == "positive"
        assert found.verdict == "positive, not robust"
        assert found.why.startswith("the model of neighbors and trend does not agree: ")
        assert found.modified is not None
        assert found.modified.effective_n < len(sample)


def two_tiny_tracts() -> Sample:
    income, population = scattered(3), np.full(100, 3_000.0)
    count = counted(income, 0.0, 2.0, 11)
    income[:2], population[:2], count[:2] = (231_250.0, 150_250.0), (140.0, 220.0), (1.0, 3.0)
    return city(income, count, population)


def test_a_finding_of_four_crimes_in_two_tiny_tracts_is_not_robust_and_goes_with_them():
    whole = two_tiny_tracts()
    found = judged(whole)
    assert (found.direction, found.verdict) == ("positive", "positive, not robust")
    assert found.why.startswith("the rank test does not agree: rho = ")
    assert "not below 0.05" in found.why
    without = judged(whole.only(whole.population >= Tests().least_population))
    assert without.direction == "none"
    assert without.verdict in ("none", "no clear relation")


def test_one_tract_that_decides_is_named():
    income = scattered(3)
    count = counted(income, 0.0, 2.0, 11)
    richest = int(np.argmax(income))
    income[richest], count[richest] = 250_000.0, 60.0
    found = judged(city(income, count))
    assert found.direction == "positive"
    assert found.influential is not None
    assert found.influential.geoids == (f"99001{richest:06d}",)
    assert found.influential.decisive
    assert found.why.endswith(f"one tract of 100 decides (99001{richest:06d})")
    assert found.influential.r_lowest < found.relation.r < found.influential.r_highest  # type: ignore[operator, union-attr]


def test_three_crimes_are_too_few_to_tell_whatever_the_tests_say():
    count = np.zeros(100)
    count[[5, 50, 95]] = 1.0
    found = judged(city(scattered(5), count))
    assert found.verdict == "too few to tell"
    assert found.why == "3 counted in all tracts together, fewer than 20"


def test_where_only_a_huge_ratio_could_have_been_shown_it_is_too_few_to_tell():
    income = scattered(6)
    found = judged(city(income, counted(income, 0.0, 0.25, 7)), ALPHA / 500)
    assert found.contrast is not None
    assert found.contrast.smallest is not None
    assert found.contrast.smallest > 10
    assert found.verdict == "too few to tell"
    assert found.why.startswith("only a rate ")


def test_none_is_said_only_where_the_interval_lies_within_the_band():
    income = scattered(8)
    many, some = (judged(city(income, counted(income, 0.0, mean, 9))) for mean in (60.0, 4.0))
    assert (many.verdict, some.verdict) == ("none", "no clear relation")
    for found, within in ((many, True), (some, False)):
        assert found.contrast is not None
        assert found.contrast.within(1.25) is within
    wide = judge(city(income, counted(income, 0.0, 4.0, 9)), ALPHA, Tests(band=3.0))
    assert wide.verdict == "none"


def test_a_relation_that_only_another_test_sees_is_said():
    income = scattered(10)
    count = counted(income, 0.25, 6.0, 11)
    poorest = int(np.argmin(income))
    found = judged(city(income, np.where(np.arange(100) == poorest, 400.0, count)), ALPHA / 25)
    assert found.direction == "none"
    assert found.verdict == "no clear relation"
    assert found.why.startswith("the rank test sees a positive relation: rho = +0.")


def test_a_check_that_says_the_opposite_is_told():
    income = scattered(14)
    count = counted(income, -0.15, 8.0, 15)
    richest = int(np.argmax(income))
    income[richest], count[richest] = 400_000.0, 300.0
    found = judged(city(income, count), ALPHA / 25)
    assert found.verdict == "positive, not robust"
    assert found.why.startswith("the rank test says the opposite: rho = -0.")


def test_a_test_that_cannot_be_made_is_not_agreement():
    # All posts in the richest tract: the best slope of the rate model is infinite.
    income = np.append(scattered(12, 99), 250_000.0)
    found = judged(city(income, np.append(np.zeros(99), 40.0)))
    assert found.model is None
    assert found.verdict == "positive, not robust"
    assert "the rate model cannot be made" in found.why


def test_a_finding_for_which_no_test_allows_for_neighbors_says_so():
    # Two plateaus far apart: the tracts of each count as one, and all of them as two.
    income = np.repeat([20_000.0, 70_000.0], 50)
    sample = city(income, np.repeat([20.0, 60.0], 50))
    far = replace(sample, centroids=sample.centroids + np.repeat([0.0, 1_000.0], 50)[:, None])
    found = judged(far)
    assert found.modified is None
    assert (found.direction, found.verdict) == ("positive", "not checked for neighbors")
    assert found.why == "neighbors are so alike that the 100 tracts tell hardly more than two would"
    assert found.contrast is not None
    assert found.contrast.low is None


def test_where_no_two_tracts_touch_a_finding_is_not_checked_for_neighbors():
    income = scattered(1)
    whole = city(income, counted(income, 0.2, 8.0, 2))
    apart = sparse.csr_array((100, 100))
    found = judged(replace(whole, neighbors=apart), ALPHA / 25)
    assert (found.direction, found.verdict) == ("positive", "not checked for neighbors")
    assert found.why.startswith("no two tracts touch")


def test_the_model_of_neighbors_decides_and_the_others_must_not_contradict():
    checks = {check.name: check for check in CHECKS}
    assert [name for name, check in checks.items() if check.mild] == [
        "the rank test", "the rate model", "the test that allows for neighbors"
    ]  # fmt: skip
    assert checks["the rank test"].level(0.002, 0.05) == 0.05
    assert checks["the model of neighbors and trend"].level(0.002, 0.05) == 0.002


@pytest.mark.parametrize(
    ("income", "count", "why"),
    [
        (scattered(1, 9), np.arange(9.0), "fewer than 10 tracts to test"),
        (scattered(1, 12), np.zeros(12), "nothing was counted in any tract"),
        (scattered(1, 12), np.full(12, 4.0), "all tracts have the same rate"),
        (np.full(12, 5e4), np.arange(12.0), "all tracts have the same income"),
    ],
)
def test_what_is_not_testable_says_why(income: Floats, count: Floats, why: str):
    found = judged(city(income, count))
    assert (found.verdict, found.direction, found.why) == ("not testable", "not testable", why)


tract = st.tuples(
    st.sampled_from([1.0, 500.0, 999.0, 8_000.0]),
    st.sampled_from([2_499.0, 50_000.0, 50_001.0, 250_001.0]),
    st.sampled_from([0.0, 1.0, 2.0, 4_000.0]),
)


@pytest.mark.long
@settings(max_examples=50, deadline=None)
@given(st.lists(tract, min_size=9, max_size=24), st.sampled_from([0.05, 1e-9]))
def test_whatever_a_city_is_like_it_has_a_verdict_and_no_number_is_missing_unseen(
    tracts: list[tuple[float, float, float]], threshold: float
):
    population, income, count = (np.array(column) for column in zip(*tracts, strict=True))
    found = judged(city(income, count, population), threshold)
    assert found.verdict in VERDICTS
    row = robust_row(City("Any", pd.DataFrame(), threshold), found)
    assert not [name for name, value in row.items() if isinstance(value, float) and not math.isfinite(value)]
    assert found.direction == "not testable" or row.get("effective_n", 0.0) <= len(tracts)
    if found.verdict.endswith("not robust") or found.verdict in ("too few to tell", "not testable"):
        assert found.why


def test_without_moran_the_verdict_is_the_same():
    sample = gradient(3)
    one, other = judge(sample, 0.002, Tests()), judge(sample, 0.002, Tests(), clustering=False)
    assert other.clustering is None
    assert replace(one, clustering=None) == other


def test_other_incomes_of_the_same_tracts_are_judged_as_if_joined_anew():
    sample, drawn = gradient(1), scattered(2)
    anew = city(drawn, sample.count)
    assert judged(sample.having(income=drawn)) == judged(anew)
    assert sample.having(income=drawn).classes is sample.classes


def test_a_line_of_a_table_explains_the_verdict():
    row = {"verdict": "no clear relation", "why": "", "ratio_90_10": 0.95, "ratio_low": 0.67}
    row |= {"ratio_high": 1.34, "smallest_ratio": 1.64}
    assert details(row) == "ratio 0.95, 95 % interval 0.67 to 1.34; could have shown 1.64"
    assert details(row | {"verdict": "positive, robust"}) == "ratio 0.95, 95 % interval 0.67 to 1.34"
    assert details(row | {"verdict": "positive, not robust", "why": "x"}) == "x"
    assert details(row | {"verdict": "not testable", "why": "x"}) == "x"


def test_none_is_not_said_where_one_tract_hides_the_finding():
    income = scattered(3)
    count = counted(income, 0.2, 40.0, 4)
    assert judged(city(income, count)).verdict == "positive, robust"
    income[7] = 9e6  # one zero or two too many
    found = judged(city(income, count))
    assert (found.direction, found.verdict) == ("none", "no clear relation")
    assert found.contrast is not None


def test_none_is_not_said_of_incomes_of_which_nearly_all_are_the_same():
    income = np.where(np.arange(SIDE * SIDE) % SIDE == 0, scattered(5), 250_001.0)
    found = judged(city(income, counted(income, 0.0, 3_000.0, 6)))
    assert found.contrast is not None
    assert found.contrast.within(1.25)
    assert (found.direction, found.verdict) == ("none", "no clear relation")
    assert found.why.startswith("the 10th and 90th percentile of income are nearer")


def test_a_model_of_two_tracts_that_touch_checks_no_hundred():
    income = scattered(11)
    whole = city(income, counted(income, 0.2, 8.0, 12))
    links = np.zeros((len(whole), len(whole)))
    links[0, 1] = links[1, 0] = 1.0
    found = judged(replace(whole, neighbors=sparse.csr_array(links)))
    assert (found.errors, found.verdict) == (None, "not checked for neighbors")


def test_a_tract_of_enormous_population_does_not_make_neighbors_alike():
    people = np.full(SIDE * SIDE, 3_000.0)
    people[3] = 1e12
    income = scattered(1)
    found = judged(city(income, counted(income, 0.0, 6.0, 2), people))
    assert found.verdict != "none"
    assert found.modified is not None
    assert found.modified.effective_n > 50
    assert "neighbors are so alike" not in found.why
