"""Check across all files what came back: which reviews count, and what is wrong with others (method 5.5)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from data.codebook import Codebook, Question
from data.printable import printable, shortened
from tasks.coding.results import IN_WORK, Fault, Returned, Review, Sample
from tasks.coding.sample.draw import Alert
from tasks.coding.sheets.form import folded

Asked = tuple[str, Alert]
"""A review that is asked for: its reader and its alert."""

Sheet = tuple[str, int]
"""What a reader was given at once: the reader, and the drawing."""

_MOST_NAMES: Final = 8
_AGAIN: Final = "and hand the sheet in again"


@dataclass(frozen=True)
class Checked:
    """What came back, checked.

    Attributes:
        reviews: What counts, at most once for each reader and alert, in the order of the sample.
        faults: What is wrong, by sheet and row.
        given: The reviews of these that answer a question with a choice.
        unusable: How many reviews that were asked for came back and cannot be used.
        back: Sheets of which nothing more is to come, by their reader and drawing: a finished one came back.
    """

    reviews: tuple[Review, ...]
    faults: tuple[Fault, ...]
    given: frozenset[Asked]
    unusable: int
    back: frozenset[Sheet]


@dataclass
class _Found:
    """What is found on the way."""

    faults: list[Fault] = field(default_factory=list)
    lost: set[Asked] = field(default_factory=set)
    sheets: dict[str, dict[str, int]] = field(default_factory=dict)
    """Of each fault that is of a whole sheet, how many reviews it is of."""
    versions: set[str] = field(default_factory=set)
    """Sheets of which it was said already that they are of another codebook."""

    def of_sheet(self, sheet: str, what: str) -> None:
        """Note once more what is wrong with many reviews of a sheet."""
        found = self.sheets.setdefault(sheet, {})
        found[what] = found.get(what, 0) + 1


def check(returned: Iterable[Returned], sample: Sample) -> Checked:
    """Check the reviews of all files against the sample, the codebook and each other.

    Args:
        returned: What each file gave, in any order.
        sample: What was drawn, of whom it is asked, and the codebook.

    Returns:
        The same for the same files, in whatever order they came.
    """
    every = [_by_name(each, sample.readers) for each in returned]
    gone = {one.alert for one in sample.gone}
    faults = (fault for each in every for fault in each.faults)
    found = _Found([fault for fault in faults if fault.of is None or fault.of[1] not in gone])
    found.lost.update(fault.of for fault in found.faults if fault.of is not None and fault.lost)
    found.versions.update(f.sheet for f in found.faults if f.row is None and "codebook" in f.what)
    unknown = sum(fault.lost for fault in found.faults if fault.of is None)
    of_today = (one for each in every for one in each.reviews if one.alert not in gone)
    reviews = sorted(of_today, key=lambda one: (one.sheet, one.row, one.reader))
    asked = {each.item.alert: each.readers for each in sample.alerts}
    readers = sample.readers
    good: dict[Asked, list[Review]] = {}
    for review in reviews:
        if _is_asked(review, asked, readers, found):
            _compare_versions(review, sample.codebook.version, found)
            kept = _answered(review, sample.codebook, found)
            if kept is not None:
                good.setdefault((kept.reader, kept.alert), []).append(kept)
    by_review = {key: one for key, many in good.items() if (one := _once(key, many, sample, found))}
    given = frozenset(key for key, one in by_review.items() if has_choice(one, sample.codebook))
    sheets = _sheets_of(reviews, sample)
    found.faults += _missing(sample, given, found.lost, sheets)
    _partly([one for key, one in by_review.items() if key in given], sample.codebook, found)
    every_one = {(reader, alert) for alert, readers in asked.items() for reader in readers}
    lost = len(found.lost & every_one - given)
    return Checked(
        _in_order(by_review, sample),
        tuple(sorted({*found.faults, *_of_sheets(found)}, key=_place)),
        given,
        min(lost + unknown, len(every_one) - len(given)),
        frozenset(sheets),
    )


def _by_name(returned: Returned, readers: Sequence[str]) -> Returned:
    """What came back, with each reader as named, whatever the capitals and the curls of quotes."""
    found: dict[str, set[str]] = {}
    for reader in readers:
        found.setdefault(folded(reader), set()).add(reader)
    names = {word: next(iter(same)) for word, same in found.items() if len(same) == 1}

    def name(reader: str) -> str:
        return reader if reader in readers else names.get(folded(reader), reader)

    reviews = (replace(review, reader=name(review.reader)) for review in returned.reviews)
    faults = (
        replace(fault, of=(name(fault.of[0]), fault.of[1])) if fault.of else fault
        for fault in returned.faults
    )
    return Returned(tuple(reviews), tuple(faults))


def has_choice(review: Review, codebook: Codebook) -> bool:
    """Whether a review answers one question with a choice, or any where there is none."""
    choices = {question.key for question in codebook.choices}
    return bool(review.answers.keys() & choices if choices else review.answers)


def _place(fault: Fault) -> tuple[str, int, list[tuple[int, str]], str]:
    """Where a line stands: by sheet, row and words, in which 9 is before 10."""
    words = [(int(number or 0), text) for number, text in re.findall(r"(\d{0,9})(\D*)", fault.what)]
    return fault.sheet, fault.row or 0, words, fault.what


def shown(text: str) -> str:
    """A text from a file, in a line and not long."""
    return repr(printable(shortened(text, 60)))


def named(names: Sequence[str]) -> str:
    """Some names in a row; of many the first."""
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(printable(name) for name in names[:_MOST_NAMES]) + more


def _is_asked(
    review: Review, asked: Mapping[Alert, Sequence[str]], readers: Sequence[str], found: _Found
) -> bool:
    """Whether this reader was asked for this alert; else what is wrong is noted."""
    if review.reader not in readers:
        who = (
            f"the reader {shown(review.reader)} was not named; " if review.reader else "no reader is named; "
        )
        names = named(readers) or "nobody yet"
        found.of_sheet(review.sheet, f"{who}write the name as it was given: {names}")
        return False
    if review.alert not in asked:
        name = shown(" ".join(review.alert))
        what = f"the alert {name} is not in the sample; put its agency and alert_id back as they were"
        found.faults.append(Fault(review.sheet, review.row, what))
        return False
    if review.reader not in asked[review.alert]:
        what = f"{printable(review.reader)} was not asked for this alert; the answers do not count"
        found.faults.append(Fault(review.sheet, review.row, what))
        return False
    return True


def _compare_versions(review: Review, version: str, found: _Found) -> None:
    """Note a review of another codebook, unless it was said of its sheet already."""
    if review.codebook != version and review.sheet not in found.versions:
        has = f"has version {shown(review.codebook)}" if review.codebook else "does not say the version"
        what = (
            f"{has} of the codebook, not {shown(version)}; the answers count: "
            "have them read again where their meaning has changed"
        )
        found.of_sheet(review.sheet, what)


def _answered(review: Review, codebook: Codebook, found: _Found) -> Review | None:
    """The review with the answers that are in the codebook; None where none is left."""
    kept: dict[str, tuple[str, ...]] = {}
    is_wrong = False
    for key, answers in review.answers.items():
        question = codebook.question(key)
        if question is None:
            found.of_sheet(review.sheet, f"the question {shown(key)} is not in the codebook; it is left out")
            continue
        wrong = _wrong(question, answers)
        if wrong:
            is_wrong = True
            what = f"{key}: {wrong} {_again(review.sheet)}"
            found.faults.append(Fault(review.sheet, review.row, what, 0, (review.reader, review.alert)))
        else:
            order = {answer: place for place, answer in enumerate(question.answer_keys)}
            several = question.kind == "several"
            kept[key] = tuple(sorted(set(answers), key=order.__getitem__)) if several else answers
    left = replace(review, answers=kept)
    # A note beside answers that do not count makes no review.
    if (is_wrong and not has_choice(left, codebook)) or (review.answers and not kept):
        found.lost.add((review.reader, review.alert))
    return left if kept else None


def _wrong(question: Question, answers: Sequence[str]) -> str:
    """What is wrong with the answers to a question, and what to do; "" where nothing is."""
    if question.kind == "text":
        return ""
    outside = [answer for answer in answers if answer not in question.answer_keys]
    if outside:
        return f"{shown(outside[0])} is no answer; write one of {named(question.answer_keys)}"
    if question.kind == "one" and len(answers) != 1:
        return f"has {len(answers)} answers; write one"
    return ""


def _once(key: Asked, reviews: Sequence[Review], sample: Sample, found: _Found) -> Review | None:
    """One review of those of one reader and alert; None where they contradict each other."""
    answers: dict[str, tuple[str, ...]] = {}
    first = reviews[0]
    for review in reviews:
        for question, given in review.answers.items():
            if answers.setdefault(question, given) != given:
                found.faults.append(_contradiction(key, reviews, question, sample))
                found.lost.add(key)
                return None
    for review in reviews[1:]:
        where = "itself" if review.sheet == first.sheet else first.sheet
        what = f"the same answers of {printable(review.reader)} are in {where}; they count once"
        found.of_sheet(review.sheet, what)
    return replace(first, answers=answers)


def _contradiction(key: Asked, reviews: Sequence[Review], question: str, sample: Sample) -> Fault:
    """Nobody can tell which of two answers is the later one: a copied file has another time."""
    said = [(r, r.answers[question]) for r in reviews if question in r.answers]
    one = said[0]
    other = next(pair for pair in said if pair[1] != one[1])
    is_text = any(q.key == question and q.kind == "text" for q in sample.codebook.questions)
    words = "differently" if is_text else f"with {shown('; '.join(one[1]))} and {shown('; '.join(other[1]))}"
    what = (
        f"{printable(key[0])} answers {question} {words}, here and in {other[0].sheet}, row "
        f"{other[0].row:,}; neither counts: remove the one that is not meant"
    )
    return Fault(one[0].sheet, one[0].row, what, 1, key)


def _sheets_of(reviews: Iterable[Review], sample: Sample) -> dict[Sheet, str]:
    """The file of each finished sheet that came back; of several, the one with most reviews.

    Each drawing has a sheet of its own: while a reader still has the second, nothing of it is missing.
    """
    draws = {(reader, each.item.alert): each.draw for each in sample.alerts for reader in each.readers}
    found: dict[Sheet, Counter[str]] = {}
    for review in reviews:
        draw = draws.get((review.reader, review.alert))
        if draw is not None and not _is_at_work(review.sheet):
            found.setdefault((review.reader, draw), Counter())[review.sheet] += 1
    return {one: min(files, key=lambda file: (-files[file], file)) for one, files in found.items()}


def _missing(
    sample: Sample, given: frozenset[Asked], lost: set[Asked], sheets: Mapping[Sheet, str]
) -> Iterator[Fault]:
    """The reviews that are not in a sheet that came back, nor in another one."""
    for each in sample.alerts:
        for reader in each.readers:
            key, sheet = (reader, each.item.alert), sheets.get((reader, each.draw))
            if sheet is not None and key not in given and key not in lost:
                what = (
                    f"{printable(reader)} did not answer for the alert with sample_no {each.item.number}; "
                    f"fill it in {_AGAIN}"
                )
                yield Fault(sheet, None, what, 0, key)


def _partly(given: Sequence[Review], codebook: Codebook, found: _Found) -> None:
    """Note the questions with a choice that a review leaves open; what a whole sheet leaves open, once."""
    named_already = {(fault.sheet, fault.row) for fault in found.faults}
    answered = {(review.sheet, key) for review in given for key in review.answers}
    size = Counter(review.sheet for review in given)
    choices = [question.key for question in codebook.choices]
    for review in given:
        for key in choices:
            if key in review.answers:
                continue
            if (review.sheet, key) not in answered and size[review.sheet] > 1:
                found.of_sheet(review.sheet, f"{key}: {_whole(review.sheet)}")
            elif (review.sheet, review.row) not in named_already:
                what = f"{key}: has no answer that counts; fill it in {_again(review.sheet)}"
                found.faults.append(Fault(review.sheet, review.row, what, 0, (review.reader, review.alert)))


def _is_at_work(sheet: str) -> bool:
    """Whether a file is one that grows while a reader works."""
    return sheet.lower().endswith(IN_WORK)


def _whole(sheet: str) -> str:
    """What to do about a question that a whole sheet leaves open."""
    if _is_at_work(sheet):
        return "not answered yet; go on with nwatch code"
    return (
        "no answer in the whole sheet; where the question is new, hand out new sheets: move this one and the "
        "reader's of coding/sheets/ away, then call nwatch sample"
    )


def _again(sheet: str) -> str:
    """How an answer comes back that was mended: the terminal's file is not handed in."""
    return "with nwatch code" if _is_at_work(sheet) else _AGAIN


def _of_sheets(found: _Found) -> Iterator[Fault]:
    for sheet, faults in found.sheets.items():
        for what, number in faults.items():
            rows = "1 row" if number == 1 else f"{number:,} rows"
            yield Fault(sheet, None, f"{rows}: {what}")


def _in_order(by_review: Mapping[Asked, Review], sample: Sample) -> tuple[Review, ...]:
    places = (((reader, each.item.alert)) for each in sample.alerts for reader in each.readers)
    return tuple(by_review[place] for place in places if place in by_review)
