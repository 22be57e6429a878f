"""Signals are handled otherwise for a while, and then as before, however that while ends."""

import signal

import pytest

from flows.run.signals import handled


def fault(number: int, frame: object) -> None:
    raise ZeroDivisionError(number)


def test_a_signal_is_handled_within_the_block_and_after_it_as_before():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ZeroDivisionError, match=str(int(signal.SIGTERM))), handled([signal.SIGTERM], fault):
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
