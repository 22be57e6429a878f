"""What compose.yaml, the Dockerfile and what the build sees must hold, without starting anything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Collection
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import dask
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cluster.config import environment
from flows.service.guarded import HEADERS
from tests.docker.stack import CHECKOUT, read

DOCKER = CHECKOUT / "docker"
PROGRAM = ("server", "scheduler", "worker", "runner", "arrivals", "deployments")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(read({"NWATCH_INVESTIGATION": "/data/case"})["services"])


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (DOCKER / "Dockerfile").read_text(encoding="utf-8")


def test_an_investigation_must_be_named():
    with pytest.raises(KeyError, match="NWATCH_INVESTIGATION"):
        read()


def test_scheduler_and_workers_have_the_configuration_of_every_cluster(services):
    # What a scheduler or worker reads; the others are for the process that starts workers.
    of_starters = re.compile(r"DASK_DISTRIBUTED__(DEPLOY|ADAPTIVE)__")
    expected = {name: value for name, value in environment().items() if not of_starters.match(name)}
    for name in ("scheduler", "worker"):
        found = services[name]["environment"]
        assert {
            key: value for key, value in found.items() if key in expected or key.startswith("DASK_")
        } == expected


def test_every_process_starts_with_a_safe_path(dockerfile: str):
    """Not only Dask's: ``prefect server`` and ``prefect worker`` start children with ``python -m``."""
    image = dockerfile.split("\nFROM ${BASE}\n")[1]
    assert re.search(r"^ENV (?:.*\\\n)*?.*\bPYTHONSAFEPATH=1\b", image, re.MULTILINE)
    assert "python3 -S -E -P -c" in (DOCKER / "healthy").read_text(encoding="utf-8")


