"""Where the work runs, from the environment and from arguments."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from cluster import ClusterSettings, kubernetes, settings_from_environment, slurm
from data.errors import InputError

SLURM = {"kind": "slurm", "host": "login1", "tls_folder": "certificates"}
KUBERNETES = {
    "kind": "kubernetes",
    "image": "registry.example/nwatch:1",
    "claim": "investigations",
    "mount": "/investigations",
    "tls_folder": "certificates",
}


def test_by_default_the_work_runs_here_on_every_cpu():
    settings = ClusterSettings()
    assert (settings.kind, settings.workers) == ("local", len(os.sched_getaffinity(0)))
    assert (settings.host, settings.tls_folder, settings.adaptive) == ("127.0.0.1", None, None)


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NWATCH_WORKERS", "3")
    assert ClusterSettings().workers == 3


def test_an_argument_overrides_the_environment_unless_it_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NWATCH_WORKERS", "3")
    assert settings_from_environment(workers=5).workers == 5
    assert settings_from_environment(workers=None).workers == 3


def test_an_address_means_that_scheduler(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NWATCH_ADDRESS", "tls://10.0.0.5:8786")
    assert ClusterSettings().kind == "address"


def test_a_maximum_means_a_number_that_follows_the_work(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NWATCH_MAXIMUM", "8")
    settings = ClusterSettings()
    assert (settings.adaptive, settings.first, settings.most) == ((1, 8), 1, 8)
    settings = ClusterSettings(minimum=2)
    assert (settings.adaptive, settings.first, settings.most) == ((2, 8), 2, 8)
    monkeypatch.delenv("NWATCH_MAXIMUM")
    settings = ClusterSettings(workers=5)
    assert (settings.adaptive, settings.first, settings.most) == (None, 5, 5)


@pytest.mark.parametrize(
    ("text", "size"),
    [("4 GiB", 4 * 2**30), ("4G", 4 * 2**30), ("1.5 GB", 3 * 2**29), ("2048M", 2**31), ("8589934592", 2**33)],
)
def test_memory_is_read_as_slurm_and_kubernetes_count(monkeypatch: pytest.MonkeyPatch, text: str, size: int):
    monkeypatch.setenv("NWATCH_MEMORY", text)
    assert ClusterSettings().memory == size


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("04:00:00", timedelta(hours=4)),
        ("1-12:30:00", timedelta(days=1, hours=12, minutes=30)),
        ("48:00:00", timedelta(hours=48)),
    ],
)
def test_time_is_read_as_slurm_writes_it(monkeypatch: pytest.MonkeyPatch, text: str, time: timedelta):
    monkeypatch.setenv("NWATCH_WALLTIME", text)
    assert ClusterSettings(**SLURM, workers=1).of(slurm.Settings).walltime == time


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NWATCH_WORKERS", "many"),
        ("NWATCH_WORKERS", "0"),
        ("NWATCH_ADDRESS", "host:8786"),
        ("NWATCH_ADDRESS", "http://host:8786"),
        ("NWATCH_ADDRESS", "tcp://host"),
        ("NWATCH_KIND", "cloud"),
        ("NWATCH_MAXIMUM", "0"),
        ("NWATCH_MEMORY", "lots"),
        ("NWATCH_MEMORY", "100 MiB"),
        ("NWATCH_WALLTIME", "4h"),
        ("NWATCH_WALLTIME", "00:01:00"),
        ("NWATCH_PORT", "70000"),
        ("NWATCH_NAMESPACE", "News Room"),
    ],
)
def test_a_wrong_variable_is_an_error_of_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
):
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as caught:
        settings_from_environment()
    assert str(caught.value).startswith(f"{name} is wrong: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"kind": "address"}, "NWATCH_ADDRESS is missing: the kind 'address' needs"),
        (
            {"kind": "local", "address": "tcp://127.0.0.1:1"},
            "NWATCH_ADDRESS does not apply to the kind 'local'",
        ),
        ({"address": "tcp://127.0.0.1:1", "maximum": 4}, "NWATCH_MAXIMUM does not apply to an existing"),
        ({"workers": 10**9}, "NWATCH_WORKERS is wrong: Input should be less than or equal to 10000"),
        ({"workers": 10_000}, "10,000 worker processes are more than this machine can start; give "),
        ({"wait": float("inf")}, "NWATCH_WAIT is wrong: "),
        ({"minimum": 2}, "NWATCH_MINIMUM needs NWATCH_MAXIMUM"),
        ({"minimum": 3, "maximum": 2}, "NWATCH_MINIMUM is larger than NWATCH_MAXIMUM"),
        ({"workers": 3, "maximum": 4}, "NWATCH_MAXIMUM and a fixed number of workers"),
        ({**SLURM}, "NWATCH_WORKERS is missing: the kind 'slurm' needs it"),
        ({**SLURM, "workers": 2, "host": None}, "NWATCH_HOST is missing"),
        ({**SLURM, "workers": 2, "tls_folder": None}, "NWATCH_TLS_FOLDER is missing"),
        ({**KUBERNETES}, "NWATCH_WORKERS is missing: the kind 'kubernetes' needs it"),
        ({**KUBERNETES, "workers": 2, "image": None}, "NWATCH_IMAGE is missing"),
        ({**KUBERNETES, "workers": 2, "claim": None}, "NWATCH_CLAIM is missing"),
        ({**KUBERNETES, "workers": 2, "mount": None}, "NWATCH_MOUNT is missing"),
        ({**KUBERNETES, "workers": 2, "tls_folder": None}, "NWATCH_TLS_FOLDER is missing"),
    ],
)
def test_settings_that_do_not_go_together_are_an_error_of_one_line(given: dict[str, object], line: str):
    with pytest.raises(InputError) as caught:
        settings_from_environment(**given)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_settings_that_go_together_are_accepted():
    jobs = settings_from_environment(**SLURM, maximum=40)
    pods = settings_from_environment(**KUBERNETES, workers=4)
    assert (jobs.adaptive, jobs.tls_folder) == ((1, 40), Path("certificates"))
    assert (pods.most, pods.of(kubernetes.Settings).mount) == (4, Path("/investigations"))
