"""What a run ends with."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from flows.console.printing import LOG_WIDTH
from flows.console.summary import _seconds, print_balances, summary, warnings
from flows.run.part import Told
from tasks.ledger.table import write_ledger

ROWS = [
    *(("mail", source, "listed in the file", 3) for source in ("a", "b")),
    *(("mail", source, "messages read", 2) for source in ("a", "b")),
    *(("mail", source, "not mail", 1) for source in ("a", "b")),
    *(("mail", source, "quarantined while reading", 0) for source in ("a", "b")),
    *(("alerts", source, "messages read", 2) for source in ("a", "b")),
    *(("alerts", source, "alert messages", 1) for source in ("a", "b")),
    ("alerts", "a", "alerts parsed", 1),
    ("alerts", "b", "alerts parsed", 0),
    ("alerts", "a", "quarantined while parsing", 0),
    ("alerts", "b", "quarantined while parsing", 1),
    ("alerts", "", "alerts parsed", 1),
    ("alerts", "", "emails over unique alerts", 1),
    ("posts", "c", "posts in the file", 1234),
    ("posts", "", "posts in the files", 1234),
    ("posts", "", "duplicates", 0),
    ("posts", "", "outside", 1234),
]


def ended(out: Path, *, listed: tuple[int | None, ...] = (3, 3), **parts: Any) -> Any:
    """A run's result, as far as the summary looks at it."""
    unknown = sum(number is None for number in listed)
    told = Told(
        unknown=f"{unknown} of {len(listed)} mailboxes" if unknown else "",
        see={"See what and why": "nwatch quarantine"},
    )
    return SimpleNamespace(out=out, warnings=(), notes=(), found={"mail": told, **parts})


def printed(tell, result: Any) -> list[str]:
    stream = io.StringIO()
    tell(result, list(result.found.values()), Console(file=stream, width=LOG_WIDTH))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_whether_anything_is_missing_is_answered_in_numbers_that_add_up(tmp_path: Path):
    write_ledger(ROWS, tmp_path / "out")
    assert printed(print_balances, ended(tmp_path / "out", posts=Told())) == [
        "Is anything missing?",
        "      6 items in the mailboxes = 4 messages read + 2 not mail + 0 quarantined while reading",
        "      2 alerts among them = 1 alerts parsed + 1 quarantined while parsing",
        "  1,234 posts = 1,234 outside",
        f"No: everything is accounted for; line by line: nwatch ledger {tmp_path}",
        "",
    ]


def test_parts_that_did_not_run_are_not_in_the_answer(tmp_path: Path):
    write_ledger(ROWS, tmp_path / "out")
    assert not [line for line in printed(print_balances, ended(tmp_path / "out")) if "posts" in line]
    nothing = ended(tmp_path / "out")
    nothing.found = {}
    assert printed(print_balances, nothing) == []


def test_where_it_cannot_be_known_that_is_the_answer(tmp_path: Path):
    unknown = [row if row[:3] != ("mail", "b", "listed in the file") else (*row[:3], None) for row in ROWS]
    write_ledger(unknown, tmp_path / "out")
    lines = printed(print_balances, ended(tmp_path / "out", listed=(3, None)))
    assert lines[1].startswith("  unknown items in the mailboxes = 4 messages read")
    assert lines[3].startswith(
        "Unknown for 1 of 2 mailboxes (see the warnings); everything else is accounted"
    )


def test_a_command_that_is_named_can_be_copied_whatever_the_folder_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    result = ended(tmp_path / "Müller's case/out")
    result.warnings = ("1 in quarantine",)
    monkeypatch.chdir(tmp_path)
    assert printed(warnings, result)[-1] == "See what and why: nwatch quarantine 'Müller'\"'\"'s case'"


def test_the_report_is_named_where_there_is_one(tmp_path: Path):
    result = ended(tmp_path / "out")
    write_ledger(ROWS, result.out)
    told = lambda: printed(lambda given, _, to: summary(given, {"start": 1.0}, to), result)  # noqa: E731
    result.found = {}
    assert not any(line.startswith("report") for line in told())
    (result.out / "report.html").touch()
    assert f"report            {result.out}/report.html (open it: nwatch open {tmp_path})" in told()


def test_the_stages_that_took_longest_are_named():
    assert _seconds({"start": 8.0, "a": 0.1, "b": 2.0, "c": 1.0}) == "11.1 (start 8.0, b 2.0, c 1.0)"
