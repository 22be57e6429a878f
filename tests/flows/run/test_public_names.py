"""What is public of the names of files: what the report says in the place of each."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa

from data.published import Published
from data.schema import TABLES
from data.settings import Config
from data.tables import write_table
from flows.run.part import Job
from flows.run.public_names import public_names, quotable
from flows.run.report import story_of


def write(name: str, out: Path, rows: list[dict[str, Any]]) -> None:
    spec = TABLES[name]
    empty = {column.name: None if column.nullable else 0 for column in spec.columns}
    texts = {
        column.name: "" for column in spec.columns if pa.types.is_string(column.type) and not column.nullable
    }
    full = [{**empty, **texts, **row} for row in rows]
    write_table(pa.Table.from_pylist(full, schema=spec.arrow), spec, out)


def job_of(tmp_path: Path) -> Job:
    """A job that has read posts, after a run that has read mail."""
    stage, out = tmp_path / "stage", tmp_path / "out"
    sources = [("lapd", "0123456789ab", "records/lapd/Jo Lee.pst")]
    write(
        "private/sources",
        out,
        [{"agency": agency, "source": source, "file": file} for agency, source, file in sources],
    )
    write("private/post_files", stage, [{"file": "posts/Jo's.csv", "source": "1123456789ab"}])
    request = {"agency": "LAPD", "sent": dt.date(2022, 1, 1), "status": "fulfilled", "records": "lapd/part 1"}
    write("public/requests", stage, [request])
    investigation = SimpleNamespace(out=out, work=tmp_path, config=Config(name="a"))
    return cast(Job, SimpleNamespace(out=stage, given=SimpleNamespace(investigation=investigation)))


def test_each_file_has_a_public_name(tmp_path: Path):
    assert public_names(job_of(tmp_path)) == {
        "records/lapd": "agency lapd",
        "records/lapd/Jo Lee.pst": "mailbox 0123456789ab of lapd",
        "records/lapd/part 1": "the folder of LAPD",
        "posts/Jo's.csv": "file 1123456789ab of posts",
    }


def test_the_warnings_of_a_story_name_no_file(tmp_path: Path):
    job = job_of(tmp_path)
    tables = dict.fromkeys(TABLES["public/requests"].files, "0" * 64)
    assert quotable(Published(job.out, job.out, tables)) == {"LAPD"}
    told = story_of(
        job,
        {"tables": tables},
        [
            "sfpd: left out, and its rows are those of an earlier run: records/sfpd/Jo.pst: cannot be read",
            "records/lapd/Jo Lee.pst: cut",
            "requests.csv: the request to 'LAPD' of 2022-01-01 is 'denied'",
        ],
        {"crime": "no crime/* (records/lapd/x.csv is none)"},
    )
    assert told.warnings == (
        "sfpd: left out, and its rows are those of an earlier run; the log of the run has the reason",
        "mailbox 0123456789ab of lapd: cut",
        "requests.csv: the request to 'LAPD' of 2022-01-01 is 'denied'",
    )
    assert told.skipped == {"crime": "1 reason names a file of the records: the command line shows it."}
