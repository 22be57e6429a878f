"""The fixture of rounds of readers."""

from tests.tasks.coding.rounds import hand_in

__all__ = ["hand_in"]
