"""Bodies as real mailboxes hold them, from the mailbox to the alert: each test states the right result."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypff
import pytest

from data.synthetic.pst.rtf import packed, plain
from tasks.alerts.scrape import Alert, scrape
from tasks.bodies.compressed_rtf import unpacked
from tasks.mail.extract import Copier, Extract
from tasks.mail.ndb import LocalFile
from tasks.mail.outcomes import Mail
from tasks.mail.partitions import write_partition
from tasks.mail.plan import open_plan, plan_mailbox
from tasks.mail.properties import RTF
from tasks.mail.references import BlockError
from tasks.mail.settings import MailSettings
from tasks.mail.spans import outcomes_of, span_of

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Kit

SENTENCE = "A resident in your area just posted a crime incident to the Neighbors App."
DAY = date(2021, 5, 20)


def mails(kit: Kit, path: Path, *bodies: dict[str, Any], code_page: str | None = None) -> list[Mail]:
    """Messages with these bodies, written into a mailbox and read from it."""
    nothing: dict[str, Any] = {"html": None, "text": None, "codepage": None}
    kit.write(path, [kit.letter(number, **(nothing | body)) for number, body in enumerate(bodies)])
    plan = open_plan(path)
    span = span_of(plan, path, (0, len(bodies)), path.parent / "parts", MailSettings())
    found = outcomes_of(replace(span, code_page=code_page))
    assert all(isinstance(one, Mail) for one in found)
    return [one for one in found if isinstance(one, Mail)]


def alert_of(mail: Mail) -> Alert | str:
    return scrape("resident-posted", None, mail.html, mail.text)


def rtf_alert(officer: int) -> bytes:
    """An alert in RTF, whose links are each officer's own."""
    link = rb'{\field{\*\fldinst{HYPERLINK "https://links.example/%s/%d"}}{\fldrslt{\cf1\ul %s}}}\par'
    lines = [
        rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}",
        rb"{\colortbl;\red0\green0\blue255;}",
        rb"\f0\fs20 Post Titled: Bike stolen\par",
        link % (b"u", officer, b"Neighbors Public Safety Service"),
        SENTENCE.encode() + rb"\par",
        rb"Bike stolen\par",
        rb"May 20, 2021\par",
        rb"Someone took my bike.\par",
        link % (b"p", officer, b"Click Here to View Post"),
        link % (b"f", officer, b"Check Out Your Feed"),
        rb"See the full list of crime and safety incidents in your area\par}",
    ]
    return b"\r\n".join(lines)


def html_alert(title: str = "Café door smashed – thief known", charset: str = "utf-8") -> str:
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head><body>'
        f'<div style="display:none">Post Titled: {title}</div><p>{SENTENCE}</p><h1>{title}</h1>'
        "<p>May 20, 2021</p><p>Text here.</p>"
        '<p><a href="https://links.example/1">Click Here to View Post</a></p>'
        "</body></html>"
    )


def test_an_emoji_in_rtf_is_read(kit: Kit, tmp_path: Path):
    body = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}\f0 See you at noon \u-10179?\u-8704?\par}"
    (mail,) = mails(kit, tmp_path / "a.pst", {"rtf": packed(body)})
    assert mail.text == "See you at noon 😀"
    write_partition(tmp_path, 0, 1, [mail], {mail.node_id: "Inbox"})


@pytest.mark.parametrize("store", [packed, plain])
def test_an_alert_in_rtf_is_the_same_for_every_officer(kit: Kit, tmp_path: Path, store: Any):
    found = mails(kit, tmp_path / "a.pst", *({"rtf": store(rtf_alert(officer))} for officer in range(3)))
    assert {alert_of(mail) for mail in found} == {Alert("Bike stolen", DAY, "Someone took my bike.")}
    assert {tuple(mail.flaws) for mail in found} == {("text: from the RTF body, there is no other",)}


def test_html_wrapped_in_rtf_is_read_as_html(kit: Kit, tmp_path: Path):
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fcharset0 Arial;}}\pard\plain \f0 "
        rb"{\*\htmltag64 <p>}"
        + SENTENCE.encode()
        + rb"{\*\htmltag72 </p>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Caf\'e9 door"
        rb"{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0 "
        rb'{\*\htmltag84 <a href="https://links.example/1">}\htmlrtf {\field{\*\fldinst{HYPERLINK "x"}}'
        rb"{\fldrslt\cf1\ul \htmlrtf0 Click Here to View Post\htmlrtf }\htmlrtf0 \htmlrtf }\htmlrtf0 "
        rb"{\*\htmltag92 </a>}}"
    )
    (mail,) = mails(kit, tmp_path / "a.pst", {"rtf": packed(rtf)})
    assert mail.text is None
    assert mail.html == (
        f'<p>{SENTENCE}</p><p>Café door</p><a href="https://links.example/1">Click Here to View Post</a>'
    )
    assert alert_of(mail) == Alert("Café door", None, "")


