"""The rules of a time zone are known by their content, wherever Python takes them from."""

from __future__ import annotations

import hashlib
import zoneinfo
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from data.time_zones import edition, rules_of


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """Nothing is remembered from other tests, or for them."""
    for each in (rules_of, edition):
        each.cache_clear()
    yield
    for each in (rules_of, edition):
        each.cache_clear()


def test_the_rules_of_the_machine_are_asked_first_as_python_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "America").mkdir()
    (tmp_path / "America/Denver").write_bytes(b"rules")
    (tmp_path / "tzdata.zi").write_bytes(b"# version 2026a")
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path / "nowhere"), str(tmp_path)))
    assert rules_of("America/Denver") == hashlib.sha256(b"rules").hexdigest()
    assert edition() == hashlib.sha256(b"# version 2026a").hexdigest()


def test_without_rules_of_the_machine_those_of_the_package_count(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    own = files("tzdata").joinpath("zoneinfo/America/Denver").read_bytes()
    assert rules_of("America/Denver") == hashlib.sha256(own).hexdigest()
    assert rules_of("America/Nowhere") == ""
    assert edition() == ""
