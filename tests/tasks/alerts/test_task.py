"""The door: what a flow calls."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prefect.cache_policies import NO_CACHE

from data.crosswalk import Crosswalk
from tasks.alerts.task import parse, tabulate

Build = Callable[..., Any]


def test_the_door_parses_and_writes_the_tables(
    mailbox: Build, mail_row: Build, crosswalk: Crosswalk, tmp_path: Path
) -> None:
    sources = [mailbox([mail_row(1), mail_row(2)])]
    seen: list[tuple[int, int]] = []
    parsed = parse.fn(
        sources, {"lapd": "UTC"}, crosswalk, tmp_path / "work", None, progress=lambda *n: seen.append(n)
    )
    made = tabulate.fn(parsed, sources, tmp_path / "out")
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
    parsed = parse.fn([source], {"lapd": "UTC"}, crosswalk, tmp_path / "work", None)
    with pytest.raises(ValueError, match="not those of this run"):
        tabulate.fn(parsed, [source, replace(source, agency="sfpd")], tmp_path / "out")


def test_prefect_neither_caches_nor_stores_what_the_tasks_return() -> None:
    for door in (parse, tabulate):
        assert door.cache_policy == NO_CACHE
        assert door.persist_result is False
