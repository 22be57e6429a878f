import random
from datetime import UTC, date, datetime, timedelta
from unicodedata import normalize
from zoneinfo import ZoneInfo

import pytest

from data.synthetic import words
from data.synthetic.figures import FIRST_DAY, LAST_DAY
from data.synthetic.mail.planning import AGENCIES
from data.synthetic.mail.posts import (
    CLOCKS_BACK,
    CLOCKS_FORWARD,
    Posting,
    emails_per_post,
    local_midnight,
    postings,
)

MAIN = AGENCIES["main"]
ZONE = ZoneInfo(MAIN.timezone)


@pytest.fixture(scope="module")
def many() -> list[Posting]:
    return postings(MAIN, "crime alert", 2_000, random.Random(5))


def test_no_two_posts_are_one_alert(many: list[Posting]) -> None:
    assert len({(each.post.day, each.post.title, each.post.text) for each in many}) == len(many) == 2_000


def test_every_text_is_in_the_form_that_tables_use(many: list[Posting]) -> None:
    for each in many:
        for text in (each.post.title, *each.post.description):
            assert text == normalize("NFC", " ".join(text.split())) != ""


def test_an_undated_post_is_delivered_on_its_day_in_the_agencys_zone(many: list[Posting]) -> None:
    undated = [each for each in many if not each.post.dated and not each.timeless]
    assert len(undated) > 20
    for each in undated:
        for moment in (each.opens, each.opens + timedelta(seconds=each.seconds)):
            assert moment.astimezone(ZONE).date() == each.post.day


def test_undated_posts_reach_both_edges_of_a_day(many: list[Posting]) -> None:
    undated = [each for each in many if not each.post.dated and each.situation]
    first = {each.opens.astimezone(ZONE).time().isoformat() for each in undated}
    last = {
        (each.opens + timedelta(seconds=each.seconds)).astimezone(ZONE).time().isoformat() for each in undated
    }
    assert "00:00:00" in first
    assert "23:59:59" in last


@pytest.mark.parametrize("change", [CLOCKS_BACK, CLOCKS_FORWARD])
def test_a_wrong_offset_on_a_day_when_clocks_change_would_show(many: list[Posting], change: date) -> None:
    before = local_midnight(change, ZONE)
    wrong = before.astimezone(ZONE).utcoffset()
    assert wrong is not None
    windows = [each for each in many if each.situation and not each.post.dated and not each.timeless]
    moments = [m for each in windows for m in (each.opens, each.opens + timedelta(seconds=each.seconds))]
    near = [m for m in moments if timedelta(0) < m - before < timedelta(hours=27)]
    assert any((m + wrong).date() != m.astimezone(ZONE).date() for m in near)


def test_all_posts_are_in_the_published_period(many: list[Posting]) -> None:
    for each in many:
        assert each.post.day is None or FIRST_DAY <= each.post.day <= LAST_DAY
        assert datetime(2020, 7, 11, tzinfo=UTC) <= each.opens < datetime(2022, 10, 2, tzinfo=UTC)


def test_every_odd_title_and_description_is_there(many: list[Posting]) -> None:
    assert {each.post.title for each in many} >= set(words.ODD_TITLES)
    assert {each.post.description for each in many} >= set(words.ODD_DESCRIPTIONS)


def test_some_posts_differ_only_in_day_or_letter_case_or_description(many: list[Posting]) -> None:
    keys = {(each.post.day, each.post.title, each.post.text) for each in many}
    days = {(title, text) for _, title, text in keys}
    assert len(days) < len(keys)
    assert len({(day, title.lower(), text) for day, title, text in keys}) < len(keys)
    assert len({(day, title, text.replace(" .", ".")) for day, title, text in keys}) < len(keys)


def test_emails_per_post_are_one_to_sixty_and_add_up() -> None:
    dealt = emails_per_post(1_470, [True] * 40 + [False] * 60, random.Random(1))
    assert sum(dealt) == 1_470
    assert (min(dealt), max(dealt)) == (1, 60)
    assert all(n >= 3 for n in dealt[2:40])


@pytest.mark.parametrize(("total", "count"), [(9, 10), (601, 10)])
def test_emails_that_cannot_be_distributed_are_refused(total: int, count: int) -> None:
    with pytest.raises(ValueError, match="cannot be distributed"):
        emails_per_post(total, [False] * count, random.Random(1))


def test_the_fewest_and_the_most_possible_emails_add_up() -> None:
    assert emails_per_post(10, [True] * 10, random.Random(1)) == [1] * 10
    assert emails_per_post(600, [False] * 10, random.Random(1)) == [60] * 10
