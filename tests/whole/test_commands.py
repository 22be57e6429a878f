"""The commands in processes of their own, from the mailboxes to the summary."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_a_run_needs_no_server_and_ends_with_its_summary(run, investigation: Path):
    done = run("run", investigation, "--workers", "1")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "\x1b" not in done.stdout
    said = [line.startswith("recognised: ") for line in lines]
    assert said[0]
    assert lines[said.index(False)].startswith("start: ")
    assert any(line.startswith("read the mail: ") for line in lines)
    assert f"tables            {investigation / 'out'}" in lines
    missing = lines.index("Is anything missing?")
    assert " items in the mailboxes = " in lines[missing + 1]
    # The investigation has mails without a body.
    assert lines[lines.index("Perhaps:") + 1] == (
        "  2 mails were read without a body: it is blank, or in a form that cannot be read"
    )
    assert f"Everything else is accounted for; line by line: nwatch ledger {investigation}" in lines
    assert any(line.startswith("unique alerts") for line in lines)
    # What is in quarantine is in the last lines, where nobody can miss it.
    assert lines[-1] == f"See what and why: nwatch quarantine {investigation}"
    assert any(line.startswith("WARNING: ") and "in quarantine" in line for line in lines[-4:])

    ledger = run("ledger", investigation)
    assert ledger.returncode == 0
    assert "listed in the file" in ledger.stdout
    assert "  2 mails were read without a body: " in ledger.stdout
    aside = run("quarantine", investigation)
    assert aside.returncode == 0
    assert "no title" in aside.stdout
    assert aside.stdout.splitlines()[-1].endswith("in quarantine")
    plan = run("plan", investigation)
    assert "0 partitions to read" in plan.stdout
