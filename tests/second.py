"""Second implementations to compare with, loaded when a test first uses one: it takes seconds to import them.

Every worker of pytest-xdist imports every test module, and few of them need these.
"""

import gc
from importlib import import_module
from typing import Any
from unittest.mock import patch


class _Later:
    """A module, imported when it is asked for something."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, what: str) -> Any:
        if what.startswith("_"):  # pytest asks every name of a test module whether it is a test
            raise AttributeError(what)
        return getattr(import_module(self._name), what)


libpysal = _Later("libpysal")
moran = _Later("esda.moran")
optimize = _Later("scipy.optimize")
meta = _Later("statsmodels.stats.meta_analysis")
_multitest = _Later("statsmodels.stats.multitest")
sm = _Later("statsmodels.api")
spreg = _Later("spreg")
stats = _Later("scipy.stats")
weights = _Later("libpysal.weights")


def adjusted_p(p: Any, method: str) -> Any:
    """The adjusted p of statsmodels, which searches for garbage in each call of Holm's method.

    Where all tests are collected that takes a second: a property with a hundred examples took as long as all
    other fast tests together.
    """
    with patch.object(gc, "collect", lambda *_: 0):
        return _multitest.multipletests(p, method=method)[1]
