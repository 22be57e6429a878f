"""Cases that differ in their values alone are one test for a worker of pytest-xdist, and lose nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TESTS = """
import pytest

@pytest.fixture(scope="session")
def seven():
    return 7

@pytest.mark.parametrize("base", [1, 2])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_plain(number, base, seven, tmp_path):
    assert not list(tmp_path.iterdir())
    (tmp_path / "mine").touch()
    print("ran", number, base)
    assert number != seven

@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_two_fail(number):
    if number == 2:
        pytest.fail("two")
    assert number != 4

@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_skips(number):
    if number == 2:
        pytest.skip("not here")

@pytest.mark.parametrize("number", [1, 2, pytest.param(3, marks=pytest.mark.xfail), 4])
def test_marked(number):
    assert number != 3

@pytest.mark.parametrize("number", [1, 2, 3])
def test_fixture(number, monkeypatch):
    assert number
"""


PLUGIN = """
from tests.alike import Alike

def pytest_configure(config):
    config.pluginmanager.register(Alike())
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> str:
    """What pytest says of these tests in a worker."""
    folder = tmp_path_factory.mktemp("alike")
    (folder / "conftest.py").write_text(PLUGIN)
    (folder / "test_them.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "-p", "no:xdist", "-p", "no:cacheprovider", "--color=no"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(checkout), "PYTEST_XDIST_WORKER": "gw0"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_each_case_is_called_with_its_values_and_a_folder_of_its_own(said: str):
    assert said.count("ran ") == 6
    assert {f"ran {number} {base}" for number in (1, 2, 3) for base in (1, 2)} <= set(said.splitlines())
    assert said.count("PASSED test_them.py::test_plain") == 1


def test_every_case_that_fails_is_shown_and_named(said: str):
    assert said.count("FAILED test_them.py::test_two_fail") == 1
    assert "2 of 4 cases (2 sub-exceptions)" in said
    assert "case [2]: pytest 'test_them.py::test_two_fail[2]'" in said
    assert "case [4]: pytest 'test_them.py::test_two_fail[4]'" in said


def test_a_case_that_is_skipped_does_not_skip_the_others_and_is_named(said: str):
    assert "1 of 3 cases: [2] not here" in said


def test_what_has_a_marker_or_a_fixture_of_its_own_stays_a_test_of_its_own(said: str):
    assert said.count("PASSED test_them.py::test_marked") == 1
    assert said.count("XFAIL test_them.py::test_marked[3]") == 1
    assert said.count("PASSED test_them.py::test_fixture") == 3
