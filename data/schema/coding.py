"""The tables of the sample of alerts that people read: what was drawn, what they answered, how they agree."""

from __future__ import annotations

from typing import Final

from data.schema.model import (
    COUNT,
    DAY,
    LONG_TEXT,
    NUMBER,
    SHARE,
    TEXT,
    Column,
    Sort,
    Table,
    optional,
)

_AGENCY: Final = Column("agency", TEXT, "The agency's folder name under records/.")
_ALERT: Final = Column("alert_id", TEXT, "The unique alert, as in private/alerts.")
_QUESTION: Final = Column("question", TEXT, "The question's key in the codebook.")
_ANSWER: Final = Column("answer", TEXT, "The answer's key in the codebook.")
_SCOPE: Final = Column(
    "agency", TEXT, "The agency's folder name under records/; 'all' for all agencies together."
)

PRIVATE: Final = (
    Table(
        "private/coding_sample",
        ("sample_no",),
        "One row per alert that was drawn.",
        (
            Column("sample_no", COUNT, "Its number in the sample, from 1, in the order of drawing."),
            _AGENCY,
            _ALERT,
            Column("kind", TEXT, "'crime alert' or 'safety alert'."),
            optional("alert_date", DAY, "As in private/alerts."),
            Column("title", LONG_TEXT, "As in private/alerts."),
            Column("description", LONG_TEXT, "As in private/alerts."),
            Column("stratum", TEXT, "What it was drawn from, as 'lapd, 2021-05'; empty for a simple sample."),
            Column(
                "weight",
                NUMBER,
                "Alerts of today that it stands for: those of its stratum by those drawn of it.",
            ),
            Column("emails", COUNT, "Messages that carry it."),
            Column("recipients", COUNT, "Distinct people whom it reached."),
        ),
    ),
    Table(
        "private/coding_reviews",
        ("agency", "alert_id", "reader", "question", "answer"),
        "One row per answer of a reader to a question about an alert.",
        (
            _AGENCY,
            _ALERT,
            Column("reader", TEXT, "The reader, as named when the sheets were made."),
            _QUESTION,
            Column("answer", LONG_TEXT, "The answer's key in the codebook; for a free text the text."),
            Column("codebook", TEXT, "The version of the codebook that the reader had."),
            Column("sheet", TEXT, "The file that it came back in."),
            Column("row", COUNT, "The row or task there, from 1."),
        ),
    ),
    Table(
        "private/coding_decided",
        ("agency", "alert_id", "question"),
        "One row per alert that was drawn and question with a choice.",
        (
            _AGENCY,
            _ALERT,
            _QUESTION,
            optional(
                "answer",
                TEXT,
                "The answer that counts; several are joined by '; '; missing where none does yet.",
            ),
            Column("how", TEXT, "'unanimous', 'majority', 'decided', 'to decide' or 'not yet reviewed'."),
            Column("reviews", COUNT, "Reviews given."),
            Column("votes", COUNT, "Reviews for the answer that counts, or of the first tied one."),
        ),
    ),
    Table(
        "private/coding_readers",
        ("reader", "question"),
        "One row per reader and question: how the reader agrees with the others.",
        (
            Column("reader", TEXT, "The reader."),
            _QUESTION,
            Column("alerts", COUNT, "Alerts that the reader and somebody else coded."),
            optional(
                "percent_agreement",
                SHARE,
                "Share of pairs with others that are equal; missing without a pair.",
            ),
            optional(
                "krippendorff_alpha",
                NUMBER,
                "Alpha of the pairs of the reader with others (rule 5.9); missing where not defined.",
            ),
            optional(
                "alpha_without", NUMBER, "Alpha of the others without the reader; missing where not defined."
            ),
        ),
    ),
)

