"""Logs as JSON: one line for each record, and nothing of a file that could end it or control a terminal."""

import json
import logging
import re
import sys
from pathlib import Path

import pytest
import yaml

from cluster.config import environment
from data import json_log
from data.json_log import JsonLines

HOSTILE = '\x1b]0;title\x07 \u202emoor\u2029 \x85 a\nb\r\nc \udcff {"level": "INFO"}'


def record(message: str, *arguments: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("prefect.flow_runs", logging.WARNING, "x.py", 1, message, arguments, None)
    made.__dict__.update(more)
    return made


def test_a_record_is_one_line_of_ascii_whatever_is_in_it():
    line = JsonLines().format(record("a mailbox: %s", HOSTILE, flow_run_name=HOSTILE, flow_run_id=7))
    assert line.isascii()
    assert line.isprintable()
    read = json.loads(line)
    assert read["message"] == f"a mailbox: {HOSTILE}"
    assert (read["level"], read["logger"]) == ("WARNING", "prefect.flow_runs")
    assert (read["run"], read["run_id"]) == (HOSTILE, "7")
    assert "step" not in read


def test_an_error_has_its_traceback_in_the_same_line():
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        made = record("it failed")
        made.exc_info = sys.exc_info()
    line = JsonLines().format(made)
    assert line.isprintable()
    error = json.loads(line)["error"]
    assert error.startswith("Traceback (most recent call last):\n")
    assert error.endswith(f"ValueError: {HOSTILE}")


def test_what_is_said_by_itself_has_the_same_members():
    assert json.loads(json_log.line(HOSTILE)).keys() == json.loads(JsonLines().format(record("x"))).keys()


@pytest.mark.parametrize(
    ("given", "is_wanted"), [("json", True), ("JSON ", True), ("text", False), ("", False)]
)
def test_one_variable_switches_it_on_also_for_workers_that_a_run_starts(
    given: str, is_wanted: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NWATCH_LOG", given)
    assert json_log.wanted({"NWATCH_LOG": given}) is is_wanted
    assert (environment().get("DASK_CONFIG") == str(json_log.DASK)) is is_wanted


def test_prefect_s_loggers_are_those_of_its_own_file():
    """The file takes the place of Prefect's, so that a new logger there has to be added here."""
    import prefect.logging

    own = yaml.safe_load((Path(prefect.logging.__file__).parent / "logging.yml").read_text(encoding="utf-8"))
    read = yaml.safe_load(json_log.PREFECT.read_text(encoding="utf-8"))
    own["loggers"]["prefect._internal"]["handlers"] = ["console"]  # theirs differs in its form alone
    assert read["loggers"] == own["loggers"]
    assert read["root"] == own["root"]
    assert {name: read["handlers"][name] for name in ("api", "worker_api")} == {
        name: own["handlers"][name] for name in ("api", "worker_api")
    }
    assert read["handlers"]["console"]["formatter"] == "json"


def test_dask_s_levels_are_its_own():
    import distributed

    text = (Path(distributed.__file__).parent / "config.py").read_text(encoding="utf-8")
    (block,) = re.findall(r"# default values\n(.*?)\n    }", text, re.DOTALL)
    own = {name: {"level": level.upper()} for name, level in re.findall(r'"([\w.]+)": "(\w+)"', block)}
    assert yaml.safe_load(json_log.DASK.read_text(encoding="utf-8"))["logging"]["loggers"] == own
