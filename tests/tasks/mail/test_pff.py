"""One message as libpff decodes it, property by property, with the peculiarities of real mailboxes."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.schema import TABLES
from data.synthetic.pst import Recipient
from tasks.mail import properties
from tasks.mail.outcomes import Mail, NotMail
from tasks.mail.pff import ClassUnreadableError, is_mail, read_item
from tasks.mail.properties import filetime

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Kit

TEXT_8, TEXT_16, BINARY, INTEGER, TIME = 0x001E, 0x001F, 0x0102, 0x0003, 0x0040


class Entry:
    def __init__(self, value_type: int, data: bytes | Exception | None) -> None:
        self.value_type = value_type
        self._data = data

    @property
    def data(self) -> bytes | None:
        if isinstance(self._data, Exception):
            raise self._data
        return self._data


class Set:
    """A record set like libpff's, with these properties by tag."""

    def __init__(self, entries: dict[int, Any]) -> None:
        self.entries = entries

    def get_entry_by_type(self, tag: int) -> Entry | None:
        found = self.entries.get(tag)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, str):
            return Entry(TEXT_16, found.encode("utf-16-le", "surrogatepass"))
        if isinstance(found, int):
            return Entry(INTEGER, struct.pack("<I", found))
        return Entry(*found) if found is not None else None


class Table:
    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows
        self.number_of_recipients = len(rows)

    def get_recipient(self, index: int) -> Set:
        if isinstance(self.rows[index], Exception):
            raise self.rows[index]
        return Set(self.rows[index])


class Item:
    """A message like libpff's."""

    def __init__(self, entries: dict[int, Any], recipients: list[Any] | Exception | None = None) -> None:
        self.identifier = 0x200024
        self.number_of_record_sets = 1
        self._set = Set({properties.MESSAGE_CLASS: "IPM.Note", **entries})
        self._recipients = recipients

    def get_record_set(self, index: int) -> Set:
        assert index == 0
        return self._set

    @property
    def recipients(self) -> Table | None:
        if isinstance(self._recipients, Exception):
            raise self._recipients
        return None if self._recipients is None else Table(self._recipients)


def read(entries: dict[int, Any], recipients: list[Any] | Exception | None = None) -> Mail:
    mail = read_item(Item(entries, recipients), 0)
    assert isinstance(mail, Mail)
    return mail


# What is mail, and what time is it.


@pytest.mark.parametrize(
    ("name", "mail"),
    [
        ("IPM.Note", True),
        ("ipm.NOTE", True),
        ("IPM.Note.SMIME.MultipartSigned", True),
        ("IPM.Notebook", False),
        ("IPM.Note2", False),
        ("IPM", False),
        ("IPM.Appointment", False),
        ("REPORT.IPM.Note.NDR", False),
        ("", False),
    ],
)
def test_mail_is_a_note_or_under_one_in_any_letter_case(name: str, mail: bool):
    assert is_mail(name) is mail


