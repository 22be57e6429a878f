import pytest

from tasks.coding.terminal.look import BACK, CLEAR, END, ENTER, ERASE, ESCAPE, KEYS, Session
from tasks.coding.terminal.session import Said
from tests.tasks.coding.alerts_to_code import alerts, book


def begun(number: int = 3, kind: str = "one", **state: object) -> Session:
    session = Session(alerts(number), book(kind), **state)  # type: ignore[arg-type]
    session.press(ENTER)
    return session


def press(session: Session, *keys: str) -> list[Said]:
    return [said for key in keys for said in session.press(key)]


def place(session: Session) -> tuple[int, int]:
    """The alert's number and the question's."""
    assert session.item is not None
    return session.item.number, session.number


def test_an_answer_is_given_out_when_its_key_is_pressed_and_enter_goes_on():
    session = begun()
    first = alerts(1)[0].alert
    assert press(session, "2") == [Said(first, "act", ("a1",))]
    assert press(session, "2") == []
    assert press(session, "1") == [Said(first, "act", ("a0",))]
    assert press(session, ENTER, "3", ENTER) == [Said(first, "about", ("a2",))]
    assert (place(session), session.done) == ((1, 2), 1)
    press(session, ENTER)
    assert place(session) == (2, 0)


def test_of_several_answers_a_key_takes_or_leaves_one_in_the_order_of_the_codebook():
    session = begun(kind="several")
    press(session, "1", ENTER)
    assert [one.answers for one in press(session, "3", "1", "3", "1")] == [("a2",), ("a0", "a2"), ("a0",), ()]


def test_a_question_without_an_answer_is_left_open_only_by_a_second_enter():
    session = begun()
    press(session, ENTER)
    assert (place(session), "No answer yet" in session.note) == ((1, 0), True)
    press(session, "x", ENTER)
    assert place(session) == (1, 0), "another key between the two does not count"
    press(session, ENTER)
    assert place(session) == (1, 1)


def test_back_leads_through_questions_and_alerts_and_enter_forth_again():
    session = begun()
    press(session, "1", ENTER, "1", ENTER, ENTER, "1", ENTER)
    assert place(session) == (2, 1)
    press(session, BACK, BACK)
    assert (place(session), session.chosen()) == ((1, 2), ())
    press(session, BACK, BACK, BACK)
    assert (place(session), session.note) == ((1, 0), "This is the first alert.")
    press(session, ENTER, ENTER, ENTER)
    assert (place(session), session.chosen()) == ((2, 0), ("a0",))


def test_what_is_skipped_comes_again_at_the_end_and_after_the_others_next_time():
    session = begun()
    (skipped,) = press(session, "s")
    assert skipped == Said(alerts(1)[0].alert)
    press(session, *("1", ENTER, "1", ENTER, ENTER) * 2)
    assert (session.mode, session.put_off, session.done) == ("done", 1, 2)
    press(session, ENTER)
    assert place(session) == (1, 0)
    again = begun(skipped=[alerts(1)[0].alert])
    assert place(again) == (2, 0)


def test_a_session_goes_on_at_the_first_open_alert():
    whole = {"act": ("a0",), "about": ("a1",)}
    one, two, _ = (item.alert for item in alerts(3))
    session = begun(given={one: whole, two: {"act": ("a0",), "note": ("?",)}})
    assert (place(session), session.chosen()) == ((2, 0), ("a0",))
    press(session, BACK)
    assert place(session)[0] == 1
    assert begun(2, given={one: whole, two: whole}).mode == "done"


def test_a_text_is_written_mended_left_as_it_was_and_kept_when_the_terminal_ends():
    session = begun()
    press(session, "1", ENTER, "1", ENTER, "t", *"ab q?1", ERASE)
    assert session.draft == "ab q?"
    assert press(session, ENTER) == [Said(alerts(1)[0].alert, "note", ("ab q?",))]
    assert place(session) == (2, 0)
    press(session, BACK, "t", CLEAR, "x", ESCAPE)
    assert (session.mode, session.chosen()) == ("ask", ("ab q?",))
    press(session, "t", "!")
    assert press(session, END) == [Said(alerts(1)[0].alert, "note", ("ab q?!",))]
    assert session.mode == "stop"
    assert press(begun(), END) == []


def test_a_text_that_is_emptied_is_taken_back():
    session = begun(given={alerts(1)[0].alert: {"act": ("a0",), "note": ("x",)}})
    press(session, ENTER, "1", ENTER, "t", ERASE)
    assert press(session, ENTER) == [Said(alerts(1)[0].alert, "note", ())]


@pytest.mark.parametrize("key", ["?", "x", "\x00", "é", ENTER, ERASE, "4"])
def test_other_keys_answer_nothing(key: str):
    session = begun()
    assert press(session, key, "\x07") == []
    assert place(session) == (1, 0)


def test_no_answer_has_the_key_of_a_command_and_none_has_two():
    assert not set(KEYS) & set("bsrqtBSRQT?")
    assert len(set(KEYS)) == len(KEYS) == 52


def test_a_codebook_of_texts_alone_is_open_until_one_is_written():
    texts = book().model_copy(update={"questions": book().questions[2:]})
    session = Session(alerts(2), texts)
    press(session, ENTER, "t", "x", ENTER)
    assert session.done == 1
