"""What was left out and why, with the counts of the run, and what the tests cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tasks.audit.results import left_out_of
from tasks.ledger.balances import Counts
from tasks.report.results import Story
from tasks.report.sentences.counts import counts
from tasks.report.sentences.words import NOT_PUBLISHED, UNKNOWN, amount, plain, share, share_of, some, verb

Said = Callable[[Story], Iterator[str]]


OF_MAIL: Final = (
    (
        "mail",
        "not mail",
        "Every item in the mailboxes is mail.",
        "{n} of the items in the mailboxes {is_} no mail, such as contacts and appointments: left out.",
    ),
    (
        "mail",
        "quarantined while reading",
        "Every item in the mailboxes could be read.",
        "{n} of the items could not be read; {it} in quarantine with the reason.",
    ),
    (
        "alerts",
        "quarantined while parsing",
        "Every alert could be parsed.",
        "{n} of the alerts could not be parsed, mostly for want of a title: {it} counted as e-mail, and as "
        "no unique alert.",
    ),
    ("mail", "without a body", "Every mail has a body.", "{n} of the mails {is_} without a body."),
    (
        "mail",
        "with replacement characters",
        "Every character of the mails could be decoded.",
        "{n} of the mails {is_} shown with a character that could not be decoded.",
    ),
)
"""What may be lacking of the mail: part and line of the ledger, what is said of none, and of some."""


def mail(story: Story) -> Iterator[str]:
    """What of the mailboxes is in no number."""
    known = counts(story)
    if ("mail", "messages read") not in known:
        return
    for part, name, none, some_of in OF_MAIL:
        if (part, name) not in known:
            continue
        count = known[part, name]
        yield (
            none
            if count == 0
            else some_of.format(
                n=plain(count).capitalize(), is_=verb(count, "is", "are"), it=verb(count, "it is", "they are")
            )
        )
    yield from _attached(story, known)
    yield "Mail in another form than Outlook's mailboxes is not read."


def _attached(story: Story, known: Counts) -> Iterator[str]:
    attached = known.get(("mail", "attached messages"))
    if attached:
        count = story.config.mail.embedded == "count"
        yield (
            f"{amount(attached, 'message')} attached to other messages {verb(attached, 'counts', 'count')} "
            f"{'like messages of the mailbox' if count else 'in no number'}, as the settings say."
        )


def posts(story: Story) -> Iterator[str]:
    """What of the posts is in no number, and where it is uncertain in which tract they are."""
    known = counts(story)
    whole = known.get(("posts", "posts in the files"))
    if ("posts", "posts in the files") not in known:
        return
    for name, words in (
        ("duplicates", "repeat the id of an earlier row and count once"),
        ("excluded accounts", "are of accounts that the settings leave out, as they are no residents"),
        ("no location", "have no location"),
        ("outside", "lie in no tract of the layer"),
        ("in tracts without", "lie in a tract without people or without a known income"),
    ):
        if ("posts", name) in known:
            yield _of_all("posts", known["posts", name], whole, words, UNKNOWN)
    borders = known.get(("posts", "on borders"))
    whole_nation = ("nation", "all")
    ties = [row["ties"] for row in story.rows("border_posts") if (row["scope"], row["year"]) == whole_nation]
    tied = ties[0] if ties else 0
    yield (
        f"{plain(borders).capitalize()} of the posts {verb(borders, 'lies', 'lie')} on a border of tracts "
        f"and {verb(borders, 'is', 'are')} given to the tract with the most people; where several have as "
        f"many, which decides on {plain(tied, NOT_PUBLISHED)} of them, the first by its GEOID has it."
    )
    settings = story.config.posts
    if settings is not None:
        yield f"Posts of other years than {settings.year} are in no rate and in no test."


def _of_all(things: str, count: int | None, whole: int | None, words: str, missing: str) -> str:
    """What became of some of the posts or records, with their share where it is known."""
    of = f" ({share(count, whole)})" if count and whole else ""
    return f"Of the {things}, {plain(count, missing)}{of} {words}."


TRACTS: Final = {
    "without polygon": "no polygon, so that no post could be found in it",
    "without Census row": "no row in the Census",
    "without people": "no people",
    "without income": "no known income",
    "with few people": "too few people",
}
"""Why a tract of a city is in no test (method 6.9), by the line of the ledger."""


def tracts(story: Story) -> Iterator[str]:
    """Which tracts of the cities are in no test."""
    known = counts(story)
    listed = known.get(("tracts", "tracts listed"))
    if not listed:
        return
    used = known.get(("tracts", "tracts used"), 0)
    yield f"The tests use {plain(used)} of the {amount(listed, 'tract')} of the cities."
    for name, words in TRACTS.items():
        count = known.get(("tracts", name), 0)
        least = f" (fewer than {story.config.tests.least_population:,})" if name == "with few people" else ""
        yield f"{plain(count).capitalize()} of them {verb(count, 'has', 'have')} {words}{least}."
    inside = [row["share_in_city"] for row in story.rows("tracts_used") if row["status"] == "used"]
    half = sum(each is not None and 2 * each < 1 for each in inside)
    if half:
        yield (
            f"{amount(half, 'tract')} that {verb(half, 'is', 'are')} used {verb(half, 'lies', 'lie')} for "
            "more than half outside of the city; what changes without them is in the table of variants."
        )


def crimes(story: Story) -> Iterator[str]:
    """Which records of crimes are in no number."""
    known = counts(story)
    if ("crime", "crimes in the files") not in known:
        return
    whole = known["crime", "crimes in the files"]
    for name, words in (
        ("duplicates", "repeat an earlier record and count once"),
        ("other years", "are of other years than the one examined, or have no date"),
        ("other types", "are of types that are not examined"),
        ("no location", "have no location"),
        ("outside", "lie in no tract of their city"),
        ("in tracts without", "lie in a tract without people or without a known income"),
    ):
        if ("crime", name) in known:
            yield _of_all("records", known["crime", name], whole, words, NOT_PUBLISHED)
    yield "A record is what somebody reported and the police wrote down, which is not every crime."


def tests(story: Story) -> Iterator[str]:
    """What the tests cannot say."""
    rows = [*story.rows("city_tests_robust"), *story.rows("crime_tests_robust")]
    if not rows:
        return
    settings = story.config.tests
    yield (
        "A relation between tracts is not one between people: who posts in a rich tract need not be rich, "
        "and nothing here says why there is a relation."
    )
    yield (
        "Of many tests some find a relation by chance. The risk of a single false finding in a family of "
        f"tests is to be {share_of(settings.alpha)}, which is divided among them; that asks much of each "
        "test, so that no finding does not mean no relation."
    )
    few = sum(row["verdict"] == "too few to tell" for row in rows)
    yield (
        f"With fewer than {settings.least_count:,} posts or crimes in a city nothing is said, nor where only "
        f"a very large relation could have been shown: the verdict is too few to tell in {plain(few)} of "
        f"{amount(len(rows), 'case')}."
    )
    yield (
        "That there is no relation is claimed only where rich and poor tracts differ by less than a factor "
        f"of {settings.band:g}, by the whole interval."
    )
    yield from _incomes(story)
    influenced = [row for row in rows if row["influential_tracts"]]
    if influenced:
        yield (
            f"Behind {len(influenced):,} of {amount(len(rows), 'verdict')} a single tract would change the "
            "plain finding."
        )
    yield (
        "Posts are of those who have the app; that some tracts have more of them is not taken into account."
    )


def _incomes(story: Story) -> Iterator[str]:
    """How uncertain the incomes are."""
    rows = [row for row in story.rows("city_income_error") if row["relative_margin"] is not None]
    if not rows:
        yield (
            "A tract's income is an estimate of a survey; its margin of error was not in the files, so that "
            "it is not taken into account."
        )
        return
    widest = max(rows, key=lambda row: (row["relative_margin"], row["city"]))
    yield (
        f"A tract's income is an estimate. In half of the tracts of {widest['city']}, its margin of error is "
        f"more than {share_of(round(widest['relative_margin'], 2))} of it."
    )
    drawn = [row for row in rows if row["draws"] and row["same_verdict"] is not None]
    shaky = [row for row in drawn if row["same_verdict"] < STEADY]
    if drawn:
        yield (
            f"When incomes are drawn {max(row['draws'] for row in drawn):,} times within these margins, the "
            f"verdict stays the same in {share_of(STEADY)} of the draws or more in "
            f"{len(drawn) - len(shaky):,} of {amount(len(drawn), 'city', 'cities')}"
            + (f"; it does not in {some([row['city'] for row in shaky], 'cities')}." if shaky else ".")
        )
    coded = sum(row["top_coded"] + row["bottom_coded"] for row in rows)
    if coded:
        yield (
            f"{amount(coded, 'income')} {verb(coded, 'is', 'are')} known only to be beyond an end of the "
            "survey's scale."
        )


STEADY: Final = 0.95
"""A verdict that is the same in so large a share of draws is called the same."""


def small(story: Story) -> Iterator[str]:
    """How many counts are left out because they are small, or would tell a small one (method 12.6)."""
    if words := left_out_of(story.table("left_out")).words:
        yield words


SUBJECTS: Final[tuple[tuple[str, str, Said], ...]] = (
    ("mail", "The mail", mail),
    ("posts", "The posts", posts),
    ("tracts", "The tracts", tracts),
    ("crimes", "The crimes", crimes),
    ("small", "Small counts", small),
    ("tests", "What the tests cannot say", tests),
)
"""What is told of: key, heading, sentences."""
