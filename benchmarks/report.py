"""What the report of a finished run costs: to make, to keep, to send, to open.

    python benchmarks/report.py FOLDER [--times 3]

FOLDER is an investigation that was run. The report is made again of its public tables, in a temporary folder;
the page in ``out/`` is opened in Debian's Chromium at the size of a phone and of a desk, each time in a new
window. Nothing in FOLDER is changed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.browser.window import DESK, PHONE, Look, chromium, started, visit

PAINTED = """async () => {
    const paint = await new Promise((done) => {
        new PerformanceObserver((list) => done(list.getEntries()[0].startTime)).observe(
            {type: 'paint', buffered: true});
    });
    const [page] = performance.getEntriesByType('navigation');
    return {paint, load: page.loadEventEnd, nodes: document.querySelectorAll('*').length};
}"""
"""Milliseconds from the start until something is seen, and until all is loaded; and the elements."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--times", type=int, default=3)
    given = asked.parse_args()
    out = given.folder / "out"
    sizes(out)
    making(given.folder, given.times)
    opening(out / "report.html", given.times)


def sizes(out: Path) -> None:
    figures = [path for path in (out / "figures").iterdir() if path.is_file()]
    print(f"report.html: {(out / 'report.html').stat().st_size:,} bytes")
    for suffix in ("svg", "png", "csv"):
        of = [path.stat().st_size for path in figures if path.suffix == f".{suffix}"]
        print(f"figures/*.{suffix}: {len(of)} files, {sum(of):,} bytes")


def making(folder: Path, times: int) -> None:
    """Make the report again without workers, with what a process imports for it the first time."""
    from data.catalog import PROVENANCE, Investigation
    from data.published import Published
    from tasks.report.make import make_report
    from tasks.report.results import Story

    investigation = Investigation.unchecked(folder)
    provenance = json.loads((investigation.out / PROVENANCE).read_bytes())
    tables = Published(investigation.out, investigation.out, provenance["tables"])
    story = Story(investigation.config, tables, provenance)
    for number in range(times):
        with tempfile.TemporaryDirectory() as place:
            began, used = time.perf_counter(), sum(os.times()[:4])
            files = make_report(story, Path(place))
            print(
                f"make the report ({number + 1}): {time.perf_counter() - began:.1f} s, "
                f"{sum(os.times()[:4]) - used:.1f} CPU-s, {len(files)} files, without workers"
            )


def opening(page: Path, times: int) -> None:
    executable = chromium()
    if executable is None:
        print("not opened: no Chromium here")
        return
    with started(executable) as browser:
        for look in (Look(PHONE), Look(DESK)):
            found = []
            for _ in range(times):
                with visit(browser, look) as window:
                    found.append(window.open(page).ask(PAINTED))
            paint, load = (statistics.median(each[what] for each in found) for what in ("paint", "load"))
            nodes = found[0]["nodes"]
            print(
                f"open at {look.size[0]} px: seen after {paint:.0f} ms, loaded after {load:.0f} ms, "
                f"{nodes:,} elements"
            )


if __name__ == "__main__":
    main()
