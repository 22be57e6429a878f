import numpy as np
import pytest
import shapely

import data.synthetic.country.grid
from data.synthetic.country.grid import HEIGHT, INNER, WIDTH, Grid, make_grid, polygons

TRACTS = 640


@pytest.fixture(scope="module")
def grid() -> Grid:
    return make_grid(TRACTS, 4, np.random.default_rng(5))


@pytest.fixture(scope="module")
def sound(grid: Grid) -> np.ndarray:
    repaired: np.ndarray = shapely.make_valid(polygons(grid, 0, TRACTS))
    return repaired


def test_there_are_no_gaps_and_no_overlaps(sound: np.ndarray) -> None:
    assert shapely.coverage_is_valid(sound)
    whole = shapely.union_all(sound)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area == pytest.approx(shapely.area(sound).sum(), rel=1e-12)


def test_only_the_planned_polygons_are_invalid(grid: Grid) -> None:
    made = polygons(grid, 0, TRACTS)
    assert np.flatnonzero(~shapely.is_valid(made)).tolist() == grid.invalid.tolist()
    assert len(grid.invalid) == 4


def test_repairing_a_polygon_gives_the_intended_one(grid: Grid, sound: np.ndarray) -> None:
    plain = make_grid(TRACTS, 0, np.random.default_rng(5))
    meant = polygons(plain, 0, TRACTS)
    assert shapely.is_valid(meant).all()
    assert shapely.equals(meant, sound).all()
    assert (shapely.get_num_coordinates(meant) == shapely.get_num_coordinates(sound)).all()


def test_polygons_have_as_many_vertices_as_real_ones(sound: np.ndarray) -> None:
    vertices = shapely.get_num_coordinates(sound)
    assert (vertices.min(), vertices.max()) == (41, 265)
    assert 80 <= vertices.mean() <= 100


def test_the_box_around_a_centre_is_inside_its_tract_and_no_other(grid: Grid, sound: np.ndarray) -> None:
    x, y = grid.centre(np.arange(TRACTS))
    w, h = INNER * WIDTH / 2, INNER * HEIGHT / 2
    boxes = shapely.box((x - w) / 1e6, (y - h) / 1e6, (x + w) / 1e6, (y + h) / 1e6)
    assert shapely.contains_properly(sound, boxes).all()


def test_every_tract_is_star_shaped_around_its_centre(grid: Grid, sound: np.ndarray) -> None:
    x, y = grid.centre(np.arange(TRACTS))
    for tract, polygon in enumerate(sound):
        ring = shapely.get_coordinates(polygon.normalize()) * 1e6 - (x[tract], y[tract])
        turns = ring[:-1, 0] * ring[1:, 1] - ring[:-1, 1] * ring[1:, 0]
        assert (turns > 0).all() or (turns < 0).all()


def test_the_vertices_of_an_edge_touch_the_two_tracts_beside_it(grid: Grid, sound: np.ndarray) -> None:
    tree = shapely.STRtree(sound)
    tracts = np.arange(0, TRACTS, 7)
    for side in range(4):
        edges = grid.edge(tracts, side)
        other = grid.neighbour(tracts, side)
        for tract, edge, beyond in zip(tracts, edges, other, strict=True):
            for vertex in (1, int(grid.bends[edge])):
                at = grid.start[edge] + vertex
                found = tree.query(shapely.Point(grid.x[at] / 1e6, grid.y[at] / 1e6), predicate="intersects")
                assert set(found) == {tract, beyond} - {-1}


def test_a_corner_touches_the_tracts_around_it(grid: Grid, sound: np.ndarray) -> None:
    tree = shapely.STRtree(sound)
    tract, corner = np.divmod(np.arange(4 * TRACTS), 4)
    x, y = grid.corner(tract, corner)
    around = grid.around(tract, corner)
    where, found = tree.query(shapely.points(x / 1e6, y / 1e6), predicate="intersects")
    expected = {(place, each) for place, row in enumerate(around.tolist()) for each in row if each >= 0}
    assert set(zip(where.tolist(), found.tolist(), strict=True)) == expected
    assert {int((row >= 0).sum()) for row in around} == {1, 2, 3, 4}


def test_coordinates_are_whole_microdegrees(grid: Grid) -> None:
    coordinates = shapely.get_coordinates(polygons(grid, 0, TRACTS))
    assert (coordinates == np.rint(coordinates * 1e6) / 1e6).all()


def test_the_whole_nation_fits_the_country(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FEWEST_BENDS", "MOST_BENDS"):
        monkeypatch.setattr(data.synthetic.country.grid, name, 1)  # only the corners matter here
    x, y = make_grid(74_000, 0, np.random.default_rng(1)).corner(np.array([0, 73_999]), np.array([0, 3]))
    assert (x > -124e6).all()
    assert (x < -67e6).all()
    assert (y > 25e6).all()
    assert (y < 49e6).all()


@pytest.mark.parametrize("tracts", [30, 399, 400, 401, 1_000])
def test_a_layer_has_exactly_the_tracts_wanted(tracts: int) -> None:
    grid = make_grid(tracts, 1, np.random.default_rng(2))
    assert sorted(grid.number[grid.number >= 0].tolist()) == list(range(tracts))
    assert (grid.number[grid.row + 1, grid.column + 1] == np.arange(tracts)).all()


def test_every_run_of_numbers_is_connected(grid: Grid) -> None:
    steps = np.abs(np.diff(grid.row)) + np.abs(np.diff(grid.column))
    near = [grid.neighbour(np.arange(TRACTS), side) for side in range(4)]
    for first in range(0, TRACTS - 40, 23):
        run = set(range(first, first + 40))
        seen, new = {first}, {first}
        while new:
            new = {int(side[each]) for each in new for side in near} & run - seen
            seen |= new
        assert seen == run
    assert (steps == 1).mean() > 0.8


def test_pieces_together_are_the_whole_layer(grid: Grid) -> None:
    pieces = np.concatenate([polygons(grid, 0, 101), polygons(grid, 101, TRACTS)])
    assert (shapely.to_wkb(pieces) == shapely.to_wkb(polygons(grid, 0, TRACTS))).all()
