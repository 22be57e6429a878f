"""Debian packages, unpacked into a folder: nothing is installed, and the machine's own lists stay."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class NoPackageError(Exception):
    """Why packages cannot be fetched here."""


def unpack(packages: Sequence[str], root: Path) -> None:
    """Unpack packages of this machine's release, with their dependencies that are not installed.

    Args:
        packages: Their names.
        root: Where their files go.

    Raises:
        NoPackageError: They cannot be had.
    """
    archives = root.with_name("archives")
    (archives / "partial").mkdir(parents=True)
    get = [
        *("apt-get", "install", "--yes", "--download-only", "--reinstall", "--no-install-recommends"),
        *("-o", f"Dir::Cache::archives={archives}", "-o", "Debug::NoLocking=true", *packages),
    ]
    got = _apt(get)
    if got.returncode:  # a machine that has not asked yet what there is
        _apt(["apt-get", "update", "-qq"])
        got = _apt(get)
    _must(got)
    _spread(archives, root)


def unpack_of(release: str, packages: Sequence[str], root: Path) -> None:
    """Unpack packages of another release of Debian, from the archive of this machine's own, and no other.

    Args:
        release: The release's name.
        packages: Their names.
        root: Where their files go.

    Raises:
        NoPackageError: They cannot be had.
    """
    asked = _apt(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(COMPONENT)", "Created-By: Packages"]
    ).stdout
    archives = [line.split()[0] for line in asked.splitlines() if line.endswith(" main")]
    archives = [archive for archive in archives if archive.rstrip("/").endswith("/debian")]
    if not archives:
        raise NoPackageError("this machine asks no archive of Debian")
    own = root.with_name(f"of-{release}")
    for name in ("lists/partial", "cache", "got"):
        (own / name).mkdir(parents=True)
    source = own / "sources.list"
    source.write_text(f"deb [signed-by={KEYRING}] {archives[0]} {release} main\n")
    other = [
        *("-o", f"Dir::Etc::sourcelist={source}", "-o", "Dir::Etc::sourceparts=/dev/null"),
        *("-o", f"Dir::State::lists={own / 'lists'}", "-o", f"Dir::Cache={own / 'cache'}"),
        *("-o", "APT::Sandbox::User=root"),  # the folder is closed to the user that apt would become
    ]
    _must(_apt(["apt-get", *other, "update", "-qq"]))
    wanted = [f"{package}/{release}" for package in packages]
    _must(_apt(["apt-get", *other, "download", "-qq", *wanted], own / "got"))
    _spread(own / "got", root)
    shutil.rmtree(own)


def _apt(words: Sequence[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    own = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    return subprocess.run(words, cwd=folder, env=own, capture_output=True, text=True, check=False)


def _must(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["apt-get says nothing"]
        raise NoPackageError(f"packages cannot be fetched: {lines[-1]}")


def _spread(archives: Path, root: Path) -> None:
    for package in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(package), str(root)], check=True)
    shutil.rmtree(archives)
