"""Somebody switches the Prefect UI to its second version: no page asks for anything beyond this machine.

That version asks a service which records sessions, on every page. The headers of our server, and of the
proxy of the stack, keep the browser from it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.window import DESK, PATIENCE, Visit
from tests.docker.stack import COMPOSE, free_ports
from tests.waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

PAGES = ("Runs", "Flows", "Deployments", "Automations", "Event Feed")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the server is that ``--ui`` starts."""
    from flows.service.local_server import Server

    started = Server(tmp_path_factory.mktemp("home"))
    try:
        started.wait()
        yield started.link
    finally:
        started.stop()


@pytest.fixture(scope="module")
def proxied(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the stack's proxy is, in front of it."""
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("no nginx here: apt-get install nginx-light")
    home = tmp_path_factory.mktemp("proxy")
    home.chmod(0o711)
    [port] = free_ports(["4201"]).values()
    text = COMPOSE.with_name("proxy.conf").read_text(encoding="utf-8")
    text = re.sub(r"^ *resolver .*$", "", text, flags=re.MULTILINE)
    text = text.replace("server:4200", server.removeprefix("http://")).replace("/tmp/", f"{home}/")
    (home / "nginx.conf").write_text(text.replace("listen 4201", f"listen 127.0.0.1:{port}"))
    log = home / "log"
    with log.open("wb") as out:
        words = [nginx, "-p", str(home), "-c", str(home / "nginx.conf"), "-g", "daemon off;"]
        process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT)
    try:
        until((home / "nginx.pid").is_file, log.read_text)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def switched(browser: Browser, place: str, *, guarded: bool = True) -> Visit:
    """What a person's browser did, who switched and looked at each page."""
    width, height = DESK
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=not guarded)
    context.set_default_timeout(PATIENCE)
    visit = Visit(context.new_page())
    try:
        page = visit.open(f"{place}/dashboard").page
        page.get_by_text("Switch to V2").first.click()
        page.get_by_text("Switch to V1").first.wait_for()
        assert "/v2/" in page.url
        for name in PAGES:
            page.get_by_role("link", name=name, exact=True).first.click()
            page.get_by_role("link", name=name, exact=True).first.wait_for()
            time.sleep(0.5)  # what a page asks for in passing has no end that could be waited for
        visit.picture(f"ui-v2-{'guarded' if guarded else 'bare'}")
        return visit
    finally:
        context.close()


def test_without_the_headers_it_would_ask_elsewhere(browser: Browser, server: str):
    """Else the next test would hold for nothing."""
    assert switched(browser, server, guarded=False).left


@pytest.mark.parametrize("where", ["server", "proxied"])
def test_no_request_leaves(browser: Browser, where: str, request: pytest.FixtureRequest):
    visit = switched(browser, request.getfixturevalue(where))
    assert visit.left == []
    refused = (
        "violates the following Content Security Policy directive|violates the document's Content Security"
    )
    wrong = [line for line in visit.errors if not re.search(refused, line)]
    assert not [line for line in wrong if "404" not in line], wrong
    assert any(re.search(refused, line) for line in visit.errors), "what it asked for was refused"
