"""Where a file of the records is stored: on a disk (NFS included), or on an object store that speaks S3.

A file on a disk is a :class:`~pathlib.Path`. A file on a store is a :class:`Remote`. It is reached through
fsspec and never copied here: the program lists it, asks for its state and reads ranges of it. Credentials
and endpoint come from the environment variables that botocore knows (``AWS_ACCESS_KEY_ID``, ``AWS_PROFILE``,
``AWS_ENDPOINT_URL`` …), never from a configuration file. Every worker needs them too.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from data.errors import InputError, UnreadableError
from data.extras import how_to_install
from data.printable import printable

STORES: Final = ("s3",)
"""Protocols of the stores that are supported and tested."""

PIECE: Final = 8 << 20
"""Bytes per request when a whole object is streamed."""
_AT_ONCE: Final = 4
"""Requests in flight at a time while streaming: 32 MB of memory."""

_OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "s3": {
        # A listing must show what is there now, not what was there a minute ago.
        "use_listings_cache": False,
        "config_kwargs": {
            "connect_timeout": 5,
            "read_timeout": 15,
            # s3fs itself tries five times. If botocore also tried five times for each of these, a failure
            # would take minutes, and the watchdog of the mail readers would take it for a hanging reader.
            "retries": {"total_max_attempts": 1},
            # The ranges of a group of messages are requested in parallel.
            "max_pool_connections": 32,
        },
    }
}
_MISSING: Final = frozenset({"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound"})
_REFUSED: Final = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"})
_BUSY: Final = frozenset(
    {"SlowDown", "ServiceUnavailable", "RequestTimeout", "Throttling", "ThrottlingException"}
)

State = list[int | str]
"""What must stay equal for a file to count as unchanged. On a disk: size, modification and change time in
nanoseconds, inode. On a store: size, ETag, time of the last change."""


@dataclass(frozen=True, order=True)
class Remote:
    """An object of a store.

    Attributes:
        url: Such as ``s3://bucket/records/lapd/inbox.pst``.

    Example:
        >>> Remote("s3://bucket/records/lapd/inbox.pst").name
        'inbox.pst'
    """

    url: str

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.url.rsplit("/", 1)[-1]

    def __str__(self) -> str:
        return self.url


Location = Path | Remote
"""Where a file is stored."""


@dataclass(frozen=True)
class Found:
    """An object in a listing.

    Attributes:
        key: Its path below the listed URL, such as ``lapd/inbox.pst``.
        location: The object.
        state: As :func:`state_of`.
    """

    key: str
    location: Remote
    state: State

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self.state[0])


def filesystem(url: str) -> Any:
    """The fsspec file system of a URL; the same object each time within one process.

    Raises:
        InputError: The package for this kind of store is not installed.
    """
    import fsspec

    protocol = url.partition("://")[0]
    try:
        return fsspec.filesystem(protocol, **_OPTIONS.get(protocol, {}))
    except ImportError as error:
        raise InputError(
            f"{url}: a package for {protocol}:// is missing ({error}); "
            f"install it, here and on every worker, {how_to_install(protocol)}"
        ) from error
    except Exception as error:
        raise store_error(url, error) from error


def list_objects(url: str) -> list[Found]:
    """List every object below a URL, in order of key. Objects that only mark a folder are left out.

    Args:
        url: Such as ``s3://bucket/records``. Takes one request per thousand objects below it.

    Raises:
        InputError: The store cannot be reached or refuses access, or there is no such bucket.
    """
    store, base = filesystem(url), url.rstrip("/")
    try:
        top = store._strip_protocol(base).rstrip("/") + "/"
        rows = store.find(base, detail=True)
        if not rows:
            store.ls("/".join(base.split("/")[:3]))  # fails if there is no such bucket; passes if it is empty
    except Exception as error:
        raise store_error(url, error) from error
    found = []
    for name, info in sorted(rows.items()):
        whole = str(info.get("Key", name))
        key = whole.removeprefix(top)
        if not whole.startswith(top):
            continue  # an object named exactly like the prefix, so not below it
        if key and not key.endswith("/") and info["type"] == "file":
            found.append(Found(key, Remote(f"{base}/{key}"), _state(info)))
    return found


def is_prefix(url: str) -> bool:
    """Whether there is anything below a URL, even if only a folder marker.

    Raises:
        InputError: The store cannot be reached or refuses access.
    """
    store = filesystem(url)
    try:
        return bool(store.isdir(url.rstrip("/")))
    except Exception as error:
        raise store_error(url, error) from error


def state_of(location: Location) -> State:
    """The state of a file, as :data:`State`: what must stay equal for it to count as unchanged.

    Raises:
        OSError: There is no such file, or (on a disk) its state cannot be read.
        InputError: The store cannot be reached or refuses access.
    """
    if isinstance(location, Path):
        stat = location.stat()
        return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    store = filesystem(location.url)
    try:
        info = store.info(location.url)
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, "No such object", location.url) from error
    except Exception as error:
        raise object_error(location.url, error) from error
    if info["type"] != "file":
        raise FileNotFoundError(errno.ENOENT, "No such object", location.url)
    return _state(info)


def state_of_link(path: Path) -> State:
    """Like :func:`state_of`; for a broken link, the state of the link itself.

    Raises:
        OSError: There is no such file, or its state cannot be read.
    """
    try:
        return state_of(path)
    except OSError as error:
        if error.errno not in {errno.ENOENT, errno.ELOOP} or not path.is_symlink():
            raise
    stat = path.lstat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def changed_at(state: State) -> float:
    """When a file was last changed, by the clock of its disk or store; 0.0 if unknown.

    On a disk this is the later of two times: copying programs may set the modification time to anything, but
    nobody can set the change time.

    Args:
        state: From :func:`state_of`.

    Returns:
        Seconds since 1970.

    Example:
        >>> changed_at([5, 1_000_000_000, 2_000_000_000, 77])
        2.0
        >>> changed_at([5, '"etag"', "1970-01-01T00:01:00+00:00"])
        60.0
    """
    if isinstance(state[1], int):
        return max(int(state[1]), int(state[2])) / 1e9
    return datetime.fromisoformat(str(state[2])).timestamp() if state[2] else 0.0


def read_object(location: Remote) -> bytes:
    """Read a small object whole.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return bytes(filesystem(location.url).cat_file(location.url))
    except Exception as error:
        raise object_error(location.url, error) from error


