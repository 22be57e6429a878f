"""The pages: the rules that the code cites are there, links lead somewhere, each word has one meaning."""

import io
import re
import tokenize
import tomllib
from collections import Counter
from pathlib import Path

from flows import parts

CHECKOUT = Path(__file__).resolve().parents[1]
METHOD, GLOSSARY, CHANGELOG = (
    CHECKOUT / name for name in ("docs/method.md", "docs/glossary.md", "CHANGELOG.md")
)
ROOMS = ("flows", "tasks", "cluster", "data", "tests", "benchmarks")
MODULES = sorted(
    path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py") if path != Path(__file__).resolve()
)
PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")])

NUMBER = r"\d+(?:\.\d+)?"
NEXT = r"[ \t]*\n?[ \t]*(?:#[ \t]*)?"
CITED = re.compile(
    rf"\bmethod\b{NEXT}[ \t]*({NUMBER}(?:(?:, |,? and |,? or | to |–){NUMBER})*)", re.IGNORECASE
)
NOT_HERE = re.compile(
    r"\b(?:DESIGN|STACK|HOUSE)\b|(?<!MS-)\bPST\.md\b|\breal/README|\bshared/\w+\.md|\bour issue #?\d+"
)
"""Pages that existed outside the repository while it was written."""
NAMED_PAGE = re.compile(r"(?<![\w/.])((?:docs/)?[\w-]+\.md)\b")


def name_of(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def words_of(path: Path) -> str:
    """A module's comments and docstrings."""
    tokens = tokenize.generate_tokens(io.StringIO(text_of(path)).readline)
    return "\n".join(
        token.string
        for token in tokens
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and '"""' in token.string)
    )


def rules() -> list[str]:
    """The numbers of the rules, in the order of the page."""
    return re.findall(r'^### <a id="[\d.]+"></a>(\d+\.\d+) \S', text_of(METHOD), re.MULTILINE)


def sections() -> list[str]:
    return re.findall(r"^## (\d+) \S", text_of(METHOD), re.MULTILINE)


def cited(text: str) -> list[str]:
    """The rules and sections that a text cites, as ``method 7.2`` or ``method 1 to 4, 10``."""
    return [number for found in CITED.findall(text) for number in re.findall(NUMBER, found)]


def test_citations_are_recognised_in_every_form():
    assert cited("(method 7.2)") == ["7.2"]
    assert cited("Method 8.2: the 40th percentile") == ["8.2"]
    assert cited("(method 1 to 4, 10)") == ["1", "4", "10"]
    assert cited("by method\n    6.9 and 7.1.") == ["6.9", "7.1"]
    assert cited("# by method\n# 6.9") == ["6.9"]
    assert cited("the methods 5 and the method of 1895") == []


def test_every_rule_that_is_cited_is_on_the_page():
    known = {*rules(), *sections()}
    missing = {
        f"{name_of(path)}: method {number}"
        for path in (*MODULES, *PAGES)
        for number in cited(text_of(path))
        if number not in known
    }
    assert not missing


def test_the_code_cites_the_method():
    assert len({number for path in MODULES for number in cited(text_of(path))}) > 20


def test_no_docstring_or_comment_cites_a_page_that_is_not_in_the_repository():
    found = []
    for path in MODULES:
        if not (NOT_HERE.search(text_of(path)) or ".md" in text_of(path)):
            continue
        words = words_of(path)
        found += [f"{name_of(path)}: {match[0]}" for match in NOT_HERE.finditer(words)]
        found += [
            f"{name_of(path)}: {page}"
            for page in NAMED_PAGE.findall(words)
            if not any((folder / page).is_file() for folder in (CHECKOUT, CHECKOUT / "docs"))
        ]
    found += [f"{name_of(page)}: {match[0]}" for page in PAGES for match in NOT_HERE.finditer(text_of(page))]
    assert not found


def test_rules_are_numbered_without_gaps():
    assert sections() == [str(number) for number in range(1, len(sections()) + 1)]
    in_section = Counter(rule.split(".")[0] for rule in rules())
    assert rules() == [
        f"{section}.{rule}" for section in sections() for rule in range(1, in_section[section] + 1)
    ]
    assert all(in_section[section] for section in sections())


def test_every_rule_has_its_anchor_and_its_reason():
    parts = re.split(r"^(?=##)", text_of(METHOD), flags=re.MULTILINE)
    stated = [part for part in parts if re.match(r"### .*\d+\.\d+", part)]
    assert len(stated) == len(rules())
    for part in stated:
        found = re.match(r'### <a id="([\d.]+)"></a>([\d.]+) ', part)
        assert found, part.splitlines()[0]
        assert found[1] == found[2]
        assert part.count("**Why.** ") == 1, found[2]


def test_the_identities_of_the_page_are_those_of_the_ledger():
    [table] = re.findall(
        r"^\| part \| whole \| = sum of \|\n\|[ -|]*\n((?:\|.*\n)+)", text_of(METHOD), re.MULTILINE
    )
    shown = [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in table.splitlines()]
    stated = [
        (each.part, each.whole, " + ".join(each.parts))
        for part in parts.load()
        for each in (*part.ledger.identities, *part.ledger.shared)
    ]
    assert shown == list(dict.fromkeys(stated))  # posts and crimes share the ledger of the tracts


def terms() -> list[str]:
    return re.findall(r"^\| \*\*(.+?)\*\* \|", text_of(GLOSSARY), re.MULTILINE)


def test_the_glossary_defines_each_term_once():
    times = Counter(term.lower() for term in terms())
    assert len(times) > 80
    assert [term for term, count in times.items() if count > 1] == []


def test_every_row_of_the_glossary_has_a_meaning():
    rows = re.findall(r"^\| \*\*.*$", text_of(GLOSSARY), re.MULTILINE)
    assert [row for row in rows if not re.fullmatch(r"\| \*\*[^*|]+\*\* \| [A-Z`].*\. \|", row)] == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page: those of its headings as GitHub makes them, and those that it states."""
    text = re.sub(r"^```.*?^```", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    seen = [re.sub(r"<[^>]*>|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in seen}
    return made | set(re.findall(r'<a id="([^"]+)">', text))


def test_every_relative_link_leads_somewhere():
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(\s*([^)\s]+)\s*\)", text_of(page)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            path = (page.parent / file).resolve() if file else page
            if not path.exists() or (anchor and anchor not in anchors(path)):
                broken.append(f"{name_of(page)}: {target}")
    assert not broken


def test_every_page_is_reached_from_the_readme():
    reached, left = set(), [CHECKOUT / "README.md"]
    while left:
        page = left.pop()
        if page in reached:
            continue
        reached.add(page)
        links = re.findall(r"\]\(\s*([^)#\s]+\.md)(?:#[^)]*)?\)", text_of(page))
        left += [path for link in links if (path := (page.parent / link).resolve()) in PAGES]
    assert [name_of(page) for page in PAGES if page not in reached] == []


def test_the_newest_release_of_the_changelog_is_the_version_of_the_package():
    config = tomllib.loads(text_of(CHECKOUT / "pyproject.toml"))
    releases = re.findall(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d{2}-\d{2}\)$", text_of(CHANGELOG), re.MULTILINE)
    assert releases[0] == config["project"]["version"]
    assert releases == sorted(releases, key=lambda version: [*map(int, version.split("."))], reverse=True)
