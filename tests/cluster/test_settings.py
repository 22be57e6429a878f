"""Where the work runs, from the environment and from arguments."""

import os

import pytest

from cluster import ClusterSettings, settings_from_environment
from data.errors import InputError


def test_by_default_the_work_runs_here_on_every_processor():
    settings = ClusterSettings()
    assert (settings.kind, settings.workers) == ("local", len(os.sched_getaffinity(0)))


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NWATCH_WORKERS", "3")
    assert ClusterSettings().workers == 3


def test_an_argument_outweighs_the_environment_and_none_leaves_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NWATCH_WORKERS", "3")
    assert settings_from_environment(workers=5).workers == 5
    assert settings_from_environment(workers=None).workers == 3


def test_an_address_means_that_scheduler(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NWATCH_ADDRESS", "tcp://10.0.0.5:8786")
    assert ClusterSettings().kind == "address"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NWATCH_WORKERS", "many"),
        ("NWATCH_WORKERS", "0"),
        ("NWATCH_ADDRESS", "host:8786"),
        ("NWATCH_KIND", "cloud"),
    ],
)
def test_a_wrong_variable_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as caught:
        settings_from_environment()
    assert str(caught.value).startswith(f"{name} is wrong: ")
    assert "\n" not in str(caught.value)


def test_the_kind_address_without_an_address_is_wrong():
    with pytest.raises(InputError, match="NWATCH_ADDRESS"):
        settings_from_environment(kind="address")
