import pytest

from data.synthetic.country.layout import lay_out


@pytest.mark.parametrize("tracts", [400, 873, 4_000, 74_000])
def test_geoids_have_eleven_digits_and_are_different_and_in_order(tracts: int) -> None:
    geoids = lay_out(tracts).geoids
    assert len(geoids) == tracts == len(set(geoids))
    assert all(len(geoid) == 11 and geoid.isdigit() for geoid in geoids)
    assert list(geoids) == sorted(geoids)
    assert {geoid[0] for geoid in geoids} > {"0", "3"}


@pytest.mark.parametrize("tracts", [400, 873, 4_000, 74_000])
def test_every_city_is_in_its_state_and_inside_the_layer(tracts: int) -> None:
    layout = lay_out(tracts)
    for placed in layout.cities:
        assert 0 < placed.first < placed.stop < tracts
        assert {layout.geoids[tract][:2] for tract in placed.tracts} == {placed.city.state}


@pytest.mark.parametrize("tracts", [400, 4_000, 74_000])
def test_two_cities_share_one_tract_and_no_others_do(tracts: int) -> None:
    cities = lay_out(tracts).cities
    shared = [set(a.tracts) & set(b.tracts) for i, a in enumerate(cities) for b in cities[:i]]
    assert sorted(map(len, shared))[-2:] == [0, 1]


def test_counties_have_some_dozens_of_tracts() -> None:
    geoids = lay_out(74_000).geoids
    counties: dict[str, int] = {}
    for geoid in geoids:
        counties[geoid[:5]] = counties.get(geoid[:5], 0) + 1
    assert sorted(counties.values())[len(counties) // 2] == 48
