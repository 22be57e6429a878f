"""Figures of the coded sample: they show what the tables say, and nothing breaks where little is known."""

from typing import Any

import pyarrow as pa
import pytest

from data.question_words import QuestionWords
from data.schema import TABLES
from tasks.figures.coded import agreement_figure, shares_figures
from tasks.figures.draw import draw

OF = {"agency": "all", "question": "a_crime"}
WORDS = QuestionWords(
    [
        {"question": "a_crime", "question_text": "Is it a crime?", "answer": key, "answer_text": text}
        for key, text in (("yes", "Yes, it is"), ("no", "No"))
    ]
)


def table(stem: str, *rows: dict[str, Any]) -> pa.Table:
    spec = TABLES[f"public/{stem}"].arrow
    return pa.Table.from_pylist([{**OF, **row} for row in rows], schema=spec)


def share(answer: str, by: str, value: float | None) -> dict[str, Any]:
    ends = (None, None) if value is None else (value / 2, (1 + value) / 2)
    return {"answer": answer, "by": by, "share": value, "ci_low": ends[0], "ci_high": ends[1]}


TALLY = table(
    "coding_tally",
    {"answer": "yes", "alerts": 3, "decided": 12, "share": 0.25},
    {"answer": "no", "alerts": 9, "decided": 12, "share": 0.75},
)


def test_a_figure_for_each_question_of_which_something_is_decided():
    rows = [
        share(key, by, part) for key, part in (("yes", 0.25), ("no", 0.75)) for by in ("alerts", "e-mails")
    ]
    other = {**share("<b>", "alerts", None), "question": "other"}
    (made,) = shares_figures(table("coding_shares", *rows, other), TALLY, WORDS)
    assert made.key == "coded-shares-a-crime"
    assert "of 12 decided alerts: No 75.0 % (37.5 to 87.5); Yes, it is 25.0 % (12.5 to 62.5)." in made.alt
    assert made.title.endswith("by the question: Is it a crime?")
    assert made.table["answer"].to_pylist() == ["No", "Yes, it is"]
    assert made.table["key of the answer"].to_pylist() == ["no", "yes"]
    assert made.table["alerts in the sample"].to_pylist() == [9, 3]
    assert made.table["e-mails sent, share in %"].to_pylist() == [75.0, 25.0]
    assert made.table["officers reached, share in %"].to_pylist() == [None, None]
    assert list(shares_figures(table("coding_shares", other), TALLY, WORDS)) == []
    assert list(shares_figures(None, TALLY, WORDS)) == []


def test_agreement_is_drawn_where_alpha_is_defined():
    of = {"reviews": 3, "alerts": 5, "readers": 3, "unanimous": 0.5, "percent_agreement": 0.6}
    alpha = {"krippendorff_alpha": -0.1, "alpha_low": -0.4, "alpha_high": 0.2}
    made = agreement_figure(table("coding_agreement", {**of, **alpha}, {**of, "agency": "<i>"}), WORDS)
    assert made is not None
    assert made.alt.endswith("Is it a crime? -0.10 (-0.40 to 0.20).")
    assert made.table.num_rows == 1
    sure = agreement_figure(table("coding_agreement", {**of, "krippendorff_alpha": 1.0}), WORDS)
    assert sure is not None
    assert sure.alt.endswith("Is it a crime? 1.00.")
    assert agreement_figure(table("coding_agreement", of), WORDS) is None
    assert agreement_figure(None, WORDS) is None


@pytest.mark.long
def test_both_forms_are_drawn_with_the_same_bytes():
    rows = [share("yes", by, 0.25) for by in ("alerts", "e-mails", "officers")]
    (made,) = shares_figures(table("coding_shares", *rows), TALLY, WORDS)
    first = draw(made)
    assert first == draw(made)
    assert first.narrow
