"""What readers found in the sample of the alerts, and how well they agree, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from data.question_words import QuestionWords
from tasks.figures.style import clean
from tasks.report.results import Story
from tasks.report.sentences.counts import counts
from tasks.report.sentences.words import amount, listed, verb

_ALL: Final = "all"
_MOST: Final = 4
"""Answers that are named of a question."""

_RELIABLE: Final = 0.8
_TENTATIVE: Final = 0.667


def about(story: Story) -> Iterator[str]:
    """What the alerts are about, how far readers agree, and how much of the sample that rests on."""
    drawn = next((row["drawn"] for row in story.rows("coding_drawn") if row["value"] == _ALL), 0)
    told = [*findings(story), *agreement(story)] if _is_decided(story) else []
    if told:
        yield from told
        yield from unfinished(story)
    elif drawn:
        yield (
            f"{amount(drawn, 'alert')} {verb(drawn, 'was', 'were')} drawn for people to read. None is "
            "decided yet, so that nothing can be said of what the alerts are about."
        )


def unfinished(story: Story) -> Iterator[str]:
    """That shares are not final, or that there are none yet (method 5.6 and 5.7)."""
    known = counts(story)
    decided, ties, left = (
        known.get(("coding", name)) for name in ("decided", "to decide", "not yet reviewed")
    )
    if _is_decided(story):
        if ties or left:
            yield (
                "The shares are those of the decided alerts alone, and can change until every alert of the "
                "sample is decided."
            )
    elif decided == 0:
        yield (
            "So no share can be told yet. An alert is decided when all who were asked have answered or "
            "handed in their sheet, and a tie when a person has decided it."
        )


def _is_decided(story: Story) -> bool:
    """Whether something is decided of a question."""
    return any(row["decided"] for row in story.rows("coding_tally"))


def findings(story: Story) -> Iterator[str]:
    """The largest shares of the answers, of all alerts, with their intervals (method 5.7).

    It is said of how many alerts nothing is decided, as no interval allows for it: readers may be
    at odds over alerts of one kind.
    """
    by_question: dict[str, list[Mapping[str, Any]]] = {}
    for row in story.rows("coding_shares"):
        if row["agency"] == _ALL and row["by"] == "alerts" and row["share"] is not None:
            by_question.setdefault(row["question"], []).append(row)
    decided = {r["question"]: r["decided"] for r in story.rows("coding_tally") if r["agency"] == _ALL}
    drawn = max((row["drawn"] for row in story.rows("coding_drawn") if row["value"] == _ALL), default=0)
    words = words_of(story)
    for question, rows in by_question.items():
        first = sorted(rows, key=lambda row: (-row["share"], row["answer"]))[:_MOST]
        shares = listed(
            f"“{clean(words.answer(question, row['answer']))}” {_interval(row)}"
            for row in first
            if row["share"] > 0
        )
        number = decided.get(question, 0)
        left = drawn - number
        open_yet = (
            f" {amount(left, 'alert')} of the sample, not yet decided, {verb(left, 'is', 'are')} left out; "
            "no interval allows for how they will be decided."
        )
        yield (
            f"On “{clean(words.question(question))}”, {amount(number, 'alert')} "
            f"{verb(number, 'is', 'are')} decided. "
            "From them the shares of the most frequent answers among all alerts that the sample was drawn "
            f"from are estimated, with 95 % intervals: {shares}.{open_yet if left > 0 else ''}"
        )


def by_reach(story: Story) -> Iterator[str]:
    """How the shares differ where alerts count as often as they were sent (method 5.7)."""
    shares: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for row in story.rows("coding_shares"):
        if row["agency"] == _ALL and row["share"] is not None:
            shares.setdefault((row["question"], row["answer"]), {})[row["by"]] = row
    apart = [
        (key, by, found)
        for key, found in shares.items()
        for by in ("e-mails", "officers")
        if by in found and "alerts" in found and _are_apart(found["alerts"], found[by])
    ]
    words = words_of(story)
    for (question, answer), by, found in apart[:_MOST]:
        chosen, asked = clean(words.answer(question, answer)), clean(words.question(question))
        what = "e-mails sent" if by == "e-mails" else "officers reached"
        yield (
            f"Counted by {what}, the share of “{chosen}” (“{asked}”) is "
            f"{_interval(found[by])}: its interval has nothing in common with that of the alerts."
        )
    if shares and not apart:
        yield (
            "Counted by e-mails sent and by officers reached, no share has an interval that has nothing in "
            "common with that of the alerts."
        )


def agreement(story: Story) -> Iterator[str]:
    """How well readers agree on each question (method 5.9)."""
    words = words_of(story)
    for row in story.rows("coding_agreement"):
        if row["agency"] != _ALL or not row["alerts"]:
            continue
        alpha, asked = row["krippendorff_alpha"], clean(words.question(row["question"]))
        unanimous = f"all reviews of {100 * row['unanimous']:.0f} % of {row['alerts']:,} alerts are equal"
        if alpha is None:
            yield f"On “{asked}”, {unanimous}; Krippendorff's alpha is not defined."
            continue
        ends = "" if row["alpha_low"] is None else f" ({row['alpha_low']:.2f} to {row['alpha_high']:.2f})"
        yield (
            f"On “{asked}”, {unanimous}, and Krippendorff's alpha is {alpha:.2f}{ends}: {_verdict(alpha)}."
        )


def _verdict(alpha: float) -> str:
    if alpha >= _RELIABLE:
        return f"reliable by Krippendorff's advice ({_RELIABLE} and more)"
    if alpha >= _TENTATIVE:
        return f"good for tentative conclusions by Krippendorff's advice ({_TENTATIVE} to {_RELIABLE})"
    return f"too low for conclusions by Krippendorff's advice (below {_TENTATIVE})"


def _are_apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["ci_high"] < other["ci_low"] or other["ci_high"] < one["ci_low"])


def _interval(row: Mapping[str, Any]) -> str:
    return f"{100 * row['share']:.1f} % ({100 * row['ci_low']:.1f} to {100 * row['ci_high']:.1f})"


def words_of(story: Story) -> QuestionWords:
    """The words of the questions and answers.

    Args:
        story: The results.
    """
    return QuestionWords(story.rows("coding_questions"))
