"""Which server a command uses: the environment's, else that of the active profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import InputError
from flows.run.named_server import URL, honor_profile, named

PROFILES = """
active = "newsroom"

[profiles.newsroom]
PREFECT_API_URL = "http://127.0.0.1:9/api"
PREFECT_API_AUTH_STRING = "anna:secret"

[profiles.plain]
PREFECT_LOGGING_LEVEL = "DEBUG"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    return tmp_path


def variables(home: Path, **more: str) -> dict[str, str]:
    """The variables of a process, after the profile was looked at."""
    environment = {"PREFECT_HOME": str(home), **more}
    honor_profile(environment)
    return environment


def test_the_active_profile_s_server_and_its_password_count(home: Path):
    found = variables(home)
    assert found["PREFECT_API_AUTH_STRING"] == "anna:secret"
    server = named(found)
    assert server is not None
    assert str(server) == f"http://127.0.0.1:9/api (profile 'newsroom' of {home}/profiles.toml)"
    assert server.without == "set PREFECT_API_URL= (to nothing)"


def test_a_variable_goes_before_the_profile(home: Path):
    found = variables(home, **{URL: "http://anna:secret@127.0.0.1:1/api"})
    assert "PREFECT_API_AUTH_STRING" not in found
    assert str(named(found)) == "http://127.0.0.1:1/api (PREFECT_API_URL)"
    assert named(variables(home, **{URL: ""})) is None


@pytest.mark.parametrize(("profile", "url"), [("plain", None), ("local", "http://127.0.0.1:4200/api")])
def test_another_profile_can_be_chosen_even_of_those_prefect_brings(
    home: Path, profile: str, url: str | None
):
    found = variables(home, PREFECT_PROFILE=profile)
    assert found.get(URL) == url
    assert "PREFECT_LOGGING_LEVEL" not in found, "of a profile without a server, nothing is taken"


def test_without_profiles_no_server_is_named(tmp_path: Path):
    assert named(variables(tmp_path)) is None


def test_a_profile_that_is_not_there_and_a_damaged_file_are_one_line(home: Path):
    with pytest.raises(InputError, match=r"^PREFECT_PROFILE: .* has no profile 'nowhere'; list them with"):
        variables(home, PREFECT_PROFILE="nowhere")
    (home / "profiles.toml").write_bytes(b"[profiles\xff")
    with pytest.raises(
        InputError, match=r"profiles.toml: cannot be read .*; correct it, or set PREFECT_API_URL="
    ):
        variables(home)
