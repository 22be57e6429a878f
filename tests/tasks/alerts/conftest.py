"""Builders for the tests of the alerts room: bodies, messages, mail folders. No real name or address."""

from __future__ import annotations

import html as markup
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.crosswalk import Crosswalk, read_crosswalk
from data.schema import TABLES
from tasks.mail.results import MailSource

MAIL = TABLES["work/mail"].arrow
SENTENCE = "A resident in your area just posted a crime incident to the Neighbors App."
LINK = "https://links.example.org/u/click?_t="


def as_text(
    title: str | None = "Car break-in",
    day: str | None = "May 5, 2021",
    description: Sequence[str] = (),
    *,
    sentence: str = SENTENCE,
    preheader: str | None = None,
    token: str = "x",
) -> str:
    """The plain text of an alert like a real one; ``title=None`` or ``day=None`` leaves its line out."""
    lines = [] if preheader is None else [f"Post Titled: {preheader}"]
    lines += [f"Neighbors Public Safety Service <{LINK}{token}>", sentence]
    lines += [line for line in (title, day) if line is not None]
    lines += [
        *description,
        f"Click Here to View Post <{LINK}{token}1>",
        f"Check Out Your Feed <{LINK}{token}2>",
    ]
    lines += [f"<https://media.example.org/{token}.png>", "See the full list of crime and safety incidents …"]
    return "\r\n".join([*lines, "Have questions?", ""])


def as_html(
    title: str | None = "Car break-in",
    day: str | None = "May 5, 2021",
    description: Sequence[str] = (),
    *,
    sentence: str = SENTENCE,
    preheader: str | None = None,
    token: str = "x",
) -> str:
    """The same as HTML: tables, comments, styles, a hidden preheader, line breaks in the description."""
    cells = [markup.escape(line) for line in (sentence, title, day) if line is not None]
    if description:
        cells.append("<br/>\n".join(markup.escape(line) for line in description))
    cells.append("&nbsp;")
    cells += [f'<a href="{LINK}{token}1" class="b">Click Here to View Post</a>']
    cells += [
        f'<a href="{LINK}{token}2"><b>Check Out</b> Your Feed</a>',
        "See the full list of crime and safety …",
    ]
    said = "" if preheader is None else f"Post Titled: {markup.escape(preheader)}"
    hidden = f'<div style="display: none">{said}</div>' if said else ""
    rows = "\n".join(f'<tr><td class="MsoNormal" style="padding:0 24px">{cell}</td></tr>' for cell in cells)
    return (
        '<html><head><meta charset="windows-1252"><title>Neighbors</title>'
        "<style>td { color: red }</style></head>"
        f"<body><!--[if mso]><p>not to be seen</p><![endif]-->{hidden}<table><tr><td>"
        f'<a href="{LINK}{token}"><b>Neighbors Public Safety Service</b></a></td></tr>'
        f"{rows}</table></body></html>"
    )


def message(node_id: int, **columns: Any) -> dict[str, Any]:
    """A row of work/mail: an alert unless the arguments say otherwise."""
    row: dict[str, Any] = {
        "node_id": node_id,
        "folder": "Top of Outlook data file/Inbox",
        "message_class": "IPM.Note",
        "subject": "A Resident Posted a Crime Incident",
        "sender": "no-reply@neighborhoods.example.org",
        "to": ["Officer@PD.example.org"],
        "cc": [],
        "exchange": [],
        "message_id": f"<{node_id}@mail.example.org>",
        "submitted_at": datetime(2021, 5, 5, 12, tzinfo=UTC),
        "delivered_at": datetime(2021, 5, 5, 12, 1, tzinfo=UTC),
        "html": as_html(),
        "text": as_text(),
        "attachments": 0,
        "flaws": [],
    }
    assert set(columns) <= set(row)
    return row | columns


def table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows as a table of work/mail."""
    return pa.Table.from_pylist(list(rows), schema=MAIL)


@pytest.fixture(scope="session")
def crosswalk() -> Crosswalk:
    """The program's own crosswalk."""
    return read_crosswalk()


@pytest.fixture(scope="session")
def body() -> dict[str, Callable[..., str]]:
    """The two builders of bodies, as ``html`` and ``text``."""
    return {"html": as_html, "text": as_text}


@pytest.fixture(scope="session")
def mail_row() -> Callable[..., dict[str, Any]]:
    """Builds a row of work/mail."""
    return message


@pytest.fixture(scope="session")
def mail_table() -> Callable[[Sequence[dict[str, Any]]], pa.Table]:
    """Makes a table of rows."""
    return table


def write_parts(
    rows: Sequence[dict[str, Any]],
    cuts: Sequence[int] = (),
    *,
    folder: Path,
    agency: str = "lapd",
    source: str = "0123456789ab",
    row_group: int = 1 << 20,
) -> MailSource:
    """Write a mailbox's partitions, split before the named rows, below ``folder``; removes what was there."""
    place = folder / "mail" / source
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob("*.parquet"):
        old.unlink()
    ends = [*sorted(set(cuts)), len(rows)]
    starts = [0, *ends[:-1]]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        pq.write_table(table(rows[start:end]), place / f"part-{number:05}.parquet", row_group_size=row_group)
    return MailSource(
        agency=agency,
        source=source,
        sha256=source.ljust(64, "0"),
        files=(f"records/{agency}/{source}.pst",),
        bytes=1,
        format="Unicode PST",
        messages_listed=len(rows),
        unknown=None,
        mail=place,
        read=len(rows),
        not_mail=0,
        quarantined=0,
    )


@pytest.fixture(scope="session")
def write_mailbox() -> Callable[..., MailSource]:
    """Writes a mailbox's partitions below a folder and returns its MailSource."""
    return write_parts


@pytest.fixture
def mailbox(tmp_path: Path) -> Callable[..., MailSource]:
    """The same in the test's own folder."""
    return partial(write_parts, folder=tmp_path)
