"""The unique alerts of an agency: what was posted, on which day, and when its e-mails arrived.

The first posts of an agency are the situations that the method must get right (:func:`_situations`); the rest
is drawn. No two posts of an agency share kind, day, title and description, so the number of posts *is* the
number of unique alerts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from data.synthetic import words
from data.synthetic.figures import FIRST_DAY, LAST_DAY, MOST_OFFICERS
from data.synthetic.mail.model import Agency, Post

TEMPLATES: Final = ("resident-posted", "new-incident", "alert-title", "new-post-title")
_WEIGHTS: Final = (62, 18, 12, 8)  # assumed
_WITHOUT_DESCRIPTION: Final = 0.18  # assumed
_WITHOUT_DATE: Final = 0.25  # assumed; of the one layout that may lack a date line
CLOCKS_BACK, CLOCKS_FORWARD = date(2021, 11, 7), date(2021, 3, 14)
_DAYS: Final = (LAST_DAY - FIRST_DAY).days + 1


@dataclass(frozen=True, slots=True)
class Posting:
    """A post and the time in which its e-mails arrive.

    Attributes:
        post: The unique alert.
        opens: First moment of delivery, UTC.
        seconds: Length of the window; the last e-mail arrives at its end.
        situation: Whether it is one of the planned situations.
        timeless: Whether its messages have neither a time of submission nor one of delivery.
    """

    post: Post
    opens: datetime
    seconds: int
    situation: bool = False
    timeless: bool = False


def postings(agency: Agency, kind: str, count: int, rng: random.Random) -> list[Posting]:
    """The unique alerts of one agency and kind.

    Args:
        agency: The agency.
        kind: "crime alert" or "safety alert".
        count: How many; situations come first, as many of them as there is room for.
        rng: Decides everything drawn.

    Returns:
        ``count`` postings, no two with equal day, title and description.
    """
    result: list[Posting] = []
    seen: set[tuple[date | None, str, str]] = set()
    source = _situations(agency, kind, rng)
    while len(result) < count:
        posting = next(source, None) or _drawn(agency, kind, rng)
        key = (posting.post.day, posting.post.title, posting.post.text)
        if key not in seen:
            seen.add(key)
            result.append(posting)
    return result


def emails_per_post(total: int, situations: list[bool], rng: random.Random) -> list[int]:
    """Distribute e-mails over posts: 1 to 60 each, skewed as in real mailings, with an exact sum.

    The first post gets 60 and the second 1 if there is room for both. Situations get at least 3 if there is
    room.

    Args:
        total: E-mails to distribute: from one to 60 per post.
        situations: One flag per post: whether it is one of the planned situations.
        rng: Decides the numbers.

    Returns:
        E-mails of each post; they add up to ``total``.

    Raises:
        ValueError: ``total`` cannot be distributed.
    """
    count = len(situations)
    if not count <= total <= count * MOST_OFFICERS:
        raise ValueError(
            f"{total} e-mails cannot be distributed over {count} alerts with 1 to {MOST_OFFICERS} each"
        )
    room = MOST_OFFICERS + 1 + 3 * (count - 2) <= total <= MOST_OFFICERS + 1 + MOST_OFFICERS * (count - 2)
    fixed = {0: MOST_OFFICERS, 1: 1} if room and count > 2 else {}
    low = [3 if flag and total >= 3 * count else 1 for flag in situations]
    drawn = [1 + (MOST_OFFICERS - 1) * rng.betavariate(0.9, 3.0) for _ in range(count)]
    factor = total / sum(drawn)
    emails = [fixed.get(i, min(MOST_OFFICERS, max(low[i], round(x * factor)))) for i, x in enumerate(drawn)]
    floors = low if sum(fixed.get(i, n) for i, n in enumerate(low)) <= total else [1] * count
    step = 1 if sum(emails) < total else -1
    left = abs(total - sum(emails))
    while left:
        i = rng.randrange(count)
        if i not in fixed and floors[i] <= emails[i] + step <= MOST_OFFICERS:
            emails[i] += step
            left -= 1
    return emails


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins in a zone, in UTC.

    Example:
        >>> local_midnight(date(2021, 11, 8), ZoneInfo("America/Los_Angeles")).isoformat()
        '2021-11-08T08:00:00+00:00'
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _drawn(agency: Agency, kind: str, rng: random.Random) -> Posting:
    """A posting that is no planned situation."""
    template = rng.choices(TEMPLATES, _WEIGHTS)[0]
    titles = words.CRIME_TITLES if kind == "crime alert" else words.SAFETY_TITLES
    title = rng.choice(words.ODD_TITLES) if rng.random() < 0.03 else words.fill(rng, rng.choice(titles))
    if rng.random() < _WITHOUT_DESCRIPTION:
        description: tuple[str, ...] = ()
    else:
        description = tuple(
            words.fill(rng, s) for s in rng.sample(words.SENTENCES, rng.choice((1, 1, 2, 2, 3, 4)))
        )
    dated = template != "new-incident" or rng.random() >= _WITHOUT_DATE
    post = Post(agency.key, kind, template, _day(rng), dated, title, description)
    return _timed(post, agency, rng)


def _day(rng: random.Random) -> date:
    """A day of the investigation; later ones are more likely, because the program grew."""
    return FIRST_DAY + timedelta(days=min(_DAYS - 1, int(_DAYS * rng.random() ** 0.8)))


def _timed(post: Post, agency: Agency, rng: random.Random) -> Posting:
    """A posting whose e-mails arrive within three hours, well inside its day."""
    day = post.day or FIRST_DAY
    if post.dated:
        opens = datetime.combine(day, time(), UTC) + timedelta(seconds=rng.randrange(20 * 3600))
    else:
        opens = local_midnight(day, ZoneInfo(agency.timezone)) + timedelta(
            seconds=rng.randrange(4 * 3600, 13 * 3600)
        )
    return Posting(post, opens, rng.randrange(60, 3 * 3600))


def _situations(agency: Agency, kind: str, rng: random.Random) -> Iterator[Posting]:
    """Every situation that the method must get right, in all layouts in turn."""
    plain = ("Package taken from the driveway", "Ladder left at the back gate")
    zone = ZoneInfo(agency.timezone)

    def post(turn: int, day: date, title: str, description: tuple[str, ...], dated: bool = True) -> Post:
        template = TEMPLATES[turn % 4] if dated else "new-incident"
        return Post(agency.key, kind, template, day, dated, title, description)

    def whole(each: Post) -> Posting:
        return replace(_timed(each, agency, rng), situation=True)

    def window(each: Post, opens: datetime, seconds: int) -> Posting:
        return Posting(each, opens, seconds, situation=True)

    # No description, in every layout. The first two get the most and the fewest officers (emails_per_post).
    for turn in range(4):
        yield whole(post(turn, _day(rng), f"{plain[turn % 2]}, camera {turn}", ()))

    # No date in the body, so the day of delivery in the agency's zone counts: at the day's very edges, and on
    # days when clocks change.
    undated = ("Gate left open", ("No date line here.",))
    first = _day(rng)
    second = local_midnight(first + timedelta(days=1), zone)
    yield window(post(0, first, *undated, dated=False), second - timedelta(minutes=10), 599)
    yield window(post(0, first + timedelta(days=1), *undated, dated=False), second, 600)
    for change in (CLOCKS_BACK, CLOCKS_FORWARD):
        ends = local_midnight(change + timedelta(days=1), zone)
        yield window(post(0, change, *undated, dated=False), ends - timedelta(minutes=50), 50 * 60 - 1)
        yield window(post(0, change + timedelta(days=1), *undated, dated=False), ends, 50 * 60)
    yield window(
        post(0, CLOCKS_BACK, "Twice half past one", (), dated=False),
        local_midnight(CLOCKS_BACK, zone) + timedelta(hours=1),
        7200,
    )
    timeless = Post(agency.key, kind, "new-incident", None, False, "Nobody knows when", ())
    yield Posting(timeless, datetime.combine(_day(rng), time(9), UTC), 60, situation=True, timeless=True)

    for turn, title in enumerate(words.ODD_TITLES):
        yield whole(
            post(turn, _day(rng), title, (words.fill(rng, rng.choice(words.SENTENCES)),) if turn % 3 else ())
        )
    for turn, description in enumerate(words.ODD_DESCRIPTIONS):
        yield whole(post(turn, _day(rng), plain[turn % 2], description))

    # Nearly equal posts that are different alerts: another day, another letter case, another description.
    day = _day(rng)
    yield whole(post(0, day, plain[0], ("Nobody was hurt.",)))
    yield whole(post(1, day, plain[0].upper(), ("Nobody was hurt.",)))
    yield whole(
        post(2, day + timedelta(days=1) if day < LAST_DAY else FIRST_DAY, plain[0], ("Nobody was hurt.",))
    )
    yield whole(post(3, day, plain[0], ("Nobody was hurt", ".")))
