"""Nothing from a file controls a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from data.printable import printable, printable_lines


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_shown_is_printable_and_as_long(text: str):
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)


def test_a_text_that_can_be_shown_is_unchanged():
    assert printable("Fünf — 日本 🚲") == "Fünf — 日本 🚲"


def test_of_an_error_only_the_line_feeds_stay():
    assert printable_lines("a\x1b[0m\n\tb\r\u202e\u2028") == "a\ufffd[0m\n\ufffdb\ufffd\ufffd\ufffd"
