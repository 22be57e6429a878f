"""Objects of a store, on a real S3 server."""

from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from data import storage
from data.errors import InputError, UnreadableError
from data.storage import Remote, changed_at, filesystem, list_objects, read_ranges, state_of, stream
from tests.store import Store, serving, store

__all__ = ["store"]


def test_every_object_below_a_url_is_listed_except_folder_markers(store: Store):
    for key in ("list/a.pst", "list/deep/er/b.pst", "list/c//d.pst", "list/ü ?#%41.pst", "listed/no.pst"):
        store.put(key, b"mail")
    filesystem("s3://").touch(f"{store.bucket}/list/marker/")
    found = list_objects(store.url("list"))
    assert [one.key for one in found] == ["a.pst", "c//d.pst", "deep/er/b.pst", "ü ?#%41.pst"]
    assert {one.size for one in found} == {4}
    assert [one.state for one in found] == [state_of(one.location) for one in found]
    assert [b"".join(stream(one.location)) for one in found] == [b"mail"] * 4


def test_a_listing_of_several_pages_is_complete(store: Store, monkeypatch: pytest.MonkeyPatch):
    for number in range(25):
        store.put(f"many/{number:02d}.pst", b"")
    kept = filesystem("s3://").s3.meta.events
    asked = []

    def few(params: dict, **_: object) -> None:
        params["MaxKeys"] = 10
        asked.append(1)

    kept.register("before-parameter-build.s3.ListObjectsV2", few)
    try:
        assert len(list_objects(store.url("many"))) == 25
    finally:
        kept.unregister("before-parameter-build.s3.ListObjectsV2", few)
    assert len(asked) == 3


def test_ranges_come_in_the_requested_order(store: Store):
    data = bytes(range(256)) * 8
    store.put("ranges.pst", data)
    ranges = [(1500, 1600), (0, 3), (2047, 2048)]
    assert read_ranges(Remote(store.url("ranges.pst")), ranges) == [data[a:b] for a, b in ranges]
    assert read_ranges(Remote(store.url("ranges.pst")), []) == []


def test_an_object_is_streamed_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(storage, "PIECE", 1000)
    data = bytes(range(251)) * 45
    store.put("stream.pst", data)
    pieces = list(stream(Remote(store.url("stream.pst"))))
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) == 1000


@pytest.mark.parametrize("then", ["another", "longer than before", None])
def test_an_object_that_is_replaced_while_it_is_streamed_is_an_error_that_names_it(
    store: Store, monkeypatch: pytest.MonkeyPatch, then: str | None
):
    monkeypatch.setattr(storage, "PIECE", 2)
    location = Remote(store.url("moving.pst"))
    store.put("moving.pst", b"whatever")
    pieces = stream(location)
    next(pieces)
    if then is None:
        store.delete("moving.pst")
    else:
        store.put("moving.pst", then.encode())
    with pytest.raises((InputError, FileNotFoundError)) as caught:
        list(pieces)
    assert "moving.pst" in str(caught.value)


def test_a_range_beyond_the_end_means_that_the_object_was_replaced(store: Store):
    store.put("short.pst", b"0123456789")
    for wanted in ((8, 12), (20, 24)):
        with pytest.raises(InputError, match=r"short\.pst: was changed during the run"):
            read_ranges(Remote(store.url("short.pst")), [wanted])


def test_a_missing_object_raises_file_not_found(store: Store):
    store.put("folder/a.pst", b"")
    for key in ("none.pst", "folder"):
        with pytest.raises(FileNotFoundError, match=key):
            state_of(Remote(store.url(key)))


def test_a_missing_bucket_is_reported_with_what_to_check(store: Store):
    with pytest.raises(InputError, match=r"s3://nowhere/x: no such bucket.*AWS_ENDPOINT_URL"):
        list_objects("s3://nowhere/x")
    assert list_objects(store.url("nothing/here")) == []


def fresh(monkeypatch: pytest.MonkeyPatch, **environment: str | None) -> None:
    """Change the environment, and use file systems that did not see the old one."""
    for name, value in environment.items():
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(storage, "filesystem", _new)


def _new(url: str):
    import fsspec

    return fsspec.filesystem("s3", skip_instance_cache=True, **storage._OPTIONS["s3"])


def test_missing_credentials_are_reported_with_the_variables_to_set(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    fresh(
        monkeypatch,
        AWS_ACCESS_KEY_ID=None,
        AWS_SECRET_ACCESS_KEY=None,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "none"),
        AWS_CONFIG_FILE=str(tmp_path / "none"),
    )
    with pytest.raises(InputError, match=r"no credentials .*set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        list_objects(store.url("list"))


def test_a_store_that_does_not_answer_is_reported_with_what_to_check(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    fresh(monkeypatch, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    with pytest.raises(InputError, match=r"cannot be reached .*AWS_ENDPOINT_URL, run again") as caught:
        state_of(Remote(store.url("a.pst")))
    assert "\n" not in str(caught.value)


@pytest.mark.long
def test_wrong_credentials_are_reported_as_a_refusal():
    import botocore.exceptions as boto
    from s3fs.errors import translate_boto_error

    for code in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "403", "ExpiredToken"):
        answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
        error = translate_boto_error(boto.ClientError(answer, "GetObject"))
        line = str(storage.store_error("s3://b/a.pst", error))
        assert line.startswith("s3://b/a.pst: the store refuses access (no)"), line
        assert "check the credentials in the environment" in line


@pytest.mark.parametrize(
    ("code", "of_one"),
    [
        ("InternalError", True),
        ("AccessDenied", True),
        ("SlowDown", False),
        ("ExpiredToken", False),
        ("", False),
    ],
)
def test_what_a_store_says_of_one_object_is_no_fault_of_the_others(code: str, of_one: bool):
    error = OSError("no")
    error.__cause__ = Exception()
    error.__cause__.response = {"Error": {"Code": code}}  # type: ignore[attr-defined]
    found = storage.object_error("s3://b/a.pst", error)
    assert isinstance(found, UnreadableError) == of_one
    assert not of_one or found.path == "s3://b/a.pst"  # type: ignore[attr-defined]


@pytest.mark.slow
def test_credentials_that_a_server_refuses_are_reported_with_what_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with serving(tmp_path, INITIAL_NO_AUTH_ACTION_COUNT="100") as strict:
        strict.put("a.pst", b"mail")
        order = Request(f"{strict.endpoint}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
        build_opener(ProxyHandler({})).open(order).close()
        fresh(monkeypatch, AWS_ACCESS_KEY_ID="another")
        for ask in (
            lambda: list_objects(strict.url("")),
            lambda: state_of(Remote(strict.url("a.pst"))),
            lambda: read_ranges(Remote(strict.url("a.pst")), [(0, 2)]),
        ):
            with pytest.raises(
                InputError, match=r"the store refuses access \(.*check the credentials"
            ) as caught:
                ask()
            assert "\n" not in str(caught.value)


def test_a_missing_package_is_reported_with_the_command_to_install_it(monkeypatch: pytest.MonkeyPatch):
    import fsspec

    def missing(*_: object, **__: object) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec, "filesystem", missing)
    with pytest.raises(InputError, match=r"on every worker, .*pip install -e '\.\[s3\]'"):
        filesystem("s3://bucket")


def test_the_later_of_modification_and_change_time_counts(tmp_path: Path):
    import os

    path = tmp_path / "a"
    path.write_bytes(b"")
    os.utime(path, ns=(0, 0))
    assert changed_at(state_of(path)) == path.stat().st_ctime_ns / 1e9
