"""After an error in a file, the process ends as it should: nothing of Arrow still reads through Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

READ = """
import sys
from pathlib import Path
from data.errors import InputError
from tasks.rows.large_tables import blocks
from tasks.rows.reader import Wanted

def run():
    for block in blocks(Path(sys.argv[1]), "a.csv", Wanted(("id", "word"), ()), 1 << 16):
        raise InputError("the first row is wrong")

try:
    run()
except InputError as error:
    print(error)
    sys.exit(2)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_process_that_ends_with_an_error_in_a_file_is_never_aborted(
    checkout: Path, tmp_path: Path, name: str
):
    import gzip

    path = tmp_path / name
    content = b"id,word\n" + b'7,"a word"\n' * 200_000
    path.write_bytes(gzip.compress(content, 1) if name.endswith("gz") else content)
    for _ in range(20):
        done = subprocess.run(
            [sys.executable, "-c", READ, path], cwd=checkout, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (2, "the first row is wrong\n", "")
