"""What is known of a city, or of a type of crime in it, in a word (method 7.13)."""

from __future__ import annotations

from typing import Final, Literal, get_args

Verdict = Literal[
    "positive, robust",
    "negative, robust",
    "positive, not robust",
    "negative, not robust",
    "none",
    "no clear relation",
    "too few to tell",
    "not testable",
    "not checked for neighbors",
]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
"""All verdicts, in the order in which they are counted and shown."""
