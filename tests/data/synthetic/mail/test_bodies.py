import re
from datetime import date
from html import unescape
from unicodedata import normalize

import pytest

from data.synthetic.mail.bodies import CODECS, Shown, alert_html, alert_text, dressed, sentence, stub_text
from data.synthetic.mail.model import Dress
from data.synthetic.mail.posts import TEMPLATES

KINDS = ("crime alert", "safety alert")


def _shown(template: str, kind: str, **other: object) -> Shown:
    given = {
        "title": "Bike & ladder <gone>",
        "day": date(2021, 5, 3),
        "description": ("One.", "Two."),
        "token": "t",
    }
    return Shown(template, kind, **(given | other))  # type: ignore[arg-type]


def _visible(html: str) -> list[str]:
    """Text between tags, in order; style and script apart."""
    body = html[html.index("<body") :]
    pieces = re.split(r"<[^>]*>", body)
    return [" ".join(unescape(piece).split()) for piece in pieces if unescape(piece).strip()]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("template", TEMPLATES)
def test_html_and_text_show_the_same_lines_in_the_real_order(template: str, kind: str) -> None:
    shown = _shown(template, kind)
    text = [re.sub(r" ?<https.*>$", "", line) for line in alert_text(shown).split("\r\n")]
    seen = _visible(alert_html(shown, 65001).decode())
    assert [line for line in text if line] == seen
    expected = [
        "Neighbors Public Safety Service",
        sentence(template, kind),
        "Bike & ladder <gone>",
        "May 3, 2021",
        "One.",
        "Two.",
        "Click Here to View Post",
        "Check Out Your Feed",
        "See the full list of crime and safety incidents in your area on the Neighbors App.",
        "Have questions?",
    ]
    preheader = (
        ["Post Titled: Bike & ladder <gone>"] if template in ("resident-posted", "new-incident") else []
    )
    assert seen == preheader + expected


@pytest.mark.parametrize("template", TEMPLATES)
def test_html_is_as_large_as_marketing_mail(template: str) -> None:
    assert 10_000 <= len(alert_html(_shown(template, "crime alert"), 65001)) <= 25_000


def test_without_description_there_is_no_line_for_it() -> None:
    lines = alert_text(_shown("resident-posted", "crime alert", description=())).split("\r\n")
    assert lines[lines.index("May 3, 2021") + 1].startswith("Click Here to View Post <")


def test_without_date_the_description_follows_the_title() -> None:
    lines = alert_text(_shown("new-incident", "crime alert", day=None)).split("\r\n")
    assert lines[lines.index("Bike & ladder <gone>") + 1] == "One."


def test_characters_outside_the_code_page_become_character_references() -> None:
    shown = _shown("alert-title", "crime alert", title="ma\u00f1ana \N{POLICE CAR}")
    html = alert_html(shown, 1252)
    assert "ma\u00f1ana".encode("cp1252") + b" &#128659;" in html
    assert b"charset=windows-1252" in html
    assert "ma\u00f1ana \N{POLICE CAR}" in _visible(html.decode(CODECS[1252]))


@pytest.mark.parametrize("dress", Dress)
def test_every_dress_is_the_same_text_after_normalising(dress: Dress) -> None:
    text = "Robo en la cafeter\u00eda, ma\u00f1ana"
    worn = dressed(text, dress)
    assert " ".join(normalize("NFC", worn).split()) == text
    assert (worn == text) == (dress is Dress.AS_POSTED)


def test_a_stub_announces_nothing() -> None:
    assert all(sentence(template, kind) not in stub_text("t") for template in TEMPLATES for kind in KINDS)
