"""Where a file of the records lies: on a disk (NFS too), or on an object store that speaks S3.

What lies on a disk is a :class:`~pathlib.Path`, as ever. What lies on a store is a :class:`Remote`, reached
through fsspec and never copied here: it is listed, asked for its state, and read in ranges. Credentials and
endpoint come from the environment as botocore has it (``AWS_ACCESS_KEY_ID``, ``AWS_PROFILE``,
``AWS_ENDPOINT_URL`` …); nothing of the kind stands in a configuration. Every worker needs them too.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from data.errors import InputError

STORES: Final = ("s3",)
"""Protocols of the stores that were tried."""

PIECE: Final = 8 << 20
"""Bytes of one request where a whole object is streamed."""
_AT_ONCE: Final = 4
"""Pieces on their way at a time while it is: 32 MB of memory."""

_OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "s3": {
        # A listing must show what is there now.
        "use_listings_cache": False,
        "config_kwargs": {
            "connect_timeout": 5,
            "read_timeout": 15,
            # s3fs itself asks five times; botocore's own five times on top of each would be minutes, and the
            # watchdog of the reading takes minutes for a hanging reader.
            "retries": {"total_max_attempts": 1},
            # The ranges of a group of messages travel side by side.
            "max_pool_connections": 32,
        },
    }
}
_MISSING: Final = frozenset({"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound"})
_REFUSED: Final = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"})

State = list[int | str]
"""What must stay the same for a file to be the same: on a disk size, times of change in nanoseconds and
inode; on a store size, ETag and time of the last change."""


@dataclass(frozen=True, order=True)
class Remote:
    """An object of a store.

    Attributes:
        url: As ``s3://bucket/records/lapd/inbox.pst``.

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


Place = Path | Remote
"""Where a file lies."""


@dataclass(frozen=True)
class Found:
    """An object as a listing shows it.

    Attributes:
        key: Its path below what was listed, as ``lapd/inbox.pst``.
        place: The object.
        state: As :func:`state_of`.
    """

    key: str
    place: Remote
    state: State

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self.state[0])


def filesystem(url: str) -> Any:
    """The fsspec file system of a URL; asked again in one process, it is the same one.

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
            f"install it, here and on every worker: pip install 'neighborhood-watch[{protocol}]'"
        ) from error
    except Exception as error:
        raise told(url, error) from error


def list_objects(url: str) -> list[Found]:
    """Every object below a URL, in order of key; those that only stand for a folder are left out.

    Args:
        url: As ``s3://bucket/records``; one request for each thousand objects below it.

    Raises:
        InputError: The store cannot be reached or refuses, or there is no such bucket.
    """
    store, base = filesystem(url), url.rstrip("/")
    try:
        top = store._strip_protocol(base).rstrip("/") + "/"
        rows = store.find(base, detail=True)
        if not rows:
            store.ls("/".join(base.split("/")[:3]))  # is the bucket empty, or is there none?
    except Exception as error:
        raise told(url, error) from error
    found = []
    for name, info in sorted(rows.items()):
        whole = str(info.get("Key", name))
        key = whole.removeprefix(top)
        if not whole.startswith(top):
            continue  # an object of the very name of the prefix, which is below nothing
        if key and not key.endswith("/") and info["type"] == "file":
            found.append(Found(key, Remote(f"{base}/{key}"), _state(info)))
    return found


def is_prefix(url: str) -> bool:
    """Whether anything lies below a URL, be it only what stands for a folder.

    Raises:
        InputError: The store cannot be reached or refuses.
    """
    store = filesystem(url)
    try:
        return bool(store.isdir(url.rstrip("/")))
    except Exception as error:
        raise told(url, error) from error


def state_of(place: Place) -> State:
    """What must stay the same for a file to be the same.

    Raises:
        OSError: There is no such file; on a disk also: it cannot be asked.
        InputError: The store cannot be reached or refuses.
    """
    if isinstance(place, Path):
        stat = place.stat()
        return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    store = filesystem(place.url)
    try:
        info = store.info(place.url)
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, "No such object", place.url) from error
    except Exception as error:
        raise told(place.url, error) from error
    if info["type"] != "file":
        raise FileNotFoundError(errno.ENOENT, "No such object", place.url)
    return _state(info)


def state_of_link(path: Path) -> State:
    """As :func:`state_of`; of a link that leads nowhere its own state.

    Raises:
        OSError: There is no such file, or it cannot be asked.
    """
    try:
        return state_of(path)
    except OSError as error:
        if error.errno not in {errno.ENOENT, errno.ELOOP} or not path.is_symlink():
            raise
    stat = path.lstat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def changed_at(state: State) -> float:
    """When a file was last changed, by the clock of its disk or store; 0.0 if that does not say.

    On a disk the later one of the two times: that of the content can be set, as copying programs do, that of
    the entry cannot.

    Args:
        state: As :func:`state_of`.

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


