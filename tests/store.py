"""A real S3 server in a process of its own, for the tests of records on a store."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

SECONDS = 60.0
ENVIRONMENT = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")


class Store:
    """A bucket of an S3 server, which logs its requests."""

    def __init__(self, endpoint: str, log: Path, bucket: str = "records") -> None:
        self.endpoint = endpoint
        self.bucket = bucket
        self._log = log

    def url(self, prefix: str) -> str:
        """The URL of a prefix of the bucket."""
        return f"s3://{self.bucket}/{prefix}"

    def put(self, key: str, content: bytes) -> None:
        """Write an object."""
        from data.storage import filesystem

        filesystem("s3://").pipe_file(f"{self.bucket}/{key}", content)

    def copy(self, folder: Path, prefix: str) -> None:
        """Write every file below a folder, under its path there."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.put(f"{prefix}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def delete(self, key: str) -> None:
        """Remove an object."""
        from data.storage import filesystem

        filesystem("s3://").rm_file(f"{self.bucket}/{key}")

    def asked(self, key: str, method: str | None = None) -> list[str]:
        """The lines of the server's log about an object: one per request.

        With a method, those of it about every object below a prefix; a listing names none of them.
        """
        lines = self._log.read_text().splitlines()
        if method is None:
            return [line for line in lines if f"/{self.bucket}/{key} " in line]
        return [line for line in lines if f'"{method} /{self.bucket}/{key}/' in line]


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Store]:
    """Start a server on a free port of the loopback address, and point the environment to it."""
    with running(folder, **settings) as words, reached(Store(words["endpoint"], Path(words["log"]))) as store:
        yield store


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[dict[str, str]]:
    """A server on a free port of the loopback address; gives where it and its log are."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    endpoint, log = f"http://127.0.0.1:{port}", folder / "s3.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=output,
            stderr=output,
            env={**os.environ, "MOTO_S3_CUSTOM_ENDPOINTS": endpoint, **settings},
        )
    try:
        _wait(endpoint, process)
        yield {"endpoint": endpoint, "log": str(log)}
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def reached(store: Store) -> Iterator[Store]:
    """Make the bucket, and point the environment to the server for a while."""
    values = dict(zip(ENVIRONMENT, (store.endpoint, "made-up", "made-up", "us-east-1"), strict=True))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        _forget()
        try:
            from data.storage import filesystem

            filesystem("s3://").mkdir(store.bucket)
            yield store
        finally:
            _forget()


def _forget() -> None:
    """Make the next use of the store's file system read the environment again."""
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()


def _wait(endpoint: str, process: subprocess.Popen[bytes]) -> None:
    ask = build_opener(ProxyHandler({})).open
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            ask(endpoint, timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the S3 server did not come up")


@pytest.fixture(scope="module")
def store(store_server: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Store]:
    """A real S3 server, with a bucket for the tests of one file."""
    with reached(Store(store_server["endpoint"], Path(store_server["log"]), bucket_of(request.path))) as made:
        yield made


def bucket_of(path: Path) -> str:
    """The name of the bucket for the tests of a file."""
    return "-".join([*path.parent.parts[-2:], path.stem]).replace("_", "-")
