"""From sections to one page of HTML, with its styles, figures and data inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tasks.figures.figure import Drawn
from tasks.report.blocks import Block, Section
from tasks.report.results import Story

TEMPLATE: Final = Path(__file__).with_name("page.html")


def page_of(
    story: Story, sections: Sequence[tuple[Section, Sequence[Block]]], drawn: Mapping[str, Drawn]
) -> str:
    """The report as a page; whatever comes from a file is escaped.

    Args:
        story: The results.
        sections: Each section with its blocks.
        drawn: The figures by their keys.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    shown = [
        {
            "key": section.key,
            "title": section.title,
            "blocks": [(type(block).__name__, block) for block in blocks],
        }
        for section, blocks in sections
    ]
    svgs = {key: Markup(each.svg.decode()) for key, each in drawn.items()}
    return template.render(story=story, sections=shown, drawn=svgs) + "\n"
