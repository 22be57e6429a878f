"""Signals are handled in another way within a block, and then as before, however the block ends."""

import signal

import pytest

from flows.run.signals import handling


def fault(number: int, frame: object) -> None:
    raise ZeroDivisionError(number)


def test_a_signal_is_handled_within_the_block_and_after_it_as_before():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ZeroDivisionError, match=str(int(signal.SIGTERM))), handling([signal.SIGTERM], fault):
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
