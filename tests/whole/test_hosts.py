"""Several hosts: scheduler and workers in network namespaces with addresses of their own, over TLS.

Needs the right to make namespaces (root) and Debian's package iproute2; skips, saying so, where that lacks.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cluster import ClusterSettings, connect
from cluster.certificates import make
from cluster.config import environment
from data.synthetic import create
from tests.outputs import contents, published

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PORT = 8786
WAIT = 300.0
PARTITION = "10"
"""Messages per partition: so few that a run has hundreds, and a host can be cut off in the middle."""


@dataclass(frozen=True)
class Host:
    """A network namespace with an address on the bridge.

    Attributes:
        name: Of the namespace.
        link: The bridge's end of its cable.
        address: Its address.
    """

    name: str
    link: str
    address: str

    def start(self, log: Path, *words: str) -> subprocess.Popen[bytes]:
        """Start a process on this host."""
        # How long it takes to notice a cut line; Dask allows no less than ten probes, by default 30 seconds.
        quick = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s"}
        with log.open("wb") as stream:
            return subprocess.Popen(
                ["ip", "netns", "exec", self.name, *words],
                stdout=stream,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                env={**os.environ, **environment(), **quick, "PYTHONPATH": str(CHECKOUT)},
            )

    def cut_off(self) -> None:
        """Pull the cable: nothing says good-bye."""
        ip("link", "set", self.link, "down")


CHECKOUT = Path(__file__).resolve().parents[2]


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


@pytest.fixture(scope="module")
def hosts() -> Iterator[list[Host]]:
    """Three hosts on a bridge, which this process reaches too."""
    if shutil.which("ip") is None:
        pytest.skip("no ip here: install Debian's package iproute2")
    mark = os.getpid() % 10_000
    bridge, net = f"nwb{mark}", f"10.{200 + mark % 50}.{mark // 50 % 250}"
    made: list[Host] = []
    try:
        try:
            ip("link", "add", bridge, "type", "bridge")
            ip("addr", "add", f"{net}.254/24", "dev", bridge)
            ip("link", "set", bridge, "up")
            for number in range(1, 4):
                host = Host(f"nwh{mark}-{number}", f"nwv{mark}-{number}", f"{net}.{number}")
                ip("netns", "add", host.name)
                made.append(host)
                ip("link", "add", host.link, "type", "veth", "peer", "name", "eth0", "netns", host.name)
                ip("link", "set", host.link, "master", bridge, "up")
                ip("-n", host.name, "addr", "add", f"{host.address}/24", "dev", "eth0")
                ip("-n", host.name, "link", "set", "eth0", "up")
                ip("-n", host.name, "link", "set", "lo", "up")
        except OSError as error:
            pytest.skip(f"network namespaces cannot be made here: {error}")
        yield made
    finally:
        for host in made:
            subprocess.run(["ip", "netns", "del", host.name], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", bridge], capture_output=True, check=False)


@pytest.fixture(scope="module")
def certificates(hosts: list[Host], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("site") / "tls", [host.address for host in hosts]).folder


@pytest.fixture(scope="module")
def site(hosts: list[Host], certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler on the first host and a worker on each of the others; gives the scheduler's address."""
    place = tmp_path_factory.mktemp("hosts")
    address = f"tls://{hosts[0].address}:{PORT}"

    def tls(role: str) -> list[str]:
        pem = str(certificates / f"{role}.pem")
        return ["--tls-ca-file", str(certificates / "ca.pem"), "--tls-cert", pem, "--tls-key", pem]

    dask = [sys.executable, "-m", "distributed.cli"]
    started = []
    try:
        scheduler = ["dask_scheduler", "--host", address, "--no-dashboard"]
        worker = ["dask_worker", address, "--nthreads", "1", "--no-dashboard", "--local-directory"]
        for number, (host, role) in enumerate(zip(hosts, ("scheduler", "worker", "worker"), strict=True)):
            words = scheduler if role == "scheduler" else [*worker, str(place / f"space-{number}")]
            words = [*dask[:-1], f"{dask[-1]}.{words[0]}", *words[1:], *tls(role)]
            started.append(host.start(place / f"{role}-{number}.log", *words))
        wait_for(lambda: scheduler_of(address, certificates) == 2, started, place)
        yield address
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def scheduler_of(address: str, certificates: Path) -> int:
    """How many workers a scheduler has; none where it does not answer yet."""
    from data.errors import InputError

    try:
        with connect(ClusterSettings(address=address, tls_folder=certificates)) as client:
            return len(client.nthreads())
    except InputError:
        return 0


