"""Classes of about equally many tracts."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.figures.classes import Classes

RNG = np.random.default_rng(7)


@pytest.mark.parametrize(
    "values",
    [
        RNG.uniform(0, 9, 101),
        np.array([0.0] * 50 + [1.0, 2.0, 3.0, 4.0]),
        np.array([1.0, 2.0] + [250_001.0] * 9),
        np.array([4.0]),
    ],
    ids=["plain", "half without a post", "the top code", "one tract"],
)
def test_limits_are_the_quantiles_of_numpy_and_each_value_is_between_its_own(values: np.ndarray) -> None:
    classes = Classes.of(values)
    np.testing.assert_allclose(classes.limits, np.quantile(values, np.linspace(0, 1, 6)), rtol=1e-12)
    places = classes.places(values)
    low, high = (np.array(classes.limits)[places + at] for at in (0, 1))
    assert (values <= high).all()
    assert ((values > low) | (places == 0)).all()
    words = classes.words()
    assert all(words[place] for place in set(places.tolist())), "a class that holds a tract has words"


def test_classes_without_ties_have_equally_many() -> None:
    values = RNG.permutation(np.arange(100.0))
    assert np.bincount(Classes.of(values).places(values)).tolist() == [20] * 5
