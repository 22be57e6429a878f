"""A warning for more people than its run has: no name in it."""

import pytest

from flows.run.public_words import in_public, is_cut

NAMES = "records/lapd/Jo (old).pst"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"{NAMES}: the number of messages is unknown (page 3); 4 were read",
         "a mailbox of lapd: the number of messages is unknown …"),
        (f"{NAMES}: its header's checksum is wrong; copy it again",
         "a mailbox of lapd: its header's checksum is wrong …"),
        (f"2 attached files hold mail (2 .eml), and it is not read: To Jo (me): x.eml in {NAMES}; see",
         "2 attached files hold mail (2 .eml), and it is not read …"),
        (f"3 messages have odd characters, shown as \ufffd (as in {NAMES}); set its code_page",
         "3 messages have odd characters, shown as \ufffd …"),
        ("records/Jo.pst belongs to no agency", "a file in records …"),
        ("Jo has sent records/lapd/a.pst", "a file in records …"),
    ],
)  # fmt: skip
def test_a_line_that_names_a_mailbox_ends_before_any_name(line: str, shown: str):
    assert in_public(line) == shown
    assert is_cut([shown])


def test_any_other_line_is_whole():
    line = "census/acs.csv: 1 of the 60 tracts of 'Alder' has no row: left out"
    assert in_public(line) == line
    assert not is_cut([line])
