"""What is asked of every page: each function gives what is wrong, a line each."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from tests.browser.window import Visit

HOSTS: Final = frozenset(
    {
        "www.census.gov",
        "www2.census.gov",
        "data.census.gov",
        "api.census.gov",
        "themarkup.org",
        "github.com",
        "creativecommons.org",
        "opendatacommons.org",
        "docs.prefect.io",
        "docs.datasette.io",
        "datasette.io",
        "datapackage.org",
        "frictionlessdata.io",
        "specs.frictionlessdata.io",
        "doi.org",
    }
)
"""Hosts that a page may name in a link: documentation, licenses and sources, all of them public."""

SCRIPTS: Final = Path(__file__).with_name("checks.js").read_text(encoding="utf-8")


def asked(visit: Visit, name: str) -> Any:
    """What a function of ``checks.js`` gives in a page."""
    return visit.ask(f"() => {SCRIPTS.strip()}.{name}()")


def too_wide(visit: Visit) -> list[str]:
    """What makes the page scroll sideways; what scrolls within itself does not."""
    return list(asked(visit, "tooWide"))


def disordered(visit: Visit) -> list[str]:
    """Headings out of order, empty ones, ids that are there twice."""
    return list(asked(visit, "headings"))


def unseen(visit: Visit) -> list[str]:
    """Headings and figures that are not shown."""
    return list(asked(visit, "unseen"))


def figures(visit: Visit) -> list[dict[str, Any]]:
    """The figures, tables opened: ``key``, ``picture``, ``alt``, ``caption``, ``opener``, ``table``."""
    return list(asked(visit, "figures"))


def unexplained(visit: Visit) -> list[str]:
    """Figures without a picture, a name for who does not see it, a caption, or a table one click away."""
    wrong = []
    for figure in figures(visit):
        has = {
            "id": figure["key"],
            "picture": figure["picture"],
            "alt text of ten letters": len(figure["alt"]) >= 10,
            "caption": figure["caption"],
            "table": figure["table"],
            "summary or button that opens its table": figure["opener"],
        }
        wrong += [f"figure {figure['key'] or '?'}: no {what}" for what, there in has.items() if not there]
    return wrong


def broken_links(visit: Visit, folder: Path, elsewhere: Container[str] = ()) -> list[str]:
    """Links that lead nowhere: to no place of the page, no file beside it, or no host that is known.

    Args:
        visit: The page.
        folder: Where it lies.
        elsewhere: What is not beside it in this test: files, and folders with all that is in them.
    """
    wrong = []
    for link in asked(visit, "links"):
        href, parts = link["href"], urlsplit(link["href"])
        if href in {"", "#"}:
            wrong.append(f"the link {link['words']!r} has no target")
        elif not link["there"]:
            wrong.append(f"{href}: no such place in the page")
        elif parts.scheme in {"http", "https"} and parts.hostname not in HOSTS:
            wrong.append(f"{href}: {parts.hostname} is no host that a page may name")
        elif parts.scheme not in {"", "http", "https", "data", "blob"}:
            wrong.append(f"{href[:80]}: not a link to a page or a file")
        elif parts.scheme or parts.path.split("/")[0] in elsewhere:
            pass
        elif not (folder / unquote(parts.path)).exists():
            wrong.append(f"{href}: no such file beside the page")
        if not link["words"]:
            wrong.append(f"{href[:80]}: the link has no words")
    return wrong


def inaccessible(visit: Visit, within: list[str] | None = None) -> list[str]:
    """What axe-core calls a violation: the rule, the place, what to do.

    Args:
        visit: The page.
        within: The ids of what is looked at; by default all of the page, which takes seconds.
    """
    from axe_playwright_python.sync_playwright import Axe

    visit.lay_out()
    context = None if within is None else {"include": [[f"#{key}"] for key in within]}
    found = Axe().run(visit.page, context, {"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}, {len(rule['nodes'])} places): {rule['help']}: "
        f"{node['target']} {node['html'][:160]} {node.get('failureSummary', '')}"
        for rule in found
        for node in rule["nodes"][:1]
    ]
