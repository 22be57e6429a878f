"""A number for what a row says."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa

from tasks.rows.content import bits_of, hashes_of, mixed


def test_equal_texts_have_equal_hashes_and_others_differ():
    rng = random.Random(2)
    texts = ["".join(rng.choices("01ab\0é", k=rng.randrange(9))) for _ in range(5000)]
    found = hashes_of(pa.array([None, *texts]).slice(1)).tolist()
    assert len(set(zip(texts, found, strict=True))) == len(set(texts)) == len(set(found))
    assert hashes_of(pa.array([None, "", "a"])).tolist()[:2] == [0, 0]
    assert hashes_of(pa.array([], pa.string())).tolist() == []
    # The same on every machine, and in every run.
    assert hashes_of(pa.array(["a"])).tolist() == [(98 * 0x9E3779B97F4A7C15) % 2**64]


def test_what_is_mixed_is_equal_where_all_is():
    moments = bits_of(pa.array([1, 1, None, 1], pa.int64()))
    places = bits_of(pa.array([0.5, 0.25, 0.5, 0.5]))
    found = mixed(moments, places)
    assert found[0] == found[3]
    assert len(np.unique(found)) == 3
    assert not (mixed(places, moments) == found).any()
