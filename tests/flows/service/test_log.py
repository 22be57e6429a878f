"""In the log of a run, a mistake of the user is one line, and a bug in the program has its traceback."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import InputError, LedgerError
from flows.service.log import LOGGERS, OneLine, log_mistakes_in_one_line


def record(error: Exception, **run: str) -> logging.LogRecord:
    """What Prefect logs of an error."""
    made = logging.LogRecord(
        "prefect.flow_runs",
        logging.ERROR,
        __file__,
        1,
        "Encountered exception during execution: %r",
        (error,),
        (type(error), error, error.__traceback__),
    )
    vars(made).update(run)
    return made


def test_a_mistake_of_the_user_is_one_line_once_per_run():
    error, log = InputError("requests.csv: row 4: 100 % wrong"), OneLine()
    found = record(error, flow_run_id="a")
    assert log.filter(found)
    assert found.getMessage() == "requests.csv: row 4: 100 % wrong"
    assert found.exc_info is None
    assert not log.filter(record(error, flow_run_id="a"))
    assert log.filter(record(error, flow_run_id="a", task_run_id="b"))
    assert not log.filter(record(error))  # the process of the run


def test_a_mistake_that_no_run_has_logged_is_logged_by_the_process():
    assert OneLine().filter(record(InputError("line")))


@pytest.mark.parametrize("error", [ValueError("a fault"), LedgerError("does not add up")])
def test_a_bug_keeps_its_traceback(error: Exception):
    found = record(error)
    assert OneLine().filter(found)
    assert found.exc_info is not None
    assert found.getMessage().startswith("Encountered exception")


def test_each_log_in_which_prefect_reports_errors_has_the_filter_once():
    log_mistakes_in_one_line()
    for name in LOGGERS:
        assert len([one for one in logging.getLogger(name).filters if isinstance(one, OneLine)]) == 1


def deployed(prefect: dict[str, str], entrypoint: str, folder: Path) -> tuple[str, str]:
    """Run a flow as a Prefect worker does.

    Returns:
        What the process wrote, and the message of the run's last state.
    """
    from prefect import flow
    from prefect.client.orchestration import get_client

    @flow(name="asked-for")
    def asked_for(folder: str) -> None:
        """Stand for the flow, which the process itself loads."""

    with get_client(sync_client=True) as client:
        run = client.create_flow_run(asked_for, parameters={"folder": str(folder)})
        done = subprocess.run(
            [sys.executable, "-m", "prefect.engine", str(run.id)],
            capture_output=True,
            text=True,
            check=False,
            env={
                **os.environ,
                **prefect,
                "PREFECT__FLOW_ENTRYPOINT": entrypoint,
                "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO",
            },
        )
        state = client.read_flow_run(run.id).state
    assert state is not None
    return done.stdout + done.stderr, str(state.message)


@pytest.mark.slow
def test_a_deployed_run_logs_a_mistake_of_the_user_as_one_line_without_traceback(
    prefect: dict[str, str], tmp_path: Path
):
    (tmp_path / "investigation.toml").write_text('name = "case"\nnam = 1\n')
    log, message = deployed(prefect, "flows.investigate.investigate", tmp_path)
    line = "investigation.toml: unknown key 'nam'; did you mean 'name'?"
    assert message == f"Flow run encountered an exception: InputError: {line}"
    assert "Traceback" not in log
    assert len([each for each in log.splitlines() if each.endswith(f"- {line}")]) == 1


@pytest.mark.slow
def test_the_log_of_a_deployment_has_the_whole_line_once_and_its_state_what_anybody_may_read(
    prefect: dict[str, str], tmp_path: Path
):
    (tmp_path / "investigation.toml").write_text('name = "case"\n')
    (tmp_path / "records").mkdir()
    (tmp_path / "records/Jo Lee.pst").write_bytes(b"mail")
    log, message = deployed(prefect, "flows.deployments.investigate", tmp_path)
    line = "records/Jo Lee.pst: belongs to no agency; move it into a folder, as records/<agency>/Jo Lee.pst"
    assert message == "InputError: the reason names a file of the records; the log of this run has it"
    assert "Traceback" not in log
    assert len([each for each in log.splitlines() if each.endswith(f"- {line}")]) == 1


@pytest.mark.slow
def test_a_full_disk_is_one_line_in_each_log_of_a_run_of_its_part_and_of_its_step(
    prefect: dict[str, str], tmp_path: Path
):
    faulty = tmp_path / "faulty.py"
    faulty.write_text(
        "from pathlib import Path\nfrom prefect import flow\nfrom flows.run.step import step, subflow\n"
        "from flows.service.run_page import shown_as_a_run\nfrom tasks.step import Step\n"
        "def fill(): raise OSError(28, 'No space left on device', 'out/a.parquet')\n"
        "STEP = step(Step('fill', fill))\n"
        "def plain(folder: str): return subflow('toys', Path(folder), Path(folder), STEP)\n"
        "faulty = flow(name='faulty')(shown_as_a_run(plain))\n"
    )
    log, message = deployed(prefect, f"{faulty}:faulty", tmp_path)
    line = "out/a.parquet: the disk is full; make room, then run again"
    assert message.startswith(f"InputError: {line}; nothing was published")
    assert "Traceback" not in log
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.sorting import LogSort

    with get_client(sync_client=True) as client:  # whose server is that of other tests, too
        logs = client.read_logs(limit=200, sort=LogSort.TIMESTAMP_DESC)
    where = [(each.flow_run_id, each.task_run_id) for each in logs if each.message == line]
    assert len(where) == len(set(where)) == 2  # of the part and of its step
    assert not [each for each in logs if "Errno 28" in each.message and "Traceback" in each.message]
    assert [each for each in logs if each.message.startswith(f"{line}; nothing was published")]


@pytest.mark.slow
def test_a_deployed_run_logs_a_bug_with_its_traceback(prefect: dict[str, str], tmp_path: Path):
    faulty = tmp_path / "faulty.py"
    faulty.write_text(
        "from prefect import flow\nimport flows.investigate\n@flow\n"
        "def faulty(folder):\n    raise ZeroDivisionError('a fault')\n"
    )
    log, _ = deployed(prefect, f"{faulty}:faulty", tmp_path)
    assert "Traceback (most recent call last)" in log
    assert "ZeroDivisionError: a fault" in log


def test_a_message_that_quotes_a_file_controls_no_terminal():
    made = logging.LogRecord("prefect.flow_runs", logging.INFO, __file__, 1, "read %s", ("a\x1b[2Jb",), None)
    assert OneLine().filter(made)
    assert made.getMessage() == "read a\ufffd[2Jb"


def test_the_good_end_of_a_task_is_told_by_the_run_alone():
    def told(logger: str, line: str) -> bool:
        return OneLine().filter(logging.LogRecord(logger, logging.INFO, __file__, 1, line, (), None))

    assert not told("prefect.task_runs", "Finished in state Completed()")
    assert told("prefect.flow_runs", "Finished in state Completed()")
    assert told("prefect.task_runs", "Finished in state Failed('x')")