def test_ports_are_published_on_the_loopback_address_alone(services):
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(published) == {"proxy", "scheduler", "prometheus"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_every_service_is_limited_has_a_health_check_and_is_restarted(services):
    for name, service in services.items():
        assert {"mem_limit", "cpus", "pids_limit", "logging"} <= service.keys(), name
        assert service["restart"] == ("on-failure" if name == "deployments" else "unless-stopped")
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert ("healthcheck" in service) == (name != "deployments")


def test_the_program_runs_as_a_user_of_its_own_and_writes_in_volumes_alone(services, dockerfile: str):
    for name in PROGRAM:
        assert services[name]["user"] == "10001:10001"
        assert services[name]["read_only"] is True
        assert "cap_add" not in services[name]
    assert re.findall(r"^USER (.*)$", dockerfile, re.MULTILINE) == ["10001:10001"]


def test_a_service_that_sees_the_records_cannot_write_them(services):
    seeing = {}
    for name, service in services.items():
        places = [volume for volume in service.get("volumes", []) if isinstance(volume, dict)]
        seeing[name] = {
            volume["target"]: bool(volume.get("read_only"))
            for volume in places
            if volume["target"].startswith("/investigation")
        }
    expected = {"/investigation": False, "/investigation/records": True}
    assert {name: seen for name, seen in seeing.items() if seen} == {
        **dict.fromkeys(("worker", "runner", "arrivals"), expected),
        "deployments": {"/investigation": True, "/investigation/records": True},
    }


def test_no_service_that_sees_the_records_has_a_way_out(services):
    assert read({"NWATCH_INVESTIGATION": "/data/case"})["networks"]["inside"] == {"internal": True}
    for name in ("database", "worker", "runner", "arrivals", "deployments"):
        assert services[name]["networks"] == ["inside"]


def test_prometheus_is_off_by_default_and_reads_what_the_stack_has(services):
    service = services["prometheus"]
    assert service["profiles"] == ["metrics"]
    assert services["server"]["environment"]["PREFECT_SERVER_METRICS_ENABLED"] is False
    assert "--dashboard-address=127.0.0.1:8788" in services["worker"]["command"]
    mounted = {volume["target"]: volume["source"] for volume in service["volumes"]}
    assert mounted["/etc/prometheus/nwatch.yml"] == "./prometheus.yml"
    jobs = yaml.safe_load((DOCKER / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    prefect, scheduler, worker = jobs
    assert prefect["basic_auth"]["password_file"] in mounted
    assert prefect["static_configs"] == [{"targets": ["server:4200"]}]
    assert scheduler["static_configs"] == [{"targets": ["scheduler:8787"]}]
    assert worker["dns_sd_configs"] == [{"names": ["worker"], "type": "A", "port": 8788}]
    if promtool := shutil.which("promtool"):
        words = [promtool, "check", "config", "--syntax-only", str(DOCKER / "prometheus.yml")]
        subprocess.run(words, check=True, capture_output=True)


def test_the_proxy_s_pages_may_ask_nobody_else():
    """The same headers as those of the server that ``--ui`` starts."""
    text = (DOCKER / "proxy.conf").read_text(encoding="utf-8")
    found = dict(re.findall(r'^ *add_header ([\w-]+) "(.*)" always;$', text, re.MULTILINE))
    assert found == {name: value.replace("{images}", "$images") for name, value in HEADERS.items()}
    assert re.findall(r"^ *proxy_hide_header ([\w-]+);$", text, re.MULTILINE) == list(HEADERS)


def test_the_link_to_the_dashboard_is_where_a_person_reaches_it(services):
    from distributed.utils import format_dashboard_link

    link = services["runner"]["environment"]["DASK_DISTRIBUTED__DASHBOARD__LINK"]
    with dask.config.set({"distributed.dashboard.link": link}):
        assert format_dashboard_link("scheduler", 8787) == "http://127.0.0.1:8787/status"
    assert services["scheduler"]["ports"] == ["127.0.0.1:8787:8787"]


def test_what_prefect_must_not_do_is_switched_off(services):
    server = services["server"]["environment"]
    assert server["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert server["PREFECT_SERVER_UI_V2_ENABLED"] == "false"
    assert server["PREFECT_SERVER_DATABASE_DRIVER"] == "postgresql+asyncpg"
    for name in ("server", "runner", "arrivals", "deployments"):
        own = services[name]
        assert own["environment"]["DO_NOT_TRACK"] == "1"
        assert [one for one in own["volumes"] if str(one).endswith(f":{own['environment']['PREFECT_HOME']}")]


def test_the_database_has_room_for_years(services):
    """As Prefect reads what is set: events go after a week, runs with all that is theirs after a year."""
    from prefect.settings.models.server.events import ServerEventsSettings
    from prefect.settings.models.server.services import ServerServicesDBVacuumSettings

    with pytest.MonkeyPatch.context() as patch:
        for name, value in services["server"]["environment"].items():
            patch.setenv(name, str(value))
        vacuum, events = ServerServicesDBVacuumSettings(), ServerEventsSettings()
    assert vacuum.enabled_vacuum_types == {"events", "flow_runs", "orphans"}
    assert vacuum.retention_period.days == 365
    assert events.retention_period.days == 7


def test_secrets_come_from_files_and_each_that_is_used_is_given(services):
    for name, service in services.items():
        for key, value in service.get("environment", {}).items():
            assert not re.search(r"PASSWORD$|AUTH_STRING$", key), f"{name}: {key} holds a secret itself"
            if key.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service["secrets"]
        for word in service.get("command", []):
            for secret in re.findall(r"/run/secrets/([\w.-]+)", word):
                assert secret in service["secrets"]


def test_scheduler_and_workers_use_tls_only(services):
    for name in ("scheduler", "worker"):
        words = services[name]["command"]
        assert "--protocol=tls" in words
        assert f"--tls-key=/run/secrets/{name}.pem" in words
        assert "--tls-ca-file=/run/secrets/ca.pem" in words
    assert services["runner"]["environment"]["NWATCH_ADDRESS"] == "tls://scheduler:8786"
    assert "8786" not in str([service.get("ports") for service in services.values()])


def test_the_base_is_pinned_to_the_patch_and_the_same_in_both_files(services, dockerfile: str):
    (base,) = re.findall(r"^ARG BASE=(.*)$", dockerfile, re.MULTILINE)
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm(@sha256:[0-9a-f]{64})?", base)
    assert services["server"]["build"]["args"]["BASE"] == base
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["${BASE}", "${BASE}"]


def test_the_image_is_made_of_the_locked_requirements_and_compiles_nothing(dockerfile: str):
    words = " ".join(dockerfile.replace("\\\n", " ").split())
    assert (
        "/opt/nwatch/bin/pip install --quiet --only-binary :all: --no-deps --require-hashes "
        "-r requirements/run.txt -r requirements/s3.txt "
        '$(for extra in ${EXTRAS}; do echo "-r requirements/${extra}.txt"; done) &&'
    ) in words
    assert words.index('ARG EXTRAS=""') > words.index("AS builder")
    assert not re.search(r"\b(gcc|g\+\+|build-essential|python3?-dev)\b", dockerfile)


def locked(file: str) -> dict[str, str]:
    """The entries of a lock, by name: version and hashes."""
    text = (CHECKOUT / "requirements" / file).read_text(encoding="utf-8")
    return {re.split("==", entry)[0]: entry for entry in re.split(r"\n(?=\S)", text.strip())}


def needed(name: str, extras: Collection[str] = ("",)) -> set[str]:
    """What a package that is installed here needs, all the way down."""
    found: set[str] = set()
    for line in requires(name) or ():
        one = Requirement(line)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras):
            found |= {canonicalize_name(one.name)} | needed(one.name, ("", *one.extras))
    return found


EXTRAS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_image_can_have_all_that_an_extra_needs_in_the_versions_that_are_tested(extra: str):
    run, more, dev = locked("run.txt"), locked(f"{extra}.txt"), locked("dev.txt")
    wanted = {Requirement(line).name for line in EXTRAS[extra]}
    try:
        wanted = wanted.union(*map(needed, wanted))
    except PackageNotFoundError as missing:
        pytest.skip(f"{missing} is not installed here")
    fix = "run: make lock"
    assert wanted <= run.keys() | more.keys(), f"not locked: {wanted - run.keys() - more.keys()}; {fix}"
    assert not run.keys() & more.keys(), f"locked twice, which pip refuses where they differ; {fix}"
    assert more.keys() <= wanted, f"nothing needs {more.keys() - wanted}; {fix}"
    assert {name: dev.get(name) for name in more} == more, f"tested in other versions; {fix}"


def test_extras_in_one_image_agree_on_what_they_share():
    entries: dict[str, str] = {}
    for extra in EXTRAS:
        for name, entry in locked(f"{extra}.txt").items():
            assert entries.setdefault(name, entry) == entry


def test_the_build_sees_nothing_but_what_the_image_is_made_of():
    lines = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    seen = {rule.removeprefix("!").rstrip("/") for rule in rules[1:] if rule.startswith("!")}
    assert {"cluster", "data", "flows", "tasks", "requirements"} <= seen
    for name in seen - {"prefect.yaml"}:
        assert (CHECKOUT / name).exists(), f".dockerignore names {name}, which is not there"
    assert not [name for name in seen if name.startswith(("docker/secrets", ".git", "tests", "demo"))]


def with_secrets(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(DOCKER / "with-secrets"), *words],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_secret_reaches_the_command_whatever_it_holds(tmp_path: Path):
    password = "nwatch:a b'c\"d$e`f\\g"
    file = tmp_path / "auth"
    file.write_text(password + "\n")
    done = with_secrets("env", PREFECT_API_AUTH_STRING_FILE=str(file))
    assert f"PREFECT_API_AUTH_STRING={password}\n" in done.stdout
    assert "_FILE" not in done.stdout


@pytest.mark.parametrize("content", [None, ""])
def test_a_secret_that_is_missing_or_empty_ends_the_service_in_one_line(tmp_path: Path, content: str | None):
    file = tmp_path / "auth"
    if content is not None:
        file.write_text(content)
    done = with_secrets("echo", "started", PREFECT_SERVER_API_AUTH_STRING_FILE=str(file))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "PREFECT_SERVER_API_AUTH_STRING_FILE" in done.stderr
    assert str(file) in done.stderr


@pytest.mark.skipif(
    not shutil.which("git") or not (CHECKOUT / ".git").exists(), reason="not a checkout of git"
)
def test_secrets_are_out_of_the_repository_s_reach():
    asked = subprocess.run(
        ["git", "check-ignore", "docker/secrets/prefect-auth", "docker/.env"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout.split() == ["docker/secrets/prefect-auth", "docker/.env"]
