"""What people read in the sample: shares of the answers with their intervals, and how well readers agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from data.question_words import QuestionWords
from tasks.figures.figure import Figure
from tasks.figures.spans import Look, Mark, Row, Spans
from tasks.figures.style import ACCENT, MUTED, NARROW, NEGATIVE, WIDE, clean
from tasks.figures.words import MOST_ROWS, listed, noun

_ALL: Final = "all"
_BY: Final[Mapping[str, tuple[str, Look]]] = {
    "alerts": ("all alerts", Look(ACCENT, "o")),
    "e-mails": ("e-mails sent", Look(NEGATIVE, "s", hollow=True)),
    "officers": ("officers reached", Look(MUTED, "D", hollow=True)),
}
"""What a share is of: in words, and how its mark looks."""

_LIMITS: Final = ((0.667, "tentative"), (0.8, "reliable"))
"""What Krippendorff asks of alpha: conclusions may be drawn, tentatively from the first."""


def shares_figures(shares: pa.Table | None, tally: pa.Table | None, words: QuestionWords) -> Iterator[Figure]:
    """For each question the shares of its answers: of all alerts, of e-mails sent and of officers reached.

    Args:
        shares: ``public/coding_shares``.
        tally: ``public/coding_tally``.
        words: Of the questions and answers.

    Yields:
        A figure for each question of which something is decided.
    """
    if shares is None or tally is None:
        return
    counted = {(row["question"], row["answer"]): row for row in tally.to_pylist() if row["agency"] == _ALL}
    known = [
        row
        for row in shares.to_pylist()
        if row["agency"] == _ALL and row["share"] is not None and (row["question"], row["answer"]) in counted
    ]
    for question in dict.fromkeys(row["question"] for row in known):
        own = [row for row in known if row["question"] == question]
        of_own = {row["answer"]: counted[question, row["answer"]] for row in own}
        yield _shares(question, own, of_own, words)


def _shares(
    question: str, known: Sequence[Mapping[str, Any]], counted: Mapping[str, Any], words: QuestionWords
) -> Figure:
    by_answer: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in known:
        by_answer.setdefault(row["answer"], {})[row["by"]] = row
    first = next(by for by in _BY if any(row["by"] == by for row in known))
    answers = sorted(by_answer, key=lambda key: (-by_answer[key].get(first, {"share": 0})["share"], key))
    names = {key: clean(words.answer(question, key)) for key in answers}
    rows = tuple(_share_row(names[key], by_answer[key]) for key in answers)
    shown = [_BY[by] for by in _BY if any(row["by"] == by for row in known)]
    paint = Spans(rows[:MOST_ROWS], "share", keys=tuple(shown), percent=True)
    decided = next(iter(counted.values()))["decided"]
    return Figure(
        key=f"coded-shares-{question.replace('_', '-')}",
        title=f"What the alerts are, by the question: {clean(words.question(question))}",
        alt=f"Shares of the answers with 95 % intervals, of "
        f"{noun(decided, 'decided alert', 'decided alerts')}: "
        f"{listed([f'{row.name} {row.said}' for row in rows])}.",
        table=_share_table(names, by_answer, counted),
        paint=paint,
        size=(WIDE, paint.height(WIDE)),
        narrow=(NARROW, paint.height(NARROW)),
        caption=f"Estimated from {noun(decided, 'alert', 'alerts')} that people read and decided; the lines "
        "are 95 % intervals. The numbers are shares of all alerts; of e-mails, an alert counts as often as "
        "it was sent, and of officers, once for each whom it reached.",
    )


def _share_row(name: str, by: Mapping[str, Mapping[str, Any]]) -> Row:
    marks = tuple(
        Mark(by[key]["share"], by[key]["ci_low"], by[key]["ci_high"], look)
        for key, (_, look) in _BY.items()
        if key in by
    )
    first = marks[0]
    return Row(name, marks, f"{100 * first.value:.1f} % ({100 * first.low:.1f} to {100 * first.high:.1f})")


def _share_table(
    answers: Mapping[str, str],
    by_answer: Mapping[str, Mapping[str, Mapping[str, Any]]],
    counted: Mapping[str, Any],
) -> pa.Table:
    columns: dict[str, Any] = {
        "answer": list(answers.values()),
        "alerts in the sample": pa.array([counted[answer]["alerts"] for answer in answers], pa.int64()),
    }
    for by, (words, _) in _BY.items():
        rows = [by_answer[answer].get(by) for answer in answers]
        for name, column in (("share", "share"), ("from", "ci_low"), ("to", "ci_high")):
            values = [None if row is None else round(100 * row[column], 2) for row in rows]
            columns[f"{words}, {name} in %"] = pa.array(values, pa.float64())
    columns["key of the answer"] = list(answers)
    return pa.table(columns)


def agreement_figure(agreement: pa.Table | None, words: QuestionWords) -> Figure | None:
    """How well readers agree: Krippendorff's alpha of each question, in all and by agency.

    Args:
        agreement: ``public/coding_agreement``.
        words: Of the questions.

    Returns:
        The figure; None where alpha is nowhere defined.
    """
    found = [] if agreement is None else agreement.to_pylist()
    known = [row for row in found if row["krippendorff_alpha"] is not None]
    if not known:
        return None
    # All agencies together first; where there is one agency, there is no row of its own.
    ordered = sorted(known, key=lambda row: (row["question"], row["agency"] != _ALL, row["agency"]))
    rows: list[Row] = []
    for question in dict.fromkeys(row["question"] for row in ordered):
        rows.append(Row(clean(words.question(question))))
        rows += [_alpha_row(row) for row in ordered if row["question"] == question]
    paint = Spans(tuple(rows[:MOST_ROWS]), "Krippendorff's alpha", limits=_LIMITS)
    asked = {row["question"]: clean(words.question(row["question"])) for row in ordered}
    said = [f"{asked[row['question']]} {_alpha_row(row).said}" for row in ordered if row["agency"] == _ALL]
    return Figure(
        key="coded-agreement",
        title="How well the readers agree",
        alt=f"Krippendorff's alpha with 95 % intervals: {listed(said)}.",
        table=_agreement_table(ordered, asked),
        paint=paint,
        size=(WIDE, paint.height(WIDE)),
        narrow=(NARROW, paint.height(NARROW)),
        caption="1 is perfect agreement, 0 what chance gives. Krippendorff advises to rely on answers "
        "with an alpha of 0.8 and more, and to draw no conclusion below 0.667. Lines are 95 % intervals "
        "(bootstrap).",
    )


def _alpha_row(row: Mapping[str, Any]) -> Row:
    alpha, low, high = (row[name] for name in ("krippendorff_alpha", "alpha_low", "alpha_high"))
    is_all = row["agency"] == _ALL
    name = "all agencies" if is_all else clean(row["agency"])
    said = f"{alpha:.2f}" if low is None else f"{alpha:.2f} ({low:.2f} to {high:.2f})"
    low, high = (alpha if end is None else end for end in (low, high))
    look = Look(ACCENT, "D") if is_all else Look(MUTED, "o", hollow=True)
    return Row(name, (Mark(alpha, low, high, look),), said)


def _agreement_table(rows: Sequence[Mapping[str, Any]], asked: Mapping[str, str]) -> pa.Table:
    numbers = {
        "unanimous": "unanimous",
        "equal pairs": "percent_agreement",
        "alpha": "krippendorff_alpha",
        "interval from": "alpha_low",
        "interval to": "alpha_high",
    }
    columns: dict[str, Any] = {
        "question": [asked[row["question"]] for row in rows],
        "agency": ["all agencies" if row["agency"] == _ALL else row["agency"] for row in rows],
        "alerts": pa.array([row["alerts"] for row in rows], pa.int64()),
        "readers": pa.array([row["readers"] for row in rows], pa.int64()),
    }
    for shown, name in numbers.items():
        values = [None if row[name] is None else round(row[name], 4) for row in rows]
        columns[shown] = pa.array(values, pa.float64())
    columns["key of the question"] = [row["question"] for row in rows]
    return pa.table(columns)
