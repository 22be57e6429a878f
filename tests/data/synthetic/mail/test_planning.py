import csv
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from data.crosswalk import CROSSWALK
from data.synthetic import Plan, Planned, plan
from data.synthetic.mail.model import Form
from data.synthetic.mail.people import CC, TO

pytestmark = [
    pytest.mark.slow,  # the plan of scale 1 takes ten seconds; it is made once, on one xdist worker
    pytest.mark.xdist_group("published plan"),
]


@pytest.fixture(scope="module")
def published() -> Plan:
    return plan(1, 2023)


@pytest.fixture(scope="module")
def small() -> Plan:
    return plan(0.001, 7)


def _items(planned: Plan) -> Iterator[Planned]:
    return (item for file in planned.files for item in file.messages)


def _mail(planned: Plan) -> Iterator[Planned]:
    return (item for item in _items(planned) if item.kind)


def test_the_published_plan_has_the_published_emails(published: Plan) -> None:
    kinds = Counter(item.kind for item in _mail(published))
    assert kinds.total() == 202_552
    assert kinds["crime alert"] == 191_554
    assert len(kinds) == 8


def test_the_published_plan_has_the_published_unique_alerts(published: Plan) -> None:
    crime = {n for n, post in enumerate(published.posts) if post.kind == "crime alert"}
    carried = {item.post for item in _mail(published) if item.kind == "crime alert" and item.post is not None}
    assert carried == crime
    assert len(crime) == 13_053
    keys = {(p.agency, p.kind, p.day, p.title, p.text) for p in published.posts}
    assert len(keys) == len(published.posts)


def test_each_published_alert_went_to_one_to_sixty_officers(published: Plan) -> None:
    reached: defaultdict[int, set[str]] = defaultdict(set)
    for item in _mail(published):
        if item.post is not None:
            reached[item.post] |= {r.address.lower() for r in item.recipients if r.kind in (TO, CC)}
    sizes = [len(each) for each in reached.values()]
    assert (min(sizes), max(sizes)) == (1, 60)


def test_the_published_files_are_of_the_published_sizes(published: Plan) -> None:
    sizes = [file.bytes for file in published.files]
    assert (min(sizes), max(sizes), sum(sizes)) == (52_800_000, 8_000_000_000, 32_890_000_000)


@pytest.mark.parametrize("which", ["published", "small"])
def test_a_message_is_planned_once_and_its_copy_is_in_another_folder_or_file(
    which: str, request: pytest.FixtureRequest
) -> None:
    planned: Plan = request.getfixturevalue(which)
    copies: defaultdict[int, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for file in planned.files:
        for item in file.messages:
            copies[item.number].append((file.file, item.folder))
    several = [each for each in copies.values() if len(each) > 1]
    assert several
    assert all(len(set(each)) > 1 for each in several)
    assert any(len({file for file, _ in each}) == 1 for each in several)
    assert any(len({file for file, _ in each}) > 1 for each in several)


def test_a_small_plan_matches_every_row_of_the_crosswalk(small: Plan) -> None:
    with CROSSWALK.open(encoding="utf-8", newline="") as stream:
        patterns = {row["pattern"] for row in csv.DictReader(stream)}
    assert {item.pattern for item in _mail(small)} == patterns | {""}


def test_a_small_plan_has_every_form_in_every_layout(small: Plan) -> None:
    forms = defaultdict(set)
    for item in _mail(small):
        if item.template:
            forms[item.kind, item.template].add(item.form)
    assert len(forms) == 8
    titled = {form for form in Form if form.titled}
    assert all(found >= titled for found in forms.values())
    assert set().union(*forms.values()) == set(Form)


def test_a_small_plan_has_nested_and_deleted_folders_and_both_encodings(small: Plan) -> None:
    folders = {item.folder for item in _items(small)}
    assert {("Deleted Items",), ("Drafts",), ("Sent Items",), ("Contacts",), ("Calendar",)} <= folders
    assert max(map(len, folders)) == 3
    assert {file.encoding for file in small.files} == {"none", "permute"}
    assert sum(file.also is not None for file in small.files) == 1


def test_the_messages_of_a_file_are_in_order_of_arrival(small: Plan) -> None:
    for file in small.files:
        times = [item.delivered for item in file.messages if item.delivered]
        assert times == sorted(times)


def test_equal_seeds_give_equal_plans_and_others_do_not(small: Plan) -> None:
    assert plan(0.001, 7) == small
    assert plan(0.001, 8) != small
