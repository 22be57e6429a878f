"""The README shows every command's help and every table's columns as they are.

`make readme` (NWATCH_UPDATE_README=1) writes the marked sections anew.
"""

import os
import re
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from data.tables import data_dictionary
from flows import cli

README = Path(__file__).resolve().parents[1] / "README.md"
COMMANDS = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]


def help_of(*words: str) -> str:
    """A command's help, as it is printed on 80 columns."""
    result = CliRunner().invoke(
        cli.app, [*words, "--help"], prog_name="nwatch", terminal_width=80, color=False
    )
    assert result.exit_code == 0
    return f"```console\n$ {' '.join(['nwatch', *words, '--help'])}\n{result.output.rstrip()}\n```"


SECTIONS = {
    "help": help_of(),
    **{f"help {command}": help_of(command) for command in COMMANDS},
    "tables": data_dictionary().strip(),
}


def section(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {re.escape(name)} -->\n)(.*?)(<!-- /{re.escape(name)} -->)", re.DOTALL)


@pytest.mark.parametrize("name", SECTIONS)
def test_the_section_is_current(name: str):
    text = README.read_text(encoding="utf-8")
    found = section(name).search(text)
    assert found, f"README.md has no section <!-- {name} -->"
    if os.environ.get("NWATCH_UPDATE_README"):
        README.write_text(
            section(name).sub(lambda old: f"{old[1]}{SECTIONS[name]}\n{old[3]}", text), encoding="utf-8"
        )
    else:
        assert found[2].strip() == SECTIONS[name].strip(), "run: make readme"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_and_shown_at_work(command: str):
    text = README.read_text(encoding="utf-8")
    assert f"### nwatch {command}\n" in text
    assert f"$ nwatch {command} " in re.sub(r"<!-- help.*?<!-- /help[^>]*>", "", text, flags=re.DOTALL)


def test_every_setting_of_the_cluster_is_documented():
    from cluster import ClusterSettings

    text = README.read_text(encoding="utf-8")
    documented = [name for name in ClusterSettings.model_fields if f"`NWATCH_{name.upper()}`" in text]
    assert documented == list(ClusterSettings.model_fields)


def test_the_performance_section_has_its_place():
    assert section("performance").search(README.read_text(encoding="utf-8"))
