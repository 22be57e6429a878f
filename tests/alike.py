"""Cases that differ in nothing but their values, as one test for a worker of pytest-xdist.

A test costs pytest and pytest-xdist 6 ms, however little it does: it is collected by every worker, and six
messages tell of it. Most cases of a parametrised test take less. Without ``-n`` each is a test, as always.
"""

import os
from collections.abc import Generator, Sequence
from typing import Any

import pytest

FEWEST = 3
"""Fewer cases are left as they are."""

CASES = pytest.StashKey[list[pytest.Function]]()


class Alike:
    """The plugin; ``tests/conftest.py`` registers it."""

    @staticmethod
    @pytest.hookimpl(wrapper=True)
    def pytest_pycollect_makeitem() -> Generator[None, Any, Any]:
        """Put the cases of one function together."""
        found = yield
        if "PYTEST_XDIST_WORKER" not in os.environ or not isinstance(found, list):
            return found
        cases = [each for each in found if isinstance(each, pytest.Function) and is_plain(each)]
        if len(cases) < FEWEST:
            return found
        return [together(cases), *(each for each in found if each not in cases)]

    @staticmethod
    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
        """Call the function with the values of each case."""
        cases = pyfuncitem.stash.get(CASES, None)
        if cases is None:
            return None
        call(pyfuncitem, cases)
        return True


def is_plain(case: pytest.Function) -> bool:
    """Whether a case has nothing of its own but values and a folder: no other fixture, and no marker."""
    if not hasattr(case, "callspec") or hasattr(case.function, "hypothesis") or case.callspec.marks:
        return False
    long = case.get_closest_marker("long")
    if case.get_closest_marker("timeout") or (long and long.args):
        return False
    marks = list(case.iter_markers("parametrize"))
    values = {name for mark in marks for name in names_of(mark.args[0])}
    made = case._fixtureinfo.name2fixturedefs
    if "tmp_path" in case._fixtureinfo.argnames:
        values |= {"tmp_path", "request"}
    if "request" in case._fixtureinfo.argnames or any(mark.kwargs.get("indirect") for mark in marks):
        return False
    return all(
        name in values or (name in made and made[name][-1].scope != "function" and not made[name][-1].params)
        for name in case.fixturenames
    )


def names_of(given: str | Sequence[str]) -> list[str]:
    """The names of the values of ``pytest.mark.parametrize``."""
    return [name.strip() for name in given.split(",")] if isinstance(given, str) else list(given)


def together(cases: list[pytest.Function]) -> pytest.Function:
    """One test in the place of several."""
    first = cases[0]
    test = pytest.Function.from_parent(
        first.parent,
        name=first.originalname,
        callspec=first.callspec,
        fixtureinfo=first._fixtureinfo,
        originalname=first.originalname,
    )
    test.stash[CASES] = cases
    return test


def call(test: pytest.Function, cases: list[pytest.Function]) -> None:
    """Call a function for each case; whatever is wrong with any of them fails the test, and is shown."""
    shared: dict[str, Any] = {name: test.funcargs[name] for name in test._fixtureinfo.argnames}
    wrong: list[BaseException] = []
    skipped: list[str] = []
    for number, case in enumerate(cases):
        values: dict[str, Any] = {
            name: case.callspec.params.get(name, given) for name, given in shared.items()
        }
        if "tmp_path" in values:
            values["tmp_path"] = shared["tmp_path"] / str(number)
            values["tmp_path"].mkdir()
        try:
            test.obj(**values)
        except pytest.skip.Exception as reason:
            skipped.append(f"[{case.callspec.id}] {reason}")
        except (Exception, pytest.fail.Exception) as error:
            error.add_note(f"case [{case.callspec.id}]: pytest '{case.nodeid}'")
            wrong.append(error)
    if wrong:
        raise BaseExceptionGroup(f"{len(wrong)} of {len(cases)} cases", wrong)
    if skipped:
        pytest.skip(f"{len(skipped)} of {len(cases)} cases: {'; '.join(skipped)}")
