"""Bodies as lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text import collapse
from tasks.bodies.lines import INVISIBLE, UNSEEN, Line, html_lines, text_lines


def words(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


@pytest.mark.parametrize(
    "html",
    [
        "a<br>b",
        "<p>a</p><p>b</p>",
        "<table><tr><td>a</td><td>b</td></tr></table>",
        "a<div>b</div>",
        "<td>\n a\n</td>\n\n<td>&nbsp;</td><td>b &nbsp;</td>",
        "<p>a</p><!-- <p>no</p> --><!--[if mso]><p>no</p><![endif]--><p>b</p>",
        "<head><title>no</title><style>p{}</style></head><script>no()</script>a<br/>b",
        "a<br>b<p>\u200c\u00ad&zwnj;</p>",
        "<td>a<td>b",
    ],
)
def test_blocks_breaks_and_cells_are_lines_but_nothing_invisible_is(html: str) -> None:
    assert words(html_lines(html)) == ["a", "b"]


@pytest.mark.parametrize(
    "html",
    ["<p>a <b>b</b>\n<i>c</i></p>", "<p>a<!-- x --> b<![if !mso]> c<![endif]></p>", "a b<o:p> c</o:p>"],
)
def test_inline_elements_and_comments_do_not_break_a_line(html: str) -> None:
    assert words(html_lines(html)) == ["a b c"]


def test_entities_and_characters_beyond_the_stated_encoding_are_read() -> None:
    html = (
        '<?xml version="1.0" encoding="utf-16"?><meta charset=latin1><p>&lt;é&gt; &amp;amp; &#128680;🚨</p>'
    )
    assert words(html_lines(html)) == ["<é> &amp; 🚨🚨"]


def test_a_line_is_a_link_only_if_all_its_words_are() -> None:
    html = '<p><a href="x"> View <b>Post</b></a> &nbsp;</p><p>see <a href="x">here</a></p><p><a>here</a></p>'
    assert [(line.text, line.link) for line in html_lines(html)] == [
        ("View Post", True),
        ("see here", False),
        ("here", False),
    ]


@pytest.mark.parametrize(
    "hiding", ['style="color:red;DISPLAY : none"', "hidden", 'style="visibility:hidden"']
)
def test_hidden_words_are_lines_of_their_own_and_do_not_break_the_visible_one(hiding: str) -> None:
    lines = html_lines(f"<p>seen<span {hiding}> not <b>seen</b></span> too</p>")
    assert lines == [Line("not seen", hidden=True), Line("seen too")]


@pytest.mark.parametrize("html", ["", "  ", "<!-- -->", "<style>p", "\0", "<"])
def test_an_empty_body_has_no_lines(html: str) -> None:
    assert words(html_lines(html)) in ([], ["<"])


def test_extremely_deep_elements_are_read() -> None:
    assert "deep" in words(html_lines("<div>" * 3000 + "deep" + "</div>" * 3000))


@given(st.text(alphabet="<>/ab!-\"'= &;\0\n\u00a0", max_size=60))
def test_any_markup_is_read_however_broken(html: str) -> None:
    for line in html_lines(html):
        assert line.text == line.text.strip() != ""


def test_bracketed_addresses_are_links_and_not_words() -> None:
    text = (
        "View Post <https://x.example/1>\r\n<https://x.example/a.png>\r[cid:image1.png]\nsee <https://x> it"
    )
    assert text_lines(text) == [Line("View Post", link=True), Line("see it")]


def test_angle_brackets_around_other_words_stay() -> None:
    assert text_lines("speed <30 mph> & <b>car</b>") == [Line("speed <30 mph> & <b>car</b>")]


def test_an_address_that_a_resident_typed_is_words_even_if_a_program_bracketed_it_too() -> None:
    assert text_lines("clip: https://x.example/v <https://x.example/v>") == [
        Line("clip: https://x.example/v")
    ]


@pytest.mark.parametrize("line", ["https://x.example/v", "HTTP://x.example", "www.example.org/a"])
def test_a_bare_address_is_a_link_in_text_and_html(line: str) -> None:
    for found in (*text_lines(line), *html_lines(f"<p>{line}</p>")):
        assert found.link
        assert found.address


# Line ends that count.


@pytest.mark.parametrize(
    "html",
    [
        "<pre>a\r\nb</pre>",
        "<pre><b>a\rb</b></pre>",
        '<div style="WHITE-SPACE : pre-wrap">a\nb</div>',
        '<p style="color:red;white-space:pre-line">a\n\n b</p>',
        '<span style="white-space: break-spaces">a\nb</span>',
        "<pre>a<br>b</pre>",
        "<pre>a\n<p>b</p></pre>",
    ],
)
def test_line_ends_count_where_the_html_keeps_them(html: str) -> None:
    assert words(html_lines(html)) == ["a", "b"]


@pytest.mark.parametrize(
    "html",
    [
        "<pre>x</pre>a\nb",
        '<pre style="white-space: normal">x</pre><p>a\nb',
        '<pre style="white-space:normal">a\nb</pre>',
        '<p style="white-space:nowrap">a\nb</p>',
    ],
)
def test_line_ends_do_not_count_elsewhere(html: str) -> None:
    assert words(html_lines(html))[-1] == "a b"


def test_a_text_kept_as_it_was_is_read_as_a_text() -> None:
    html = (
        "<pre>View Post &lt;https://x.example/1&gt;\nFeed &lt;<a href=x>https://x.example/2</a>&gt;\n"
        '<a href="x">Look</a>\nsee <a href="x">here</a>\n&lt;https://x.example/a.png&gt;\n[cid:i.png]</pre>'
    )
    assert html_lines(html) == [
        Line("View Post", link=True),
        Line("Feed", link=True),
        Line("Look", link=True),
        Line("see here", address_below=True),
    ]


def test_addresses_in_brackets_that_a_program_made_links_of_are_read_as_in_a_text() -> None:
    link = "&lt;<a href=x>https://x.example/{}</a>&gt;"
    html = f"<p>View Post {link.format(1)}<br>\n{link.format(2)}<br>\nFeed<br>{link.format(3)}<br>end</p>"
    assert html_lines(html) == [
        Line("View Post", link=True),
        Line("Feed", address_below=True),
        Line("end"),
    ]


def test_an_address_in_brackets_that_is_no_link_is_words_of_the_html() -> None:
    assert html_lines("<p>see &lt;https://x.example/1&gt;</p>") == [Line("see <https://x.example/1>")]


def test_what_is_hidden_in_a_text_kept_as_it_was_is_hidden() -> None:
    assert html_lines('<pre style="display:none">a\nb</pre>') == [
        Line("a", hidden=True),
        Line("b", hidden=True),
    ]


def test_words_before_an_address_on_a_line_of_its_own_may_be_its_link() -> None:
    assert text_lines("View Post\n<https://x.example/1>\nwords") == [
        Line("View Post", address_below=True),
        Line("words"),
    ]
    assert text_lines("View Post\n[cid:image.png]") == [Line("View Post")]


@given(st.lists(st.text(st.sampled_from("<>/pbr!-ax&;'= "), max_size=30), max_size=5))
def test_what_a_body_is_read_as_depends_on_no_body_before_it(before: list[str]) -> None:
    bodies = ["", "<pre>\na\nb", "<div hidden><a href='x'>c", "<style>d", "<!-- e", "<p>f</p>" * 3]
    alone = [html_lines(body) for body in bodies]
    for html in (*before, *bodies):
        html_lines(html)
    for body, lines in zip(bodies, alone, strict=True):
        html_lines("".join(before))
        assert html_lines(body) == lines


def test_a_text_without_words_is_told_without_collapsing_it():
    odd = sorted({*UNSEEN, *INVISIBLE, "\x1c", "\0", "x", "\u0301"})
    for text in (a + b for a in odd for b in odd):
        assert text.isspace() or bool(text.strip(UNSEEN)) == bool(collapse(text).strip(INVISIBLE)), repr(text)
