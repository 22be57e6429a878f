"""The pages show every command's help and every table's columns as they are.

`make readme` (NWATCH_UPDATE_README=1) updates the marked sections. `tests/whole/test_pages.py` compares
what they show of the demo with a run.
"""

import os
import re
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from data.tables import data_dictionary
from flows.console import app

CHECKOUT = Path(__file__).resolve().parents[1]
README, PAGE, TABLES = (CHECKOUT / name for name in ("README.md", "docs/commands.md", "docs/tables.md"))
COMMANDS = typer.main.get_command(app.app).commands  # type: ignore[attr-defined]


def help_of(*words: str) -> str:
    """A command's help, as it is printed on 80 columns."""
    result = CliRunner().invoke(
        app.app, [*words, "--help"], prog_name="nwatch", terminal_width=80, color=False
    )
    assert result.exit_code == 0
    return f"```console\n$ {' '.join(['nwatch', *words, '--help'])}\n{result.output.rstrip()}\n```"


SECTIONS = {
    "help": (README, help_of()),
    **{f"help {command}": (PAGE, help_of(command)) for command in COMMANDS},
    "tables": (TABLES, data_dictionary().strip()),
}


def section(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {re.escape(name)} -->\n)(.*?)(<!-- /{re.escape(name)} -->)", re.DOTALL)


@pytest.mark.parametrize("name", SECTIONS)
def test_the_section_is_current(name: str):
    page, current = SECTIONS[name]
    text = page.read_text(encoding="utf-8")
    found = section(name).search(text)
    assert found, f"{page.name} has no section <!-- {name} -->"
    if os.environ.get("NWATCH_UPDATE_README"):
        page.write_text(section(name).sub(lambda old: f"{old[1]}{current}\n{old[3]}", text), encoding="utf-8")
    else:
        assert found[2].strip() == current.strip(), "run: make readme"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_with_its_output(command: str):
    text = PAGE.read_text(encoding="utf-8")
    assert f"## nwatch {command}\n" in text
    assert f"$ nwatch {command} " in re.sub(r"<!-- help.*?<!-- /help[^>]*>", "", text, flags=re.DOTALL)


def test_the_commands_are_in_the_order_of_the_help():
    headings = re.findall(r"^## nwatch (\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == list(COMMANDS)


def test_every_setting_of_the_cluster_is_documented():
    from cluster.settings import setting_names

    text = PAGE.read_text(encoding="utf-8")
    documented = [name for name in setting_names() if f"`NWATCH_{name.upper()}`" in text]
    assert documented == setting_names()


def test_the_first_screen_says_what_it_is_and_how_to_see_it():
    first = README.read_text(encoding="utf-8").splitlines()[:30]
    assert any("make demo" in line for line in first)
    assert README.stat().st_size < 25_000
