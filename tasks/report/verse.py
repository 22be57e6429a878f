"""Markdown of the program itself as HTML of the page: its rules, its glossary, its words on tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_ANCHOR: Final = re.compile(r'<a id="[^"]*"></a>')
_RULE: Final = re.compile(r"(?<![\w`\[])([Rr]ules? |\(method )(\d+\.\d+)\b")
_LIST: Final = re.compile(r"(\[[Rr]ules? \d+\.\d+\]\([^)]*\)(?:, | and | to |–))(\d+\.\d+)\b")
_ACCESSIBLE: Final = {
    "<table>": '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>',
    "</table>": "</table></div>",
    "<th></th>": "<td></td>",
    "<pre>": '<pre tabindex="0">',
}
"""Tags as the parser writes them, and as who uses the keyboard or a screen reader needs them."""

_TO_SECTIONS: Final = {"method.md": "methods", "glossary.md": "glossary", "tables.md": "tables"}


def verse_of(markdown: str, has_anchor: Callable[[str], bool] = lambda anchor: True) -> Markup:
    """Markdown as HTML; HTML in it is shown as text.

    Args:
        markdown: Text of the program, never of a file. Its tables scroll in a place of their own; "rule 7.6"
            is a link to that rule.
        has_anchor: Whether the page has a place; a link to one that it lacks is shown as its text.

    Example:
        >>> print(verse_of("See *rule 7.6*."), end="")
        <p>See <em><a href="#rule-7-6">rule 7.6</a></em>.</p>
    """
    linked = "".join(
        part if part.startswith("`") else _linked(part)
        for part in re.split(r"(`+[^`]*`+)", _ANCHOR.sub("", markdown))
    )
    parser = _parser()
    tokens = parser.parse(linked)
    _resolve(tokens, has_anchor)
    html = parser.renderer.render(tokens, parser.options, {})
    for tag, accessible in _ACCESSIBLE.items():
        html = html.replace(tag, accessible)
    return Markup(html)


def _linked(text: str) -> str:
    text = _RULE.sub(lambda found: f"[{found[1]}{found[2]}](#{rule_key(found[2])})", text)
    text = text.replace("[(method ", "([method ")
    return _LIST.sub(lambda found: f"{found[1]}[{found[2]}](#{rule_key(found[2])})", text)


def rule_key(number: str) -> str:
    """The place of a rule in the page.

    Example:
        >>> rule_key("7.6")
        'rule-7-6'
    """
    return f"rule-{number.replace('.', '-')}"


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _resolve(tokens: list[Any], has_anchor: Callable[[str], bool]) -> None:
    """Links to pages of the program lead to a place of this page; those that cannot are left as text."""
    for token in tokens:
        if token.type == "inline":
            is_dead = False
            for child in token.children:
                if child.type == "link_open":
                    href = _href(str(child.attrGet("href")))
                    is_dead = href.startswith("#") and not has_anchor(href[1:])
                    if is_dead:
                        child.tag, child.attrs = "span", {}
                    else:
                        child.attrSet("href", href)
                elif child.type == "link_close" and is_dead:
                    child.tag, is_dead = "span", False


def _href(target: str) -> str:
    page, _, anchor = target.partition("#")
    if page in _TO_SECTIONS:
        return f"#{_TO_SECTIONS[page]}"
    if target.startswith("#") and re.fullmatch(r"\d+\.\d+", anchor):
        return f"#{rule_key(anchor)}"
    if found := re.fullmatch(r"#(\d+)-.*", target):
        return f"#method-{found[1]}"
    return target
