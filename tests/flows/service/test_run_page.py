"""How a run is called and tagged, and how it ends."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.exceptions import ParameterTypeError

from data.errors import InputError, LedgerError
from flows import deployments
from flows.run.watched import ended
from flows.service.run_page import name_of, put_back, reason_of, shown_as_a_run

DAY = datetime(2026, 11, 23)


@dataclass(frozen=True)
class Result:
    """What a run returns."""

    found: dict[str, Any] = field(default_factory=dict)
    agencies: tuple[str, ...] = ("lapd",)
    public_warnings: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "lapd 2026-11-23 full"),
        ({"only": None}, "lapd 2026-11-23 full"),
        ({"only": ["posts", "crime"]}, "lapd 2026-11-23 only posts, crime"),
        ({"wait": False}, "lapd 2026-11-23 coding"),
        ({"agency": "Candle Creek PD"}, "lapd 2026-11-23 agency Candle Creek PD"),
        ({"agency": "a\x1b[31m"}, "lapd 2026-11-23 agency a\ufffd[31m"),
    ],
)
def test_a_run_has_the_name_of_its_folder_its_day_and_what_is_run(given: dict[str, Any], name: str):
    assert name_of({"folder": Path("/data/lapd"), **given}, DAY) == name
    assert name_of({"folder": "/data/lapd/", **given}, DAY) == name


def test_an_unwatched_run_returns_its_result_whatever_it_warns_of():
    result = Result(public_warnings=("odd",))
    assert ended(result, result.public_warnings) is result


def test_what_is_shown_as_a_run_keeps_the_form_of_its_flow():
    from prefect import flow

    from flows.deployments import coding, investigate, one_agency
    from flows.parts import PARTS

    def plain(folder: Path) -> Result:
        """Do it.

        Args:
            folder: Where.
        """
        return Result({"folder": folder})

    made = flow(name="plain")(shown_as_a_run(plain))
    assert made.parameters.properties["folder"]["description"] == "Where."
    for each in (coding, investigate, one_agency):
        told = {name: one["description"] for name, one in each.parameters.properties.items()}
        assert all(told.values()), each.name
        assert ":`" not in json.dumps(told), "references are for readers of the code"
        assert "Args:" not in str(each.description)
    assert f"The parts to run: {', '.join(PARTS)}." in " ".join(
        investigate.parameters.properties["only"]["description"].split()
    )


@pytest.mark.parametrize("name", ["investigate", "one_agency"])
def test_every_parameter_of_a_flow_is_checked_before_it_runs(name: str):
    made = getattr(deployments, name)
    given = {"folder": "x", "agency": "lapd"} if name == "one_agency" else {"folder": "x", "only": ["mail"]}
    assert made.validate_parameters(given)["folder"] == Path("x")
    with pytest.raises(ParameterTypeError, match="workbook"):
        made.validate_parameters(given | {"workbook": "public"})


@pytest.mark.slow
@pytest.mark.usefixtures("prefect")
def test_a_run_ends_with_its_tags_its_first_warning_and_its_result():
    from prefect import flow, tags
    from prefect.client.orchestration import get_client

    results = {
        "good": Result({"mail": 1}),
        "warned": Result({"mail": 1, "posts": 2}, ("lapd", "sfpd"), ("a mailbox of lapd: cut", "odd")),
        "idle": Result(agencies=()),
    }

    @shown_as_a_run
    def run(how: str) -> Result:
        if how == "bad":
            raise InputError("records/lapd/Jo Lee.pst: cannot be read")
        return results[how]

    made = flow(name="pages", flow_run_name="page {how}")(run)
    with tags("nwatch"):
        for how, result in results.items():
            assert made(how) is result
        with pytest.raises(InputError):
            made("bad")
    with get_client(sync_client=True) as api:
        runs = {each.name: each for each in api.read_flow_runs() if each.name.startswith("page ")}
    shown = {
        name.removeprefix("page "): (each.state_name, set(each.tags) - {"nwatch"})
        for name, each in runs.items()
    }
    assert shown == {
        "good": ("Completed", {"lapd", "mail", "complete"}),
        "warned": ("Completed with warnings", {"lapd", "sfpd", "mail", "posts", "with-warnings"}),
        "idle": ("Completed", {"not-needed"}),
        "bad": ("Failed", {"failed"}),
    }
    assert all("nwatch" in each.tags for each in runs.values())
    state = runs["page warned"].state
    assert state is not None
    assert (state.type.value, state.message) == ("COMPLETED", "a mailbox of lapd: cut (and 1 more)")
    bad = runs["page bad"].state
    assert bad is not None
    assert bad.message == "InputError: the reason names a file of the records; the log of this run has it"


@pytest.mark.slow
@pytest.mark.usefixtures("prefect")
def test_a_setting_that_nothing_reads_is_a_warning_of_the_run(monkeypatch: pytest.MonkeyPatch):
    from prefect import flow
    from prefect.client.orchestration import get_client

    mistyped = "NWATCH_" + "WORKRES"  # apart, so that it is not taken for a variable of the program
    monkeypatch.setenv(mistyped, "4")
    result = Result({"mail": 1})
    name = f"mistyped {uuid4()}"  # the server is that of other tests, too
    made = flow(name="mistyped", flow_run_name=name)(shown_as_a_run(lambda: result))
    assert made() is result
    with get_client(sync_client=True) as api:
        [run] = [each for each in api.read_flow_runs() if each.name == name]
    assert (run.state_name, set(run.tags)) == ("Completed with warnings", {"lapd", "mail", "with-warnings"})
    assert run.state is not None
    assert run.state.message == f"{mistyped} is not a known setting; did you mean NWATCH_WORKERS?"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InputError("a.csv: no column 'x'; add it"), "InputError: a.csv: no column (not shown); add it"),
        (
            InputError("investigation.toml: 'agencies.lapd.timezone' is wrong: \"Mars\" is no zone"),
            "InputError: investigation.toml: 'agencies.lapd.timezone' is wrong: \"Mars\" is no zone",
        ),
        (
            InputError("records/lapd: unknown agency 'lapd'; write its settings:\n[agencies.lapd]"),
            "InputError: agency lapd: unknown agency 'lapd'; write its settings",
        ),
        (
            InputError("records/lapd/agency.toml: the key 'timezone' is missing; add it"),
            "InputError: the settings of lapd: the key 'timezone' is missing; add it",
        ),
        (
            LedgerError("records/lapd/Jo.pst, Inbox: 1 = 2"),
            "the ledger does not add up: the reason names a file of the records; the log of this run has it",
        ),
        (KeyError("Jo Lee"), "KeyError; the log of this run has the traceback: please report it"),
    ],
)
def test_why_a_run_failed_names_no_mailbox_and_quotes_settings_alone(
    error: Exception, said: str, tmp_path: Path
):
    assert reason_of(error, tmp_path, ["lapd"]) == said


@pytest.mark.slow
@pytest.mark.usefixtures("prefect")
@pytest.mark.parametrize("fails", [False, True])
def test_a_run_keeps_what_it_returned_where_the_server_s_answer_was_lost(
    fails: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    from prefect import flow
    from prefect.utilities.engine import propose_state_sync

    def lose(client: Any, state: Any, flow_run_id: Any, force: bool = False) -> Any:
        """As Prefect's client takes the state from the server when it asks again."""
        found = propose_state_sync(client, state, flow_run_id=flow_run_id, force=force)
        return found.model_copy(update={"data": None}) if found.is_final() else found

    monkeypatch.setattr("prefect.flow_engine.propose_state_sync", lose)
    result = Result(public_warnings=("odd",))

    @shown_as_a_run
    def run() -> Result:
        if fails:
            raise InputError("a.csv: is empty")
        return result

    made = flow(name="lost", on_completion=[put_back], on_failure=[put_back])(run)
    if fails:
        with pytest.raises(InputError, match=r"a\.csv: is empty"):
            made()
    else:
        assert made() is result
    assert "put_back" not in caplog.text
