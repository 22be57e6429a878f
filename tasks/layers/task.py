"""The step of the layers."""

from __future__ import annotations

from tasks.layers.prepare import prepare_layer
from tasks.step import Step

prepare = Step("prepare the tracts", prepare_layer)
