"""Bodies that say nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.bodies.blank import is_blank_html, is_blank_text
from tasks.bodies.lines import html_lines

BLANK = [
    "",
    " \r\n",
    "<html><head><title>x</title><style>p {color: red}</style></head><body></body></html>",
    "<body><p>&nbsp;</p><p>\u200b\u00ad</p><br></body>",
    "<body><img src=x alt=y></body>",
    "<body><!-- x --><script>x()</script><style>x</style></body>",
    '<div style="display:none">x</div>',
    '<body><div style="display:none"><div>x</div>y</div></body>',
    "<p hidden>x",
    '<body><div style="display:none">x</div><p>&#160;</p></body>',
]
SHOWN = [
    "x",
    "<p>x",
    "<body>x</body>",
    "<p>&lt;</p>",
    "<p>&nbsp;x</p>",
    '<body><div style="display:none">a</div><p>x</p></body>',
    '<body><div style="display:none"><div>a</div></div><p>x</p></body>',
    "<body><!-- a --><p>x</p></body>",
    "<body><style>a</style><p>x</p></body>",
    "<div>" * 300 + "x",
    "<p none>x</p>",
    "1 < 2",
]


@pytest.mark.parametrize("html", BLANK)
def test_html_without_words_that_are_seen_is_blank(html: str):
    assert is_blank_html(html)


@pytest.mark.parametrize("html", SHOWN)
def test_html_with_a_word_that_is_seen_is_not(html: str):
    assert not is_blank_html(html)


PIECES = [
    *("<p>", "</p>", "<div style='display:none'>", "</div>", "<div>", "<!--", "-->", "<style>", "</style>"),
    *("x", "&nbsp;", " ", "<", ">", "<body>", "<br/>", "&", "<head>", "</head>", "\u200b", "<title>"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_body_with_a_word_that_is_seen_is_called_blank(html: str):
    assert not (is_blank_html(html) and any(not line.hidden for line in html_lines(html)))


@pytest.mark.parametrize(
    ("text", "blank"), [("", True), (" \t\r\n\u00a0\u200b\0", True), (".", False), (" x ", False)]
)
def test_a_text_of_blanks_is_blank(text: str, blank: bool):
    assert is_blank_text(text) is blank