PUBLIC: Final = (
    Table(
        "public/coding_tally",
        ("agency", "question", "answer"),
        "One row per agency, question and answer: the share of the alerts that were decided.",
        (
            _SCOPE,
            _QUESTION,
            _ANSWER,
            Column("alerts", COUNT, "Decided alerts of the sample with this answer."),
            Column("decided", COUNT, "Decided alerts of the sample."),
            optional("share", SHARE, "alerts / decided; missing where none is decided."),
            optional("ci_low", SHARE, "Lower limit of the 95 % interval (Wilson); missing likewise."),
            optional("ci_high", SHARE, "Upper limit, likewise."),
        ),
        order=(Sort("agency", values=("all",)), Sort("question"), Sort("answer")),
    ),
    Table(
        "public/coding_shares",
        ("agency", "question", "answer", "by"),
        "One row per agency, question, answer and what the share is of.",
        (
            _SCOPE,
            _QUESTION,
            _ANSWER,
            Column("by", TEXT, "'alerts' (weighted to all alerts), 'e-mails' sent or 'officers' reached."),
            optional("share", SHARE, "The estimated share; missing where nothing is decided."),
            optional("ci_low", SHARE, "Lower limit of the 95 % interval; missing likewise."),
            optional("ci_high", SHARE, "Upper limit, likewise."),
        ),
        order=(
            Sort("agency", values=("all",)),
            Sort("question"),
            Sort("answer"),
            Sort("by", values=("alerts", "e-mails", "officers")),
        ),
    ),
    Table(
        "public/coding_agreement",
        ("agency", "question"),
        "One row per agency and question: how well readers agree.",
        (
            _SCOPE,
            _QUESTION,
            Column("reviews", COUNT, "Reviews asked for of each alert."),
            Column("alerts", COUNT, "Alerts with two reviews or more."),
            Column("readers", COUNT, "Readers who gave a review."),
            optional(
                "unanimous",
                SHARE,
                "Share of these alerts on which all reviews agree; missing where there is none.",
            ),
            optional(
                "percent_agreement", SHARE, "Share of pairs of reviews of one alert that are equal; likewise."
            ),
            optional(
                "krippendorff_alpha",
                NUMBER,
                "Krippendorff's alpha (nominal); missing where it is not defined.",
            ),
            optional(
                "alpha_low",
                NUMBER,
                "Lower limit of its 95 % interval (bootstrap over alerts); missing likewise, and where all "
                "reviews of each alert are equal.",
            ),
            optional("alpha_high", NUMBER, "Upper limit, likewise."),
        ),
        order=(Sort("agency", values=("all",)), Sort("question")),
    ),
    Table(
        "public/coding_questions",
        ("question", "answer"),
        "One row per question with a choice and answer: their words, by the keys that other tables have.",
        (
            _QUESTION,
            _ANSWER,
            Column("question_text", LONG_TEXT, "The question, as readers see it."),
            Column("answer_text", LONG_TEXT, "The answer, as readers choose it."),
        ),
    ),
    Table(
        "public/coding_confusion",
        ("question", "answer", "other"),
        "One row per question and pair of answers that two readers gave to one alert.",
        (
            _QUESTION,
            _ANSWER,
            Column("other", TEXT, "The answer of the other reader; not before 'answer' in the codebook."),
            Column("pairs", COUNT, "Pairs of reviews of one alert with these two answers."),
        ),
    ),
    Table(
        "public/coding_drawn",
        ("by", "value"),
        "One row per agency, kind and month: whether the sample is like all alerts.",
        (
            Column("by", TEXT, "'agency', 'kind' or 'month'."),
            Column("value", TEXT, "The agency, the kind, the month; 'all' for the test over all of them."),
            Column("alerts", COUNT, "Unique alerts."),
            Column("drawn", COUNT, "Of these in the sample."),
            Column("expected", NUMBER, "How many the rule of drawing gives on average."),
            optional("p", SHARE, "Of the test over all values (rule 5.8), in the row 'all' alone."),
        ),
        order=(Sort("by"), Sort("value", values=("all",))),
    ),
)
