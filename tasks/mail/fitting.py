"""Mail as rows of ``work/mail``: what does not fit is mended with a flaw, or costs its one message.

Nearly always all messages of a list fit, and one call makes their batch. Only where that fails is the list
halved until the message at fault is found. So one odd value never costs the messages beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa

from data.schema import TABLES
from tasks.mail.outcomes import Mail
from tasks.mail.properties import short_reason, whole_text

MOST_CHARACTERS: Final = 10_000
"""The longest subject, name, address or Message-ID that is kept. Outlook allows 255 characters; a table of a
million messages could not hold longer ones without end."""
DOES_NOT_FIT: Final = "a value does not fit into the table"
"""The reason in ``private/quarantine``."""

_TABLE: Final = TABLES["work/mail"]
_VALUES: Final = {
    column.name: attrgetter(column.name) for column in _TABLE.columns if column.name != "folder"
}
_TEXTS: Final = ("message_class", "subject", "sender", "message_id", "html", "text")
_SHORT: Final = ("message_class", "subject", "sender", "message_id")
_LISTS: Final = ("to", "cc", "exchange", "flaws")
_SURROGATES: Final = "lone surrogates"


@dataclass(frozen=True, slots=True)
class Unfit:
    """A message that fits into no row.

    Attributes:
        mail: The message.
        detail: Which value, and what is wrong.
    """

    mail: Mail
    detail: str


def to_table(mails: Sequence[Mail], folders: Mapping[int, str]) -> tuple[pa.Table, list[Unfit]]:
    """The rows of some messages.

    Args:
        mails: The messages; those that are mended are changed.
        folders: Folder path by node id.

    Returns:
        Rows in the schema ``work/mail``, in order, and the messages of which no row can be made.
    """
    batches, unfit = _batches(mails, folders)
    # As one chunk, because a chunk is a row group of the file and a batch of the parsing.
    return pa.Table.from_batches(batches, schema=_TABLE.arrow).combine_chunks(), unfit


def _batches(
    mails: Sequence[Mail], folders: Mapping[int, str], *, mended: bool = False
) -> tuple[list[pa.RecordBatch], list[Unfit]]:
    try:
        return [_batch(mails, folders)], []
    except Exception as error:  # whatever Arrow or Python says of one value
        if len(mails) == 1 and mended:
            return [], [Unfit(mails[0], f"{type(error).__name__}: {short_reason(error)}")]
    if len(mails) == 1:
        mend(mails[0])
        return _batches(mails, folders, mended=True)
    half = len(mails) // 2
    first, second = _batches(mails[:half], folders), _batches(mails[half:], folders)
    return [*first[0], *second[0]], [*first[1], *second[1]]


def _batch(mails: Sequence[Mail], folders: Mapping[int, str]) -> pa.RecordBatch:
    columns: dict[str, list[Any]] = {name: list(map(value_of, mails)) for name, value_of in _VALUES.items()}
    columns["folder"] = [folders[node_id] for node_id in columns["node_id"]]
    columns["path"] = [path or None for path in columns["path"]]
    return pa.RecordBatch.from_pydict(columns, schema=_TABLE.arrow)


def mend(mail: Mail) -> None:
    """Make a message fit, with a flaw for each property that was changed.

    Lone surrogates, which no table can hold, become U+FFFD. A time or number that its column cannot hold
    becomes missing; a number that may not be missing becomes 0.
    """
    for name in _TEXTS:
        value = getattr(mail, name)
        if value is not None and (whole := whole_text(value)) != value:
            setattr(mail, name, whole)
            mail.flaws.append(f"{name}: {_SURROGATES}")
    for name in _LISTS:
        values = getattr(mail, name)
        if (whole_ones := [whole_text(value) for value in values]) != values:
            setattr(mail, name, whole_ones)
            mail.flaws.append(f"{name}: {_SURROGATES}")
    for name in ("submitted_at", "delivered_at", "attachments"):
        try:
            pa.array([getattr(mail, name)], _TABLE.arrow.field(name).type)
        except (pa.ArrowException, OverflowError, ValueError, TypeError) as error:
            setattr(mail, name, 0 if name == "attachments" else None)
            mail.flaws.append(f"{name}: {short_reason(error)}")


def measure(mail: Mail) -> int:
    """Characters of a message; its names and addresses are cut, with a flaw, where one is far too long."""
    short = len(mail.subject or "") + len(mail.sender or "") + len(mail.message_id or "")
    names = sum(map(len, mail.to)) + sum(map(len, mail.cc))
    if short > MOST_CHARACTERS or names > MOST_CHARACTERS:
        _cut(mail)
    return short + names + len(mail.html or "") + len(mail.text or "")


def _cut(mail: Mail) -> None:
    for name in _SHORT:
        value = getattr(mail, name)
        if value is not None and len(value) > MOST_CHARACTERS:
            setattr(mail, name, value[:MOST_CHARACTERS])
            mail.flaws.append(_cut_off(name, len(value)))
    for name in ("to", "cc"):
        for place, value in enumerate(getattr(mail, name)):
            if len(value) > MOST_CHARACTERS:
                getattr(mail, name)[place] = value[:MOST_CHARACTERS]
                mail.flaws.append(_cut_off(name, len(value)))


def _cut_off(name: str, length: int) -> str:
    return f"{name}: cut after {MOST_CHARACTERS:,} of {length:,} characters"


def has_body(mail: Mail) -> bool:
    """Whether there is a body with anything but blanks in it."""
    html, text = mail.html, mail.text
    return bool((text and not text.isspace()) or (html and not html.isspace()))


def has_replacement(mail: Mail) -> bool:
    """Whether any text holds U+FFFD, the mark of a character that could not be decoded."""
    # Nearly all texts are of characters of one byte, which Python knows without looking at them.
    for text in (mail.html, mail.text, mail.subject, mail.sender, mail.message_id, *mail.to, *mail.cc):
        if text is not None and "\ufffd" in text:
            return True
    return False
