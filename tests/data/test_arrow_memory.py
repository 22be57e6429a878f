"""Arrow's allocator, in a process of its own: it is one for the whole process."""

import os
import subprocess
import sys

import pytest

from data.arrow_memory import ENVIRONMENT

NAME = "import pyarrow as pa; print(pa.default_memory_pool().backend_name)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "variables"),
    [("", ENVIRONMENT), ("from data.arrow_memory import give_back; give_back(); ", {})],
)
def test_arrow_allocates_with_the_c_library(first: str, variables: dict[str, str]):
    said = subprocess.run(
        [sys.executable, "-c", first + NAME],
        env=os.environ | variables,
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout == "system\n"
