"""From spellings to people, over whole agencies."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.people.merge import Received, merge_people
from tasks.people.spelling import pair, unpair

ANN = "/o=city/cn=ann"
SCHEMA = pa.schema(
    [("agency", pa.string()), *((name, pa.list_(pa.string())) for name in ("to", "cc", "exchange"))]
)


def letter(
    *to: str, cc: Sequence[str] = (), exchange: Sequence[tuple[str, str]] = (), agency: str = "pd"
) -> Any:
    return {
        "agency": agency,
        "to": list(to),
        "cc": list(cc),
        "exchange": [pair(address, shown) for address, shown in exchange],
    }


def merged(*letters: Any) -> Received:
    return merge_people(pa.Table.from_pylist(list(letters), schema=SCHEMA))


def people(found: Received, size: int) -> list[set[str]]:
    names = found.names.to_pylist()
    rows = list(zip(found.message.tolist(), found.who.tolist(), strict=True))
    assert rows == sorted(set(rows))
    return [{names[who] for message, who in rows if message == each} for each in range(size)]


def rows(found: Received) -> set[tuple[Any, ...]]:
    return {tuple(row.values()) for row in found.merges.to_pylist()}


def test_spellings_of_one_address_are_one_person_and_each_is_a_row():
    found = merged(
        letter("Ann@X.org", "'ann@x.org'", cc=["SMTP:ann@x.org"]),
        letter("<ann@x.org>", "'ann@x.org'", "Bo"),
        letter("ann@x.org"),
    )
    assert people(found, 3) == [{"ann@x.org"}, {"ann@x.org", "bo"}, {"ann@x.org"}]
    assert rows(found) == {
        ("pd", "ann@x.org", "Ann@X.org", "spelling", 1),
        ("pd", "ann@x.org", "'ann@x.org'", "spelling", 2),
        ("pd", "ann@x.org", "SMTP:ann@x.org", "spelling", 1),
        ("pd", "ann@x.org", "<ann@x.org>", "spelling", 1),
        ("pd", "bo", "Bo", "spelling", 1),
    }


def test_an_exchange_address_is_the_smtp_address_that_another_message_pairs_it_with():
    found = merged(
        letter("Ann Lee", exchange=[(ANN, "Ann Lee")]),
        letter("Ann@x.org", exchange=[(ANN, "Ann@x.org")]),
        letter("/O=City/CN=Ann"),
    )
    assert people(found, 3) == [{"ann@x.org"}] * 3
    assert rows(found) == {
        ("pd", "ann@x.org", ANN, "pairing", 1),
        ("pd", "ann@x.org", "Ann Lee", "Exchange address", 1),
        ("pd", "ann@x.org", "/O=City/CN=Ann", "Exchange address", 1),
        ("pd", "ann@x.org", "Ann@x.org", "spelling", 1),
    }


def test_a_sender_s_pair_says_whose_a_recipient_s_address_is():
    found = merged(letter("bo@x.org", exchange=[(ANN, "ann@x.org")]), letter("Ann", exchange=[(ANN, "Ann")]))
    assert people(found, 2) == [{"bo@x.org"}, {"ann@x.org"}]


def test_what_one_agency_pairs_says_nothing_about_another():
    found = merged(
        letter("ann@x.org", exchange=[(ANN, "ann@x.org")]),
        letter("Ann", exchange=[(ANN, "Ann")], agency="sheriff"),
    )
    assert people(found, 2) == [{"ann@x.org"}, {"ann"}]


def test_contradicting_pairs_merge_nothing_and_are_rows():
    found = merged(
        letter("ann@x.org", exchange=[(ANN, "ann@x.org")]),
        letter("lee@x.org", exchange=[(ANN, "lee@x.org")]),
        letter("Ann Lee", exchange=[(ANN, "Ann Lee")]),
    )
    assert people(found, 3) == [{"ann@x.org"}, {"lee@x.org"}, {"ann lee"}]
    assert rows(found) == {
        ("pd", "ann@x.org", ANN, "contradiction", 1),
        ("pd", "lee@x.org", ANN, "contradiction", 1),
        ("pd", "ann lee", "Ann Lee", "Exchange address", 1),
    }
    assert found.contradictions == 1


def test_one_exchange_address_under_two_names_is_one_person():
    found = merged(
        letter("Ann Lee", exchange=[(ANN, "Ann Lee")]),
        letter("Lee, Ann", exchange=[(ANN, "Lee, Ann")]),
        letter("Lee, Ann", exchange=[(ANN, "Lee, Ann")]),
    )
    assert people(found, 3) == [{"lee, ann"}] * 3


def test_two_exchange_addresses_under_one_name_are_two_people_even_in_one_message():
    bo = "/o=city/cn=bo"
    found = merged(letter("John", "John", exchange=[(ANN, "John"), (bo, "John")]))
    assert people(found, 1) == [{ANN, bo}]


def test_two_exchange_addresses_of_one_smtp_address_are_one_person_and_one_row_each():
    bo = "/o=city/cn=bo"
    found = merged(
        letter("a@x.org", exchange=[(ANN, "a@x.org"), (bo, "a@x.org")]),
        letter("Ann", exchange=[(ANN, "Ann")]),
        letter("Ann", exchange=[(bo, "Ann")]),
    )
    assert people(found, 3) == [{"a@x.org"}] * 3
    assert ("pd", "a@x.org", "Ann", "Exchange address", 2) in rows(found)
    keys = [row[:4] for row in rows(found)]
    assert len(keys) == found.merges.num_rows == len(set(keys))


def test_an_entry_that_names_nobody_is_no_recipient_and_nothing_is_one():
    assert people(merged(letter("<>", "''", " ")), 1) == [set()]
    assert merged().names.to_pylist() == []
    assert merged().merges.num_rows == 0


def test_a_name_without_any_address_is_the_person_of_that_name():
    found = merged(letter("Ann Lee"), letter("Ann Lee", exchange=[(ANN, "Ann Lee")]))
    assert people(found, 2) == [{"ann lee"}] * 2


@pytest.mark.parametrize("text", ["", "\t", "x\ty", "/o=a", "/o=a\t", "/o=a\t/o=b", "\ud7ff\t\x00"])
def test_a_pair_that_says_nothing_harms_nothing(text: str):
    row = letter("Ann") | {"exchange": [text]}
    assert people(merged(row), 1) == [{"ann"}]


NAMES = ("Ann Lee", "Lee, Ann", "John", "'ann@x.org'", "ann@x.org", "lee@x.org", "/O=City/CN=Ann", "<>", "")
letters = st.builds(
    lambda to, cc, exchange, agency: letter(*to, cc=cc, exchange=exchange, agency=agency),
    st.lists(st.sampled_from(NAMES), max_size=3),
    st.lists(st.sampled_from(NAMES), max_size=2),
    st.lists(st.tuples(st.sampled_from([ANN, "/o=city/cn=bo", ""]), st.sampled_from(NAMES)), max_size=3),
    st.sampled_from(["pd", "sheriff"]),
)


@pytest.mark.long
@given(st.lists(letters, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_messages_changes_nobody_and_no_row(mail: list[Any], seed: Any):
    order = list(range(len(mail)))
    seed.shuffle(order)
    straight, mixed = merged(*mail), merged(*(mail[each] for each in order))
    assert rows(straight) == rows(mixed)
    ones, others = people(straight, len(mail)), people(mixed, len(mail))
    assert [ones[each] for each in order] == others
    keys = [row[:4] for row in rows(straight)]
    assert straight.merges.num_rows == len(set(keys))


@pytest.mark.long
@given(st.lists(letters, max_size=8))
def test_every_entry_is_somebody_and_nobody_else_appears(mail: list[Any]):
    for found, row in zip(people(merged(*mail), len(mail)), mail, strict=True):
        shown = {unpair(text)[1] for text in row["exchange"] if unpair(text)[0]}
        named = {entry for entry in (*row["to"], *row["cc"]) if entry not in ("", "<>") or entry in shown}
        assert bool(found) == bool(named)
        assert len(found) <= len(named) + len(row["exchange"])
