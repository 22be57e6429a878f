"""The Prefect UI of a run, as an operator looks at it: the page of the run, its artifacts, the report.

A real server, a small investigation that is run against it, and its ``out/`` served where the report's
address says. Nothing may ask for anything beyond this machine.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from tests.api import all_of
from tests.browser.conftest import Looking, run_of
from tests.browser.window import Visit
from tests.worlds import copy_of

pytestmark = pytest.mark.slow

PREFECTS: Final = re.compile(
    r"/favicon\.ico"  # no page of its UI names one, and Chromium asks
    r"|/ico/undefined\.svg"  # the icon of a run whose state has not come yet
    r"|Invalid TaskInputResponse"  # its UI does not know the inputs of a flow in a flow
)
"""What is wrong with the UI of this version of Prefect, whoever uses it."""


class Served(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass(frozen=True)
class Ui:
    """A server with a run.

    Attributes:
        link: Where its UI is.
        run: The run of the investigation.
        artifacts: The last artifact of each key.
        report: Where the report is.
    """

    link: str
    run: dict[str, Any]
    artifacts: dict[str, dict[str, Any]]
    report: str

    def artifact(self, key: str) -> str:
        """The page of an artifact."""
        return f"{self.link}/artifacts/artifact/{self.artifacts[key]['latest_id']}"

    def keys(self, beginning: str) -> list[str]:
        """The keys that begin so."""
        return sorted(key for key in self.artifacts if key.startswith(beginning))


@pytest.fixture(scope="module")
def ui(smallest: Path, tmp_path_factory: pytest.TempPathFactory, nwatch: list[str]) -> Iterator[Ui]:
    from flows.service.local_server import Server

    folder = copy_of(smallest, tmp_path_factory.mktemp("ui") / "ring-2021")
    (folder / "out").mkdir()
    files = ThreadingHTTPServer(("127.0.0.1", 0), partial(Served, directory=folder / "out"))
    threading.Thread(target=files.serve_forever, daemon=True).start()
    settings = folder / "investigation.toml"
    place = f"http://127.0.0.1:{files.server_port}"
    text = settings.read_text(encoding="utf-8").replace("make = false", f'make = true\nurl = "{place}/"')
    settings.write_text(text, encoding="utf-8")
    server = Server(tmp_path_factory.mktemp("home"), images=place)
    try:
        server.wait()
        run_of(nwatch, folder, PREFECT_API_URL=server.url, PREFECT_SERVER_ANALYTICS_ENABLED="false")
        [run] = [run for run in all_of(server.url, "flow_runs") if run["parent_task_run_id"] is None]
        artifacts = {each["key"]: each for each in all_of(server.url, "artifacts/latest")}
        yield Ui(server.link, run, artifacts, f"{place}/report.html")
    finally:
        server.stop()
        files.shutdown()
        files.server_close()


def ours(visit: Visit) -> list[str]:
    """What went wrong, but for what is wrong with Prefect's UI itself."""
    return [line for line in visit.wrong if not PREFECTS.search(line)]


def test_the_page_of_the_run_has_its_graph_its_state_and_its_log(looking: Looking, ui: Ui):
    from playwright.sync_api import expect

    with looking() as visit:
        page = visit.open(f"{ui.link}/runs/flow-run/{ui.run['id']}").page
        expect(page.get_by_text("Completed with warnings").first).to_be_visible()
        expect(page.get_by_text(ui.run["name"]).first).to_be_visible()
        for tag in ui.run["tags"]:
            expect(page.get_by_text(tag, exact=True).first).to_be_visible()
        expect(page.locator("canvas").first).to_be_visible()
        log = page.get_by_role("tabpanel", name="Logs")
        for line in ("mail took", "requests took", "make the report took", "Is anything missing?", "Warning"):
            expect(log.get_by_text(line).first).to_be_visible()
        visit.picture("ui-run")
        for tab, shown in {
            "Subflow Runs": "mail",
            "Artifacts": "is-anything-missing",
            "Parameters": str(ui.run["parameters"]["folder"]),
        }.items():
            page.get_by_role("tablist").get_by_text(tab, exact=True).click()
            expect(page.get_by_role("tabpanel").get_by_text(shown).first).to_be_visible()
            visit.picture(f"ui-run-{tab}")
        assert ours(visit) == []


def test_whether_anything_is_missing_and_what_was_found_are_pages(looking: Looking, ui: Ui):
    from playwright.sync_api import expect

    with looking() as visit:
        for key, heading in {
            "is-anything-missing": "Is anything missing?",
            "what-was-found": "What was found",
        }.items():
            page = visit.open(ui.artifact(key)).page
            expect(page.get_by_role("heading", name=heading).first).to_be_visible()
            assert page.locator("table").count(), key
            visit.picture(f"ui-{key}", whole=True)
        assert ours(visit) == []


def test_the_ledger_of_each_part_is_a_table(looking: Looking, ui: Ui):
    from playwright.sync_api import expect

    keys = ui.keys("ledger-")
    assert {"ledger-mail", "ledger-posts", "ledger-crime"} <= set(keys)
    with looking() as visit:
        page = visit.open(ui.artifact("ledger-mail")).page
        expect(page.locator("table tbody tr").nth(3)).to_be_visible()
        visit.picture("ui-ledger", whole=True)
        assert ours(visit) == []


def test_a_figure_is_shown_and_the_link_opens_the_report(looking: Looking, ui: Ui):
    from playwright.sync_api import expect

    with looking() as visit:
        page = visit.open(ui.artifact(ui.keys("figure-")[0])).page
        picture = page.locator(
            "main img, .artifact img, img[src^='http://127.0.0.1'], img[src^='data:']"
        ).last
        expect(picture).to_be_visible()
        assert picture.evaluate("async image => { await image.decode(); return image.naturalWidth > 100; }")
        visit.picture("ui-figure")
        page = visit.open(ui.artifact("report")).page
        link = page.locator(f"a[href='{ui.report}']").first
        expect(link).to_be_visible()
        visit.open(link.get_attribute("href") or "")
        expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
        assert ours(visit) == []


def test_the_lists_of_runs_and_artifacts_are_whole(looking: Looking, ui: Ui):
    from playwright.sync_api import expect

    with looking() as visit:
        page = visit.open(f"{ui.link}/runs").page
        expect(page.get_by_text(ui.run["name"]).first).to_be_visible()
        page = visit.open(f"{ui.link}/artifacts").page
        expect(page.get_by_text(f"{len(ui.artifacts)} Artifacts")).to_be_visible()
        visit.picture("ui-artifacts", whole=True)
        assert ours(visit) == []
