"""The words of the codebook's questions and answers, by the keys that tables are joined by (method 5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from data.printable import shortened, told_apart

MOST_OF_QUESTION: Final = 100
MOST_OF_ANSWER: Final = 60
"""Characters that are shown of longer words."""


class QuestionWords:
    """What readers saw of a question and its answers.

    Args:
        rows: Of ``public/coding_questions``; none where an earlier version of the program made the tables.

    Example:
        >>> words = QuestionWords([
        ...     {"question": "act", "question_text": "Is it a crime?", "answer": "y", "answer_text": "Yes"}
        ... ])
        >>> words.question("act"), words.answer("act", "y"), words.question("subject_area")
        ('Is it a crime?', 'Yes', 'subject area')
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        questions: dict[str, str] = {}
        answers: dict[str, dict[str, str]] = {}
        for row in rows:
            questions[row["question"]] = row["question_text"]
            answers.setdefault(row["question"], {})[row["answer"]] = row["answer_text"]
        self._questions = _shown(questions, MOST_OF_QUESTION)
        self._answers = {key: _shown(each, MOST_OF_ANSWER) for key, each in answers.items()}

    def question(self, key: str) -> str:
        """A question, shortened if need be; of one without words its key, with blanks.

        Args:
            key: The question's key.
        """
        return self._questions.get(key) or key.replace("_", " ")

    def answer(self, question: str, key: str) -> str:
        """An answer, likewise.

        Args:
            question: The question's key.
            key: The answer's key.
        """
        return self._answers.get(question, {}).get(key) or key.replace("_", " ")


def _shown(texts: Mapping[str, str], most: int) -> dict[str, str]:
    """Texts in the space there is."""
    return told_apart({key: shortened(text, most) for key, text in texts.items()})
