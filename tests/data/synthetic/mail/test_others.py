import random
from itertools import count

import pytest

from data.synthetic.mail.model import Planned
from data.synthetic.mail.others import NOT_MAIL_CLASSES, PERSONAL, not_mail, others
from data.synthetic.mail.people import Roster
from data.synthetic.mail.planning import AGENCIES

MAIN = AGENCIES["main"]


def _items(kind: str, n: int = 40) -> list[Planned]:
    roster = Roster(MAIN, random.Random(1))
    return [each.item for each in others(roster, kind, n, count(), random.Random(2))]


@pytest.mark.parametrize("kind", PERSONAL)
def test_personal_mail_includes_drafts_and_people_without_address(kind: str) -> None:
    items = _items(kind, 10)
    drafts = [item for item in items if item.folder == ("Drafts",)]
    assert drafts
    assert all((item.submitted, item.delivered, item.message_id) == (None, None, None) for item in drafts)
    assert any(item.sender[1] == "" for item in items)
    assert any(recipient.address == "" for item in items for recipient in item.recipients)


def test_replies_match_every_prefix_of_the_crosswalk() -> None:
    assert {item.pattern for item in _items("reply or forward", 8)} == {"RE:", "FW:", "Fwd:"}


def test_unclassified_subjects_match_no_row_and_some_hold_names() -> None:
    items = _items("unclassified")
    assert {item.pattern for item in items} == {""}
    names = {officer.name.split()[1] for officer in Roster(MAIN, random.Random(1)).officers}
    assert any(name in item.subject for item in items for name in names)


def test_items_that_are_not_mail_have_every_class_in_turn() -> None:
    roster = Roster(MAIN, random.Random(1))
    items = [each.item for each in not_mail(8, roster, count(), random.Random(2))]
    assert {item.message_class for item in items} == set(NOT_MAIL_CLASSES)
    assert all(item.kind == "" and not item.message_class.startswith("IPM.Note") for item in items)
