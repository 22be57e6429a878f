"""Nothing from a file controls a terminal."""

import os
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import InputError, LedgerError
from data.printable import escaped, markdown, printable, printable_lines, shortened


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_shown_is_printable_and_as_long(text: str):
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)


def test_a_text_that_can_be_shown_is_unchanged():
    assert printable("Fünf — 日本 🚲") == "Fünf — 日本 🚲"


def test_of_an_error_only_the_line_feeds_stay():
    assert printable_lines("a\x1b[0m\n\tb\r\u202e\u2028") == "a\ufffd[0m\n\ufffdb\ufffd\ufffd\ufffd"


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_escaped_is_printable_and_lossless_for_what_can_be_shown(text: str):
    shown = escaped(text)
    assert all(char.isprintable() or char.isspace() for char in shown)
    assert "\n" not in shown
    if text.isprintable():
        assert shown == text


def test_bytes_of_a_name_that_are_not_utf_8_are_written_as_bytes():
    assert escaped(os.fsdecode(b"caf\xe9")) == r"caf\xe9"


@pytest.mark.parametrize("kind", [InputError, LedgerError])
def test_an_error_shows_no_control_character_wherever_it_goes(kind: type[Exception]):
    error = kind("posts/a.csv: '\x1b]0;x\x07' is \u202eno number;\nwrite one")
    for each in (error, pickle.loads(pickle.dumps(error))):
        assert str(each) == "posts/a.csv: '\ufffd]0;x\ufffd' is \ufffdno number;\nwrite one"
        assert str(each) in "".join(map(str, [each]))


@pytest.mark.parametrize(
    "text",
    [
        "[a](http://b.example)", "![a](b)", "<script>alert(1)</script>", "`code`", "a | b", "*a* _b_ ~~c~~",
        "https://b.example", "www.b.example", "ann@b.example", "# title", "- item", "1. item", "&lt;", "\\|",
    ],
)  # fmt: skip
def test_nothing_of_a_text_means_anything_in_markdown(text: str):
    reader = pytest.importorskip("markdown_it")
    page = reader.MarkdownIt("gfm-like", {"linkify": False}).render(f"| a |\n|---|\n| {markdown(text)} |\n")
    assert page.count("<td>") == 1
    inside = page.partition("<td>")[2].partition("</td>")[0]
    assert "<" not in inside


def test_a_long_text_is_cut():
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd", 3) == "abc…"
