"""A person's browser: Debian's Chromium, driven by Playwright, which records whatever a page does wrong.

Nothing is downloaded: Playwright's package for Python brings no browser, and only Debian's is started.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

ARGUMENTS: Final = (
    "--no-sandbox",  # CI is root in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--force-color-profile=srgb",
    # What a page wants from elsewhere is recorded, and never asked for: no name has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
HERE: Final = frozenset({"file", "data", "blob", "about"})
"""The schemes of what lies on this machine."""

PATIENCE: Final = 60_000
"""Milliseconds that a state may take to come, on a busy machine."""

PHONE, DESK = (390, 844), (1440, 900)
"""Pixels across and down."""

_LAY_OUT: Final = """() => {
    for (const each of document.querySelectorAll("*"))
        if (getComputedStyle(each).contentVisibility === "auto") each.style.contentVisibility = "visible";
}"""

SCREENSHOTS: Final = Path(__file__).resolve().parents[2] / "build" / "screenshots"


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page.

    Attributes:
        size: Of the window, in pixels.
        scheme: The colors that the person prefers.
    """

    size: tuple[int, int]
    scheme: Literal["light", "dark"] = "light"

    def __str__(self) -> str:
        return f"{self.size[0]}-{self.scheme}"


LOOKS: Final = tuple(Look(size, scheme) for size in (PHONE, DESK) for scheme in ("light", "dark"))


def chromium() -> str | None:
    """Where Debian's Chromium is; None where it is not installed."""
    return shutil.which("chromium")


@contextmanager
def started(executable: str) -> Iterator[Browser]:
    """Start Chromium without a window and with a new profile, and end it.

    While it lives, its thread has a running event loop: nothing there may call ``asyncio.run``.
    """
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=list(ARGUMENTS), chromium_sandbox=False
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page that somebody looks at.

    Attributes:
        page: The page, as Playwright knows it.
        errors: What it wrote to the console as an error, and what its scripts raised.
        failed: Requests that failed, or were answered with an error.
        left: Requests that left, or would have left, the machine.
    """

    page: Page
    errors: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        self.page.context.on("request", self._asked)
        self.page.context.on("requestfailed", lambda request: self._failed(request, request.failure))
        self.page.context.on("response", self._answered)

    @property
    def wrong(self) -> list[str]:
        """All that went wrong."""
        return [*self.errors, *self.failed, *(f"left the machine: {url}" for url in self.left)]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "assert"}:
            where = message.location
            self.errors.append(
                f"console: {message.text} ({where.get('url', '')}:{where.get('lineNumber', '')})"
            )

    def _asked(self, request: Request) -> None:
        if leaves(request.url):
            self.left.append(request.url)

    def _failed(self, request: Request, reason: object) -> None:
        # A download takes the place of a page that would have opened, which Chromium calls aborted.
        if reason != "net::ERR_ABORTED" and not leaves(request.url):
            self.failed.append(f"request: {request.method} {request.url[:200]}: {reason}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400:
            self._failed(answer.request, answer.status)

    def open(self, place: Path | str) -> Visit:
        """Go to a file or a URL, and wait until it is loaded."""
        self.page.goto(place.resolve().as_uri() if isinstance(place, Path) else place, wait_until="load")
        return self

    def ask(self, script: str, argument: object = None) -> Any:
        """What a function in JavaScript gives in the page."""
        return self.page.evaluate(script, argument)

    def lay_out(self) -> None:
        """Let the browser lay out all of the page, also what it leaves for later as it is far below."""
        self.ask(_LAY_OUT)

    def picture(self, name: str, *, whole: bool = False) -> Path:
        """A screenshot as it is now, in ``build/screenshots``."""
        if whole:
            self.lay_out()
        return self._write(
            f"{name}.png", self.page.screenshot(full_page=whole, animations="disabled", scale="css")
        )

    def printed(self, name: str) -> Path:
        """The page as it is printed on Letter paper, in ``build/screenshots``."""
        return self._write(f"{name}.pdf", self.page.pdf(format="Letter", print_background=False))

    @staticmethod
    def _write(name: str, content: bytes) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / re.sub(r"[^\w.-]+", "-", name)
        path.write_bytes(content)
        return path


@contextmanager
def visit(browser: Browser, look: Look = Look(DESK)) -> Iterator[Visit]:
    """Open a new window, as somebody looks, with nothing kept from other windows."""
    width, height = look.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=look.scheme,
        reduced_motion="reduce",
        locale="en-US",
        timezone_id="America/Los_Angeles",
    )
    context.set_default_timeout(PATIENCE)
    try:
        yield Visit(context.new_page())
    finally:
        context.close()


def leaves(url: str) -> bool:
    """Whether a request for this leaves the machine.

    Example:
        >>> [leaves(url) for url in ("file:///out/report.html", "http://127.0.0.1:4200/api", "https://fonts.example")]
        [False, False, True]
    """
    parts = urlsplit(url)
    return parts.scheme not in HERE and parts.hostname != "127.0.0.1"
