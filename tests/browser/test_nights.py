"""The Prefect UI after a night in which a mailbox was damaged, one was gone, and an agency's zone was wrong.

A synthetic investigation is run by hand; then its records suffer, and a scheduled run is looked at.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.request import Request

import pytest

from tests.api import all_of, answer_to
from tests.browser.conftest import Looking, run_of
from tests.browser.test_ui import Ui, ours
from tests.browser.window import DESK, PHONE, Look
from tests.waiting import until
from tests.worlds import copy_of

pytestmark = pytest.mark.slow

LACKS, WRONG, DAMAGED = "alderfall-pd", "briar-harbor-pd", "cinder-pd"
NIGHT: Final = """
from pathlib import Path
from flows.deployments import investigate, tags
if __name__ == "__main__":
    with tags("nwatch"):
        investigate(Path({folder!r}), settled=True)
"""


def events_of(ui: Ui, name: str) -> list[dict[str, Any]]:
    """All events of a name; a server keeps them later than it shows a run."""

    def found() -> list[dict[str, Any]]:
        asked = json.dumps({"filter": {"event": {"name": [name]}}}).encode()
        request = Request(f"{ui.link}/api/events/filter", asked, {"Content-Type": "application/json"})
        with answer_to(request) as answer:
            return list(json.load(answer)["events"])

    until(found, name)
    return found()


def damage(content: bytes) -> bytes:
    """A mailbox with a broken page of its node index."""
    pages = [
        at
        for at in range(0, len(content) - 511, 512)
        if content[at + 496 : at + 498] == b"\x81\x81" and not content[at + 491]
    ]
    page = pages[len(pages) // 2]
    return content[:page] + b"\xff" * 100 + content[page + 100 :]


def suffer(folder: Path) -> None:
    """Let the records suffer, an hour ago."""
    own = sorted((folder / "records" / LACKS).rglob("*.pst"), key=lambda path: path.stat().st_size)
    (folder / "records" / DAMAGED).mkdir()
    (folder / "records" / DAMAGED / "agency.toml").write_text(
        'name = "Cinder"\ntimezone = "America/Denver"\n'
    )
    (folder / "records" / DAMAGED / "a.pst").write_bytes(damage(own[-1].read_bytes()))
    own[0].unlink()
    settings = folder / "records" / WRONG / "agency.toml"
    settings.write_text(settings.read_text().replace("America/New_York", "America/New_Yrok"))
    for path in (folder / "records").rglob("*"):
        os.utime(path, (time.time() - 3600,) * 2)


@pytest.fixture(scope="module")
def night(smallest: Path, tmp_path_factory: pytest.TempPathFactory, nwatch: list[str]) -> Iterator[Ui]:
    from flows.service.local_server import Server

    folder = copy_of(smallest, tmp_path_factory.mktemp("night") / "ring-2021")
    with (folder / "investigation.toml").open("a", encoding="utf-8") as file:
        file.write("\n[arrivals]\nsettle = 0\n")
    run_of(nwatch, folder)
    suffer(folder)
    server = Server(tmp_path_factory.mktemp("home"))
    try:
        server.wait()
        script = folder.parent / "night.py"
        script.write_text(NIGHT.format(folder=str(folder)), encoding="utf-8")
        more = {
            "PREFECT_API_URL": server.url,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "NWATCH_WORKERS": "1",
        }
        place = str(Path(__file__).resolve().parents[2])
        done = subprocess.run(
            [sys.executable, str(script)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **more, "PYTHONPATH": place},
        )
        assert done.returncode == 0, done.stderr
        [run] = [run for run in all_of(server.url, "flow_runs") if run["parent_task_run_id"] is None]
        artifacts = {each["key"]: each for each in all_of(server.url, "artifacts/latest")}
        yield Ui(server.link, run, artifacts, "")
    finally:
        server.stop()


LOOKS: Final = pytest.mark.parametrize("look", [Look(DESK), Look(PHONE)], ids=str)


@LOOKS
def test_the_state_of_the_run_says_first_what_concerns_a_whole_agency(
    looking: Looking, night: Ui, look: Look
):
    from playwright.sync_api import expect

    assert night.run["state_name"] == "Completed with warnings"
    message = night.run["state"]["message"]
    assert message.startswith(
        f"{WRONG}: left out, and its rows are those of an earlier run: the settings of {WRONG}: 'timezone' "
        "is wrong: 'America/New_Yrok' is not a time zone of the IANA database; did you mean "
    )
    with looking(look) as visit:
        page = visit.open(f"{night.link}/runs/flow-run/{night.run['id']}").page
        expect(page.get_by_text("Completed with warnings").first).to_be_visible()
        if look.size == DESK:  # on a phone, the log is below the fold, and is made as one scrolls there
            said = page.get_by_role("tabpanel", name="Logs").get_by_text("Unknown for 2 of 3 agencies").first
            expect(said).to_be_visible()
            said.scroll_into_view_if_needed()
        visit.picture(f"night-run-{look}")
        assert ours(visit) == []


@LOOKS
@pytest.mark.parametrize("key", ["is-anything-missing", "ledger-mail"])
def test_the_heading_is_the_answer_and_what_is_unknown_is_a_word(
    looking: Looking, night: Ui, key: str, look: Look
):
    from playwright.sync_api import expect

    with looking(look) as visit:
        page = visit.open(night.artifact(key)).page
        for said in (
            "Is anything missing? Unknown for 2 of 3 agencies and 1 of",
            "1 mailbox that an earlier run read is gone: put it back, or confirm that it is gone",
        ):
            expect(page.get_by_text(said).first).to_be_visible()
        expect(page.get_by_role("cell").get_by_text("unknown", exact=True).first).to_be_visible()
        assert "verything is accounted for" not in page.inner_text("body")
        visit.picture(f"night-{key}-{look}", whole=True)
        assert ours(visit) == []


@LOOKS
def test_each_agency_is_an_event_with_the_reason(looking: Looking, night: Ui, look: Look):
    from playwright.sync_api import expect

    for event in events_of(night, "nwatch.agency.left-out"):
        assert event["payload"]["reason"]
        assert [each["prefect.resource.id"] for each in event["related"]] == [
            f"prefect.flow-run.{night.run['id']}"
        ]
    with looking(look) as visit:
        page = visit.open(f"{night.link}/events").page
        for agency in (WRONG, LACKS):
            expect(page.get_by_text(f"nwatch.agency.ring-2021.{agency}").first).to_be_visible()
        visit.picture(f"night-events-{look}")
        assert ours(visit) == []


def test_what_makes_the_answer_unknown_is_told_before_all_other_warnings(night: Ui):
    page = str(night.artifacts["is-anything-missing"]["data"]).replace("\\:", ":")
    _, *warnings = page.split("## Warnings")[1].split("\n- ")
    assert WRONG in warnings[0]
    assert LACKS in warnings[1]
    assert f"of {DAMAGED}: the number of messages is unknown" in warnings[2]


def names_of(told: Any) -> str:
    """All that an artifact says."""
    return str(told["data"]) + str(told["description"])


def test_no_page_names_a_mailbox(night: Ui):
    told = "".join(names_of(each) for each in night.artifacts.values()) + night.run["state"]["message"]
    assert ".pst" not in told.lower().replace("*.pst", "")
