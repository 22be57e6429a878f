"""The steps of the alerts: from mailboxes that were read to tables."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.crosswalk import Crosswalk
from tasks.alerts.task import parse, tabulate

Build = Callable[..., Any]


def test_alerts_are_parsed_and_their_tables_written(
    mailbox: Build, mail_row: Build, crosswalk: Crosswalk, tmp_path: Path
) -> None:
    sources = [mailbox([mail_row(1), mail_row(2)])]
    seen: list[tuple[int, int]] = []
    parsed = parse.function(
        sources, {"lapd": "UTC"}, crosswalk, tmp_path / "work", on_progress=lambda *n: seen.append(n)
    )
    made = tabulate.function(parsed, sources, tmp_path / "out")
    assert (made.messages, made.unique_alerts, seen[-1]) == (2, 1, (1, 1))
    assert {path.relative_to(tmp_path / "out").as_posix() for path in made.paths.values()} == {
        *(f"private/{name}.parquet" for name in ("messages", "alerts", "recipients", "subjects_to_review")),
        *(
            f"public/{name}.parquet"
            for name in ("kinds", "subjects", "alerts_by_month", "recipients_per_alert")
        ),
    }


def test_mailboxes_that_were_not_parsed_do_not_vanish_in_silence(
    mailbox: Build, mail_row: Build, crosswalk: Crosswalk, tmp_path: Path
) -> None:
    source = mailbox([mail_row(1)])
    parsed = parse.function([source], {"lapd": "UTC"}, crosswalk, tmp_path / "work")
    with pytest.raises(ValueError, match="not those of this run"):
        tabulate.function(parsed, [source, replace(source, agency="sfpd")], tmp_path / "out")