def wait_for(ready: Callable[[], bool], processes: Sequence[subprocess.Popen[Any]], logs: Path) -> None:
    """Wait until a condition holds; if a process ends meanwhile, fail with its log."""
    end = time.monotonic() + WAIT
    while not ready():
        ended = "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in sorted(logs.glob("*.log")))
        assert not [process for process in processes if process.poll() is not None], ended
        assert time.monotonic() < end, ended
        time.sleep(0.05)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 1,000 messages and nothing else, so that the reading takes seconds."""
    place = tmp_path_factory.mktemp("large") / "case"
    return create(place, scale=0.005, seed=3, message_bytes=6_000, country=False)


def copied(large: Path, folder: Path) -> Path:
    folder.mkdir()
    for path in large.iterdir():
        if path.name not in {"truth", "work", "out"}:
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture
def environ(certificates: Path) -> dict[str, str]:
    """The environment of a run that has the site's certificates."""
    return {**os.environ, "NWATCH_TLS_FOLDER": str(certificates)}


@pytest.mark.parametrize("plain", [True, False], ids=["without TLS", "with a certificate of another site"])
def test_nobody_without_a_certificate_of_the_site_can_connect(
    site: str, hosts: list[Host], plain: bool, tmp_path: Path
):
    other = make(tmp_path / "other").folder
    words = (
        f"Client({site.replace('tls', 'tcp')!r}, timeout='5s')"
        if plain
        else f"Client({site!r}, timeout='5s', security=of_folder(Path({str(other)!r}), ('client',)))"
    )
    imports = (
        "from pathlib import Path; from distributed import Client; from cluster.security import of_folder"
    )
    code = f"{imports}; {words}"
    intruder = hosts[1].start(tmp_path / "intruder.txt", sys.executable, "-c", code)
    assert intruder.wait(WAIT) != 0
    log = (tmp_path / "intruder.txt").read_text()
    assert [word for word in ("CommClosedError", "OSError", "TimeoutError") if word in log], log


def test_the_program_does_not_connect_without_certificates(
    hosts: list[Host], synthetic: Path, nwatch: list[str], tmp_path: Path
):
    case = copied(synthetic, tmp_path / "case")
    done = subprocess.run(
        [*nwatch, "run", str(case), "--only", "mail"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NWATCH_ADDRESS": f"tcp://{hosts[0].address}:{PORT}"},
    )
    assert done.returncode == 2
    assert "nwatch certificates" in done.stderr
    assert not (case / "out").exists()


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # Dask 2026.8 resets an index so; pandas 4 drops it
@pytest.mark.usefixtures("threads")
def test_a_host_that_is_cut_off_in_mid_run_changes_no_byte(  # noqa: PLR0917 - fixtures
    site: str,
    hosts: list[Host],
    large: Path,
    tmp_path: Path,
    environ: dict[str, str],
    nwatch: list[str],
):
    """The last test: the host stays cut off."""
    from flows.investigate import investigate

    alone = investigate(copied(large, tmp_path / "case"), int(PARTITION)).out
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    case = copied(large, elsewhere / "case")
    running = subprocess.Popen(
        [*nwatch, "run", str(case), "--partition", PARTITION],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environ | {"NWATCH_ADDRESS": site},
    )

    def read() -> int:
        return sum(1 for _ in case.glob("work/mail/*/part-*"))

    try:
        wait_for(lambda: read() > 20, [running], tmp_path)
        hosts[2].cut_off()
        before = read()
        log, _ = running.communicate(timeout=WAIT)
    finally:
        running.kill()
    assert running.returncode == 0, log
    total = read()
    assert 20 < before < total, "the host was cut off before or after the reading, not during it"
    assert published(case) == contents(alone)
