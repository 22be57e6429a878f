"""From a body to an alert."""

import html as markup
import textwrap
from collections.abc import Callable
from datetime import date

import pytest

from data.crosswalk import Crosswalk
from tasks.alerts import scrape as module
from tasks.alerts.scrape import TEMPLATES, Alert, read_date, scrape
from tasks.bodies.lines import Line, html_lines

Bodies = dict[str, Callable[..., str]]
BOTH = pytest.mark.parametrize("part", ["html", "text"])
DAY = date(2021, 5, 5)


def scraped(
    part: str, source: str, rest: str | None = None, template: str = "resident-posted"
) -> Alert | str:
    return scrape(template, rest, source if part == "html" else None, source if part == "text" else None)


@BOTH
def test_title_date_and_description_are_found(body: Bodies, part: str) -> None:
    source = body[part](
        "Car break-in", "May 5, 2021", ["Window smashed.", "Two men ran."], preheader="Car break-in"
    )
    assert scraped(part, source) == Alert("Car break-in", DAY, "Window smashed. Two men ran.")


@BOTH
def test_without_a_description_no_link_is_taken_for_one(body: Bodies, part: str) -> None:
    assert scraped(part, body[part]()) == Alert("Car break-in", DAY, "")


@BOTH
@pytest.mark.parametrize(
    ("sentence", "template", "rest"),
    [
        (
            "A resident in your area just posted a safety incident to the Neighbors App.",
            "resident-posted",
            None,
        ),
        ("A new crime incident was posted in your area.", "new-incident", None),
        ("A new safety incident was posted in your area.", "new-incident", None),
        ("Crime Alert from the Neighbors App", "alert-title", "Car break-in"),
        ("Safety Alert from the Neighbors App", "alert-title", "Car break-in"),
        ("A new crime post in your area.", "new-post-title", "Car break-in"),
        ("A new safety post in your area.", "new-post-title", "Car break-in"),
    ],
)
def test_every_template_has_its_announcement(
    body: Bodies, part: str, sentence: str, template: str, rest: str | None
) -> None:
    source = body[part](sentence=sentence, description=["Gone."])
    assert scraped(part, source, rest, template) == Alert("Car break-in", DAY, "Gone.")


def test_the_program_has_a_scraper_for_every_template_of_its_crosswalk(crosswalk: Crosswalk) -> None:
    assert {row.template for row in crosswalk.rows} - {None} == set(TEMPLATES)


@BOTH
def test_a_missing_date_is_missing_and_the_description_is_kept(body: Bodies, part: str) -> None:
    source = body[part]("Car break-in", None, ["It was on May 4, 2021."])
    assert scraped(part, source) == Alert("Car break-in", None, "It was on May 4, 2021.")


@BOTH
def test_a_date_inside_the_description_is_description(body: Bodies, part: str) -> None:
    source = body[part]("Car break-in", "May 5, 2021", ["Again on", "May 6, 2021", "and later"])
    assert scraped(part, source) == Alert("Car break-in", DAY, "Again on May 6, 2021 and later")


@BOTH
@pytest.mark.parametrize("preheader", ["May 3, 2021", None])
def test_a_title_that_looks_like_a_date_is_the_title_if_a_date_follows(
    body: Bodies, part: str, preheader: str | None
) -> None:
    source = body[part]("May 3, 2021", "May 5, 2021", ["x"], preheader=preheader)
    assert scraped(part, source) == Alert("May 3, 2021", DAY, "x")


@BOTH
def test_a_title_that_looks_like_a_date_is_the_title_if_it_was_announced(body: Bodies, part: str) -> None:
    source = body[part]("May 3, 2021", None, ["x"], preheader="May 3, 2021")
    assert scraped(part, source) == Alert("May 3, 2021", None, "x")
    source = body[part]("May 3, 2021", None, ["x"])
    assert scraped(part, source, rest="May 3, 2021") == Alert("May 3, 2021", None, "x")


