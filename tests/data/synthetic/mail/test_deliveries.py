import random
from collections import Counter
from itertools import count

import pytest

from data.synthetic.mail.deliveries import FORMS, SUBJECTS, UNTITLED, Entry, Postman
from data.synthetic.mail.model import Dress
from data.synthetic.mail.people import BCC, CC, TO, Roster
from data.synthetic.mail.planning import AGENCIES
from data.synthetic.mail.posts import postings

MAIN = AGENCIES["main"]


@pytest.fixture(scope="module")
def delivered() -> list[Entry]:
    rng = random.Random(3)
    postman = Postman(MAIN.key, Roster(MAIN, rng), count(), rng)
    entries: list[Entry] = []
    for number, posting in enumerate(postings(MAIN, "crime alert", 400, rng)):
        postman.deliver(posting, number, 1 + number % 60, entries)
    return entries


@pytest.mark.long
def test_each_post_has_exactly_its_number_of_emails(delivered: list[Entry]) -> None:
    assert Counter(each.item.post for each in delivered) == {n: 1 + n % 60 for n in range(400)}


def test_no_post_reaches_more_than_sixty_officers(delivered: list[Entry]) -> None:
    reached: dict[int | None, set[str]] = {}
    for each in delivered:
        named = {r.address.lower() for r in each.item.recipients if r.kind in (TO, CC)}
        reached.setdefault(each.item.post, set()).update(named)
    assert min(map(len, reached.values())) == 1
    assert max(map(len, reached.values())) == 60


def test_copies_are_equal_to_their_originals_and_have_a_message_id(delivered: list[Entry]) -> None:
    copies = [each for each in delivered if each.original is not None]
    assert len(copies) > 10
    for each in copies:
        assert each.original is not None
        assert each.item is delivered[each.original].item
        assert each.item.message_id is not None


def test_some_messages_share_a_message_id_without_being_copies(delivered: list[Entry]) -> None:
    originals = [each.item for each in delivered if each.original is None and each.item.message_id]
    ids = Counter(item.message_id for item in originals)
    named = [(item.message_id, frozenset(r.address.lower() for r in item.recipients)) for item in originals]
    assert max(ids.values()) > 1
    assert max(Counter(named).values()) == 1


def test_cc_bcc_and_recipients_named_twice_occur(delivered: list[Entry]) -> None:
    kinds = {r.kind for each in delivered for r in each.item.recipients}
    assert kinds == {TO, CC, BCC}
    addresses = [[r.address.lower() for r in each.item.recipients if r.kind != BCC] for each in delivered]
    assert any(len(each) > len(set(each)) for each in addresses)


def test_every_form_and_dress_occurs_in_every_layout(delivered: list[Entry]) -> None:
    for template in {key[0] for key in SUBJECTS}:
        mine = [each.item for each in delivered if each.item.template == template]
        assert {item.form for item in mine} == set(FORMS)
        assert {item.dress for item in mine} == set(Dress)
        assert {item.codepage for item in mine} == {1252, 65001}


def test_some_messages_lack_a_time_or_a_message_id(delivered: list[Entry]) -> None:
    items = [each.item for each in delivered]
    assert {(item.submitted is None, item.delivered is None) for item in items} == {
        (False, False),
        (True, False),
        (False, True),
        (True, True),
    }
    assert any(item.message_id is None for item in items)


def test_an_alert_without_title_belongs_to_no_post() -> None:
    rng = random.Random(3)
    postman = Postman(MAIN.key, Roster(MAIN, rng), count(), rng)
    (posting,) = postings(MAIN, "crime alert", 1, rng)
    items = [postman.untitled("safety alert", turn, posting).item for turn in range(12)]
    assert {item.post for item in items} == {None}
    assert {item.form for item in items} == set(UNTITLED)
    assert {item.pattern for item in items} == {
        p for (_, kind), p in SUBJECTS.items() if kind == "safety alert"
    }
