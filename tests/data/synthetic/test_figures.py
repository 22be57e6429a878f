import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.synthetic import figures
from data.synthetic.figures import apportion, counts


def _sum(scale: float, what: str, kind: str) -> int:
    return sum(getattr(each, what)[kind] for each in counts(scale).values())


def test_scale_one_has_the_published_totals() -> None:
    both = counts(1)
    assert sum(sum(each.emails.values()) for each in both.values()) == 202_552
    assert _sum(1, "emails", "crime alert") == 191_554
    assert _sum(1, "unique", "crime alert") == 13_053
    assert sum(sum(each.file_emails) for each in both.values()) == 202_552


def test_scale_one_has_the_published_files() -> None:
    sizes = [size for each in counts(1).values() for size in each.file_bytes]
    assert (min(sizes), max(sizes), sum(sizes)) == (52_800_000, 8_000_000_000, 32_890_000_000)


def test_the_kinds_add_up_to_all_emails() -> None:
    assert sum(figures.KINDS.values()) == figures.EMAILS
    assert sum(figures.OTHER_EMAILS.values()) == 10_998


@pytest.mark.parametrize("scale", [0.0001, 0.001, 0.01, 0.037, 0.1, 0.5, 1, 1.5, 3])
def test_at_any_scale_files_hold_exactly_the_emails(scale: float) -> None:
    for each in counts(scale).values():
        assert sum(each.file_emails) == sum(each.emails.values())
        assert len(each.file_bytes) == len(each.file_emails)
        assert max(each.file_bytes) <= figures.LARGEST_FILE
        for kind, unique in each.unique.items():
            left = each.emails[kind] - each.without_title[kind]
            assert unique <= left <= unique * figures.MOST_OFFICERS


def test_above_one_there_are_more_files_and_none_larger() -> None:
    sizes = [size for each in counts(1.01).values() for size in each.file_bytes]
    assert len(sizes) == 2 * len(figures.FILE_BYTES)
    assert max(sizes) == 4_040_000_000


def test_a_hundredth_has_a_hundredth_of_the_emails() -> None:
    assert sum(sum(each.emails.values()) for each in counts(0.01).values()) == 2_026


def test_no_kind_is_lost_at_the_smallest_scale() -> None:
    for rank, each in counts(1e-9).items():
        assert each.emails == figures.FEWEST_EMAILS[rank]
        assert all(each.emails.values())


def test_small_scales_have_small_messages_by_default() -> None:
    assert sum(map(sum, (each.file_bytes for each in counts(0.01).values()))) == 2_026 * 30_000
    assert sum(map(sum, (each.file_bytes for each in counts(0.01, 162_378).values()))) == 2_026 * 162_378


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_a_scale_that_is_not_above_zero_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="scale must be a number above 0"):
        counts(scale)


def test_messages_without_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="message_bytes"):
        counts(0.01, 0)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_shares_add_up_and_are_within_one_of_exact(total: int, weights: list[int]) -> None:
    shares = apportion(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - total * weight) < sum(weights)
