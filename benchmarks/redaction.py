"""How often is what identifies somebody masked, and how often is something else?

2,000 alerts are made up with the place of each telephone number, e-mail address, street number and license
plate, and with as many numbers that name nobody. What finds them is compared: our rules without and with the
library phonenumbers, the library alone, and the recognisers of presidio-analyzer, where a Python that has it
is named: it is no dependency of the project. So it is on the texts of ``texts_to_mask.txt``, which were
written to defeat the rules.

    .venv/bin/python benchmarks/redaction.py
    .venv/bin/python benchmarks/redaction.py --presidio /tmp/presidio/bin/python --write docs/performance.md
    .venv/bin/python benchmarks/redaction.py --misses 20
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data.synthetic.identifying import KINDS, Labeled, labeled_alerts, marked
from tasks.coding.redaction.redact import find

ALERTS = 2000
SEED = 15
"""The rules were written with other seeds."""
OTHERS = Path(__file__).with_name("texts_to_mask.txt")
MARKS = ("<!-- redaction -->", "<!-- /redaction -->")

Spans = list[tuple[str, int, int]]

# Its own recognisers, without the model of a language: that only finds names and places.
_PRESIDIO = """
import json, sys, time
from presidio_analyzer.predefined_recognizers import EmailRecognizer, PhoneRecognizer, UsLicenseRecognizer
asked = [(EmailRecognizer(), "EMAIL_ADDRESS", "email"), (PhoneRecognizer(), "PHONE_NUMBER", "phone"),
         (UsLicenseRecognizer(), "US_DRIVER_LICENSE", "plate")]
texts, found = json.load(sys.stdin), []
start = time.process_time()
for text in texts:
    spans = []
    for recogniser, entity, kind in asked:
        if kind in sys.argv[1:]:
            spans += [(kind, one.start, one.end) for one in recogniser.analyze(text, [entity], None)]
    found.append(spans)
json.dump([found, time.process_time() - start], sys.stdout)
"""


@dataclass(frozen=True)
class Score:
    """How good it is for one kind.

    Attributes:
        named: How many there are.
        hidden: Those of them of which every letter and digit is found.
        found: What was found.
        right: What was found and has no letter or digit of anything else.
    """

    named: int
    hidden: int
    found: int
    right: int

    @property
    def recall(self) -> float:
        """The share of what is there that is masked whole."""
        return self.hidden / self.named

    @property
    def precision(self) -> float | None:
        """The share of what was found that has nothing else in it; None where nothing was found."""
        return self.right / self.found if self.found else None


def score(alerts: Sequence[Labeled], found: Iterable[Spans], kind: str) -> Score:
    """Compare what was found with what is there."""
    named = hidden = many = right = 0
    for alert, spans in zip(alerts, found, strict=True):
        there = [_signs(alert.text, one.start, one.end) for one in alert.named if one.kind == kind]
        own = [_signs(alert.text, start, end) for name, start, end in spans if name == kind]
        every, masked = set().union(*there), set().union(*own)
        named += len(there)
        hidden += sum(one <= masked for one in there)
        many += len(own)
        right += sum(one <= every for one in own)
    return Score(named, hidden, many, right)


def _signs(text: str, start: int, end: int) -> set[int]:
    return {place for place in range(start, end) if text[place].isalnum()}


def ours(alerts: Sequence[Labeled], *, rules: bool, library: bool) -> tuple[list[Spans], float]:
    start = time.process_time()
    found = [
        [(one.kind, one.start, one.end) for one in find(alert.text, rules=rules, library=library)]
        for alert in alerts
    ]
    return found, time.process_time() - start


def presidio(alerts: Sequence[Labeled], python: str, *kinds: str) -> tuple[list[Spans], float]:
    texts = json.dumps([alert.text for alert in alerts])
    run = subprocess.run(
        [python, "-c", _PRESIDIO, *kinds], input=texts, capture_output=True, text=True, check=True
    )
    found, seconds = json.loads(run.stdout)
    return [[(kind, start, end) for kind, start, end in spans] for spans in found], seconds


def others() -> dict[str, list[Labeled]]:
    """The texts of :data:`OTHERS`, by what is said of them."""
    found: dict[str, list[Labeled]] = {}
    for line in OTHERS.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            found[line.removeprefix("## ")] = []
        elif found:
            found[list(found)[-1]].append(marked(line))
    return found


def table(alerts: Sequence[Labeled], python: str | None) -> list[str]:
    """The rows of the comparison, as Markdown."""
    contenders: list[tuple[str, tuple[list[Spans], float], tuple[str, ...]]] = [
        ("our rules", ours(alerts, rules=True, library=False), KINDS),
        ("phonenumbers alone", ours(alerts, rules=False, library=True), ("phone",)),
        ("our rules and phonenumbers (kept)", ours(alerts, rules=True, library=True), KINDS),
    ]
    if python:
        contenders.append(
            ("presidio-analyzer", presidio(alerts, python, "phone", "email"), ("phone", "email"))
        )
        license_numbers = presidio(alerts, python, "plate")
        contenders.append(("presidio-analyzer, driver licenses", license_numbers, ("plate",)))
    lines = [
        "| kind | contender | there | masked whole | recall | found | nothing else | precision | CPU s |"
    ]
    lines.append("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for kind in KINDS:
        for name, (found, seconds), kinds in contenders:
            if kind in kinds and not (kind != "phone" and name == "our rules"):
                one = score(alerts, found, kind)
                precision = "" if one.precision is None else f"{one.precision:.3f}"
                lines.append(
                    f"| {kind} | {name} | {one.named} | {one.hidden} | {one.recall:.3f} | {one.found} | "
                    f"{one.right} | {precision} | {seconds:.1f} |"
                )
    return lines


def tables(python: str | None, alerts: Sequence[Labeled]) -> str:
    """The comparison on the alerts that are made up, and on the texts of somebody else."""
    lines = table(alerts, python)
    for title, texts in others().items():
        lines += ["", f"{len(texts)} texts, {title}:", "", *table(texts, python)]
    return "\n".join(lines)


def show_misses(alerts: Sequence[Labeled], most: int) -> None:
    """Show what our rules miss, and what they mask without need."""
    for alert, spans in zip(alerts, ours(alerts, rules=True, library=True)[0], strict=True):
        for kind in KINDS:
            one = score([alert], [spans], kind)
            if one.hidden < one.named or one.right < one.found:
                print(kind, [alert.text[a:b] for name, a, b in spans if name == kind], "|", alert.text)
                most -= 1
            if most <= 0:
                return


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--alerts", type=int, default=ALERTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--presidio", metavar="PYTHON", help="a Python that has presidio-analyzer")
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="put the table between the marks of a page"
    )
    parser.add_argument("--misses", type=int, default=0, help="show so many texts where our rules are wrong")
    given = parser.parse_args()
    alerts = labeled_alerts(given.alerts, given.seed)
    if given.misses:
        show_misses([*alerts, *(one for texts in others().values() for one in texts)], given.misses)
        return
    lines = tables(given.presidio, alerts)
    print(lines)
    if given.write:
        before, _, rest = given.write.read_text(encoding="utf-8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        page = f"{before}{MARKS[0]}\n\n{lines}\n\n{MARKS[1]}{after}"
        given.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
