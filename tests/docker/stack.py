"""The services of compose.yaml, read as Compose reads them, and started by hand on the loopback address.

What is started is what the file says: command, environment, secrets, order and health checks. Only what a
container would have to itself is put in other places: ports, hosts, folders.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
COMPOSE = CHECKOUT / "docker" / "compose.yaml"
PATIENCE = 300.0

_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])((?:[^{}])*))?\}")


def read(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """compose.yaml with anchors and variables resolved; one that must be set and is not is a KeyError."""
    given = dict(variables or {})

    def value(found: re.Match[str]) -> str:
        name, sign, word = found.groups()
        if given.get(name):
            return given[name]
        if sign == "-":
            return str(word)
        raise KeyError(f"{name}: {word}")

    text = re.sub(r"^ *#.*$", "", COMPOSE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(yaml.safe_load(_VARIABLE.sub(value, text)))


@dataclass
class ByHand:
    """The stack on the loopback address.

    Args:
        folder: For everything that is written but the investigation; others must be able to enter it.
        investigation: The investigation folder.
        secrets: The folder of passwords and certificates (``NWATCH_SECRETS``).
        variables: What an operator sets besides.
    """

    folder: Path
    investigation: Path
    secrets: Path
    variables: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    own_ports: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = {"NWATCH_INVESTIGATION": str(self.investigation), "NWATCH_SECRETS": str(self.secrets)}
        self.compose = read(given | self.variables)
        self.services: dict[str, Any] = self.compose["services"]
        self.ports = free_ports(["5432", "4200", "4201", "8786", "8787", "8080"])

    def up(self, workers: int) -> None:
        """Start the services in the order of their health checks, and wait until all are healthy."""
        names = [
            name
            for name, service in self.services.items()
            if "healthcheck" in service and "profiles" not in service
        ]
        names.remove("worker")
        if not shutil.which("nginx"):
            names.remove("proxy")
        names.remove("arrivals")  # runs would start by themselves
        names += [f"worker-{number}" for number in range(workers)]
        well: set[str] = set()
        end, pause = time.monotonic() + PATIENCE, 0.3
        while len(well) < len(names):
            for name in names:
                needs = set(self._of(name).get("depends_on", {}))
                if name not in self.running and needs <= well:
                    self._start(name)
                elif name in self.running and name not in well and self._is_well(name):
                    well.add(name)
            assert time.monotonic() < end, f"not well: {sorted(set(names) - well)}; {self.logs()}"
            time.sleep(pause)
            pause = min(pause * 1.2, 1.5)  # asking costs time in which they would start

    def down(self) -> None:
        """Stop all, and the processes that they started."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError):  # nothing of it is left
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def command(self, service: str, *words: str) -> subprocess.CompletedProcess[str]:
        """What `docker compose exec SERVICE with-secrets WORDS` would do."""
        return subprocess.run(
            ["with-secrets", *words],
            env=self._environment(service),
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )

    def logs(self) -> str:
        """The end of each service's log."""
        texts = {path.stem: path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log"))}
        return "\n".join(f"--- {name}\n{text[-3000:]}" for name, text in texts.items())

    def _of(self, name: str) -> dict[str, Any]:
        return dict(self.services[name.partition("-")[0]])

    def _start(self, name: str) -> None:
        if name == "database":  # what the image of PostgreSQL brings along
            entrypoint = Path(__file__).parent / "postgres" / "entrypoint"
            own = ("listen_addresses=127.0.0.1", "unix_socket_directories=")
            words = [str(entrypoint), "postgres", *(word for one in own for word in ("-c", one))]
        else:
            words = ["with-secrets", *(self._here(word, name) for word in self._of(name)["command"])]
        if name == "proxy":  # without what an image has besides
            words = [self._proxy_conf(word) for word in self._of(name)["command"]]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                words,
                env=self._environment(name),
                cwd=CHECKOUT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group of its own, to be ended as a whole
            )

    def _proxy_conf(self, word: str) -> str:
        """A word of the proxy's command, with a configuration for this machine."""
        if not word.endswith(".conf"):
            return word
        text = COMPOSE.with_name("proxy.conf").read_text(encoding="utf-8")
        text = re.sub(r"^ *resolver .*$", "", text, flags=re.MULTILINE).replace(
            "server:4200", "127.0.0.1:4200"
        )
        for port in ("4200", "4201"):
            text = re.sub(rf"(listen |127\.0\.0\.1:){port}\b", rf"\g<1>{self.ports[port]}", text)
        text = text.replace("listen ", "listen 127.0.0.1:").replace("/tmp/", f"{self._home('proxy')}/")
        path = self._home("proxy") / "nwatch.conf"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def _is_well(self, name: str) -> bool:
        assert self.running[name].poll() is None, f"{name} ended; {self.logs()}"
        how, *words = self._of(name)["healthcheck"]["test"]
        assert how == "CMD"
        words = [self._here(word, name).replace("$$", "$") for word in words]
        asked = subprocess.run(words, env=self._environment(name), capture_output=True, check=False)
        return asked.returncode == 0

    def _environment(self, name: str) -> dict[str, str]:
        """The service's own variables and those of the image; none of the person who runs the tests."""
        own = {
            key: self._here(str(value), name) for key, value in self._of(name).get("environment", {}).items()
        }
        path = [str(CHECKOUT / "docker"), str(Path(sys.executable).parent), os.environ["PATH"]]
        if name == "database":
            own["PGPORT"] = self.ports["5432"]
        return {"PATH": os.pathsep.join(path), "HOME": str(self._home(name)), "LANG": "C.UTF-8", **own}

    def _home(self, name: str) -> Path:
        home = self.folder / name
        home.mkdir(exist_ok=True)
        return home

    def _secrets(self, name: str) -> Path:
        """A folder with those secrets that the service is given, under the names that it sees."""
        place = self.folder / f"secrets-{name}"
        if not place.exists():
            place.mkdir()
            for secret in self._of(name).get("secrets", []):
                shutil.copy(self.compose["secrets"][secret]["file"], place / secret)
        return place

    def _here(self, word: str, name: str) -> str:
        """A word of the file, with the hosts, ports and folders of this machine."""
        word = "127.0.0.1" if word == "database" else re.sub(r"(?<=//)\w+(?=:\d)", "127.0.0.1", word)
        word = word.replace("0.0.0.0", "127.0.0.1")
        ports = {**self.ports, "8788": self._own_port(name)}
        word = re.sub(rf"(?<![\d.])({'|'.join(ports)})(?!\d)", lambda found: ports[found[0]], word)
        folders = {
            "/run/secrets": self._secrets(name),
            "/var/lib/prefect": self._home(name),
            "/var/lib/postgresql": self._home(name),
            "/tmp": self._home(name),
            "/investigation": self.investigation,
        }
        found = re.fullmatch(rf"(--[a-z-]+=)?({'|'.join(folders)})(/.*)?", word)
        return f"{found[1] or ''}{folders[found[2]]}{found[3] or ''}" if found else word

    def _own_port(self, name: str) -> str:
        """The port of a worker; each container has only one."""
        return self.own_ports.setdefault(name, free_ports(["its own"])["its own"])


def free_ports(names: list[str]) -> dict[str, str]:
    """Free ports of the loopback address, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    ports = {name: str(listener.getsockname()[1]) for name, listener in zip(names, sockets, strict=True)}
    for listener in sockets:
        listener.close()
    return ports
