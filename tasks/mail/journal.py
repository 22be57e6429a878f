r"""Journal reports: mails that a mail server writes to an archive, with the reported mail attached.

The report's own text is the envelope: who sent the mail, and whom the server delivered it to. What counts is
the mail that it carries (method 1.13). The formats are those of Exchange: *envelope journaling* (``Sender:``,
``Message-Id:``, ``To:`` …) and the older form with ``Recipients:``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from tasks.mail.outcomes import Mail

_MARK: Final = re.compile(r"(?im)^x-ms-journal-report\s*:")
_TAG: Final = re.compile(r"<(?:br|/p|/div|/tr|p|div)\b[^>]*>|<!--.*?-->|<[^<>@]*>", re.IGNORECASE | re.DOTALL)
_FIELD: Final = re.compile(
    r"\s*(sender|subject|message-id|recipients?|to|cc|bcc|on-behalf-of|label|senttime)\s*:(.*)", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"""[^\s,;:<>()\[\]"']+@[^\s,;:<>()\[\]"']+""")
_LINES: Final = 5000
"""Lines of an envelope that are read."""
_LONGEST: Final = 1 << 20
"""Characters of a body that are looked at."""


@dataclass(frozen=True)
class Envelope:
    """What the text of a journal report says.

    Attributes:
        fields: The names of the lines that it has, in lower case.
        to: Whom the mail was delivered to; those that are named as neither To nor Cc included.
        cc: Likewise those named as Cc.
    """

    fields: frozenset[str] = frozenset()
    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)


def read_envelope(mail: Mail) -> Envelope:
    r"""The envelope in the body of a mail; without fields where the body does not begin with one.

    Example:
        >>> body = "Sender: a@x.example\nMessage-Id: <1@x>\nTo: b@x.example, Expanded: all@x.example\n"
        >>> read_envelope(Mail(4, "IPM.Note", text=body)).to
        ['b@x.example']
    """
    body = mail.text or _TAG.sub("\n", (mail.html or "")[:_LONGEST])
    fields: list[str] = []
    people: dict[str, list[str]] = {"to": [], "cc": []}
    at = ""
    for line in body[:_LONGEST].splitlines()[:_LINES]:
        if not line.strip():
            continue
        found = _FIELD.match(line)
        if found is None and (at != "recipients" or "@" not in line):
            break  # only the older form has lines that are nothing but addresses
        at = found[1].lower() if found else at
        fields.append(at)
        if at in ("to", "cc", "recipient", "recipients"):
            people["cc" if at == "cc" else "to"] += _addresses(found[2] if found else line)
    return Envelope(frozenset(fields), people["to"], people["cc"]) if fields[:1] == ["sender"] else Envelope()


def _addresses(line: str) -> list[str]:
    """The addresses of a line, without the lists and rules through which the mail came to them."""
    kept = [
        part
        for part in re.split("[,;]", line)
        if not re.match(r"\s*(expanded|forwarded)\s*:", part, re.IGNORECASE)
    ]
    return [address for part in kept for address in _ADDRESS.findall(part)]


def is_report(mail: Mail, headers: str | None) -> bool:
    """Whether a mail is a journal report, if its one attachment is a message (method 1.13).

    Args:
        mail: The mail.
        headers: Its transport headers; None where it has none.
    """
    if headers is not None and _MARK.search(headers):
        return True
    fields = read_envelope(mail).fields
    return {"sender", "message-id"} <= fields and not fields.isdisjoint(
        {"to", "cc", "bcc", "recipient", "recipients"}
    )


def carried(report: Mail, mail: Mail) -> Mail:
    """The mail that a report carries, in the report's place.

    Args:
        report: The report, a message of the mailbox.
        mail: The mail attached to it.

    Returns:
        The attached mail, with the recipients of the envelope where it names none itself, and the report's
        times where it has none.
    """
    flaws = list(mail.flaws)
    to, cc = list(mail.to), list(mail.cc)
    if not to and not cc:
        envelope = read_envelope(report)
        to, cc = envelope.to, envelope.cc
        if to or cc:
            flaws.append("recipients: from the envelope of the journal report")
    submitted, delivered = mail.submitted_at, mail.delivered_at
    if submitted is None and delivered is None and report.delivered_at is not None:
        delivered = report.delivered_at
        flaws.append("delivered_at: from the journal report")
    return replace(
        mail, to=to, cc=cc, submitted_at=submitted, delivered_at=delivered, flaws=flaws, journal=True
    )