@given(st.datetimes(datetime(1601, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)))
def test_a_filetime_is_read_to_the_microsecond(moment: datetime):
    moment = moment.replace(tzinfo=UTC)
    ticks = (moment - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10
    assert filetime(ticks) == filetime(ticks + 9) == moment


def test_a_time_after_the_year_9999_is_none():
    assert filetime((1 << 64) - 1) is None


@pytest.mark.parametrize(
    ("value", "flaw"), [(0, "submitted_at: zero"), (1 << 63, "submitted_at: past the year 9999")]
)
def test_an_impossible_time_is_absent_with_a_flaw(value: int, flaw: str):
    mail = read({properties.SUBMIT_TIME: (TIME, struct.pack("<Q", value))})
    assert mail.submitted_at is None
    assert mail.flaws == [flaw]


# Bodies.


def html(data: bytes, page: int | None = None, kind: int = BINARY) -> Mail:
    return read(
        {properties.HTML: (kind, data), **({properties.INTERNET_CODE_PAGE: page} if page is not None else {})}
    )


@pytest.mark.parametrize(
    ("page", "codec"),
    [(65001, "utf-8"), (1252, "cp1252"), (1200, "utf-16-le"), (28591, "latin-1"), (None, "utf-8")],
)
def test_html_is_decoded_by_the_message_s_code_page(page: int | None, codec: str):
    text = "<p>Café – naïve</p>" if codec != "latin-1" else "<p>Café naïve</p>"
    mail = html(text.encode(codec), page)
    assert (mail.html, mail.flaws) == (text, [])


def test_html_that_names_another_code_page_but_is_utf_8_is_read_as_utf_8():
    mail = html("<p>Ąč</p>".encode(), 20127)
    assert (mail.html, mail.flaws) == ("<p>Ąč</p>", [])


def test_the_five_undefined_bytes_of_windows_1252_are_controls_as_in_browsers():
    mail = html(b"<p>caf\xe9 \x81\x8d\x8f\x90\x9d</p>", 1252)
    assert (mail.html, mail.flaws) == ("<p>café \x81\x8d\x8f\x90\x9d</p>", [])


def test_html_in_no_encoding_at_all_is_kept_with_a_flaw():
    mail = html(b"<p>caf\x81 \x81</p>", 932)
    assert mail.html == "<p>caf\ufffd \ufffd</p>"
    assert mail.flaws == ["html: invalid cp932 at byte 6"]


def test_html_that_does_not_fit_its_code_page_is_read_by_the_page_that_fits_its_words():
    mail = html(b"<p>caf\xe9 d\xe9j\xe0 vu</p>", 65001)
    assert (mail.html, mail.flaws) == (
        "<p>café déjà vu</p>",
        ["html: read as cp1252, which was guessed from its words"],
    )


def test_html_stored_as_unicode_text_is_read_as_such():
    mail = html("<p>é\0</p>\0".encode("utf-16-le"), 1252, TEXT_16)
    assert mail.html == "<p>é\0</p>"


def test_html_of_an_unknown_code_page_is_read_as_utf_8():
    assert html("<p>é</p>".encode(), 99).html == "<p>é</p>"


def test_an_empty_body_is_absent():
    mail = read({properties.HTML: (BINARY, b""), properties.TEXT: (TEXT_16, None)})
    assert (mail.html, mail.text, mail.flaws) == (None, None, [])


def test_a_plain_body_goes_on_after_a_nul():
    assert read({properties.TEXT: "before\0after"}).text == "before\0after"


def test_a_lone_surrogate_costs_one_character_and_leaves_a_flaw():
    mail = read({properties.TEXT: "a\ud83dz", properties.SUBJECT: "still here"})
    assert mail.subject == "still here"
    assert mail.text is not None
    assert mail.text.startswith("a�")
    assert mail.text.endswith("z")
    assert mail.flaws == ["text: invalid utf-16-le at byte 2"]


def test_text_of_an_odd_length_is_kept_with_a_flaw():
    mail = read({properties.TEXT: (TEXT_16, "abc".encode("utf-16-le") + b"\x20")})
    assert mail.text == "abc�"
    assert len(mail.flaws) == 1


def test_8_bit_text_is_decoded_by_the_mailbox_s_code_page():
    entries = {properties.SUBJECT: (TEXT_8, "Привет".encode("cp1251")), properties.MESSAGE_CODE_PAGE: 1251}
    assert read(entries).subject == "Привет"


def test_8_bit_text_without_a_code_page_is_windows_1252():
    assert read({properties.SUBJECT: (TEXT_8, "Café – x".encode("cp1252"))}).subject == "Café – x"


def rtf(text: bytes) -> tuple[int, bytes]:
    """Text as RTF that is not compressed (MS-OXRTFCP 2.1.3.1.1)."""
    return BINARY, struct.pack("<II4sI", len(text) + 12, len(text), b"MELA", 0) + text


def test_a_body_only_in_rtf_is_noted_as_a_flaw_but_not_next_to_another_body():
    body = rtf(rb"{\rtf1\ansi A car \'e9 was broken into.\par}")
    alone = read({properties.RTF: body})
    beside = read({properties.RTF: body, properties.TEXT: "x"})
    assert alone.text == "A car é was broken into."
    assert len(alone.flaws) == 1
    assert "RTF" in alone.flaws[0]
    assert (beside.text, beside.flaws) == ("x", [])


def test_a_body_of_blanks_counts_as_absent_and_the_next_is_read():
    entries = {properties.HTML: (BINARY, b"<body><p>&nbsp;</p></body>"), properties.TEXT: " \r\n"}
    mail = read({**entries, properties.RTF: rtf(rb"{\rtf1 See you}")})
    assert (mail.html, mail.text) == (None, "See you")
    assert mail.flaws == ["text: from the RTF body, there is no other", "html: nothing in it can be seen"]


def test_damaged_rtf_is_named_as_that():
    mail = read({properties.RTF: (BINARY, struct.pack("<II4sI", 20, 9, b"LZFu", 7) + bytes(8))})
    assert (mail.html, mail.text) == (None, None)
    assert mail.flaws == ["rtf: damaged: the checksum of the compressed RTF is wrong"]


def test_an_8_bit_body_is_in_the_page_of_bodies_and_an_8_bit_subject_in_that_of_the_message():
    mail = read(
        {
            properties.TEXT: (TEXT_8, "Кафе".encode("cp1251")),
            properties.SUBJECT: (TEXT_8, "Café –".encode("cp1252")),
            properties.INTERNET_CODE_PAGE: 1251,
            properties.MESSAGE_CODE_PAGE: 1252,
        }
    )
    assert (mail.text, mail.subject) == ("Кафе", "Café –")


def test_8_bit_text_in_utf_8_is_read_as_that():
    mail = read({properties.TEXT: (TEXT_8, "Café –".encode()), properties.INTERNET_CODE_PAGE: 65001})
    assert (mail.text, mail.flaws) == ("Café –", [])


def test_8_bit_names_of_recipients_are_in_the_page_of_their_message():
    row = {properties.RECIPIENT_TYPE: 1, properties.NAME: (TEXT_8, "Иван".encode("cp1251"))}
    assert read({properties.MESSAGE_CODE_PAGE: 1251}, [row]).to == ["Иван"]


def test_the_agency_s_code_page_is_used_where_the_message_states_none():
    item = Item({properties.SUBJECT: (TEXT_8, "Иван".encode("cp1251"))})
    mail = read_item(item, 0, "cp1251")
    assert isinstance(mail, Mail)
    assert mail.subject == "Иван"


@pytest.mark.parametrize(
    "tag",
    [
        properties.SUBJECT,
        properties.TEXT,
        properties.HTML,
        properties.MESSAGE_ID,
        properties.HEADERS,
        properties.SUBMIT_TIME,
    ],
)
def test_a_property_that_libpff_cannot_read_costs_no_other(tag: int):
    error = OSError("pypff_record_entry_get_data: unable to retrieve.\nlibpff_x: invalid value.")
    whole = {
        properties.SUBJECT: "s",
        properties.TEXT: "t",
        properties.HTML: (BINARY, b"h"),
        properties.MESSAGE_ID: "<m>",
    }
    for broken in (error, (TEXT_16, error)):
        mail = read({**whole, tag: broken})
        kept = {properties.SUBJECT: mail.subject, properties.TEXT: mail.text, properties.HTML: mail.html}
        assert all(kept[one] is not None for one in kept if one != tag)
        assert [flaw.split(": ", 1)[1] for flaw in mail.flaws] == ["invalid value."]


# Subjects, senders, recipients.


def test_the_marks_of_a_subject_s_prefix_are_taken_off():
    assert read({properties.SUBJECT: "\x01\x05RE: Crime"}).subject == "RE: Crime"
    assert read({properties.SUBJECT: "\x01\x01"}).subject == ""
    assert read({}).subject is None


def test_the_sender_is_the_smtp_address_then_an_address_then_the_name():
    name, exchange = {properties.SENDER_NAME: "Ann"}, {properties.SENDER_ADDRESS: "/O=EX/CN=ANN"}
    assert read(name | exchange | {properties.SENDER_SMTP: "ann@example.org"}).sender == "ann@example.org"
    assert read(name | {properties.SENDER_ADDRESS: "ann@example.org"}).sender == "ann@example.org"
    assert read(name | exchange).sender == "Ann"
    assert read(exchange).sender == "/O=EX/CN=ANN"
    assert read({}).sender is None


def test_the_transport_headers_give_what_the_properties_lack():
    headers = (
        "Microsoft Mail Internet Headers Version 2.0\r\n"
        "From: Ann <ann@example.org>\r\nTo: Bo <bo@example.org>,\r\n\tcy@example.org\r\n"
        "Cc: dee@example.org\r\nMessage-ID: <1@example.org>\r\n\r\n"
    )
    mail = read({properties.HEADERS: headers.split("\r\n", 1)[1], properties.SENDER_NAME: "Ann"})
    assert mail.sender == "ann@example.org"
    assert mail.to == ["bo@example.org", "cy@example.org"]
    assert mail.cc == ["dee@example.org"]
    assert mail.message_id == "<1@example.org>"


def test_the_first_line_that_exchange_puts_before_the_headers_does_not_hide_them():
    headers = "Microsoft Mail Internet Headers Version 2.0\r\nMessage-ID: <1@example.org>\r\n\r\n"
    assert read({properties.HEADERS: headers}).message_id == "<1@example.org>"


def test_properties_win_over_headers():
    headers = "From: x@example.org\nTo: y@example.org\nMessage-ID: <2@example.org>\n\n"
    row = {properties.RECIPIENT_TYPE: 1, properties.SMTP_ADDRESS: "bo@example.org"}
    mail = read(
        {
            properties.HEADERS: headers,
            properties.SENDER_SMTP: "ann@example.org",
            properties.MESSAGE_ID: "<1@example.org>",
        },
        [row],
    )
    assert (mail.sender, mail.to, mail.message_id) == (
        "ann@example.org",
        ["bo@example.org"],
        "<1@example.org>",
    )


@pytest.mark.parametrize("line", ['From: "Neighbors Team" <>', "From: Neighbors Team <>"])
def test_a_sender_without_address_in_the_headers_is_its_name(line: str):
    assert read({properties.HEADERS: f"{line}\n\n"}).sender == "Neighbors Team"
    assert read({properties.HEADERS: f"{line}\n\n", properties.SENDER_NAME: "Stored"}).sender in {
        "Stored",
        "Neighbors Team",
    }


def test_display_names_are_the_last_resort():
    mail = read({properties.DISPLAY_TO: "Ann Lee; Bo Ray ;", properties.DISPLAY_CC: "Cy"})
    assert (mail.to, mail.cc) == (["Ann Lee", "Bo Ray"], ["Cy"])


def test_a_recipient_is_the_smtp_address_then_an_address_then_the_name_then_anything():
    rows = [
        {
            properties.RECIPIENT_TYPE: 1,
            properties.SMTP_ADDRESS: "a@example.org",
            properties.ADDRESS: "/O=EX",
            properties.NAME: "A",
        },
        {properties.RECIPIENT_TYPE: 1, properties.ADDRESS: "b@example.org", properties.NAME: "B"},
        {properties.RECIPIENT_TYPE: 1, properties.ADDRESS: "/O=EX/CN=C", properties.NAME: "C"},
        {properties.RECIPIENT_TYPE: 1, properties.ADDRESS: "/O=EX/CN=D"},
        {properties.RECIPIENT_TYPE: 2, properties.NAME: "E"},
        {properties.RECIPIENT_TYPE: 3, properties.NAME: "hidden"},
        {properties.RECIPIENT_TYPE: 0, properties.NAME: "originator"},
        {properties.RECIPIENT_TYPE: 0x10000001, properties.NAME: "resent to"},
    ]
    mail = read({}, rows)
    assert mail.to == ["a@example.org", "b@example.org", "C", "/O=EX/CN=D", "resent to"]
    assert mail.cc == ["E"]
    assert mail.flaws == []


def test_a_recipient_that_cannot_be_read_is_a_flaw_and_the_others_are_kept():
    rows = [
        OSError("x: broken row."),
        {properties.RECIPIENT_TYPE: 1},
        {properties.RECIPIENT_TYPE: 1, properties.NAME: "B"},
    ]
    mail = read({}, rows)
    assert mail.to == ["B"]
    assert mail.flaws == ["recipient 1: broken row.", "recipient 2: no address and no name"]


def test_recipients_that_cannot_be_read_at_all_come_from_the_headers_with_a_flaw():
    mail = read({properties.HEADERS: "To: a@example.org\n\n"}, OSError("x: no table."))
    assert mail.to == ["a@example.org"]
    assert mail.flaws == ["recipients: no table."]


def test_an_item_of_a_class_that_libpff_does_not_know_is_read_by_its_stored_class():
    mail = read({properties.DISPLAY_TO: "A"}, AttributeError("recipients"))
    assert mail.to == ["A"]


def test_an_item_without_properties_is_not_called_anything():
    item = Item({})
    item.number_of_record_sets = 0
    with pytest.raises(ClassUnreadableError, match="no properties"):
        read_item(item, 0)


def test_an_item_without_class_is_mail_with_a_flaw():
    mail = read({properties.MESSAGE_CLASS: None, properties.SUBJECT: "hello"})
    assert (mail.message_class, mail.subject) == ("", "hello")
    assert mail.flaws == ["message class: there is none; taken for mail"]


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ((TEXT_8, None), "points to nothing"),
        ((TEXT_16, OSError("libpff_x: a. libpff_y: b.")), "b."),
        (OSError("libpff_x: a. libpff_y: c."), "c."),
        ((TEXT_16, "IPM.Note".encode("utf-16-le")[:-1]), "invalid utf-16-le"),
        ((TEXT_16, b"\x00\xd8" * 4), "invalid utf-16-le"),
        ((INTEGER, b"IPM."), "not a text"),
        ((BINARY, b"IPM.Note"), "not a text"),
    ],
)
def test_a_class_that_cannot_be_read_is_not_called_not_mail(stored: Any, why: str):
    with pytest.raises(ClassUnreadableError, match=why):
        read_item(Item({properties.MESSAGE_CLASS: stored}), 0)


