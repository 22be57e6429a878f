import unicodedata

import pytest
from rich.cells import cell_len

from flows.console.coding import screen
from flows.console.coding.screen import Line
from tasks.coding.terminal.look import ENTER, Session
from tests.tasks.coding.alerts_to_code import BOOK, alerts


@pytest.mark.parametrize("width", [0, 20, 40, 80, 300])
def test_every_line_fits_and_nothing_of_an_alert_or_a_codebook_controls_the_terminal(width: int):
    session = Session(alerts(), BOOK)
    lines = [*screen.beginning(BOOK, "anna\x1b[2J", session), *screen.helping(BOOK.questions[1])]
    session.press(ENTER)
    lines += [*screen.question(session), *screen.end(session)]
    lines += [line for item in alerts() for line in screen.alert(item, session)]
    lines.append(Line("家" * 50 + "e\N{COMBINING ACUTE ACCENT}" * 50, indent="  "))
    for line in screen.fitted(lines, width):
        assert cell_len(line.text) <= min(max(width - 1, screen.NARROWEST), screen.WIDEST)
        assert not [
            char for char in line.text if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        ]


def test_where_a_question_is_new_the_first_screen_says_that_answers_are_kept():
    first = alerts()[0].alert
    session = Session(alerts(), BOOK, {first: {"criminal_act": ("no",)}})
    text = "\n".join(line.text for line in screen.beginning(BOOK, "anna", session))
    assert "0 of 7 alerts are answered" in text
    assert "In 1 more a question is open, as where it is new; their answers are kept." in text
    assert "a question is open" not in "\n".join(
        line.text for line in screen.beginning(BOOK, "anna", Session(alerts(), BOOK))
    )


def test_words_stay_whole_lines_hang_below_their_text_and_line_ends_stay():
    found = [line.text for line in screen.fitted([Line("one two three four\r\nfive", indent=" * 1  ")], 21)]
    assert found == [" * 1  one two three", "      four", "      five"]


def test_nothing_of_a_text_is_lost_however_narrow():
    text = "A" * 95 + " and  two blanks"
    found = "".join(line.text for line in screen.fitted([Line(text)], 20))
    assert found.replace(" ", "") == text.replace(" ", "")


def test_a_chosen_answer_is_marked_and_the_question_says_how_many_there_are():
    session = Session(alerts(), BOOK)
    for key in (ENTER, "2"):
        session.press(key)
    text = "\n".join(line.text for line in screen.fitted(screen.question(session), 80))
    assert " * 2  No\n   3  Cannot tell" in text
    assert "criminal act? (1 of 3)" in text
