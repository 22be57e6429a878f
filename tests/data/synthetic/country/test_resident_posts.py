import numpy as np

from data.synthetic.country import figures
from data.synthetic.country.borders import NULL
from data.synthetic.country.model import Country
from data.synthetic.country.resident_posts import NO_TIME, Posts

Planned = tuple[Country, np.ndarray]


def test_there_are_as_many_of_each_sort_as_wanted(planned: Planned, posts: Posts) -> None:
    wanted = planned[0].numbers
    assert len(posts.ids) == wanted.posts
    assert posts.excluded.sum() == wanted.excluded
    assert (~posts.located & ~posts.excluded).sum() == wanted.no_location
    assert (posts.located & (posts.tract < 0)).sum() == wanted.outside
    assert posts.inside.sum() == wanted.year + wanted.other_years


def test_ids_are_unique_ascend_and_have_two_lengths(posts: Posts) -> None:
    assert (np.diff(posts.ids) > 0).all()
    assert len({len(str(each)) for each in posts.ids.tolist()}) == 2


def test_each_tract_has_its_planned_posts_of_the_year(planned: Planned, posts: Posts) -> None:
    _, counts = planned
    kept = posts.inside & (posts.year == figures.YEAR)
    assert (np.bincount(posts.tract[kept], minlength=len(counts)) == counts).all()


def test_some_posts_are_in_the_last_and_first_second_of_a_year(posts: Posts) -> None:
    for year in (2019, 2020):
        turn = int(np.datetime64(f"{year}-01-01", "s").astype(np.int64))
        assert {turn - 1, turn} <= set(posts.moment.tolist())
    known = posts.year[posts.moment != NO_TIME]
    assert set(known.tolist()) == {2018, 2019, 2020}
    assert (posts.moment == NO_TIME).sum() == 3


def test_every_way_to_have_no_location_occurs(posts: Posts) -> None:
    x, y = posts.x[~posts.located], posts.y[~posts.located]
    assert ((x == NULL) & (y == NULL)).any()
    assert ((x == NULL) ^ (y == NULL)).any()
    assert ((x == 0) & (y == 0)).any()
    assert (y == 91_500_000).any()
    assert (x == -190_250_000).any()
    usable = (posts.x != NULL) & (posts.y != NULL) & ((posts.x != 0) | (posts.y != 0))
    usable &= (np.abs(posts.x) <= 180_000_000) & (np.abs(posts.y) <= 90_000_000)
    assert (usable == posts.located).all()


def test_posts_are_where_two_three_and_four_tracts_meet_and_some_tie(posts: Posts) -> None:
    matched = posts.matched[posts.inside]
    assert set(matched.tolist()) == {1, 2, 3, 4}
    assert posts.tied[posts.inside].sum() >= 10
    assert posts.tied[posts.inside & (posts.year == figures.YEAR)].sum() >= 5
    assert (posts.matched[posts.tied] >= 2).all()
    assert (posts.matched[posts.tract < 0] == 0).all()


def test_posts_on_borders_are_planned_for_a_tract_with_people(planned: Planned, posts: Posts) -> None:
    country, _ = planned
    on_border = posts.inside & (posts.matched > 1)
    assert (country.census.population[posts.tract[on_border]] > 0).all()


def test_one_account_posts_hundreds_of_times_in_one_poor_tract(planned: Planned, posts: Posts) -> None:
    country, counts = planned
    odd = posts.users == int(figures.ANOMALOUS_ACCOUNT)
    assert odd.sum() >= 200
    tract = set(posts.tract[odd].tolist()) - {-1}
    assert len(tract) == 1
    (where,) = tract
    city = next(placed for placed in country.layout.cities if where in placed.tracts)
    assert city.city.kind == "positive"
    usable = city.tracts[country.census.usable[city.tracts]]
    assert country.census.income[where] == country.census.income[usable].min()
    rate = counts / np.maximum(country.census.people, 1)
    turned = rate.copy()
    turned[where] += odd.sum() / country.census.people[where]
    income = country.census.income[usable]
    before, after = (np.corrcoef(income, each[usable])[0, 1] for each in (rate, turned))
    assert before > 0.5
    assert after < 0.2


def test_most_accounts_post_once(posts: Posts) -> None:
    accounts = len(np.unique(posts.users[~posts.excluded]))
    assert 0.7 < accounts / (~posts.excluded).sum() < 0.8
