"""What tests of flows share."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from tests.shared import Words, one_for_all

NOTHING_BUT_MAIL = shutil.ignore_patterns(
    "truth", "work", "out", "posts", "crime", "census", "atlas", "requests.csv"
)


@pytest.fixture(scope="module")
def client(worker_processes: LocalCluster) -> Iterator[Client]:
    """Open workers for the flows of a module's tests, so that not each flow starts its own."""
    with Client(worker_processes) as opened:
        opened.wait_for_workers(2, timeout=300)
        yield opened


@pytest.fixture(scope="session")
def mail_published(
    synthetic: Path, tmp_path_factory: pytest.TempPathFactory, worker_threads: LocalCluster
) -> Iterator[Path]:
    """Two agencies whose mail was read and published, and nothing but mail; not to be changed."""
    from flows.investigate import investigate

    @contextmanager
    def run() -> Iterator[Words]:
        folder = shutil.copytree(
            synthetic, tmp_path_factory.mktemp("published") / "case", ignore=NOTHING_BUT_MAIL
        )
        with (folder / "investigation.toml").open("a") as file:
            file.write("\n[arrivals]\nsettle = 0\n")
        with Client(worker_threads):
            investigate(folder, settled=False)
        yield {"folder": str(folder)}

    with one_for_all(tmp_path_factory, "mail-published", run) as words:
        yield Path(words["folder"])
