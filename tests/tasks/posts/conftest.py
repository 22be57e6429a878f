"""Posts as rows, and the settings for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from data.settings import Posts

Row = dict[str, Any]


def post(number: int, **given: Any) -> Row:
    """A post in Los Angeles; what is given replaces its part."""
    return {
        "id": str(number),
        "user_id": str(number % 7),
        "created_at": f"2019-0{number % 9 + 1}-15T12:00:00Z",
        "title": 'A "quoted", long\ntitle',
        "latitude": 34.0 + number / 1000,
        "longitude": -118.0 - number / 1000,
    } | given


@pytest.fixture
def posts() -> Callable[..., Row]:
    """Makes a post."""
    return post


@pytest.fixture
def settings() -> Posts:
    return Posts(year=2019, exclude_users=["3", "9999"], same_id="first")