@BOTH
@pytest.mark.parametrize("title", [" ", "\u00a0\u2003", "\u200b"])
@pytest.mark.parametrize("day", ["May 5, 2021", None])
def test_a_blank_title_is_no_title_and_neither_date_nor_description_replaces_it(
    body: Bodies, part: str, title: str, day: str | None
) -> None:
    source = body[part](title, day, ["I saw it."], preheader=title)
    assert scraped(
        part, source
    ) == f"html: {'no such body' if part == 'text' else module.NO_TITLE}; text: " + (
        "no such body" if part == "html" else module.NO_TITLE
    )
    assert isinstance(scraped(part, body[part](title, day, ["I saw it."]), rest=""), str)


@BOTH
def test_a_date_alone_is_not_a_title(body: Bodies, part: str) -> None:
    assert isinstance(scraped(part, body[part](None, "May 5, 2021", ["I saw it."])), str)


@BOTH
def test_a_button_is_not_a_title(body: Bodies, part: str) -> None:
    assert isinstance(scraped(part, body[part](None, None)), str)


@BOTH
def test_if_the_body_shows_no_title_the_one_in_the_preheader_is_used(body: Bodies, part: str) -> None:
    source = body[part](None, "May 5, 2021", ["x"], preheader="Bike  gone")
    assert scraped(part, source) == Alert("Bike gone", DAY, "x")


@BOTH
def test_the_subject_is_never_used_as_the_title(body: Bodies, part: str) -> None:
    assert isinstance(scraped(part, body[part](None, "May 5, 2021"), rest="Bike gone"), str)


@BOTH
def test_a_title_may_repeat_the_words_of_the_preheader(body: Bodies, part: str) -> None:
    title = "Post Titled: something else"
    assert scraped(part, body[part](title, preheader=title)) == Alert(title, DAY, "")
    assert scraped(part, body[part](title), rest=title) == Alert(title, DAY, "")


@BOTH
@pytest.mark.parametrize(
    "title",
    [
        "RE: bikes",
        "🚨 2 < 3 & \"so\" 'on'",
        "<b>open</b>",
        "&amp; back",
        "Click Here to View Post soon",
        "Жёлтая",
    ],
)
def test_what_residents_type_is_kept(body: Bodies, part: str, title: str) -> None:
    assert scraped(part, body[part](title, preheader=title)) == Alert(title, DAY, "")


@BOTH
def test_the_words_of_the_button_within_a_sentence_do_not_end_the_description(
    body: Bodies, part: str
) -> None:
    said = ["It says", "Click Here to View Post but nothing happens, Click Here to View Post", "ok?"]
    assert scraped(part, body[part](description=said)) == Alert("Car break-in", DAY, " ".join(said))


@BOTH
def test_the_words_of_the_button_as_a_line_do_not_end_it_if_the_button_is_a_link(
    body: Bodies, part: str
) -> None:
    said = ["It says", "Click Here to View Post", "ok?"]
    assert scraped(part, body[part](description=said)) == Alert("Car break-in", DAY, " ".join(said))


def test_if_no_link_is_marked_the_words_of_button_and_footer_end_the_description(body: Bodies) -> None:
    start = "A new crime post in your area.\nBike\nMay 5, 2021\nGone.\n"
    for end in (
        "Click Here to View Post",
        "check out your feed",
        "See the full list of crime and safety incidents",
    ):
        assert scraped("text", f"{start}{end}\nmore") == Alert("Bike", DAY, "Gone.")
    assert scraped("text", start) == Alert("Bike", DAY, "Gone.")


@BOTH
def test_a_button_with_other_words_ends_the_description_too(body: Bodies, part: str) -> None:
    source = body[part](description=["Gone."]).replace("Click Here to View Post", "Open in the App")
    assert scraped(part, source) == Alert("Car break-in", DAY, "Gone.")


