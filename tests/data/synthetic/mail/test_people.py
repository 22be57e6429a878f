import random

from data.synthetic.mail.people import BCC, CC, TO, Roster
from data.synthetic.mail.planning import AGENCIES


def test_every_officer_has_a_different_address() -> None:
    officers = Roster(AGENCIES["main"], random.Random(1)).officers
    assert len({each.address.lower() for each in officers}) == len(officers) == 420


def test_all_spellings_of_an_officer_have_one_address() -> None:
    roster = Roster(AGENCIES["main"], random.Random(1))
    spelled = [roster.spelled(9, TO, form) for form in range(5)]
    assert len({each.address.lower() for each in spelled}) == 1
    assert len({each.address for each in spelled}) == 4
    assert len({each.name for each in spelled}) == 5


def test_a_recipient_keeps_its_kind() -> None:
    roster = Roster(AGENCIES["second"], random.Random(1))
    assert [roster.spelled(1, kind, 0).kind for kind in (TO, CC, BCC)] == [1, 2, 3]


def test_domains_are_reserved_for_examples() -> None:
    assert all(agency.domain.endswith((".example.org", ".example.net")) for agency in AGENCIES.values())
