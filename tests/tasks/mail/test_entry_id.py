"""The address inside an EntryID."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.mail import properties
from tasks.mail.entry_id import address_in
from tests.tasks.mail.test_pff import BINARY, read

BOOK = bytes(4) + bytes.fromhex("dca740c8c042101ab4b908002b2fe182") + bytes(8)
ONE_OFF = bytes(4) + bytes.fromhex("812b1fa4bea310199d6e00dd010f5402") + bytes(2)


@pytest.mark.parametrize(
    ("entry_id", "address"),
    [
        (BOOK + b"/o=City/cn=ann\0", "/o=City/cn=ann"),
        (BOOK + b"/o=City/cn=ann", "/o=City/cn=ann"),
        (BOOK, None),
        (ONE_OFF + b"\x01\x90" + "Ann\0SMTP\0ann@x.org\0".encode("utf-16-le"), "ann@x.org"),
        (ONE_OFF + b"\x01\x10" + b"Ann\0SMTP\0ann@x.org\0", "ann@x.org"),
        (ONE_OFF + b"\x01\x90" + "Ann\0SMTP\0".encode("utf-16-le"), None),
        (ONE_OFF, None),
        (b"", None),
        (bytes(60), None),
    ],
)
def test_the_two_forms_that_hold_an_address_give_it(entry_id: bytes, address: str | None):
    assert address_in(entry_id) == address


@given(st.sampled_from([b"", BOOK, ONE_OFF]), st.binary(max_size=60))
def test_any_bytes_can_be_an_entry_id(start: bytes, rest: bytes):
    found = read(
        {properties.SENDER_ENTRY_ID: (BINARY, start + rest)},
        [{properties.RECIPIENT_TYPE: 1, properties.ENTRY_ID: (BINARY, start + rest), properties.NAME: "Ann"}],
    )
    for text in (found.sender or "", *found.to, *found.exchange):
        text.encode()


def test_a_recipient_or_sender_without_an_address_has_that_of_its_entry_id():
    rows = [
        {
            properties.RECIPIENT_TYPE: 1,
            properties.NAME: "Ann",
            properties.ENTRY_ID: (BINARY, BOOK + b"/o=C/cn=A"),
        },
        {
            properties.RECIPIENT_TYPE: 1,
            properties.NAME: "Bo",
            properties.ENTRY_ID: (BINARY, ONE_OFF + b"\x01\x10Bo\0SMTP\0bo@x.org\0"),
        },
    ]
    mail = read({properties.SENDER_ENTRY_ID: (BINARY, ONE_OFF + b"\x01\x10Cy\0SMTP\0cy@x.org\0")}, rows)
    assert (mail.sender, mail.to, mail.exchange) == ("cy@x.org", ["Ann", "bo@x.org"], ["/o=c/cn=a\tAnn"])