@BOTH
def test_an_address_never_begins_a_description_but_may_be_in_one(body: Bodies, part: str) -> None:
    address = "https://x.example/clip?id=7"
    assert scraped(part, body[part](description=[address])) == Alert("Car break-in", DAY, "")
    said = ["Video:", address, f"or {address}"]
    assert scraped(part, body[part](description=said)) == Alert("Car break-in", DAY, " ".join(said))


@BOTH
def test_alerts_that_differ_only_in_spaces_and_accents_are_the_same(body: Bodies, part: str) -> None:
    source = body[part]("Cafe\u0301\u00a0 robbed", "May\u00a05, 2021", ["two\u2003men"])
    assert scraped(part, source) == Alert("Caf\u00e9 robbed", DAY, "two men")


def test_the_html_decides_and_the_plain_text_only_if_the_html_has_no_title(body: Bodies) -> None:
    html, text = body["html"](), body["text"]("Other", "May 6, 2021")
    assert scrape("resident-posted", None, html, text) == Alert("Car break-in", DAY, "")
    picture = '<table><tr><td><a href="x"><img src="cid:a" alt="Car"></a></td></tr></table>'
    assert scrape("resident-posted", None, picture, text) == Alert("Other", date(2021, 5, 6), "")
    dateless = body["html"](day=None)
    assert scrape("resident-posted", None, dateless, text) == Alert("Car break-in", None, "")


@pytest.mark.parametrize(
    ("html", "text", "why"),
    [
        (None, None, "html: no such body; text: no such body"),
        ("", " \r\n", "html: no such body; text: no such body"),
        ("<p>hello</p>", None, "html: no announcing sentence; text: no such body"),
        (
            None,
            "A new crime post in your area.",
            "html: no such body; text: no title after the announcing sentence",
        ),
    ],
)
def test_the_reason_for_no_alert_is_given_for_each_body(html: str | None, text: str | None, why: str) -> None:
    assert scrape("resident-posted", None, html, text) == why


def test_a_hidden_sentence_announces_nothing(body: Bodies) -> None:
    source = '<div style="display:none">A new crime post in your area.</div><p>Bike</p>'
    assert isinstance(scraped("html", source), str)


def test_the_memo_does_not_mix_up_templates_subjects_bodies_or_addresses_in_the_text(
    body: Bodies,
) -> None:
    dated = body["html"]("May 3, 2021", None)
    assert isinstance(scraped("html", dated, rest="other"), str)
    assert scraped("html", dated, rest="May 3, 2021") == Alert("May 3, 2021", None, "")
    for address in ("https://x.example/1", "https://x.example/2"):
        source = body["html"](description=[f'a="{address}" end'])
        assert scraped("html", source) == Alert("Car break-in", DAY, f'a="{address}" end')