@pytest.mark.parametrize(
    "stored", ["IPM.Note ", " ipm.note", "IPM.Note\0", "IPM.Note.SMIME\t", "IPM.Note\u00a0"]
)
def test_a_class_with_blanks_around_it_is_mail_with_a_flaw(stored: str):
    mail = read({properties.MESSAGE_CLASS: (TEXT_16, f"{stored}".encode("utf-16-le"))})
    assert mail.message_class == stored.strip(" \0\t\u00a0")
    assert mail.flaws == ([] if stored.endswith("\0") else ["message class: with blanks around it"])


def test_a_class_of_nothing_but_blanks_is_mail_with_flaws():
    mail = read({properties.MESSAGE_CLASS: "  "})
    assert mail.message_class == ""
    assert mail.flaws == ["message class: with blanks around it", "message class: empty; taken for mail"]


def test_another_class_with_blanks_around_it_is_that_class():
    assert read_item(Item({properties.MESSAGE_CLASS: "IPM.Post "}), 0) == NotMail(0x200024, "IPM.Post")


# Whatever a mailbox says must fit into the table.

BAD_HEADERS = (
    "From: =?utf-8?q?=E9t=E9?=",
    pytest.param("To: =?utf-8?q?=E9?=@example.org"),
    "Cc: x\udce9@example.org",
    "From: <\ud800@example.org>",
    "Message-ID: =?utf-8?q?=E9?=",
)


