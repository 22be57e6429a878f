"""The numbers of a figure are those of the tables it is made from, and a table of nothing gives none."""

from datetime import date

import pytest

from tasks.figures.asked import requests_over_time
from tasks.figures.cities import gentrified_share
from tasks.figures.effects import crime_beside_posts, forest_of_cities
from tasks.figures.intervals import Ratio, limits
from tasks.figures.kinds import kinds_by_agency, kinds_figures, kinds_of_mail
from tasks.figures.months import alert_figures, alerts_over_time, months_of_agencies
from tasks.figures.officers import officer_figures, officers_by_agency, officers_per_alert
from tests.tasks.figures.rows import (
    effects,
    gentrification,
    kinds,
    months,
    reached,
    requests,
    selection,
    table,
    verdicts,
)


def rows(figure):
    return figure.table.to_pylist()


def there(figure):
    """The figure, which is not none."""
    assert figure is not None
    return figure


def test_kinds_of_all_agencies_are_summed_and_one_agency_is_not_compared():
    figure = there(kinds_of_mail(kinds(["a", "b"])))
    assert [(row["kind"], row["e-mails"]) for row in rows(figure)][-1] == ("crime alert", 207)
    assert "crime alert 207" in figure.alt
    assert "621 e-mails of 2 agencies" in figure.alt
    assert kinds_by_agency(kinds(["a"])) is None
    assert "a 300 e-mails" in there(kinds_by_agency(kinds(["a", "b"]))).alt


def test_months_that_are_none_are_named_and_not_drawn():
    figure = there(alerts_over_time(months(["a", "b"])))
    assert "e-mails 160, unique alerts 16" in figure.alt
    assert "from 2020-07 to 2020-09" in figure.alt
    for words in ("8 unique alerts with an implausible date", "8 unique alerts with no date"):
        assert words in figure.alt
        assert words in figure.caption
    assert {row["month"] for row in rows(figure)} == {"2020-07", "2020-09", "no date", "implausible"}
    assert alerts_over_time(months(["a"], [None, "implausible"])) is None
    assert months_of_agencies(months(["a"])) is None
    assert (
        "a 8 unique alerts in 2 months, 2020-07 to 2020-09"
        in there(months_of_agencies(months(["a", "b"]))).alt
    )


def test_a_long_time_is_shown_by_year():
    paint = there(alerts_over_time(months(["a"], ["1990-01", "2021-12"]))).paint
    assert (paint.step, sorted(paint._heights(1))) == (12, [1990, 2021])
    assert "year without a bar" in paint.caption


def test_half_of_the_alerts_reach_no_more_than_the_median():
    figure = there(officers_per_alert(reached(["a", "b"])))
    assert "12 unique alerts, half of them to 1 person or fewer, the most to 60" in figure.alt
    by_agency = rows(there(officers_by_agency(reached(["a", "b"]))))
    assert [(row["unique alerts"], row["fewest"], row["half up to"], row["most"]) for row in by_agency] == [
        (6, 1, 1, 60),
        (6, 1, 1, 60),
    ]


def test_the_forest_has_every_city_and_the_summary():
    figure = there(forest_of_cities(effects(["A", "B", "C"]), verdicts(["A", "B", "C"])))
    first, _, third, last = rows(figure)
    assert (first["ratio"], first["verdict, or why there is none"]) == (1.2, "positive, robust")
    assert (third["ratio"], third["verdict, or why there is none"]) == (None, "too few tracts")
    assert (last["ratio"], last["one more city from"], last["one more city to"]) == (1.05, 0.8, 1.3)
    assert "A 1.20 (1.09 to 1.32), positive, robust" in figure.alt
    assert "all cities 1.05 (1.01 to 1.10), one more city 0.80 to 1.30, 3 cities" in figure.alt
    assert "C no interval (too few tracts)" in figure.alt


def test_the_axis_holds_every_ratio_and_not_every_interval():
    low, high = limits([Ratio("a", 1.1, 1e-9, 1e9), Ratio("b", 0.5, 0.4, 0.6), Ratio("c")])
    assert low < 0.4
    assert 1.1 < high < 2
    assert low > 0.1


def test_posts_stand_above_the_crimes_of_their_city():
    crimes = effects(["A", "B"], "crime_effects", crime="THEFT", crimes=5)
    (figure,) = crime_beside_posts(crimes, effects(["A", "B"]), None, verdicts(["A", "B"]))
    assert [(row["city"], row["posts or crime"]) for row in rows(figure)] == [
        ("A", "posts"), ("A", "THEFT"), ("B", "posts"), ("B", "THEFT"), ("all cities", "posts"),
        ("all cities", "THEFT"),
    ]  # fmt: skip
    many = effects([f"city {n:02d}" for n in range(40)], "crime_effects", crime="THEFT", crimes=5)
    # One for each city with an interval, and one for the summary.
    assert len({each.key for each in crime_beside_posts(many)}) == 40


def test_cities_chosen_are_marked_and_always_shown():
    names = [f"city {n:02d}" for n in range(90)]
    figure = there(gentrified_share(gentrification(names), selection(names)))
    assert "Chosen: city 88; city 84" in figure.alt
    assert "city 89 89.0 % (89 of 100)" in figure.alt
    shown = {row["city"] for row in figure.paint.shown}
    assert {"city 00", "city 89"} <= shown
    assert len(shown) == 60
    assert len(rows(figure)) == 90
    assert [row["chosen"] for row in rows(figure)[:2]] == ["no", "yes"]


def test_requests_say_how_long_and_what_became_of_them():
    figure = there(requests_over_time(requests(["A", "B", "C", "D", "E"])))
    assert "5 requests: 2 fulfilled, 1 partly fulfilled, 1 denied, 1 pending." in figure.alt
    assert "within 98 days" in figure.alt
    assert [row["days"] for row in rows(figure)] == [98, None, 98, 98, 98]
    assert rows(figure)[0]["sent"] == str(date(2022, 10, 3))


@pytest.mark.parametrize(
    "made",
    [
        lambda: [*kinds_figures(None), *kinds_figures(kinds([]))],
        lambda: kinds_figures(table("kinds", [{"agency": "a", "kind": "b", "emails": 0}])),
        lambda: [*alert_figures(None), *alert_figures(months([]))],
        lambda: [*officer_figures(None), *officer_figures(reached([]))],
        lambda: officer_figures(table("recipients_per_alert", [{"agency": "a", "alerts": 0}])),
        lambda: [*crime_beside_posts(None), *crime_beside_posts(table("crime_effects", []))],
        lambda: [forest_of_cities(None), forest_of_cities(table("city_effects", [{"scope": "city"}]))],
        lambda: [gentrified_share(None), gentrified_share(gentrification([])), requests_over_time(None)],
        lambda: [requests_over_time(requests([]))],
    ],
)  # fmt: skip
def test_nothing_gives_no_figure(made):
    assert [figure for figure in made() if figure is not None] == []
