"""Mailboxes that other programs wrote, and files that are not mailboxes, in a whole run."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_a_run_accounts_for_real_mailboxes_and_for_files_that_are_not_mailboxes(
    run, real: Path, tmp_path: Path
):
    records = tmp_path / "case/records/any"
    records.mkdir(parents=True)
    config = 'name = "real"\n[agencies.any]\nname = "Any"\ntimezone = "UTC"\n'
    (tmp_path / "case/investigation.toml").write_text(config)
    for file in sorted((real / "pst").iterdir()):
        (records / file.name).symlink_to(file)
    whole = (real / "pst/enron.pst").read_bytes()
    (records / "cut.pst").write_bytes(whole[: len(whole) // 2])
    (records / "empty.pst").touch()
    (records / "text.PST").write_text("no mailbox")

    done = run("run", tmp_path / "case")
    assert (done.returncode, done.stderr) == (0, "")
    warnings = [line for line in done.stdout.splitlines() if line.startswith("WARNING: ")]
    for name in ("cut.pst", "empty.pst", "text.PST"):
        assert any(f"records/any/{name}: " in line for line in warnings)
    aside = run("quarantine", tmp_path / "case").stdout
    assert sum("faulty-items.pst" in line and "reading" in line for line in aside.splitlines()) == 12
