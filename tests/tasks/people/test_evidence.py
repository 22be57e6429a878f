"""Whose an Exchange address is."""

from collections import Counter

from tasks.people.evidence import Evidence, Key

ANN, BO, CY = (Key("pd", f"/o=city/cn={name}") for name in ("ann", "bo", "cy"))


def evidence(addresses: dict[Key, dict[str, int]], names: dict[Key, dict[str, int]]) -> Evidence:
    return Evidence(
        {key: Counter(seen) for key, seen in addresses.items()},
        {key: Counter(seen) for key, seen in names.items()},
    )


def test_an_exchange_address_beside_one_smtp_address_is_that_address():
    seen = evidence({ANN: {"ann@x.org": 2}}, {ANN: {"ann lee": 5}})
    assert seen.people() == {ANN: "ann@x.org"}
    assert seen.rows() == [("pd", "ann@x.org", "/o=city/cn=ann", "pairing", 2)]
    assert seen.contradictions == 0


def test_two_smtp_addresses_contradict_each_other_and_merge_nothing_whatever_is_more_frequent():
    seen = evidence({ANN: {"ann@x.org": 99, "lee@x.org": 1}}, {ANN: {"ann lee": 1}})
    assert seen.people() == {ANN: "ann lee"}
    assert {(row.person, row.evidence, row.emails) for row in seen.rows()} == {
        ("ann@x.org", "contradiction", 99),
        ("lee@x.org", "contradiction", 1),
    }
    assert seen.contradictions == 1


def test_without_an_smtp_address_the_most_frequent_name_is_the_person():
    assert evidence({}, {ANN: {"ann lee": 1, "lee, ann": 2}}).people() == {ANN: "lee, ann"}
    assert evidence({}, {ANN: {"lee, ann": 2, "ann lee": 2}}).people() == {ANN: "ann lee"}


def test_two_exchange_addresses_of_one_name_are_two_people():
    seen = evidence({}, {ANN: {"lee": 1}, BO: {"lee": 9}, CY: {"ray": 1}})
    assert seen.people() == {ANN: ANN.exchange, BO: BO.exchange, CY: "ray"}


def test_the_same_name_in_two_agencies_is_no_clash():
    other = Key("sheriff", "/o=county/cn=ann")
    assert evidence({}, {ANN: {"lee": 1}, other: {"lee": 1}}).people() == {ANN: "lee", other: "lee"}
