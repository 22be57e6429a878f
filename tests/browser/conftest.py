"""The browser, and the run that it looks at."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.window import Visit, chromium, started, visit
from tests.shared import one_for_all

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Looking = Callable[..., AbstractContextManager[Visit]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one file: while it lives, nothing in this thread may use asyncio."""
    executable = chromium()
    if executable is None:
        pytest.skip("no Chromium (Debian's package chromium)")
    with started(executable) as running:
        yield running


@pytest.fixture
def looking(browser: Browser) -> Looking:
    """Opens a new window: ``with looking(look) as visit``."""
    return partial(visit, browser)


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory, nwatch: list[str]) -> Iterator[Path]:
    """A synthetic investigation with its report, run once for all workers; not to be changed."""
    from data.synthetic import create

    folder = tmp_path_factory.mktemp("reported") / "case"

    @contextmanager
    def run() -> Iterator[dict[str, str]]:
        create(folder, scale=0.002, seed=7)
        run_of(nwatch, folder)
        yield {"folder": str(folder)}

    with one_for_all(tmp_path_factory, "reported", run) as words:
        yield Path(words["folder"])


def run_of(nwatch: list[str], folder: Path, *words: str, **more: str) -> None:
    """Run an investigation in a process of its own, without a server unless the environment has one."""
    unset = {"PREFECT_API_URL", "PREFECT_API_AUTH_STRING"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    done = subprocess.run(
        [*nwatch, "run", str(folder), "--workers", "1", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, **more},
    )
    assert done.returncode == 0, done.stderr
