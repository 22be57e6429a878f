import pytest

from data.synthetic.mail.images import BUFFER, SMALLEST, image


def _bytes(seed: int, number: int, size: int) -> bytes:
    return b"".join(image(seed, number, size).chunks())


@pytest.mark.parametrize("size", [SMALLEST, 500, 120_000, BUFFER + 77, 2 * BUFFER + 1])
def test_a_picture_has_the_requested_size(size: int) -> None:
    assert len(_bytes(1, 3, size)) == image(1, 3, size).size == size


def test_a_picture_is_never_smaller_than_its_frame() -> None:
    assert image(1, 1, 0).size == len(_bytes(1, 1, 0)) == SMALLEST


def test_equal_seeds_give_equal_pictures_and_others_do_not() -> None:
    assert _bytes(1, 2, 4_000) == _bytes(1, 2, 4_000)
    assert len({_bytes(1, 2, 4_000), _bytes(2, 2, 4_000), _bytes(1, 3, 4_000)}) == 3


def test_a_picture_can_be_read_twice() -> None:
    picture = image(1, 1, 1_000)
    assert b"".join(picture.chunks()) == b"".join(picture.chunks())
