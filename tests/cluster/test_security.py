"""Who can connect, and who cannot: real schedulers, real handshakes."""

import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from distributed import Client, LocalCluster, Security

from cluster import ClusterSettings, connect, existing
from cluster.certificates import make
from cluster.security import is_loopback, of_folder
from data.errors import InputError


@pytest.fixture(scope="module")
def guarded(certificates: Path) -> Iterator[LocalCluster]:
    """An existing scheduler with a worker, which asks for a certificate."""
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        protocol="tls://",
        security=of_folder(certificates),
        dashboard_address="127.0.0.1:0",
    ) as running:
        yield running


def test_a_client_with_the_right_certificate_can_connect(guarded: LocalCluster, certificates: Path):
    settings = ClusterSettings(address=guarded.scheduler_address, tls_folder=certificates)
    assert guarded.scheduler_address.startswith("tls://")
    with connect(settings) as client:
        assert client.submit(sum, [1, 2]).result(60) == 3
        assert all(address.startswith("tls://") for address in client.nthreads())


def test_a_client_with_a_certificate_of_another_authority_cannot_connect(
    guarded: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(existing, "PATIENCE", "2s")
    settings = ClusterSettings(address=guarded.scheduler_address, tls_folder=make(tmp_path / "other").folder)
    with (
        pytest.raises(
            InputError, match="no Dask scheduler that trusts the certificates of NWATCH_TLS_FOLDER"
        ),
        connect(settings),
    ):
        pytest.fail("must not connect")


@pytest.mark.slow
@pytest.mark.parametrize("own", [None, "other"], ids=["without", "of another authority"])
def test_the_scheduler_itself_refuses_the_handshake(
    guarded: LocalCluster, certificates: Path, tmp_path: Path, own: str | None
):
    """The client trusts the scheduler, so that only the scheduler can refuse."""
    context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    context.check_hostname = False
    if own:
        context.load_cert_chain(make(tmp_path / own).folder / "client.pem")
    host, port = guarded.scheduler_address.removeprefix("tls://").split(":")
    with (
        socket.create_connection((host, int(port)), 10) as plain,
        pytest.raises((ssl.SSLError, ConnectionResetError)),
        context.wrap_socket(plain) as tls,
    ):
        tls.recv(1)
    context.load_cert_chain(certificates / "client.pem")
    with socket.create_connection((host, int(port)), 10) as plain, context.wrap_socket(plain) as tls:
        assert tls.recv(1), "with the right one it speaks first"


@pytest.mark.slow
def test_a_client_without_tls_gets_no_answer(guarded: LocalCluster):
    plain = guarded.scheduler_address.replace("tls://", "tcp://")
    with pytest.raises(OSError, match=r"Connection reset|Timed out"):
        Client(plain, timeout="2s", security=Security(require_encryption=False))


def test_a_client_s_certificate_cannot_pose_as_a_scheduler(certificates: Path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        posing = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        posing.load_cert_chain(certificates / "client.pem")
        calling = of_folder(certificates).get_connection_args("client")["ssl_context"]
        mine, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
        caller = calling.wrap_bio(mine, theirs)
        listener = posing.wrap_bio(theirs, mine, server_side=True)
        for side in (caller, listener):
            with pytest.raises(ssl.SSLWantReadError):
                side.do_handshake()
        with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
            caller.do_handshake()
        assert server


def listened_on() -> set[tuple[str, int]]:
    """Where this process and its children listen, without the loopback address."""
    return {
        (connection.laddr.ip, connection.laddr.port)
        for process in [psutil.Process(), *psutil.Process().children(recursive=True)]
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and not is_loopback(connection.laddr.ip)
    }


@pytest.mark.slow
def test_a_local_cluster_with_certificates_speaks_nothing_but_tls_to_other_hosts(
    certificates: Path, elsewhere: str
):
    settings = ClusterSettings(workers=1, host=elsewhere, tls_folder=certificates)
    before = listened_on()  # what other tests of this process have left open
    with connect(settings) as client:
        assert client.submit(sum, [1, 2]).result(60) == 3
        open_to_all = listened_on() - before
        assert len(open_to_all) >= 3, "scheduler, nanny and worker"
        assert {host for host, _ in open_to_all} == {elsewhere}
        for host, port in open_to_all:
            with socket.create_connection((host, port), 10) as plain:
                plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                plain.settimeout(10)
                try:
                    answer = plain.recv(100)
                except ConnectionResetError:
                    answer = b""
            assert answer == b"" or answer[0] == 0x15, f"{port}: an alert of TLS, or the line is cut"


def test_without_certificates_it_listens_on_loopback_alone(elsewhere: str):
    for host in (elsewhere, "0.0.0.0"):
        with (
            pytest.raises(InputError, match=rf"NWATCH_HOST: {host} .*nwatch certificates DIR"),
            connect(ClusterSettings(workers=1, host=host)),
        ):
            pytest.fail("must not listen")


def test_without_certificates_no_other_interface_is_reachable(elsewhere: str):
    with connect(ClusterSettings(workers=1)):
        ports = {
            connection.laddr.port
            for process in [psutil.Process(), *psutil.Process().children(recursive=True)]
            for connection in process.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN and is_loopback(connection.laddr.ip)
        }
        assert len(ports) >= 3, "scheduler, nanny and worker"
        for port in ports:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((elsewhere, port), 10)


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("tcp://192.0.2.7:8786", "is another host without TLS"),
        ("tcp://scheduler.invalid:8786", "is another host without TLS"),
        ("tls://192.0.2.7:8786", "NWATCH_TLS_FOLDER is missing"),
    ],
)
def test_a_scheduler_on_another_host_needs_certificates(address: str, line: str):
    with (
        pytest.raises(InputError, match=line) as caught,
        connect(ClusterSettings(address=address)),
    ):
        pytest.fail("must not join")
    assert "nwatch certificates DIR" in str(caught.value)


def test_certificates_with_an_address_without_tls_are_an_error(certificates: Path):
    with pytest.raises(InputError, match="write tls://, or unset NWATCH_TLS_FOLDER"):
        existing.certificates(ClusterSettings(address="tcp://127.0.0.1:8786", tls_folder=certificates))


def test_a_folder_without_certificates_is_an_error_that_names_it(tmp_path: Path):
    with (
        pytest.raises(InputError, match=r"ca.pem cannot be read .*correct NWATCH_TLS_FOLDER"),
        connect(ClusterSettings(workers=1, tls_folder=tmp_path)),
    ):
        pytest.fail("must not open")


def test_the_loopback_addresses_are_known_by_name_and_number():
    assert all(map(is_loopback, ["127.0.0.1", "127.8.8.8", "::1", "localhost"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "192.0.2.7", "no-such-host.invalid", "10.0.0.5"]))


@pytest.mark.slow
def test_versions_are_compared_if_workers_of_other_hosts_can_join_a_local_cluster(
    certificates: Path, elsewhere: str
):
    settings = ClusterSettings(workers=1, host=elsewhere, tls_folder=certificates)
    with connect(settings) as client:
        assert f"nwatch-guard-{client.id}" in client.cluster.scheduler.plugins
    with connect(ClusterSettings(workers=1)) as client:
        assert not any("nwatch" in name for name in client.cluster.scheduler.plugins)
        assert set(client.run(os.getpid).values()) != {os.getpid()}
