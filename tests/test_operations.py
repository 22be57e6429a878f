"""docs/operations.md: every command is shown with its output, and every name in it exists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from typer.testing import CliRunner

from flows.console import app
from flows.service.automations import wanted

CHECKOUT = Path(__file__).resolve().parents[1]
PAGE = (CHECKOUT / "docs" / "operations.md").read_text(encoding="utf-8")
QUIET = "# prints nothing"


@dataclass(frozen=True)
class Shown:
    """A command of the page, and what it prints there."""

    command: str
    output: tuple[str, ...]


def shown() -> list[Shown]:
    """The commands in the page's blocks; a line that ends with a backslash goes on in the next."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
            command, *output = part.rstrip().split("\n")
            found.append(Shown(command, tuple(output)))
    return found


COMMANDS = shown()


def options(name: str) -> set[str]:
    """The options that a command of nwatch takes."""
    command: Any = typer.main.get_command(app.app).commands[name]  # type: ignore[attr-defined]
    return {option for parameter in command.params for option in parameter.opts}


def test_there_are_commands_for_every_task_of_an_operator():
    headings = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    assert headings == [
        *("Deploy with Docker", "Deploy by hand", "Watch a run", "Add an agency", "Scale out", "Upgrade"),
        *("Back up", "Rotate secrets", "When a run fails"),
    ]
    for heading in set(headings) - {"Watch a run"}:  # that is done in a browser
        section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
        assert "```console\n$ " in section, heading


@pytest.mark.parametrize("shown", COMMANDS, ids=lambda shown: shown.command[:60])
def test_every_command_is_shown_with_its_output(shown: Shown):
    assert bool(shown.output) != (QUIET in shown.command), "with its output, or the words that it has none"


def test_the_commands_and_options_of_nwatch_exist():
    asked = re.findall(
        r"(?<![\w/-])nwatch (?=[a-z]+ )((?:[^\s`#…]+ ?)+)",
        "\n".join([*(shown.command for shown in COMMANDS), *re.findall(r"`(nwatch [^`]+)`", PAGE)]),
    )
    assert len(asked) >= 8
    for words in asked:
        name, *rest = words.split()
        assert {word for word in rest if word.startswith("--")} <= options(name), words


def test_what_nwatch_certificates_prints_is_current(tmp_path: Path):
    printed = CliRunner().invoke(app.app, ["certificates", str(tmp_path / "tls"), "--host", "scheduler"])
    assert printed.exit_code == 0
    # Its first line names hosts and a date; the second this folder.
    expected = printed.output.replace(str(tmp_path / "tls"), "/secrets/tls").splitlines()[1:]
    [found] = [one.output for one in COMMANDS if "certificates /secrets/tls --host" in one.command]
    assert list(found[1:]) == expected


def test_the_automations_are_named_as_they_are():
    shown = 0
    for one in COMMANDS:
        named = re.findall(r"^nwatch [\w-]+: (.*?)  ", "\n".join(one.output), re.MULTILINE)
        if named:
            assert named == ["records arrived", *wanted("lapd")]
            shown += 1
    assert shown


def test_deployments_pool_and_services_are_named_as_they_are():
    deployments = yaml.safe_load((CHECKOUT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    for one in deployments:
        flow = one["entrypoint"].split(".")[-1].replace("_", "-")
        assert f"\n{flow}/my-investigation  " in PAGE
        assert f"| `{flow}` | " in PAGE
    assert {one["work_pool"]["name"] for one in deployments} == {"nwatch"}
    services = set(
        yaml.safe_load(
            re.sub(r"\$\{[^}]*\}", "x", (CHECKOUT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
        )["services"]
    )
    pattern = r"docker compose (?:stop|restart|exec -T|logs --no-log-prefix(?: --since \w+)?) ([a-z ]+)"
    for one in COMMANDS:
        for named in re.findall(pattern, one.command):
            first = named.split()[:1] if "exec" in one.command else named.split()
            assert set(first) <= services, one.command


def test_the_messages_on_the_page_are_those_of_the_program():
    table = PAGE.split("| what it says |")[1].split("\n\n")[0]
    sources = "".join(
        path.read_text(encoding="utf-8")
        for room in ("cluster", "data", "flows", "tasks")
        for path in (CHECKOUT / room).rglob("*.py")
    )
    words = re.sub(r'"\s*\n?\s*f?"', "", sources)  # strings that are written in pieces
    quoted = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert len(quoted) > 6
    # The words before are Prefect's names of states, a class and a place; the last line is Prefect's own.
    fixed = [re.sub(r"^(\w+: )+(\S+: column \w+, row \d+: )?", "", line) for line in quoted]
    fixed.remove("Deployment concurrency limit reached")
    for line in fixed:
        for piece in line.split("…"):
            assert piece.strip(" ;/") in words, piece
