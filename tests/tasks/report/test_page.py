import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pyarrow as pa
import pytest

from tasks.figures.figure import Drawn, Figure
from tasks.report.blocks import Group, Heading, InThisRun, Notice, Points, Rows, Section, Text, flat
from tasks.report.page import page_of
from tasks.report.sections import sections
from tests.tasks.report.stories import HOSTILE, STORIES, everything, hostile

SVG = (
    b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9" '
    b'font-family="x" role="img" aria-labelledby="title"><title id="title">T</title>'
    b'<path id="a0" d="M0 0" fill="#0d766d"/><use href="#a0"/></svg>\n'
)


class Seen(HTMLParser):
    """The tags of a page, their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.named: dict[str | None, str] = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)
        of = [attributes["id"] for tag, attributes in self.tags[-2:] if tag == "caption"]
        if of:
            self.named.setdefault(of[0], data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def figure(key: str, rows: int = 2, name: str = "a") -> Figure:
    table = pa.table({"city": [name] * rows, "rate": [0.25] * rows})
    return Figure(key, f"Title {name}", f"Alt {name}", table, lambda canvas: None, caption=f"Caption {name}")


def page(story, *blocks) -> str:
    drawn = {each.key: Drawn(SVG, b"", b"", SVG) for each in blocks if isinstance(each, Figure)}
    return page_of(story, [(Section("s", "S", lambda story: ()), blocks)], drawn)


def whole(story) -> str:
    """The page of a story, with the figures that its sections ask for."""
    made = [(section, tuple(section.blocks(story))) for section in sections()]
    figures = [block for _, blocks in made for block in flat(blocks) if isinstance(block, Figure)]
    drawn = {block.key: Drawn(SVG, b"", b"") for block in figures}
    return page_of(story, made, drawn)


@pytest.mark.long
@pytest.mark.parametrize("made", STORIES)
def test_every_kind_of_run_has_a_page_whose_places_are_unique_and_whose_links_lead_to_them(made, tmp_path):
    seen = Seen(whole(made(tmp_path)))
    ids = Counter(attributes["id"] for _, attributes in seen.tags if "id" in attributes)
    assert [key for key, times in ids.items() if times > 1] == []
    named = Counter(seen.named[each["id"]] for each in seen.all("caption"))
    assert [caption for caption, times in named.items() if times > 1] == [], "a screen reader lists them"
    inside = {a["href"][1:] for a in seen.all("a") if (a["href"] or "").startswith("#")}
    assert inside - set(ids) == set()
    levels = [int(tag[1]) for tag, _ in seen.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    of_the_method = [each for each in seen.all("div") if each.get("aria-label") == "Table"]
    assert len(seen.all("table")) == len(seen.all("caption")) + len(of_the_method)


def test_no_sign_of_percent_is_parted_from_its_number(tmp_path):
    html = page(everything(tmp_path), Text(("94.6 % of <b>", "7 of them")), Points(("0.5 %",)))
    assert "94.6\xa0% of &lt;b&gt; 7 of them" in html
    assert "0.5\xa0%" in html


@pytest.mark.long
def test_the_same_story_gives_the_same_bytes(tmp_path):
    assert whole(everything(tmp_path / "a")) == whole(everything(tmp_path / "b"))


def test_nothing_from_a_file_is_html(tmp_path):
    story = hostile(tmp_path)
    blocks = [
        block
        for number, name in enumerate(HOSTILE)
        for block in (
            Text((name,)),
            Points((name,)),
            Notice(name, (name,)),
            InThisRun((name,)),
            Heading(f"h-{number}", name),
            Rows(f"r-{number}", name, pa.table({name: [name]})),
            Rows(f"l-{number}", name, pa.table({name: [name] * 61})),
            Group(f"g-{number}", name, (Text((name,)),), name),
            figure(f"f-{number}", name=name),
        )
    ]
    html = page(story, *blocks)
    seen = Seen(html)
    # Its own, six long tables, and four of names that HTML would change.
    assert Counter(tag for tag, _ in seen.tags if tag in ("script", "img", "b")) == {"script": 11}
    data = r'<script type="text/csv".*?</script>| data-v="[^"]*"'
    assert not re.search("[\x00\x07\x0d\u202e\u2066]", re.sub(data, "", html, flags=re.DOTALL))
    assert not any(name.startswith("on") for _, attributes in seen.tags for name in attributes)
    assert "7*7" in html


def test_only_its_own_style_and_script_may_run_and_nothing_is_fetched(tmp_path):
    html = page(everything(tmp_path), Text(("a",)))
    seen = Seen(html)
    policy = next(each["content"] for each in seen.all("meta") if "http-equiv" in each) or ""
    assert "default-src 'none'" in policy
    for tag in ("style", "script"):
        found = re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert found
        digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not re.search(r'(?:src|srcset|action)="|url\((?!#)|@import', html)
    assert seen.all("link") == []


def test_a_figure_has_its_picture_its_table_and_its_three_files(tmp_path):
    html = page(everything(tmp_path), figure("a-b"), figure("c", rows=61))
    seen = Seen(html)
    assert [a["href"] for a in seen.all("a") if "download" in a] == [
        f"figures/{key}.{suffix}" for key in ("a-b", "c") for suffix in ("csv", "svg", "png")
    ]
    assert [each["aria-labelledby"] for each in seen.all("svg")] == [
        "a-b-title", "a-b-narrow-title", "c-title", "c-narrow-title"
    ]  # fmt: skip
    assert 'fill="var(--fig-accent,#0d766d)"' in html
    assert "--fig-accent: #0d766d;" in html
    assert len(seen.all("table")) == 1  # the other is made from its CSV when it is opened
    assert [each["id"] for each in seen.all("script")[:-1]] == ["c-csv"]


def test_a_group_is_folded_where_it_says_so_and_its_headings_are_below_its_own(tmp_path):
    groups = [Group(f"g-{n}", f"G {n}", (Heading(f"h-{n}", "H"),), "said", folded=n > 2) for n in range(5)]
    seen = Seen(page(everything(tmp_path), *groups))
    assert [each["id"] for each in seen.all("details")[1:]] == ["g-3", "g-4"]
    assert [tag for tag, _ in seen.tags if re.fullmatch(r"h[34]", tag)] == ["h3", "h4"] * 5
    assert {f"#g-{n}" for n in range(5)} <= {a["href"] for a in seen.all("a")}


@pytest.mark.parametrize("key", ["s", "s-h", "drawn-c", "main", "A city", ""])
def test_a_place_that_is_there_twice_or_cannot_be_is_a_fault_of_the_program(key, tmp_path):
    with pytest.raises(ValueError, match="places with the same key"):
        page(everything(tmp_path), figure("drawn"), Heading(key, "H"))
