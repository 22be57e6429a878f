import numpy as np

from data.synthetic.public_records.dice import Dice

KEYS = np.arange(200_000)


def test_a_key_draws_the_same_whatever_other_keys_are_drawn() -> None:
    dice = Dice(7, 1)
    whole = dice.below(KEYS, "day", 365)
    assert (dice.below(KEYS[::-1], "day", 365)[::-1] == whole).all()
    assert dice.below(KEYS[77:78], "day", 365) == whole[77]
    assert (Dice(7, 1).below(KEYS, "day", 365) == whole).all()


def test_draws_are_even() -> None:
    counts = np.bincount(Dice(7, 1).below(KEYS, "area", 21), minlength=21)
    expected = len(KEYS) / 21
    assert ((counts - expected) ** 2 / expected).sum() < 60  # chi-squared with 20 degrees of freedom
    share = Dice(7, 1).share(KEYS, "x")
    assert 0 <= share.min() < share.max() < 1
    assert abs(share.mean() - 0.5) < 0.005


def test_purposes_seeds_and_numbers_draw_independently() -> None:
    first = Dice(7, 1).share(KEYS, "x")
    others = (Dice(7, 1).share(KEYS, "y"), Dice(-7, 1).share(KEYS, "x"), Dice(7, 2).share(KEYS, "x"))
    assert all(abs(np.corrcoef(first, other)[0, 1]) < 0.01 for other in others)
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 0.01
