"""From a body to an alert: date, title, description. The crosswalk's template names the scraper for a layout.

The layout of Neighbors mails, as the lines that a reader sees (in text and HTML alike)::

    Post Titled: <title>                        the preheader; hidden in HTML, absent in some templates
    Neighbors Public Safety Service
    A resident in your area just posted …       the announcement: everything is found from here
    <title>
    <Month D, YYYY>                             may be absent
    <description>                               no line, one, or several
    Click Here to View Post                     a link: the description ends here at the latest
    Check Out Your Feed                         a link
    See the full list of crime and safety …

In text that a program has wrapped, the announcement or a title may take several lines (method 3.7).

The rules (method 3, 4.2):

- The **title** is the first line after the announcement. A blank title leaves no line of its own, so the next
  line (the date, or a link) must not be taken for the title. The evidence is the title that the preheader,
  else the variable part of the subject, announces. If that is blank, there is no title; a line that looks
  like a date or is a link is the title only if it was announced. If nothing was announced, a date is the
  title if another date follows it. If the body shows no title but the preheader names one, that one is used,
  because the preheader belongs to the body. The subject is never used as the title: the method goes by HTML
  body, then plain text, then quarantine.
- The **date** is the next line if it is nothing but a date ``Month D, YYYY`` that exists. A date anywhere
  later belongs to the description.
- The **description** is what follows, up to the first line that is a link with a label: residents type plain
  text, so such links are the program's own. A line that is a bare web address belongs to a description that
  has begun, but never begins one. If no link is marked as one, the description ends at a line that equals a
  label or begins the footer; the same words within a sentence do not end it.
- Everything is collapsed (:func:`data.text.collapse`); lines are joined by a blank.

**A new agency's subject format** is a row in ``data/reference/subjects.csv``: the pattern, the kind and a
template. If its body looks like a known one, name that template, and that is all. If not, write a function of
the type :data:`Scraper` here, add it to :data:`TEMPLATES` under a new name, and add a test with a body as it
is seen. What was parsed before is then parsed again without further action, because results are kept under a
hash of this code and of the crosswalk.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from data.text import collapse
from tasks.bodies.lines import INVISIBLE, Line, html_lines, text_lines


class Alert(NamedTuple):
    """What a body says.

    Attributes:
        title: Collapsed, never empty.
        date: The calendar date in the body, None if it has none.
        description: Collapsed, empty if there is none.
    """

    title: str
    date: date | None
    description: str


Scraper = Callable[[Sequence[Line], str | None], Alert | str]
"""Takes a body's lines and the subject's variable part; returns the alert, or why there is none."""

NO_ANNOUNCEMENT: Final = "no announcing sentence"
NO_TITLE: Final = "no title after the announcing sentence"
NO_BODY: Final = "no such body"

_ANNOUNCEMENT: Final = re.compile(
    r"(?:a resident in your area just posted a (?:crime|safety) incident to the neighbors app"
    r"|a new (?:crime|safety) incident was posted in your area"
    r"|a new (?:crime|safety) post in your area"
    r"|(?:crime|safety) alert from the neighbors app)\.?"
)
_ANNOUNCEMENT_LENGTH: Final = 100
_LINES_TAKEN: Final = 4
"""Lines that an announcement or a title may take where it was broken."""
_WRAPPED_AT: Final = 60
"""A line at least as long, with the first word of the next, was broken for its length; most are at 72."""
_PREHEADER: Final = "post titled:"
_LABELS: Final = frozenset(("click here to view post", "check out your feed", "have questions?"))
_FOOTER: Final = "see the full list of crime and safety incidents"

_MONTHS: Final = MappingProxyType(
    {
        name: number
        for number, name in enumerate(
            [
                "january",
                "february",
                "march",
                "april",
                "may",
                "june",
                "july",
                "august",
                "september",
                "october",
                "november",
                "december",
            ],
            start=1,
        )
    }
)
_DATE: Final = re.compile(r"([A-Za-z]{3,9}) ([0-9]{1,2}), ([0-9]{4})")


def read_date(text: str) -> date | None:
    """Read a line that is a date ``Month D, YYYY`` and nothing else.

    Args:
        text: A collapsed line.

    Returns:
        The date; None for any other line and for a day that does not exist.

    Example:
        >>> read_date("May 5, 2021")
        datetime.date(2021, 5, 5)
        >>> read_date("February 30, 2021") is None
        True
    """
    found = _DATE.fullmatch(text)
    month = _MONTHS.get(found[1].lower()) if found else None
    if found is None or month is None:
        return None
    try:
        return date(int(found[3]), month, int(found[2]))
    except ValueError:
        return None


def neighbors(lines: Sequence[Line], rest: str | None) -> Alert | str:
    """Scrape a mail of the Neighbors Public Safety Service; its layouts differ only in the announcement.

    Args:
        lines: The body's lines.
        rest: The subject's variable part, for templates whose subject holds the title; evidence only.

    Returns:
        The alert, or why there is none.
    """
    place, after = _announcement(lines)
    if place == after:
        return NO_ANNOUNCEMENT
    preheader = _preheader(lines[:place])
    announced = rest if preheader is None else preheader
    body = _before_links([line for line in lines[after:] if not line.hidden], announced)
    body = _unwrapped_title(lines[:place], body, announced, wrapped=after - place > 1)
    if announced != "" and body and _is_title(body, announced):
        title, body = body[0].text, body[1:]
    elif preheader:
        title = preheader
    else:
        return NO_TITLE
    day = read_date(body[0].text) if body else None
    return Alert(title, day, _description(body if day is None else body[1:]))


def _announcement(lines: Sequence[Line]) -> tuple[int, int]:
    """Where the announcement begins and ends, as it may be broken; the same place twice if nowhere."""
    for start in range(len(lines)):
        words = ""
        for end, line in enumerate(lines[start : start + _LINES_TAKEN], start=start + 1):
            words = f"{words} {line.text}".lstrip()
            if line.hidden or len(words) > _ANNOUNCEMENT_LENGTH:
                break
            if _ANNOUNCEMENT.fullmatch(words.lower()) is not None:
                return start, end
    return 0, 0


def _unwrapped_title(
    before: Sequence[Line], body: list[Line], announced: str | None, *, wrapped: bool
) -> list[Line]:
    """The body with a title that was broken over lines as one line.

    The evidence is the preheader, broken or not, or the title in the subject: what they say is the title.
    Where neither does, and the announcement was broken too, a title that fills its line goes on up to the
    date.
    """
    if not body or body[0].text == announced:
        return body
    said = {announced, *_preheaders(before)} - {None, ""}
    joined = body[0].text
    for taken, line in enumerate(body[1:_LINES_TAKEN], start=2):
        whole = f"{joined} {line.text}"
        if whole in said:
            return [Line(whole), *body[taken:]]
        wrapped = wrapped and len(body[taken - 2].text) + len(line.text.split(" ", 1)[0]) >= _WRAPPED_AT
        if wrapped and taken < len(body) and read_date(body[taken].text) is not None:
            return [Line(whole), *body[taken:]]
        joined = whole
    return body


def _preheaders(before: Sequence[Line]) -> Iterator[str]:
    """What the preheader may say, as it may be broken: its first line, and that with those after it."""
    for place, line in enumerate(before):
        if line.text[: len(_PREHEADER)].lower() == _PREHEADER:
            joined = line.text[len(_PREHEADER) :].strip(INVISIBLE)
            yield joined
            for more in before[place + 1 : place + _LINES_TAKEN]:
                joined = f"{joined} {more.text}"
                yield joined
            return


def _preheader(lines: Sequence[Line]) -> str | None:
    """The title that the preheader announces, empty for a blank one; None if there is no preheader."""
    size = len(_PREHEADER)
    for line in lines:
        if line.text[:size].lower() == _PREHEADER:
            return line.text[size:].strip(INVISIBLE)
    return None


def _before_links(lines: Sequence[Line], announced: str | None) -> list[Line]:
    """The lines up to the first link with a label; a first line that was announced as the title stays."""
    first = 1 if lines and lines[0].text == announced else 0
    for n, line in enumerate(lines[first:], start=first):
        if (line.link and not line.address) or (line.address_below and line.text.lower() in _LABELS):
            return list(lines[:n])
    for n, line in enumerate(lines[first:], start=first):
        if line.text.lower() in _LABELS or line.text.lower().startswith(_FOOTER):
            return list(lines[:n])
    return list(lines)


def _is_title(body: Sequence[Line], announced: str | None) -> bool:
    """Whether the first line is the title and not a date (or an address) that follows a blank title."""
    first = body[0]
    if first.text == announced:
        return True
    if first.link:
        return False
    if read_date(first.text) is None:
        return True
    return announced is None and len(body) > 1 and read_date(body[1].text) is not None


def _description(lines: Sequence[Line]) -> str:
    words: list[str] = []
    for line in lines:
        if words or not line.link:
            words.append(line.text)
    return collapse(" ".join(words))


TEMPLATES: Final[Mapping[str, Scraper]] = MappingProxyType(
    {
        "resident-posted": neighbors,
        "new-incident": neighbors,
        "alert-title": neighbors,
        "new-post-title": neighbors,
    }
)
"""The scraper of each template that a crosswalk may name."""

# An address inside a tag is often made for one recipient (it tracks who clicked), while the rest of the body
# is the same for everyone. The look-ahead leaves addresses in the text alone, which belong to a description.
# It has a limit, because without one a body without tags would take time that grows with its square.
_TAG_ADDRESS: Final = re.compile(r'="https?:[^"<>]*"(?=[^<>]{0,1000}>)')
_MEMO_SIZE: Final = 16_384
_memo: dict[tuple[str, str | None, str, bytes], Alert | str] = {}


def scrape(template: str, rest: str | None, html: str | None, text: str | None) -> Alert | str:
    r"""Find the alert in a message: in the HTML body, or if that has no title in the plain text.

    The same alert goes to many officers, so the outcome for a body is remembered (a limited number of them,
    by hash).

    Args:
        template: A name in :data:`TEMPLATES`.
        rest: The subject's variable part, None if the crosswalk's row has none.
        html: The HTML body, None if the message has none.
        text: The plain-text body, likewise.

    Returns:
        The alert, or one line that says for each body why it has none.

    Raises:
        KeyError: The template is unknown; :func:`tasks.alerts.look.check_templates` checks that
            beforehand.

    Example:
        >>> text = "A new crime incident was posted in your area.\nBike gone\nMay 5, 2021"
        >>> scrape("new-incident", None, None, text)
        Alert(title='Bike gone', date=datetime.date(2021, 5, 5), description='')
    """
    outcomes = []
    for body, source in (("html", html), ("text", text)):
        outcome = (
            NO_BODY if source is None or not source.strip() else _scrape_body(template, rest, body, source)
        )
        if isinstance(outcome, Alert):
            return outcome
        outcomes.append(f"{body}: {outcome}")
    return "; ".join(outcomes)


def _scrape_body(template: str, rest: str | None, body: str, source: str) -> Alert | str:
    same = _TAG_ADDRESS.sub("", source) if body == "html" else source
    digest = hashlib.sha256(same.encode("utf-8", "replace")).digest()
    key = (template, rest, body, digest)
    if (kept := _memo.get(key)) is not None:
        return kept
    lines = html_lines(source) if body == "html" else text_lines(source)
    outcome = TEMPLATES[template](lines, rest)
    if len(_memo) >= _MEMO_SIZE:
        del _memo[next(iter(_memo))]
    _memo[key] = outcome
    return outcome
