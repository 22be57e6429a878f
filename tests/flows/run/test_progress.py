"""What a run shows while it works."""

import io
import re

from rich.console import Console

from flows.run.progress import Bars, Lines, Reporter, reporter, reporting


def test_a_log_gets_one_plain_line_per_stage_with_what_was_counted():
    printed: list[str] = []
    lines = Lines(printed.append)
    with lines.stage("read the mail", "messages") as on_progress:
        on_progress(1, 20_000)
        on_progress(20_000, 20_000)
    assert len(printed) == 1
    assert re.fullmatch(r"read the mail: 20,000 of 20,000 messages, \d+\.\d s", printed[0])


def test_a_log_gets_a_line_in_between_when_a_stage_takes_long():
    printed: list[str] = []
    with Lines(printed.append, every=0.0).stage("read the mail", "messages") as on_progress:
        on_progress(1, 2)
    assert printed[0] == "read the mail: 1 of 2 messages"


def test_a_stage_that_fails_is_not_reported_as_ended():
    printed: list[str] = []
    lines = Lines(printed.append)
    try:
        with lines.stage("survey"):
            raise OSError
    except OSError:
        pass
    assert (printed, lines.seconds) == ([], {})


def test_a_line_in_between_is_printed_among_the_others():
    printed: list[str] = []
    lines = Lines(printed.append)
    with lines.stage("survey"):
        lines.say("all workers are gone [1]")
    assert printed[0] == "all workers are gone [1]"
    stream = io.StringIO()
    bars = Bars(Console(file=stream, force_terminal=True, width=80, color_system=None))
    with bars.stage("survey"):
        bars.say("all workers are gone [1]")
    assert "all workers are gone [1]\n" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    Reporter().say("nobody reads it")


def test_a_terminal_gets_a_bar_that_ends_full():
    stream = io.StringIO()
    bars = Bars(Console(file=stream, force_terminal=True, width=120))
    with bars.stage("read the mail", "messages") as on_progress:
        on_progress(1, 2)
    assert "2 of 2" in stream.getvalue() or "1 of 2 messages" in stream.getvalue()
    assert "✓" in stream.getvalue()


def test_flows_report_to_the_reporter_of_the_run_else_to_a_silent_one():
    lines = Lines(lambda line: None)
    with reporting(lines):
        assert reporter() is lines
    assert type(reporter()) is Reporter
