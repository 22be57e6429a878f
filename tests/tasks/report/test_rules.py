import re
from pathlib import Path

from tasks.report.rules import GLOSSARY, METHOD, chapters, glossary, preamble

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_rules_are_those_of_the_page_itself():
    assert METHOD.resolve() == DOCS / "method.md"
    assert GLOSSARY.resolve() == DOCS / "glossary.md"


def test_the_image_has_what_the_links_of_the_package_lead_to():
    links = [path.resolve() for path in METHOD.parent.iterdir() if path.is_symlink()]
    seen = set((DOCS.parent / ".dockerignore").read_text(encoding="utf-8").splitlines())
    copied = (DOCS.parent / "docker/Dockerfile").read_text(encoding="utf-8")
    for path in links:
        name = path.relative_to(DOCS.parent).as_posix()
        assert f"!{name}" in seen
        assert name in copied


def test_no_line_of_a_rule_is_lost():
    text = METHOD.read_text(encoding="utf-8")
    kept = "\n".join(
        [
            preamble(),
            *(part for each in chapters() for part in (each.markdown, *(r.markdown for r in each.rules))),
        ]
    )
    lost = [line for line in text.splitlines() if line.strip() and line not in kept]
    assert [line for line in lost if not re.match(r"#{1,3} |\| (section|---|\[)", line)] == []


def test_a_rule_has_its_number_its_title_and_its_reason():
    [seven] = [each for each in chapters() if each.number == "7"]
    assert (seven.rules[5].number, seven.rules[5].title) == ("7.6", "The threshold and the direction")
    assert all("**Why.**" in rule.markdown for each in chapters() for rule in each.rules)


def test_the_glossary_has_no_heading_of_its_own():
    assert not re.search(r"^#", glossary(), re.MULTILINE)
