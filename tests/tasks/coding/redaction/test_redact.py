"""What tells who or where somebody is is masked, and other numbers are not."""

from pathlib import Path

import pytest

from data.synthetic.identifying import KINDS, Labeled, labeled_alerts, marked
from tasks.coding.redaction.redact import find, redact


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Call (213)555-0134/213.555.0135 x12.", "Call [phone]/[phone]."),
        ("ring +44 (0)20 7946 0123, or 555-0199", "ring [phone], or [phone]"),
        ("jo+x@mail.example.com; jo (at) example dot org", "[e-mail]; [e-mail]"),
        ("at 1420 1/2 W 42nd St, apt 4B, and 17-19 old lantern way", None),
        ("I live at 1420. My house number 7", "I live at [street number]. My house number [street number]"),
        ("1400 Broadway, 12 Calle Luna", "[street number] Broadway, [street number] Calle Luna"),
        ("Plate starts with 8LK; tag: ABC-1234", "Plate starts with [plate]; tag: [plate]"),
        ('license plate "GOLFER" and 7abc123 the other', 'license plate "[plate]" and [plate] the other'),
    ],
)
def test_what_identifies_is_masked(text: str, masked: str | None):
    if masked is None:
        masked = "at [street number] W 42nd St, [street number], and [street number] old lantern way"
    assert redact(text) == masked
    assert redact(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "In 2021 Foxglove Ln was closed; May 3, 2021 Main St too",
        "15 people on Thimble St at 10:30 pm, 20 minutes, the 1400 block of Elm St",
        "3 shots fired Vermont Ave",
        "A 9mm, an AR15, a .45, 12 gauge; 6 ft, 180 lbs, a 37 year old",
        "BMW 328i, F150, RAV4, CX5 on I-405 and US-101; Flight 427",
        "$1,200 - 2,300, case 2103456789, report 21-0345678, 911, 311, 24/7",
        "2021-05-13 22:33:07 at 34.0522, -118.2437; 192.168.1.20; zip 90012-1234",
        "No plates. License plate stolen last night at 10. Tags expired 2019. Unit 7A45 came",
        "He was home at 10 and at work at 5. 7-Eleven on Main St",
        "",
    ],
)
def test_what_names_nobody_stays(text: str):
    assert redact(text) == text


def test_the_library_finds_what_our_rules_do_not():
    text = "(213)5550134"
    assert not find(text, library=False)
    assert [one.kind for one in find(text, rules=False)] == ["phone"]
    assert not find("555-0134", rules=False)
    assert [one.kind for one in find("555-0134")] == ["phone"]


@pytest.mark.long
def test_of_many_alerts_few_are_missed_and_no_other_number_is_masked():
    there = dict.fromkeys(KINDS, 0)
    hidden = dict.fromkeys(KINDS, 0)
    for alert in labeled_alerts(600, 3):
        found = find(alert.text)
        for one in alert.named:
            there[one.kind] += 1
            hidden[one.kind] += any(
                each.kind == one.kind and each.start <= one.start and one.end <= each.end for each in found
            )
        for each in found:
            assert any(one.start < each.end and each.start < one.end for one in alert.named), alert.text
    assert min(hidden[kind] / there[kind] for kind in KINDS) > 0.9


@pytest.mark.parametrize("piece", ["x", "1 ", "213-", "a@", "plate ", "1 aa bb ", "1 aaa st ", "a at b dot "])
def test_a_text_without_end_takes_no_time_without_end(piece: str):
    # The test ends, or pytest's timeout ends it: no pattern goes back over a whole text.
    assert redact(piece * (20_000 // len(piece)))


def texts_of_others() -> list[Labeled]:
    """Texts that were written to defeat the rules."""
    page = Path(__file__).parents[4] / "benchmarks/texts_to_mask.txt"
    lines = page.read_text(encoding="utf-8").splitlines()
    return [marked(line) for line in lines if not line.startswith("#")]


def test_of_texts_against_the_rules_most_is_masked_and_little_else():
    there, hidden = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
    found = right = 0
    for alert in texts_of_others():
        signs = lambda one, text=alert.text: {n for n in range(one.start, one.end) if text[n].isalnum()}  # noqa: E731
        spans = [signs(one) for one in find(alert.text)]
        masked, named = set().union(*spans), set().union(*map(signs, alert.named))
        for one in alert.named:
            there[one.kind] += 1
            hidden[one.kind] += signs(one) <= masked
        found += len(spans)
        right += sum(own <= named for own in spans)
    assert sum(there.values()) > 450
    shares = {kind: hidden[kind] / there[kind] for kind in KINDS}
    assert shares["phone"] > 0.96
    assert shares["email"] > 0.96
    assert shares["street"] > 0.89
    assert shares["plate"] > 0.97
    assert right / found > 0.97
