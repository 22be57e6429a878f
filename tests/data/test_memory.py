"""Freed memory, in a process of its own: allocators are one for the whole process."""

import subprocess
import sys

import pytest

from data import memory
from data.memory import give_back

NAME = "import pyarrow as pa; print(pa.default_memory_pool().backend_name)"
FREED = """
import psutil
from data.memory import give_back
rss = psutil.Process().memory_info
kept = [bytes(1000) for _ in range(200_000)]
before = rss().rss
kept[:-1] = [None] * (len(kept) - 1)  # the last one keeps the rest from going back by itself
give_back()
print(before - rss().rss)
"""


def said(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.mark.slow
def test_arrow_allocates_with_the_c_library():
    twice = "from data.memory import use_system_memory as use; use(); use(); "
    assert said(twice + NAME) == "system"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(memory._c_library(), "malloc_trim"), reason="this C library keeps no memory")
def test_what_is_freed_goes_back():
    assert int(said(FREED)) > 100_000_000


def test_where_nothing_can_be_given_back_nothing_happens(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "_c_library", lambda: None)
    give_back()
