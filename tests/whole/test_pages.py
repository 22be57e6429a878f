"""What the README and docs/commands.md show of the demo is what the commands print."""

import re
import shlex
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/commands.md", "docs/coding.md")
SECONDS = re.compile(r"\b\d+\.\d s$|^seconds .*")
"""What differs from run to run."""
ELSEWHERE = ("arrivals ", "automations ", "certificates ", "deploy ", "ui ")
"""Commands that name a host, or need a server."""


def shown(page: str) -> list[tuple[str, list[str]]]:
    """The commands of a page that print something, each with the lines that are shown."""
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    text = re.sub(r"<!-- help.*?<!-- /help[^>]*>", "", text, flags=re.DOTALL)
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip().split("\n")
            if lines and command.startswith("nwatch "):
                found.append((command.removeprefix("nwatch "), lines))
    return found


def masked(lines: list[str]) -> list[str]:
    return [SECONDS.sub("…", line) for line in lines if line]


def test_what_is_shown_is_what_is_printed(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    printed: dict[str, list[str]] = {}

    def output(command: str) -> list[str]:
        if command not in printed:
            done = run(*shlex.split(command))
            assert "Traceback" not in done.stderr
            printed[command] = masked(done.stdout.splitlines())
        return printed[command]

    assert output("new demo --synthetic")
    assert output("run demo")
    examples = [(page, *each) for page in PAGES for each in shown(page)]
    assert len(examples) > 5
    for page, command, lines in examples:
        if command.startswith(ELSEWHERE) or "--ui" in command:
            continue
        rest = iter(output(command))
        for line in masked(lines):
            assert line == "…" or line in rest, (
                f"{page}: nwatch {command} does not print, in this order: {line}"
            )
