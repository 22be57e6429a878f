"""The small made country of the places, for the layers too."""

from tests.tasks.places.conftest import country

__all__ = ["country"]
