"""A kind of cluster is one module and one line in the list of them."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cluster import connect, kinds, settings_from_environment
from cluster.environment import known, unknown
from cluster.kinds import Kind, kind_of
from data.errors import InputError
from tests.cluster import toy_kind

CHECKOUT = Path(__file__).resolve().parents[2]
VARIABLE = "NWATCH_" + "AT_ONCE"  # in two, as files are searched for the names of variables


@pytest.fixture
def _toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy kind is in the list."""
    monkeypatch.setattr(kinds, "MODULES", (*kinds.MODULES, toy_kind.__name__))


@pytest.mark.usefixtures("_toy")
def test_a_new_kind_is_chosen_by_its_name_and_does_work():
    settings = settings_from_environment(kind="toy", at_once=2, workers=1)
    with connect(settings) as client:
        assert list(client.nthreads().values()) == [2]
        assert client.submit(os.getpid).result(60) == os.getpid()
    assert kind_of(settings).where_to_look(settings) == "look at this process"


@pytest.mark.usefixtures("_toy")
def test_its_variables_are_read_and_known_and_may_mean_the_kind(monkeypatch: pytest.MonkeyPatch):
    assert VARIABLE in known()
    monkeypatch.setenv(VARIABLE, "3")
    settings = settings_from_environment()
    assert (settings.kind, settings.of(toy_kind.Settings).at_once) == ("toy", 3)
    assert unknown({VARIABLE + "S": "3"}) == [f"{VARIABLE}S is not a known setting; did you mean {VARIABLE}?"]


@pytest.mark.usefixtures("_toy")
@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"kind": "toy"}, f"{VARIABLE} is missing: the kind 'toy' needs it; set it"),
        ({"at_once": 0}, f"{VARIABLE} is wrong: "),
        ({"at_once": 2, "maximum": 3}, "NWATCH_MAXIMUM does not apply to the kind 'toy'; unset it"),
        ({"kind": "local", "at_once": 2}, f"{VARIABLE} does not apply to the kind 'local'; unset it, or NW"),
        (
            {"kind": "toys"},
            "NWATCH_KIND is wrong: it should be 'local', 'address', 'kubernetes', 'slurm' or 't",
        ),
    ],
)
def test_mistakes_in_its_settings_are_reported_as_those_of_any_kind(given: dict[str, Any], line: str):
    with pytest.raises(InputError) as caught:
        settings_from_environment(**given)
    assert str(caught.value).startswith(line)


def test_what_it_needs_installed_is_checked_before_it_is_opened():
    kind = Kind(
        name="toy",
        settings=toy_kind.Settings,
        open=toy_kind.threads,
        where_to_look=str,
        extra="toys",
        library="no_such_module",
    )
    with pytest.raises(InputError, match=r"^NWATCH_KIND is toy, .*pip install -e '\.\[toys\]'.*$"):
        kind.check_installed()


def test_no_module_but_its_own_knows_a_kind_by_name():
    """``'address'`` and ``'local'`` are common words; the others are searched for in all of the program."""
    files = [path for room in ("cluster", "flows", "tasks") for path in (CHECKOUT / room).rglob("*.py")]
    for name in ("kubernetes", "slurm"):
        knowing = {path.name for path in files if re.search(rf'"{name}"', path.read_text(encoding="utf-8"))}
        assert knowing == {f"{name}.py"}


@pytest.mark.long
def test_no_kind_loads_dask_where_its_settings_are_read():
    code = (
        "import sys; from cluster import settings_from_environment; settings_from_environment(workers=1); "
        "print({'dask', 'distributed', 'dask_jobqueue', 'kr8s'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CHECKOUT
    )
    assert done.stdout.strip() == "set()"
