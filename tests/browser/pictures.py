"""Make the pictures of README.md and docs/coding.md, all from synthetic data: of a report, a run, and sheets.

``make pictures`` does. They show what the program makes: make them anew when the report has changed.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.browser.coding_pictures import hand_out, of_the_sheet, of_the_terminal
from tests.browser.conftest import run_of
from tests.browser.window import Look, Visit, chromium, started, visit

if TYPE_CHECKING:
    from playwright.sync_api import Locator

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LOOK: Final = Look((1200, 750))
MOST_BYTES: Final = 150_000
"""Of a picture, as README shows it on every visit."""

ANSWERED: Final = (("No", "Confusing event"), ("Yes", "Damage"), ("No", "Confusing event"), ("Yes", "Theft"))
"""What the picture of a sheet shows in its first rows."""

FIRST: Final = ("#found h3", "main h2")
"""Where the first picture begins: the first of these that the report has."""

FIGURES: Final = ("figure[id^=maps]", "figure[id^=cities]", "main figure")
"""Where the second one does."""


def main() -> None:
    """Make an investigation, run it on a server of its own, and take the pictures."""
    executable = chromium()
    if executable is None:
        sys.exit("make pictures: no Chromium here; on Debian: apt-get install chromium")
    from data.synthetic import create
    from flows.service.local_server import Server
    from tests.api import all_of

    with tempfile.TemporaryDirectory(prefix="nwatch-pictures-") as place:
        folder = create(Path(place) / "alderfall", scale=0.05, seed=1)
        server = Server(Path(place) / "prefect")
        try:
            server.wait()
            run_of([sys.executable, "-m", "flows.console.app"], folder, PREFECT_API_URL=server.url)
            demo = Path(place) / "demo"
            hand_out(demo)
            [run] = [each for each in all_of(server.url, "flow_runs") if each["parent_task_run_id"] is None]
            with started(executable) as browser, visit(browser, LOOK) as window:
                for name, picture in {
                    "report": lambda: of_the_report(window, folder / "out/report.html"),
                    "figures": lambda: of_a_figure(window),
                    "run": lambda: of_the_run(window, f"{server.link}/runs/flow-run/{run['id']}"),
                    "sheet": lambda: of_the_sheet(demo, Path(place), ANSWERED),
                    "terminal": lambda: of_the_terminal(window, demo, Path(place)),
                }.items():
                    keep(name, picture())
        finally:
            server.stop()


def of_the_report(window: Visit, page: Path) -> bytes:
    """The report where its findings begin."""
    window.open(page)
    return _from(window, FIRST)


def of_a_figure(window: Visit) -> bytes:
    """The report further down, from a figure of a city on."""
    window.lay_out()
    return _from(window, FIGURES)


def _from(window: Visit, begins: Sequence[str]) -> bytes:
    """The window from the first of some places on that is there, which may be folded."""
    found: list[Locator] = [window.page.locator(each).first for each in begins]
    place = next(each for each in found if each.count())
    place.evaluate("""place => {
        let fold = place.closest("details");
        for (; fold; fold = fold.parentElement.closest("details")) fold.open = true;
        place.scrollIntoView();
        window.scrollBy(0, -24);
    }""")
    return window.page.screenshot(animations="disabled")


def of_the_run(window: Visit, link: str) -> bytes:
    """The page of the run, once its graph and its log are there."""
    from playwright.sync_api import expect

    page = window.open(link).page
    expect(page.locator("canvas").first).to_be_visible()
    expect(page.get_by_role("tabpanel", name="Logs").get_by_text("Beginning flow run").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page.screenshot(animations="disabled")


def keep(name: str, picture: bytes) -> None:
    """Keep a picture with as many colors as make it small.

    Raises:
        SystemExit: With 16 colors it is still too large.
    """
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colors in (256, 128, 64, 32, 16):
        file = io.BytesIO()
        image.quantize(colors, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if file.tell() < MOST_BYTES:
            break
    else:
        sys.exit(f"make pictures: {name}.png has {file.tell():,} bytes even with {colors} colors")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(file.getvalue())
    sys.stdout.write(f"docs/pictures/{name}.png: {file.tell():,} bytes, {colors} colors\n")


if __name__ == "__main__":
    main()