def as_batch(mail: Mail) -> pa.RecordBatch:
    schema = TABLES["work/mail"].arrow
    names = [name for name in schema.names if name != "folder"]
    return pa.RecordBatch.from_pylist(
        [{name: getattr(mail, name) for name in names} | {"folder": ""}], schema
    )


@pytest.mark.parametrize("line", BAD_HEADERS)
def test_headers_that_are_not_text_still_fit_into_the_table(line: str):
    as_batch(read({properties.HEADERS: f"{line}\n\n"}))


def test_html_in_utf_7_with_half_a_character_fits_into_the_table():
    as_batch(html(b"+2AA-", 65000))


@pytest.mark.long
@given(
    headers=st.text(st.characters(), max_size=80),
    text=st.binary(max_size=30),
    body=st.binary(max_size=30),
    page=st.sampled_from([None, 0, 1200, 1252, 932, 50220, 65000, 65001, 0xFFFFFFFF]),
)
def test_any_bytes_in_any_property_give_a_row(headers: str, text: bytes, body: bytes, page: int | None):
    entries: dict[int, Any] = {
        properties.HEADERS: f"From: {headers}\nTo: {headers}\nMessage-ID: {headers}\n\n",
        properties.TEXT: (TEXT_16, text),
        properties.SUBJECT: (TEXT_8, text),
        properties.HTML: (BINARY, body),
    }
    if page is not None:
        entries |= {properties.INTERNET_CODE_PAGE: page, properties.MESSAGE_CODE_PAGE: page}
    as_batch(read(entries))


