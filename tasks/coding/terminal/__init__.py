"""Coding in the terminal: one alert at a time; what a reader sees, presses and has answered (method 5.3)."""

from __future__ import annotations

from tasks.coding.terminal.answers import read

__all__ = ["read"]
