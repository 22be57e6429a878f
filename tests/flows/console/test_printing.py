"""How tables look on the command line."""

import io

from rich.console import Console

from flows.console.printing import LOG_WIDTH, number, print_table


def shown(titles, rows, **terminal) -> str:
    stream = io.StringIO()
    print_table(titles, rows, to=Console(file=stream, **(terminal or {"width": LOG_WIDTH})))
    return stream.getvalue()


def test_a_number_that_was_not_counted_is_unknown_and_never_0():
    assert (number(0), number(1234), number(None)) == ("0", "1,234", "unknown")


def test_a_log_gets_columns_without_colour_and_without_trailing_blanks():
    text = shown(("agency", "emails"), [("lapd", 1234), ("a longer one", None)])
    assert text.splitlines() == ["agency         emails", "lapd            1,234", "a longer one  unknown"]


def test_a_log_s_line_is_never_folded():
    assert len(shown(("reason",), [("x" * 900,)]).splitlines()) == 2


def test_text_from_a_mailbox_cannot_control_the_terminal():
    for kind in ({"width": 80}, {"width": 80, "force_terminal": True}):
        text = shown(("folder",), [("in\x1b[2Jbox\r[red]\n",)], **kind)
        assert "\x1b[2J" not in text
        assert "[2Jbox" in text
        assert "[red]" in text


def test_a_terminal_folds_what_does_not_fit():
    text = shown(("reason",), [("word " * 40,)], width=60, force_terminal=True)
    assert max(len(line) for line in text.splitlines()) <= 80
