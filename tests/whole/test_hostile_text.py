"""Text that could control a terminal, planted in everything that a mail or a name can hold.

Nothing of it reaches what a run prints, what Prefect logs, the states of its runs, its artifacts, or what the
other commands print.
"""

import json
import os
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request

import pytest

from data.synthetic.pst import Message, PstWriter, Recipient
from tests.api import answer_to
from tests.faults.small_case import INPUTS, make

# Dask 2026.8 resets an index in a way that pandas 4 will drop.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The inplace keyword")]

HOSTILE = "\x1b[31mred\x1b]0;title\x07 | <b>x</b> [l](http://x.example) `c`\u202edet\x9b2J"
"""Colours, a window's title, Markdown, a mark that turns the text, and the C1 form of ESC [."""

MOMENT = datetime(2021, 5, 4, tzinfo=UTC)


def planted(folder: Path) -> Path:
    """The small investigation with hostile text in mails, names of mailboxes and folders, and tables."""
    case = make(folder)
    names = (f"a{HOSTILE.replace('/', '')}.pst", os.fsdecode(b"caf\xe9\n.pst"), "box.pst")
    for number, name in enumerate(names):
        with PstWriter(case / "records/pd" / name) as writer:
            inbox = writer.add_folder((f"In{HOSTILE}box\nx",))
            people = (Recipient(1, f"Ann{HOSTILE}", f"ann{number}\x1b@example.org"),)
            for subject in (f"Crime Alert: {HOSTILE}", f"Odd\n{HOSTILE}", f"New Crime Incident{HOSTILE}"):
                writer.add_message(
                    inbox,
                    Message(subject, f"Desk{HOSTILE}", "desk", people, None, f"{HOSTILE}\n{number}", None,
                            None, MOMENT, MOMENT, codepage=65001),
                )  # fmt: skip
    (case / "records/pd" / f"notes{HOSTILE.replace('/', '')}.zip").write_bytes(b"PK\x03\x04" + b"\0" * 60)
    (case / "records/pd" / f"broken{HOSTILE.replace('/', '')}.pst").write_bytes(b"!BDN" + b"\0" * 600)
    posts = case / INPUTS["posts"]
    posts.rename(posts.with_name(f"2019\x1b[31m\n{HOSTILE.replace('/', '')}.csv"))
    atlas = case / INPUTS["atlas"]
    atlas.write_text(atlas.read_text().replace("Drones", HOSTILE).replace(",Vendor", f",Ven{HOSTILE}dor"))
    acs = case / INPUTS["acs"]
    acs.write_text(
        acs.read_text().replace("GEOID,", f"GEOID,name{HOSTILE},", 1).replace(",2", f",{HOSTILE},2")
    )
    return case


def controls(text: str) -> list[str]:
    """The characters of a text that could control a terminal, but for line feeds."""
    return sorted(
        {repr(char) for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs"}} - {"'\\n'"}
    )


def strings(value: object) -> list[str]:
    """Every text in a value that was JSON."""
    if isinstance(value, dict):
        return [each for item in value.items() for part in item for each in strings(part)]
    if isinstance(value, list):
        return [each for part in value for each in strings(part)]
    return [value] if isinstance(value, str) else []


def asked(url: str, what: str) -> list[dict[str, object]]:
    request = Request(f"{url}/{what}/filter", data=b"{}", headers={"Content-Type": "application/json"})
    with answer_to(request) as answer:
        found: list[dict[str, object]] = json.load(answer)
    return found


@pytest.mark.timeout(300)
def test_no_control_character_is_printed_logged_or_shown(
    tmp_path: Path, run, here, prefect_server: dict[str, str]
):
    case = planted(tmp_path / "case")
    watched = run("run", case, "--workers", "1", **prefect_server)
    assert watched.returncode == 0, watched.stderr
    mailboxes = sorted((case / "records/pd").glob("*.pst"))
    printed = {"run": watched}
    for words in (("run", case), ("plan", case), ("ledger", case), ("quarantine", case)):
        printed[f"again {words[0]}"] = here(*words)
    printed["inspect"] = here("inspect", *mailboxes)
    for name, done in printed.items():
        assert "Traceback" not in done.stderr, name
        assert controls(done.stdout + done.stderr) == [], name
    url = prefect_server["PREFECT_API_URL"]
    logs = asked(url, "logs")
    assert any(case.name in str(log["message"]) or "skipped" in str(log["message"]) for log in logs)
    for what in ("logs", "artifacts", "flow_runs", "task_runs"):
        for found in asked(url, what):
            if what == "artifacts" and found["type"] == "table":
                found["data"] = json.loads(str(found["data"]))
            assert controls("\n".join(strings(found))) == [], (what, found)
    kinds = (case / "out/public/ledger.csv").read_text(encoding="utf-8")
    assert controls(kinds) == []
    assert controls((case / "out/provenance.json").read_text(encoding="utf-8")) == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", [os.fsdecode(b"caf\xe9"), "a\x1b[31m\nb", "c\u202ed"])
def test_an_investigation_whose_name_cannot_be_shown_is_one_line(tmp_path: Path, here, name: str):
    case = make(tmp_path / name)
    done = here("run", case)
    assert done.returncode == 2
    assert done.stdout == ""
    assert controls(done.stderr) == []
    assert done.stderr.count("\n") == 1
    assert "rename it" in done.stderr