def test_one_alert_in_every_code_page_is_one_alert(kit: Kit, tmp_path: Path):
    western, utf_8 = html_alert(charset="windows-1252").encode("cp1252"), html_alert().encode()
    lines = [
        SENTENCE,
        "Café door smashed – thief known",
        "May 20, 2021",
        "Text here.",
        "Click Here to View Post",
    ]
    text = "\r\n".join(lines)
    found = mails(
        kit,
        tmp_path / "a.pst",
        {"html": utf_8, "codepage": 65001},
        {"html": western, "codepage": 20127},
        {"html": western},
        {"html": western, "codepage": 65001},
        {"html": western, "codepage": 28591},
        {"html": html_alert(charset="x").encode("cp1252")},
        {"html": utf_8, "codepage": 1252},
        {"html": utf_8, "codepage": 28591},
        {"html": html_alert().encode("utf-16"), "codepage": 1252},
        {"text_8_bit": text.encode(), "codepage": 65001},
        {"text_8_bit": text.encode("cp1252"), "codepage": 20127, "message_codepage": 1252},
        {"text_8_bit": text.encode("cp1252"), "codepage": 1252},
    )
    assert {alert_of(mail) for mail in found} == {Alert("Café door smashed – thief known", DAY, "Text here.")}
    assert not any("\ufffd" in (mail.html or "") + (mail.text or "") for mail in found)


def test_the_agency_s_code_page_reads_what_nothing_states(kit: Kit, tmp_path: Path):
    body = {"text_8_bit": "Дверь".encode("cp1251"), "html": "<p>Дверь".encode("cp1251")}
    assert mails(kit, tmp_path / "a.pst", body, code_page="cp1251")[0].text == "Дверь"
    assert mails(kit, tmp_path / "b.pst", body, code_page="koi8-r")[0].html == "<p>" + "Дверь".encode(
        "cp1251"
    ).decode("koi8-r")


def test_an_alert_as_text_in_pre_or_wrapped_is_read(kit: Kit, tmp_path: Path):
    lines = [
        "Post Titled: Bike gone",
        "Neighbors Public Safety Service &lt;https://links.example/1&gt;",
        SENTENCE,
        "Bike gone",
        "May 20, 2021",
        "Blue bike.",
        "Click Here to View Post &lt;https://links.example/2&gt;",
    ]
    pre = f"<html><body><pre>{chr(13) + chr(10)}{(chr(13) + chr(10)).join(lines)}</pre></body></html>"
    text = (
        "\r\n".join(lines)
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("Neighbors App.", "Neighbors\r\nApp.")
    )
    found = mails(kit, tmp_path / "a.pst", {"html": pre.encode()}, {"text": text})
    assert {alert_of(mail) for mail in found} == {Alert("Bike gone", DAY, "Blue bike.")}


def test_rtf_of_many_unclosed_links_is_read_in_one_pass_and_named_as_what_it_is(kit: Kit, tmp_path: Path):
    body = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 " + rb'{\field{\*\fldinst{HYPERLINK "u ' * 2600
    first, slow, last = mails(kit, tmp_path / "a.pst", {"text": "x"}, {"rtf": packed(body)}, {"text": "y"})
    assert (first.text, slow.text, last.text) == ("x", None, "y")
    assert slow.flaws == ["rtf: 7,801 groups are not closed"]


def test_mails_without_a_body_and_with_characters_that_were_lost_are_counted(kit: Kit, tmp_path: Path):
    found = mails(
        kit,
        tmp_path / "a.pst",
        {"text": "whole"},
        {"text": " \r\n", "html": b"<p>&nbsp;</p>"},
        {"rtf": packed(rb"{\rtf1 x}")[:-2]},
        {"text": "half \ud83d"},
        {"text": "x", "subject": "lost \ufffd"},
    )
    folders = {mail.node_id: "Inbox" for mail in found}
    summary = write_partition(tmp_path / "parts", 0, len(found), found, folders)
    assert (summary.read, summary.without_body, summary.replacement_characters) == (5, 2, 2)


@pytest.mark.long
def test_the_rtf_of_real_mailboxes_is_unpacked_as_libpff_does(real_pst: Path):
    compared = 0
    with LocalFile(real_pst) as file:
        plan = plan_mailbox(file)
        copier = Copier(file, plan.header)
        for place in range(len(plan.nodes)):
            extract = Extract(plan.header)
            try:
                copier.copy(plan.node(place), extract)
                opened = pypff.file()
                opened.open_file_object(extract.finish())
                item = opened.root_item.get_sub_item(0)
                entry = item.get_record_set(0).get_entry_by_type(RTF)
                theirs = item.rtf_body if entry is not None else None
            except (BlockError, OSError, MemoryError, AttributeError):
                continue
            if theirs is not None:
                flaws: list[str] = []
                assert unpacked(entry.data, flaws).rstrip(b"\0") == theirs.rstrip(b"\0")
                assert flaws == []
                compared += 1
    assert compared > 50 or real_pst.suffix != ".ost"