def read_object(place: Remote) -> bytes:
    """A small object, whole.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return bytes(filesystem(place.url).cat_file(place.url))
    except Exception as error:
        raise told(place.url, error) from error


def read_ranges(place: Remote, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """Ranges of an object, all of them on their way at once.

    Args:
        place: The object.
        ranges: First byte and one past the last, none beyond the end of the object.

    Raises:
        InputError: One cannot be read, or is not there: the object was exchanged or is gone.
    """
    if not ranges:
        return []
    store = filesystem(place.url)
    starts, stops = [start for start, _ in ranges], [stop for _, stop in ranges]
    try:
        pieces = store.cat_ranges([place.url] * len(ranges), starts, stops, on_error="raise")
    except Exception as error:
        if isinstance(error, FileNotFoundError) or _code(error) == "InvalidRange":
            raise changed(place) from error
        raise told(place.url, error) from error
    if [len(piece) for piece in pieces] != [stop - start for start, stop in ranges]:
        raise changed(place)
    return [bytes(piece) for piece in pieces]


def stream(place: Remote) -> Iterator[bytes]:
    """All bytes of an object in order, in bounded memory.

    Raises:
        OSError: There is no such object.
        InputError: It cannot be read, or is not the one any more that it was.
    """
    before = state_of(place)
    size = int(before[0])
    for begin in range(0, size, PIECE * _AT_ONCE):
        end = min(size, begin + PIECE * _AT_ONCE)
        yield from read_ranges(
            place, [(start, min(end, start + PIECE)) for start in range(begin, end, PIECE)]
        )
    if state_of(place) != before:
        raise changed(place)


def changed(place: Place | str) -> InputError:
    """The error of a file that is not the one any more that was looked at."""
    return InputError(f"{place}: was changed during the run; wait until it is copied, run again")


def told(url: str, error: Exception) -> InputError:
    """What a store answers, as one line with the mend."""
    names = {type(one).__name__ for one in (error, error.__cause__) if one is not None}
    words = " ".join(str(error).split())
    if isinstance(error, InputError):
        return error
    if names & _MISSING:
        mend = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, here and on every worker"
        return InputError(f"{url}: no credentials ({words}); {mend}")
    if isinstance(error, PermissionError) or _code(error) in _REFUSED:
        mend = (
            "check the credentials in the environment, and that they may list the bucket and get its objects"
        )
        return InputError(f"{url}: the store refuses ({words}); {mend}")
    if isinstance(error, FileNotFoundError):
        return InputError(
            f"{url}: no such bucket or object ({words}); check its name, and the endpoint in AWS_ENDPOINT_URL"
        )
    return InputError(
        f"{url}: cannot be reached ({type(error).__name__}: {words}); "
        "check the network and the endpoint in AWS_ENDPOINT_URL, run again"
    )


def _code(error: Exception) -> str:
    """The store's own word for what went wrong."""
    answer = getattr(error.__cause__, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))


def _state(info: Mapping[str, Any]) -> State:
    """Size, ETag and time of the last change; listings give thousandths of a second that objects do not."""
    when = info.get("LastModified") or info.get("created")
    time = when.replace(microsecond=0).isoformat() if isinstance(when, datetime) else ""
    return [int(info["size"]), str(info.get("ETag") or ""), time]
