"""What ``nwatch sample`` makes is for its owner, or the group of the settings, whatever the umask."""

import os
from pathlib import Path

import pytest

from flows.console.coding.sample import sample
from tests.privacy import PRIVATE, masked, modes
from tests.tasks.coding.handed_out import READERS, handed_out


@pytest.mark.parametrize("value", [0o000, 0o022, 0o077])
def test_sheets_and_masks_are_private_and_the_masks_stay(value: int, tmp_path: Path):
    with masked(value):
        folder = handed_out(tmp_path)
        for sheet in (folder / "coding/sheets").glob("*.xlsx"):
            sheet.unlink()
        sample(folder, READERS, redact=True)
        assert modes(folder / "coding") == PRIVATE
        masks = (folder / "coding/masked.parquet").read_bytes()
        with (folder / "investigation.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[private]\ngroup = "{os.getegid()}"\n')
        settings = (folder / "investigation.toml").read_text(encoding="utf-8")
        (folder / "investigation.toml").write_text(settings.replace("sample = 4", "sample = 6"))
        sample(folder, [*READERS, "dora"])
        assert modes(folder / "coding") == {("folder", "0o2750"), ("file", "0o640")}
    assert (folder / "coding/masked.parquet").read_bytes() != masks