def test_bodies_that_differ_only_in_who_clicks_are_scraped_once(
    body: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def reading(html: str) -> list[Line]:
        seen.append(html)
        return html_lines(html)

    monkeypatch.setattr(module, "html_lines", reading)
    monkeypatch.setattr(module, "_memo", {})
    for token in ("a", "b", "c"):
        assert scraped("html", body["html"](token=token)) == Alert("Car break-in", DAY, "")
    assert len(seen) == 1


def test_the_memo_has_a_limit(body: Bodies, monkeypatch: pytest.MonkeyPatch) -> None:
    memo: dict[object, object] = {}
    monkeypatch.setattr(module, "_memo", memo)
    monkeypatch.setattr(module, "_MEMO_SIZE", 3)
    for n in range(10):
        scraped("text", body["text"](f"title {n}"))
    assert len(memo) == 3


@pytest.mark.parametrize("line", ["May 5, 2021", "may 05, 2021", "MAY 5, 2021"])
def test_a_date_is_read(line: str) -> None:
    assert read_date(line) == DAY


@pytest.mark.parametrize(
    "line",
    [
        "",
        "May 2021",
        "May 32, 2021",
        "February 29, 2021",
        "5 May 2021",
        "May 5, 2021.",
        "on May 5, 2021",
        "Mai 5, 2021",
    ],
)
def test_what_is_not_a_date_is_not_read(line: str) -> None:
    assert read_date(line) is None


@pytest.mark.long
@pytest.mark.timeout(120)  # it takes well under a second
@pytest.mark.parametrize(
    "piece",
    ["<", "&", "<a href=x>", '="http:"', '<a href="http:', "<!--", "www.", "http://", "[https:", " ", "<td>"],
)
def test_no_body_takes_time_that_grows_with_the_square_of_its_length(piece: str) -> None:
    source = piece * (600_000 // len(piece)) + " x <https://x.example>"
    assert isinstance(scrape("resident-posted", None, source, source), str)


# Texts that a program has wrapped, and texts in <pre>.

LONG = "Someone stole a blue bike with a basket from the porch of the house at the corner"
SENTENCE = "A resident in your area just posted a crime incident to the Neighbors App."
STORY = [
    "It was there at nine in the evening and gone in the morning, with its lock, which lay cut in the grass.",
    "Call me.",
]


def wrapped(text: str, width: int) -> str:
    """A text as gateways and archives write it."""
    lines = [textwrap.wrap(line, width, break_long_words=False) or [""] for line in text.split("\r\n")]
    return "\r\n".join(line for each in lines for line in each)


def in_pre(text: str) -> str:
    """A text as archives show it."""
    return f"<html><body><pre>{markup.escape(text)}</pre></body></html>"


@pytest.mark.parametrize("width", [60, 65, 72, 76, 78])
@pytest.mark.parametrize("title", ["Bike gone", LONG])
@pytest.mark.parametrize("has_preheader", [True, False])
@pytest.mark.parametrize("day", ["May 5, 2021", None])
def test_a_wrapped_text_is_read_as_if_it_were_not(
    body: Bodies, width: int, title: str, has_preheader: bool, day: str | None
) -> None:
    if title == LONG and not has_preheader and (day is None or width > len(SENTENCE)):
        return  # nothing says where the title ends, or nothing that the text is wrapped
    source = wrapped(body["text"](title, day, STORY, preheader=title if has_preheader else None), width)
    expected = Alert(title, DAY if day else None, " ".join(STORY))
    assert scraped("text", source) == expected
    assert scraped("html", in_pre(source)) == expected


def test_a_title_in_the_subject_is_known_where_the_body_is_wrapped(body: Bodies) -> None:
    source = wrapped(body["text"](LONG, None, STORY, sentence="A new crime post in your area"), 72)
    assert scrape("new-post-title", LONG, None, source) == Alert(LONG, None, " ".join(STORY))


def test_an_announcement_of_which_a_line_is_hidden_announces_nothing() -> None:
    html = "<p>A new crime incident</p><p hidden>x</p><p>was posted in your area.</p><p>Bike</p>"
    assert scraped("html", html) == "html: no announcing sentence; text: no such body"


def test_a_description_is_no_part_of_a_title_though_the_text_is_wrapped(body: Bodies) -> None:
    short = wrapped(body["text"]("Bike gone", None, ["They left.", "May 5, 2021"]), 72)
    assert scraped("text", short) == Alert("Bike gone", None, "They left. May 5, 2021")


def test_a_label_whose_address_was_broken_off_ends_the_description(body: Bodies) -> None:
    source = body["text"](description=["Blue."]).replace("Post <", "Post\r\n<")
    assert scraped("text", source) == Alert("Car break-in", DAY, "Blue.")


def test_words_above_a_picture_are_no_label(body: Bodies) -> None:
    source = body["text"](description=["Blue.", "<https://media.example.org/a.png>", "Red."])
    assert scraped("text", source) == Alert("Car break-in", DAY, "Blue. Red.")
