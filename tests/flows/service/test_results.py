"""What the UI shows of the results: the run's own answer, nothing that a file could make of it, no name."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data.published import Published
from data.settings import Config
from flows import parts as registry
from flows.run.answer import Answer
from flows.run.part import Told
from flows.service import results as shown
from flows.service.results import Results, found_page, missing_page, show_results
from tasks.ledger.results import Doubt
from tasks.report.results import Story

HOSTILE = "<b>x</b> | [l](http://y.example) `c`\x1b"
ESCAPED = "\\<b\\>x\\</b\\> \\| \\[l\\](http\\://y.example) \\`c\\`\ufffd"
TOLD = Told(facts={"mailboxes": 2}, see={"See what and why": "nwatch quarantine"})
ANSWER = Answer("Perhaps:", (Doubt(2, "mails were read without a body", "look at them", "a.pst"),))


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Results:
    """A run of the mail, of which one mailbox could not be counted."""
    lines = {"listed in the file": None, "messages read": 1234, "quarantined while reading": 0}
    rows = [{"part": "mail", "source": "a1", "line": line, "count": n} for line, n in lines.items()]
    monkeypatch.setattr(Results, "ledger", rows)
    monkeypatch.setattr(Results, "answer", ANSWER)
    return Results(registry.load(["mail"]), tmp_path, [TOLD], True, Path("/data/lapd"))


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Public tables with hostile names."""
    tests = pa.table(
        {
            "city": [HOSTILE], "verdict": ["positive, robust"], "n": [1234], "ratio_90_10": [2.123456],
            "ratio_low": [1.0001], "ratio_high": [20.456], "why": [f"of {HOSTILE}"],
        }
    )  # fmt: skip
    kinds = pa.table({"agency": ["a", "b", "b"], "kind": ["k", "k", HOSTILE], "emails": [1000, 500, 500]})
    tables = {"public/city_tests_robust": tests, "public/kinds": kinds}

    class Given(Published):
        def get(self, name: str) -> pa.Table | None:
            return tables.get(name)

    return Story(Config.model_validate({"name": HOSTILE.strip("\x1b")}), Given(tmp_path, tmp_path, ()))


def test_the_heading_is_the_answer_of_this_run_and_what_is_not_known_is_a_word(results: Results):
    warned = ("mailbox a1 of lapd: cut", f"odd {HOSTILE}")
    page = missing_page(results, results.ledger, warned)
    assert page.startswith(
        "# Is anything missing? Perhaps:\n\n- 2 mails were read without a body\\: look at them\n\n"
        "Everything else is accounted for.\n\n## Warnings\n\n- mailbox a1 of lapd\\: cut\n"
    )
    assert "a.pst" not in page
    assert f"- odd {ESCAPED}\n" in page
    assert "See what and why\\: nwatch quarantine /data/lapd\n" in page
    assert "| items in the mailboxes | unknown |\n| – messages read | 1,234 |" in page


@pytest.mark.parametrize(
    ("whole", "answer", "heading"),
    [
        (
            True,
            Answer("No: everything is accounted for"),
            "Is anything missing? No: everything is accounted for",
        ),
        (False, ANSWER, "Is anything missing? Of mail: Perhaps"),
        (
            True,
            Answer("Unknown for 1 of 2 mailboxes (see the warnings); and perhaps:", ANSWER.perhaps),
            "Is anything missing? Unknown for 1 of 2 mailboxes (see the warnings); and perhaps",
        ),
    ],
)
def test_the_heading_says_no_more_than_is_known(
    results: Results, monkeypatch: pytest.MonkeyPatch, whole: bool, answer: Answer, heading: str
):
    monkeypatch.setattr(Results, "answer", answer)
    some = replace(results, whole=whole)
    assert some.headline == heading
    page = missing_page(some, [], ())
    assert "This run has no warning." in page
    assert ("Everything else is accounted for." in page) == (answer is ANSWER)


def test_what_was_found_is_rounded_and_what_a_file_says_is_shown_as_it_is(story: Story):
    page = found_page(story)
    assert f"| {ESCAPED} | positive, robust | 1,234 | 2.12 | 1 to 20.5 |" in page
    assert f"- {ESCAPED}\\: of {ESCAPED}\n" in page
    assert f"| k | 1,500 | 75 |\n| {ESCAPED} | 500 | 25 |" in page
    assert HOSTILE not in page


@pytest.mark.parametrize("url", [None, "https://news.example/lapd/"])
def test_figures_are_pages_that_hold_them_or_pictures_where_the_report_is_served(
    results: Results, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str | None
):
    made: dict[str, Any] = {}
    for name in ("show_markdown", "show_rows", "show_link", "show_image", "show_table"):
        monkeypatch.setattr(shown, name, lambda key, what, *_: made.update({key: what}))
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/kinds-of-mail.png").write_bytes(b"png")
    (tmp_path / "figures/deciles-alder.png").write_bytes(b"png")
    (tmp_path / "figures/large.png").write_bytes(bytes(shown.MOST_BYTES + 1))
    files = {
        f"figures/{name}": ""
        for name in ("kinds-of-mail.png", "kinds-of-mail.svg", "large.png", "deciles-alder.png")
    }
    story = replace(
        story,
        config=Config.model_validate({"name": "x", "report": {"url": url}}),
        provenance={"outputs": {**files, "report.html": ""}},
    )
    show_results(results, story)
    pages = {"is-anything-missing", "what-was-found", "ledger-mail", "kinds"}
    if url is None:
        assert set(made) == {*pages, "figure-kinds-of-mail"}
        assert made["figure-kinds-of-mail"] == "![kinds of mail](data:image/png;base64,cG5n)\n"
    else:
        assert set(made) == {*pages, "report", "figure-kinds-of-mail", "figure-large"}
        assert made["report"] == "https://news.example/lapd/report.html"
        assert made["figure-large"] == "https://news.example/lapd/figures/large.png"