def read_ranges(location: Remote, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """Read ranges of an object, all requested at once.

    Args:
        location: The object.
        ranges: First byte and one past the last of each range; none reaches beyond the object's end.

    Returns:
        The bytes of each range, in the given order.

    Raises:
        InputError: A range cannot be read, or is not there because the object was replaced or removed.
    """
    if not ranges:
        return []
    store = filesystem(location.url)
    starts, stops = [start for start, _ in ranges], [stop for _, stop in ranges]
    try:
        pieces = store.cat_ranges([location.url] * len(ranges), starts, stops, on_error="raise")
    except Exception as error:
        if isinstance(error, FileNotFoundError):
            raise vanished(location) from error
        if _code(error) == "InvalidRange":
            raise changed(location) from error
        raise object_error(location.url, error) from error
    if [len(piece) for piece in pieces] != [stop - start for start, stop in ranges]:
        raise changed(location)
    return [bytes(piece) for piece in pieces]


def stream(location: Remote) -> Iterator[bytes]:
    """Read all bytes of an object in order, in bounded memory.

    Raises:
        OSError: There is no such object.
        InputError: It cannot be read, or was changed meanwhile.
    """
    before = state_of(location)
    size = int(before[0])
    for begin in range(0, size, PIECE * _AT_ONCE):
        end = min(size, begin + PIECE * _AT_ONCE)
        yield from read_ranges(
            location, [(start, min(end, start + PIECE)) for start in range(begin, end, PIECE)]
        )
    if state_of(location) != before:
        raise changed(location)


def changed(location: Location | str) -> UnreadableError:
    """The error for a file that was changed after the program first saw it."""
    name = str(location)
    return UnreadableError(
        f"{printable(name)}: was changed during the run; wait until it is copied, run again", name
    )


def vanished(location: Location | str) -> UnreadableError:
    """The error for a file that was there when the program first saw it, and is gone."""
    name = str(location)
    return UnreadableError(
        f"{printable(name)}: is gone: it was deleted or moved during the run; put it back, or run again "
        "without it",
        name,
    )


def store_error(url: str, error: Exception) -> InputError:
    """A store's error as one line that says what to do."""
    names = {type(one).__name__ for one in (error, error.__cause__) if one is not None}
    words = " ".join(str(error).split())
    if isinstance(error, InputError):
        return error
    if names & _MISSING:
        fix = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, here and on every worker"
        return InputError(f"{url}: no credentials ({words}); {fix}")
    if isinstance(error, PermissionError) or _code(error) in _REFUSED:
        fix = (
            "check the credentials in the environment, and that they may list the bucket and get its objects"
        )
        return InputError(f"{url}: the store refuses access ({words}); {fix}")
    if isinstance(error, FileNotFoundError):
        return InputError(
            f"{url}: no such bucket or object ({words}); check its name, and the endpoint in AWS_ENDPOINT_URL"
        )
    return InputError(
        f"{url}: cannot be reached ({type(error).__name__}: {words}); "
        "check the network and the endpoint in AWS_ENDPOINT_URL, run again"
    )


def object_error(url: str, error: Exception) -> InputError:
    """A store's error on one object; an ``UnreadableError`` where the store answered: others may be read."""
    found, code = store_error(url, error), _code(error)
    answered = isinstance(error, PermissionError | FileNotFoundError) or bool(code)
    names = {type(one).__name__ for one in (error, error.__cause__) if one is not None}
    if not answered or code in _REFUSED | _BUSY or names & _MISSING or isinstance(error, InputError):
        return found
    return UnreadableError(str(found), url)


def _code(error: Exception) -> str:
    """The store's own code for what went wrong."""
    answer = getattr(error.__cause__, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))


def _state(info: Mapping[str, Any]) -> State:
    """Size, ETag and time of the last change, to the second: listings give milliseconds, objects do not."""
    when = info.get("LastModified") or info.get("created")
    time = when.replace(microsecond=0).isoformat() if isinstance(when, datetime) else ""
    return [int(info["size"]), str(info.get("ETag") or ""), time]