# Through a mailbox and libpff itself.


def test_everything_that_a_message_says_comes_back(tmp_path: Path, kit: Kit):
    many = tuple(Recipient(1, f"Officer {n}", f"officer{n}@example.org") for n in range(60))
    letters = [
        kit.letter(0),
        kit.letter(1, html="<p>Café –</p>".encode("cp1252"), codepage=1252),
        kit.letter(2, html="<p>Café 🚓</p>".encode("utf-16-le"), codepage=1200),
        kit.letter(3, text="before\0after"),
        kit.letter(4, recipients=()),
        kit.letter(5, recipients=many),
        kit.letter(
            6,
            recipients=(
                Recipient(2, "Cc", "cc@example.org"),
                Recipient(3, "Bcc", "bcc@example.org"),
                Recipient(1, "To", "to@example.org"),
            ),
        ),
        kit.letter(7, submitted_at=None, delivered_at=None, message_id=None),
        kit.letter(8, html=None, text=None),
        kit.letter(9, html=b"x" * 3_000_000, text="y" * 50_000),
        kit.letter(
            10, subject="RE: \N{NO-BREAK SPACE}🚨 “quoted” <b>&amp;", attachments=(kit.enclosure(),) * 3
        ),
        kit.letter(11, subject="", sender_name="Ann", sender_address=""),
        kit.letter(12, message_class="IPM.Note.SMIME"),
    ]
    for encoding in ("none", "permute"):
        box = kit.write(tmp_path / f"{encoding}.pst", letters, ("Inbox", "2021"), encoding=encoding)
        found = kit.read(box.path)
        mails = [found.outcomes[node] for node in box.nodes]
        for number, (mail, sent) in enumerate(zip(mails, letters, strict=True)):
            assert isinstance(mail, Mail)
            codec = {1252: "cp1252", 1200: "utf-16-le"}.get(sent.codepage or 65001, "utf-8")
            assert mail.subject == sent.subject
            assert mail.sender == (sent.sender_address or sent.sender_name)
            assert mail.html == (None if sent.html is None else sent.html.decode(codec))
            assert mail.text == sent.text
            assert mail.message_id == sent.message_id
            assert (mail.submitted_at, mail.delivered_at) == (sent.submitted_at, sent.delivered_at)
            assert mail.to == [one.address for one in sent.recipients if one.kind == 1]
            assert mail.cc == [one.address for one in sent.recipients if one.kind == 2]
            assert mail.attachments == len(sent.attachments)
            assert mail.message_class == sent.message_class
            assert (number, mail.flaws) == (number, [])


@pytest.mark.parametrize("line", ['"Neighbors Team" <>', "Neighbors Team <>"])
def test_a_stored_sender_without_address_is_its_name_whatever_the_headers_say(
    tmp_path: Path, kit: Kit, line: str
):
    sent = kit.letter(sender_name="Neighbors Team", sender_address="", headers=f"From: {line}\r\n\r\n")
    box = kit.write(tmp_path / "box.pst", [sent])
    (mail,) = kit.read(box.path).outcomes.values()
    assert isinstance(mail, Mail)
    assert mail.sender == "Neighbors Team"


def test_the_folders_of_an_open_mailbox_have_names_and_stated_counts(tmp_path: Path, kit: Kit):
    box = kit.write(tmp_path / "box.pst", [kit.letter(n) for n in range(3)], ("Inbox", "Übung / 2021"))
    folders = {folder.path: folder.stated for folder in kit.read(box.path).plan.folders}
    assert folders["Top of Personal Folders/Inbox/Übung / 2021"] == 3
    assert folders["Top of Personal Folders/Inbox"] == 0
