"""A function in a child process: its result, its faults, and how the child ended."""

import signal
import time
from pathlib import Path

import pytest

from data.errors import InputError, UnreadableError
from tasks.mail.child import Died, in_child
from tasks.mail.watchdog import Watchdog

pytestmark = pytest.mark.slow

BOX = Path("box.pst")


def hanging(seconds: float) -> None:
    """What a call of the C library does that never ends."""
    with Watchdog(seconds):
        time.sleep(300)


def refused(error: Exception) -> None:
    """What a fault of the mailbox does."""
    raise error


def test_the_result_comes_back():
    assert in_child(len, "four", BOX, seconds=60) == 4


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_child_that_is_ended_says_by_what(number: signal.Signals):
    assert in_child(signal.raise_signal, int(number), BOX, seconds=60) == Died(f"was ended by {number.name}")


def test_a_child_that_hangs_ends_itself():
    assert in_child(hanging, 0.5, BOX, seconds=0.5) == Died("hung for 0.5 s")


def test_a_child_that_does_not_come_to_its_watchdog_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tasks.mail.child._STARTUP_SECONDS", 0.1)
    assert in_child(time.sleep, 300, BOX, seconds=0.1) == Died("had not ended after 0.2 s")


def test_a_fault_of_the_mailbox_is_the_parents():
    with pytest.raises(InputError, match=r"^records/a\.pst: is gone$") as raised:
        in_child(refused, InputError("records/a.pst: is gone"), BOX, seconds=60)
    assert type(raised.value) is InputError
    with pytest.raises(UnreadableError, match="cannot be read") as unreadable:
        in_child(refused, UnreadableError("a.pst: cannot be read", "a.pst"), BOX, seconds=60)
    assert unreadable.value.path == "box.pst"


def test_another_fault_names_the_mailbox_and_says_what_the_child_said():
    with pytest.raises(RuntimeError, match=r"(?s)a child reading box\.pst ended with code 1: .*KeyError"):
        in_child(refused, KeyError("x"), BOX, seconds=60)
