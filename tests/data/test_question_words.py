"""Questions and answers are shown in the words of the codebook, told apart, and shortened."""

from data.question_words import MOST_OF_ANSWER, MOST_OF_QUESTION, QuestionWords


def row(question: str, text: str, answer: str, answer_text: str) -> dict[str, str]:
    return {"question": question, "question_text": text, "answer": answer, "answer_text": answer_text}


def test_long_words_are_shortened_and_those_that_would_be_the_same_have_their_keys():
    long = "x" * 500
    words = QuestionWords([row("a", long, "y", long), row("b", long, "y", "Yes"), row("b", long, "n", "No")])
    assert words.question("a") == "x" * MOST_OF_QUESTION + "… (a)"
    assert words.question("b") == "x" * MOST_OF_QUESTION + "… (b)"
    assert words.answer("a", "y") == "x" * MOST_OF_ANSWER + "…"
    assert words.answer("b", "y") == "Yes"


def test_what_has_no_words_is_named_by_its_key():
    words = QuestionWords([row("a", "A?", "y", "Yes")])
    assert words.answer("a", "not_sure") == words.answer("b", "not_sure") == "not sure"
