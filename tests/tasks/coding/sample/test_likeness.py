"""What is drawn beside what there is."""

import pytest

from tasks.coding.sample.draw import draw
from tasks.coding.sample.likeness import drawn_table
from tasks.coding.sample.population import Population
from tests.tasks.coding.made_alerts import alerts, together

POPULATION = Population.of(together(alerts(300), alerts(100, "all", months=(5,))))


def table(drawn: list[tuple[str, str]], by: tuple[str, ...] = ()) -> dict[tuple[str, str], dict[str, object]]:
    rows = drawn_table(POPULATION, drawn, by, 1).to_pylist()
    return {(row["by"], row["value"]): row for row in rows}


def test_a_random_sample_is_like_all_alerts():
    drawn = [one.alert for one in draw(POPULATION.strata(()), 80, 2023)]
    found = table(drawn)
    months = ["2021-01", "2021-02", "2021-03", "2021-05", "all"]
    assert [value for by, value in found if by == "month"] == months
    assert found["agency", "a-pd"]["expected"] == pytest.approx(60)
    assert found["agency", "all"] | {"p": None} == {
        "by": "agency", "value": "all", "alerts": 400, "drawn": 80, "expected": 80.0, "p": None,
    }  # fmt: skip
    assert all(found[by, "all"]["p"] > 0.05 for by in ("agency", "kind", "month"))  # type: ignore[operator]


def test_a_sample_of_an_earlier_delivery_is_not():
    old = {alert: () for alert in POPULATION.places if alert[0] == "a-pd"}
    found = table([one.alert for one in draw(old, 80, 2023)])
    assert found["agency", "all"]["p"] == found["month", "all"]["p"] == 0.0001
    assert found["agency", "all (agency)"]["drawn"] == 0  # an agency that is called "all"


def test_what_the_strata_fix_has_no_p():
    strata = POPULATION.strata(["agency"])
    found = table([one.alert for one in draw(strata, 80, 2023, "equal")], ("agency",))
    assert found["agency", "all"]["p"] is None
    assert found["agency", "a-pd"]["expected"] == found["agency", "a-pd"]["drawn"] == 40
    assert found["kind", "all"]["p"] > 0.05  # type: ignore[operator]
