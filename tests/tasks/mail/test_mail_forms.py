"""Which attached files hold mail."""

from __future__ import annotations

import pytest

from tasks.mail.mail_forms import form_of, is_undecided

HEADERS = b"Received: from a by b\r\nFrom: x@example.org\r\nSubject: y\r\n\r\nbody"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500)


@pytest.mark.parametrize(
    ("extension", "mime_type", "beginning", "form"),
    [
        (".eml", None, b"", ".eml"),
        (".msg", "application/octet-stream", b"", ".msg"),
        (".mbox", None, b"", ".mbox"),
        (".pst", None, b"", ".pst"),
        (".png", "image/png", b"", None),
        (None, "message/rfc822", b"", ".eml"),
        (None, "Message/RFC822; charset=x", b"", ".eml"),
        (".dat", "application/vnd.ms-outlook", b"", ".msg"),
        (None, None, HEADERS, ".eml"),
        (None, None, b"From x@example.org Thu May 20\n" + HEADERS, ".mbox"),
        (None, None, b"From here on, nothing is mail.", None),
        (None, None, b"Subject: one line that looks like a header\n\nand no more", None),
        (None, None, OLE + "__properties_version1.0".encode("utf-16-le"), ".msg"),
        (None, None, OLE + "WordDocument".encode("utf-16-le"), None),
        (None, None, b"!BDN\0\0", ".pst"),
        (None, None, b"", None),
        (None, None, b"From ", None),
    ],
)
def test_the_form_is_known_by_name_type_or_first_bytes(
    extension: str | None, mime_type: str | None, beginning: bytes, form: str | None
):
    assert form_of(extension, mime_type, beginning) == form


def test_the_content_is_looked_at_only_where_the_name_says_nothing():
    assert [is_undecided(each) for each in (None, ".dat", ".txt", ".jpg", ".pdf", ".eml")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
