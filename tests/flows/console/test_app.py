"""The command line: exit codes, one line per mistake, an example in every help."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
import typer.main

from data.schema import TABLES
from data.tables import write_table
from flows.console import app

COMMANDS = typer.main.get_command(app.app).commands  # type: ignore[attr-defined]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Call `nwatch` in this process; gives exit code, stdout, stderr."""

    def caller(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nwatch", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            app.main()
        captured = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), captured.out, captured.err

    return caller


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """An investigation folder with one agency and one file that is no mailbox."""
    folder = tmp_path / "case"
    (folder / "records/lapd").mkdir(parents=True)
    (folder / "records/lapd/a.pst").write_text("no mailbox")
    (folder / "investigation.toml").write_text(
        'name = "case"\n[agencies.lapd]\nname = "LAPD"\ntimezone = "UTC"\n'
    )
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_s_help_has_an_example(call, command: str):
    code, out, _ = call(command, "--help")
    assert code == 0
    assert f"nwatch {command} " in out.split("Example", 1)[1]


@pytest.mark.long
@pytest.mark.parametrize("words", [["--help"], ["inspect", "--help"]])
def test_the_help_loads_nothing_heavy(words: list[str]):
    heavy = "{'prefect', 'dask', 'distributed', 'pyarrow', 'numpy'} & set(sys.modules)"
    code = (
        f"import sys; sys.argv[1:] = {words}\nfrom flows.console import app\n"
        f"try: app.main()\nfinally: print({heavy})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.long
def test_inspect_starts_neither_prefect_nor_dask(synthetic: Path):
    file = next(synthetic.rglob("*.pst"))
    code = (
        f"import sys; sys.argv[1:] = ['inspect', {str(file)!r}]\nfrom flows.console import app\n"
        "try: app.main()\nfinally: print({'prefect', 'dask', 'distributed'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("command", ["run", "plan", "ledger", "quarantine"])
def test_a_missing_folder_is_one_line_and_exit_code_2(call, tmp_path: Path, command: str):
    code, out, err = call(command, tmp_path / "nowhere")
    assert (code, out) == (2, "")
    where = tmp_path / "nowhere"
    assert err == f"nwatch: {where}: no such folder; make an investigation with: nwatch new {where}\n"


@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_wrong_key_is_one_line_that_names_it_and_the_nearest(call, case: Path, command: str):
    with (case / "investigation.toml").open("a") as config:
        config.write('timezon = "UTC"\n')
    code, out, err = call(command, case)
    assert (code, out) == (2, "")
    assert (
        err == "nwatch: investigation.toml: unknown key 'agencies.lapd.timezon'; did you mean 'timezone'?\n"
    )


@pytest.mark.parametrize("command", ["run", "plan"])
def test_an_unknown_agency_is_named_with_the_lines_to_write(call, case: Path, command: str):
    (case / "records/sdpd").mkdir()
    code, _, err = call(command, case)
    assert code == 2
    assert err.startswith(
        "nwatch: records/sdpd: unknown agency 'sdpd'; write its settings into investigation.toml"
    )
    assert "[agencies.sdpd]\n" in err


def test_a_file_that_cannot_be_read_is_named(call, case: Path):
    (case / "records/lapd/gone.pst").symlink_to("nowhere.pst")
    code, _, err = call("plan", case)
    assert code == 2
    assert err.startswith("nwatch: records/lapd/gone.pst: is not a regular file (it is a link to a file")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["ledger", "quarantine"])
def test_what_only_a_run_makes_cannot_be_shown_before_it(call, case: Path, command: str):
    code, _, err = call(command, case)
    assert code == 2
    assert err == f"nwatch: {case}: no run has finished here yet; start one with: nwatch run {case}\n"


@pytest.mark.parametrize("command", ["ledger", "quarantine"])
def test_tables_of_two_runs_are_not_shown(call, case: Path, command: str):
    (case / "work/publishing").mkdir(parents=True)
    code, _, err = call(command, case)
    assert code == 2
    assert "some tables are from the last run, which was cut off while it published, and some from " in err
    assert err.endswith(f"publish the rest with: nwatch run {case}\n")


def test_after_a_run_without_mail_that_is_what_is_missing(call, case: Path):
    (case / "out").mkdir()
    (case / "out/provenance.json").write_text("{}")
    code, _, err = call("quarantine", case)
    assert code == 2
    assert err == f"nwatch: {case}: no run has read mail yet; start one with: nwatch run {case}\n"


def test_a_damaged_table_is_one_line_with_the_fix(call, case: Path):
    (case / "out/public").mkdir(parents=True)
    (case / "out/public/ledger.parquet").write_text("x")
    code, _, err = call("ledger", case)
    assert code == 2
    assert err == f"nwatch: {case}/out/public/ledger.parquet: is damaged; run again to rebuild it\n"


def test_a_missing_permission_is_one_line(call, case: Path, monkeypatch: pytest.MonkeyPatch):
    def forbidden(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "mkdir", forbidden)
    code, _, err = call("plan", case)
    assert code == 2
    assert err.endswith("/work: cannot be written (Permission denied); check its permissions\n")
    assert err.count("\n") == 1


def test_a_bug_in_the_program_is_called_one(call, case: Path, monkeypatch: pytest.MonkeyPatch):
    def faulty(*_: object, **__: object) -> None:
        raise ValueError("x")

    monkeypatch.setattr("flows.console.commands.plan", faulty)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # as the program sets it, and a test may not
    with pytest.raises(ValueError, match="x") as caught:
        call("plan", case)
    assert caught.value.__notes__ == [
        "nwatch: this is a bug in the program; please report it, with the lines above"
    ]


@pytest.mark.parametrize(
    ("command", "line"), [("new", "nothing was written"), ("run", "nothing was done yet")]
)
def test_ctrl_c_is_one_line(call, case: Path, monkeypatch: pytest.MonkeyPatch, command: str, line: str):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.console.new.new", interrupted)
    monkeypatch.setattr("flows.console.run.Investigation.open", interrupted)
    assert call(command, case) == (130, "", f"nwatch: interrupted; {line}\n")


@pytest.mark.parametrize("stop", ["SIGINT", "SIGTERM"])
def test_the_exit_code_is_the_same_while_python_evaluates_a_text(stop: str, tmp_path: Path, checkout: Path):
    """This happens while Prefect is imported; `python -m` would end by SIGINT then."""
    (tmp_path / "program.py").write_text(
        "import signal\nfrom flows.console import app\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # whatever this test was started with
        "with app._interruptible('nothing was done yet'):\n"
        f"    exec('signal.raise_signal(signal.{stop})')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "program"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(checkout)},
    )
    assert (done.returncode, done.stderr) == (130, "nwatch: interrupted; nothing was done yet\n")


def test_for_a_terminal_with_another_character_set_the_fix_is_named(call, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "iso8859-1")
    code, _, err = call("--help")
    assert code == 2
    assert err.startswith("nwatch: LC_ALL: the terminal's character set is iso8859-1, but file names")


def test_a_wrong_variable_of_the_environment_is_named(call, case: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NWATCH_WORKERS", "many")
    code, _, err = call("run", case)
    assert code == 2
    assert err.startswith("nwatch: NWATCH_WORKERS is wrong")
    assert not (case / "out").exists()


def test_new_makes_a_folder_that_waits_for_mailboxes(call, tmp_path: Path):
    folder = tmp_path / 'a "new" case'
    assert call("new", folder)[0] == 0
    assert (folder / "records").is_dir()
    code, _, err = call("plan", folder)
    assert code == 2
    assert "no mailbox (*.pst, *.ost) in it" in err


def test_new_touches_no_folder_that_holds_something(call, case: Path):
    code, _, err = call("new", case)
    assert code == 2
    assert "already exists and is not empty; name a new folder" in err


@pytest.mark.long
def test_new_makes_a_synthetic_investigation_that_can_be_planned(call, tmp_path: Path):
    code, out, _ = call("new", tmp_path / "demo", "--synthetic", "--scale", "0.001", "--seed", "3")
    assert code == 0
    assert out.splitlines()[-1] == f"Then: nwatch run {tmp_path / 'demo'}"
    code, out, _ = call("plan", tmp_path / "demo", "--partition", "10")
    assert code == 0
    assert "is the same file as" in out
    assert "skipped: coding (no coding/sample.csv; to draw a sample: nwatch sample DIR)" in out


def test_a_size_that_makes_no_sense_is_one_line(call, tmp_path: Path):
    code, _, err = call("new", tmp_path / "demo", "--synthetic", "--scale", "0")
    assert code == 2
    assert err.count("\n") == 1
    assert not (tmp_path / "demo").exists()


def test_plan_says_what_is_no_mailbox_and_goes_on(call, case: Path):
    code, out, _ = call("plan", case)
    assert code == 0
    assert "WARNING: records/lapd/a.pst: " in out
    assert "unknown" in out


@pytest.mark.long
def test_inspect_shows_folders_and_counts(call, synthetic: Path):
    file = synthetic / "records/alderfall-pd/Production 1/export-01.pst"
    code, out, _ = call("inspect", file)
    assert code == 0
    assert out.startswith(f"{file}: Unicode PST, {file.stat().st_size:,} bytes")
    assert "Top of Personal Folders/Inbox" in out


def test_inspect_names_each_file_that_is_no_mailbox_after_showing_the_others(
    call, case: Path, synthetic: Path
):
    file = next(synthetic.rglob("*.pst"))
    code, out, err = call("inspect", case / "records/lapd/a.pst", file, case / "nowhere.pst")
    assert code == 2
    assert str(file) in out
    assert [line.split(":")[1].strip() for line in err.splitlines()] == [
        str(case / "records/lapd/a.pst"),
        str(case / "nowhere.pst"),
    ]


def test_inspect_of_a_folder_says_how_its_mailboxes_are_named(call, case: Path):
    code, _, err = call("inspect", case)
    assert code == 2
    assert err == f"nwatch: {case}: is a folder; name the mailboxes in it, as {case}/*.pst\n"


def test_no_command_writes_escape_codes_into_a_log(call, case: Path, synthetic: Path):
    for words in (["plan", case], ["inspect", next(synthetic.rglob("*.pst"))], ["--help"]):
        assert "\x1b" not in "".join(call(*words)[1:])


def test_certificates_are_made_once_and_renewed_when_asked(call, tmp_path: Path):
    folder = tmp_path / "tls"
    code, out, _ = call("certificates", folder, "--host", "dask.example.org", "--days", "30")
    assert code == 0
    assert "dask.example.org" in out
    assert f"NWATCH_TLS_FOLDER={folder}" in out
    before = (folder / "worker.pem").read_bytes()
    code, _, err = call("certificates", folder)
    assert code == 2
    assert err.startswith(f"nwatch: {folder} already holds certificates")
    assert (folder / "worker.pem").read_bytes() == before
    assert call("certificates", folder, "--renew")[0] == 0
    assert (folder / "worker.pem").read_bytes() != before


def test_an_agency_without_a_mailbox_is_named_with_those_that_have(call, case: Path):
    code, _, err = call("run", case, "--agency", "lapdd")
    assert code == 2
    assert err.startswith("nwatch: records/lapdd: agency 'lapdd' has no mailbox (*.pst, *.ost);")
    assert err.endswith("name one of: lapd\n")
    assert not (case / "work").exists()


def test_an_agency_cannot_be_combined_with_a_part_other_than_mail(call, case: Path):
    code, _, err = call("run", case, "--agency", "lapd", "--only", "posts")
    assert code == 2
    assert err.startswith("nwatch: --agency reads the mail of one agency; leave out --only")


@pytest.mark.parametrize("command", ["automations", "deploy", "arrivals"])
def test_what_is_deployed_needs_a_folder_and_a_server(
    call, case: Path, command: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("NWATCH_FOLDER", raising=False)
    code, _, err = call(command)
    assert code == 2
    assert err.startswith("nwatch: NWATCH_FOLDER is not set; name the investigation folder")
    for words in ([case], []):
        code, _, err = call(command, *words)
        assert code == 2
        assert err.startswith("nwatch: PREFECT_API_URL is not set; name the server")
        assert err.count("\n") == 1
        monkeypatch.setenv("NWATCH_FOLDER", str(case))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], [False, False]),
        (["--hash-attachments"], [True, False]),
        (["--workbook", "private"], [False, True]),
    ],
)
def test_attachments_are_hashed_and_private_tables_copied_only_if_asked_for(
    call, case: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], expected: list[bool]
):
    asked: list[bool] = []
    monkeypatch.setattr("flows.console.run.run", lambda *given: asked.extend(given[-2:]))
    assert call("run", case, *words)[0] == 0
    assert asked == expected


def test_quarantine_shows_where_an_attached_message_is(call, case: Path):
    spec = TABLES["private/quarantine"]
    row = {"source": "0123456789ab", "stage": "reading", "reason": "no good", "detail": "", "folder": "Inbox"}
    rows = [
        {**row, "node_id": 0x200024, "embedded_in": "0123456789ab:2097188/32837"},
        {**row, "node_id": 0x200044, "embedded_in": None},
    ]
    write_table(pa.Table.from_pylist(rows, schema=spec.arrow), spec, case / "out")
    sources = TABLES["private/sources"]
    write_table(sources.arrow.empty_table(), sources, case / "out")
    _, out, _ = call("quarantine", case)
    assert "2097188/32837" in out
    assert "0x200044" in out
