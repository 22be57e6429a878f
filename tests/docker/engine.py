"""A Docker engine for one test, from Debian's packages: nothing is installed, and nothing is left behind.

The packages are unpacked into a folder, `dockerd` is started from there as root, and its data, its sockets
and its log lie in that folder too. It changes neither the machine's packet filter nor its forwarding: the
containers talk over bridges of their own, ports are published on the loopback address by a proxy process,
and builds use the machine's own network.
"""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.docker.packages import NoPackageError, unpack, unpack_of

PACKAGES = ("docker.io", "docker-compose", "debootstrap")
RELEASE = "trixie"  # Debian 13, the first whose docker-compose is Compose 2
PLUGIN = "usr/libexec/docker/cli-plugins/docker-compose"
IN_BASE = "python3,python3-venv,ca-certificates,tini"  # what the Dockerfile asks of a base without a registry


class NoEngineError(Exception):
    """Why no engine can run here."""


@dataclass
class Engine:
    """A Docker engine.

    Args:
        folder: For everything that it is made of and keeps; its path must be short, as sockets lie in it.

    Attributes:
        without_compose_2: Why Compose 2 cannot be had, where it cannot: 1.29 does its work then.
    """

    folder: Path
    without_compose_2: str = ""
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def _root(self) -> Path:
        return self.folder / "root"

    def start(self) -> None:
        """Unpack the packages and start the engine.

        Raises:
            NoEngineError: This machine or this user has no right to run one, or the packages cannot be had.
        """
        if os.geteuid() != 0:
            raise NoEngineError("an engine is started by root alone")
        if not shutil.which("apt-get"):
            raise NoEngineError("no apt-get here, from which its packages would come")
        try:
            self._unpack()
        except NoPackageError as reason:
            raise NoEngineError(str(reason)) from reason
        here = self.folder
        words = [
            *("setpriv", "--pdeathsig", "TERM", "dockerd"),  # it ends with the tests, however they end
            *("--data-root", str(here / "data"), "--exec-root", str(here / "exec")),
            *("--pidfile", str(here / "pid"), "--host", self.environment["DOCKER_HOST"]),
            *("--bridge=none", "--iptables=false", "--ip-masq=false", "--ip-forward=false"),
        ]
        with (here / "dockerd.log").open("wb") as log:
            self.process = subprocess.Popen(words, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        end = time.monotonic() + 300  # the machine may be busy
        while self._run("docker", "info", check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                lines = (here / "dockerd.log").read_text(errors="replace").strip().splitlines()
                raise NoEngineError(f"dockerd does not start: {lines[-1] if lines else 'its log is empty'}")
            time.sleep(0.5)

    def stop(self) -> None:
        """End the engine and remove all that it kept."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in sorted((one for one in mounts if one.startswith(f"{self.folder}/")), reverse=True):
            subprocess.run(["umount", "-l", mount], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        for group in Path("/sys/fs/cgroup").glob("**/docker"):
            inner = sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True)
            for folder in (*inner, group):
                with suppress(OSError):  # another engine's, with containers in it
                    folder.rmdir()

    def docker(self, *words: str, check: bool = True) -> str:
        """What `docker WORDS` prints."""
        return self._run("docker", *words, check=check).stdout

    def compose(
        self, project: str, variables: dict[str, str], *words: str, check: bool = True, old: bool = False
    ) -> str:
        """What `docker compose` prints, of docker/compose.yaml.

        Args:
            project: The stack's name.
            variables: What an operator would set.
            words: The command.
            check: Whether it must succeed.
            old: Whether Debian 12's `docker-compose` 1.29 is meant, which Compose 2 took the place of.
        """
        compose = Path(__file__).resolve().parents[2] / "docker" / "compose.yaml"
        program = ["docker", "compose"]
        if old or self.without_compose_2:
            program = ["/usr/bin/python3", str(self._root / "usr/bin/docker-compose")]
            variables = {**variables, "PYTHONPATH": str(self._root / "usr/lib/python3/dist-packages")}
        return self._run(*program, "-p", project, "-f", str(compose), *words, check=check, **variables).stdout

    def base(self, name: str) -> None:
        """Make an image of Debian with Python, so that no registry is needed."""
        root = self.folder / "base"
        scripts = self._root / "usr/share/debootstrap"
        self._run(
            *("debootstrap", "--variant=minbase", f"--include={IN_BASE}", "bookworm", str(root)),
            DEBOOTSTRAP_DIR=str(scripts),
        )
        with subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE) as tar:
            subprocess.run(
                ["docker", "import", "-c", "ENV LANG=C.UTF-8", "-", name],
                env=self.environment,
                stdin=tar.stdout,
                check=True,
                capture_output=True,
            )
        assert tar.returncode == 0
        shutil.rmtree(root)

    def build(self, tag: str, context: Path, *words: str) -> None:
        """Build an image; the build gets pip's settings for its index, but the image does not."""
        settings = self.folder / "pip.conf"
        settings.write_text(_pip_settings())
        lent = {"pip.conf": settings, "ca.pem": _authorities()}
        secrets = [f"--secret=id={name},src={path}" for name, path in lent.items() if path is not None]
        proxies = [
            f"--build-arg={name}" for name in os.environ if name.lower() in {"http_proxy", "https_proxy"}
        ]
        self._run(
            *("docker", "build", "--network=host", "--progress=plain", "--tag", tag),
            *(*secrets, *proxies, *words, str(context)),
            DOCKER_BUILDKIT="1",
        )

    def _run(self, *words: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            words, env={**self.environment, **more}, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, (
            f"{' '.join(words)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        )
        return done

    def _unpack(self) -> None:
        root = self._root
        unpack(PACKAGES, root)
        newer = root
        if not (root / PLUGIN).exists():
            newer = self.folder / "newer"
            try:
                unpack_of(RELEASE, ["docker-compose"], newer)
            except NoPackageError as reason:
                self.without_compose_2 = f"Compose 2 comes from Debian 13, whose {reason}"
        plugins = self.folder / "config" / "cli-plugins"
        plugins.mkdir(parents=True)
        (plugins / "docker-compose").symlink_to(newer / PLUGIN)
        # The name under which an installation would leave it. The engine needs it inside the containers' own
        # network namespaces, where rules send DNS queries to it.
        if not shutil.which("iptables"):
            (root / "usr/sbin/iptables").symlink_to("iptables-nft")
        libraries = next(root.glob("usr/lib/*-linux-gnu"), root)
        self.environment = {
            **{
                name: value for name, value in os.environ.items() if not name.startswith(("DOCKER", "NWATCH"))
            },
            "PATH": f"{root}/usr/sbin:{root}/usr/bin:{root}/sbin:/usr/sbin:/sbin:{os.environ['PATH']}",
            "LD_LIBRARY_PATH": str(libraries),
            "DOCKER_HOST": f"unix://{self.folder}/docker.sock",
            "DOCKER_CONFIG": str(self.folder / "config"),
        }
        if (libraries / "xtables").is_dir():
            self.environment["XTABLES_LIBDIR"] = str(libraries / "xtables")


def _authorities() -> Path | None:
    """The machine's bundle of authorities, by which pip trusts its index."""
    found = os.environ.get("PIP_CERT") or ssl.get_default_verify_paths().cafile
    return Path(found) if found and Path(found).is_file() else None


def _pip_settings() -> str:
    """How pip reaches its index here, as a file, without what names this machine's own disk."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    wanted = "index-url|extra-index-url|proxy|trusted-host|default-timeout|timeout"
    found = re.findall(rf"^(?:global|install|:env:)\.({wanted})='([^']*)'$", listed, re.MULTILINE)
    return "[global]\n" + "".join(f"{name} = {value}\n" for name, value in found if "file:" not in value)
