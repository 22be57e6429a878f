"""The sample that is being read stays, is extended, and stands for all alerts of today."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from data.codebook import read_codebook
from data.errors import InputError
from data.settings import Coding
from tasks.coding.look import Given, gone, returned_files, sample_now
from tasks.coding.results import Sample
from tasks.coding.sample.drawing import draw_sample
from tasks.coding.sample.sample_file import read_drawn_from, read_sample
from tests.tasks.coding.made_alerts import alerts, together

OLD = alerts(60)
NEW = together(OLD, alerts(40, "b-pd"))


def now(folder: Path, table: pa.Table, settings: Coding) -> Sample:
    given = Given(folder, read_codebook(folder), tuple(read_sample(folder)), read_drawn_from(folder))
    return sample_now(given, table, settings)


def test_it_is_written_and_read_back(tmp_path: Path):
    settings = Coding(sample=20, strata=["kind", "month"])
    found = draw_sample(OLD, settings, ["anna", "ben"], tmp_path)
    assert (found.new, found.population, found.readers, found.gone) == (20, 60, ("anna", "ben"), 0)
    assert tuple(read_sample(tmp_path)) == found.rows
    row = found.rows[0]
    assert (row.draw, row.seed, row.strata, row.readers) == (1, 2023, ("kind", "month"), ("anna", "ben"))
    assert row.drawn.stratum[1] in {"2021-01", "2021-02", "2021-03"}


def test_the_same_alerts_in_another_order_give_the_same_file(tmp_path: Path):
    turned = OLD.take(list(reversed(range(60))))
    for name, table in (("one", OLD), ("two", turned)):
        (tmp_path / name).mkdir()
        draw_sample(table, Coding(sample=20), ["anna"], tmp_path / name)
    for file in ("sample.csv", "drawn_from.parquet"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_second_delivery_changes_nothing_until_more_are_wanted(tmp_path: Path):
    settings = Coding(sample=20)
    first = draw_sample(OLD, settings, ["anna"], tmp_path)
    before = (tmp_path / "sample.csv").read_bytes()
    assert draw_sample(NEW, settings, [], tmp_path).rows == first.rows
    assert (tmp_path / "sample.csv").read_bytes() == before
    sample = now(tmp_path, NEW, settings)
    assert (sample.population, sample.covered, sample.unseen) == (100, 60, 40)
    assert {each.weight for each in sample.alerts} == {3.0}


def test_a_larger_sample_draws_new_alerts_and_weighs_them_by_their_chance(tmp_path: Path):
    first = draw_sample(OLD, Coding(sample=20), ["anna"], tmp_path)
    settings = Coding(sample=50)
    found = draw_sample(NEW, settings, ["ben"], tmp_path)
    assert found.rows[:20] == tuple(row.read_by(("anna", "ben")) for row in first.rows)
    assert found.new == 30
    # 30 of the 60 old ones and 20 of the 40 new ones: as large a share of each.
    assert Counter(row.drawn.alert[0] for row in found.rows) == {"a-pd": 30, "b-pd": 20}
    sample = now(tmp_path, NEW, settings)
    assert (sample.covered, sample.unseen) == (100, 0)
    assert sum(each.weight for each in sample.alerts) == pytest.approx(100)


def test_too_small_an_extension_says_that_alerts_count_differently(tmp_path: Path):
    draw_sample(OLD, Coding(sample=40), [], tmp_path)
    settings = Coding(sample=45)
    draw_sample(NEW, settings, [], tmp_path)
    weights = {each.item.alert[0]: each.weight for each in now(tmp_path, NEW, settings).alerts}
    assert weights == {"a-pd": 60 / 40, "b-pd": 40 / 5}


def test_strata_give_as_many_as_the_others_also_where_one_has_alerts_that_came_later(tmp_path: Path):
    settings = Coding(sample=20, strata=["agency"], allocation="equal")
    draw_sample(NEW, settings, [], tmp_path)
    later = together(NEW, alerts(60, start=100))
    settings = settings.model_copy(update={"sample": 48})
    draw_sample(later, settings, [], tmp_path)
    sample = now(tmp_path, later, settings)
    # 12 of the 60 old ones of a-pd, and as many of the 60 that came later.
    drawn = Counter((each.item.alert[0], each.weight) for each in sample.alerts)
    assert drawn == {("a-pd", 5.0): 24, ("b-pd", 40 / 24): 24}


def test_weights_of_strata_sum_to_all_alerts(tmp_path: Path):
    settings = Coding(sample=20, strata=["agency"], allocation="equal")
    draw_sample(NEW, settings, [], tmp_path)
    sample = now(tmp_path, NEW, settings)
    assert {each.stratum: each.weight for each in sample.alerts} == {("a-pd",): 6.0, ("b-pd",): 4.0}


def test_alerts_that_are_gone_stay_listed_and_others_take_their_place(tmp_path: Path):
    first = draw_sample(OLD, Coding(sample=20), [], tmp_path)
    lost = {row.drawn.alert[1] for row in first.rows[:3]}
    left = OLD.filter(pa.array([name not in lost for name in OLD.column("alert_id").to_pylist()]))
    given = Given(tmp_path, read_codebook(tmp_path), first.rows, read_drawn_from(tmp_path))
    assert gone(given, left) == 3
    sample = sample_now(given, left, Coding(sample=20))
    assert (len(sample.alerts), sample.listed) == (17, 20)
    found = draw_sample(left, Coding(sample=20), [], tmp_path)
    assert (found.gone, found.new, found.rows[:20]) == (3, 3, first.rows)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            Coding(sample=20, seed=7),
            "investigation.toml: 'coding.seed' is 7, but coding/sample.csv was drawn with 2023; write "
            "seed = 2023, or move coding/sample.csv elsewhere to draw another sample",
        ),
        (
            Coding(sample=20, strata=["month", "agency"]),
            'investigation.toml: \'coding.strata\' is ["agency", "month"], but coding/sample.csv was drawn '
            "with []; write strata = [], or move coding/sample.csv elsewhere to draw another sample",
        ),
    ],
)
def test_other_settings_than_it_was_drawn_with_are_one_line(tmp_path: Path, settings: Coding, line: str):
    draw_sample(OLD, Coding(sample=20), [], tmp_path)
    with pytest.raises(InputError) as error:
        draw_sample(OLD, settings, [], tmp_path)
    assert str(error.value) == line


def test_without_the_list_of_what_it_was_drawn_from_nobody_knows_the_share(tmp_path: Path):
    draw_sample(OLD, Coding(sample=20), [], tmp_path)
    (tmp_path / "drawn_from.parquet").unlink()
    sample = now(tmp_path, NEW, Coding(sample=20))
    assert (sample.covered, {each.weight for each in sample.alerts}) == (None, {5.0})
    draw_sample(NEW, Coding(sample=30), [], tmp_path)
    assert read_drawn_from(tmp_path) is None
    (tmp_path / "drawn_from.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"coding/drawn_from.parquet: was damaged; put it back"):
        read_drawn_from(tmp_path)


def test_what_came_back_is_found_one_folder_deep_without_what_programs_leave(tmp_path: Path):
    for name in (
        "anna.xlsx",
        "~$anna.xlsx",
        ".~lock.anna.xlsx#",
        "ben/tasks.json",
        ".hidden/a.csv",
        "a/b/c.csv",
    ):
        (tmp_path / "coding/returned" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "coding/returned" / name).touch()
    found = [label for label, _ in returned_files(tmp_path / "coding")]
    assert found == ["coding/returned/anna.xlsx", "coding/returned/ben/tasks.json"]
