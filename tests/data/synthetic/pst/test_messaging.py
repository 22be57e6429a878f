from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.synthetic.pst.messaging import split_subject


@pytest.mark.parametrize(
    ("subject", "prefix"),
    [
        ("RE: x", "RE: "),
        ("Fwd: x", "Fwd: "),
        ("AW: RE: x", "AW: "),
        ("RE:x", ""),
        ("Crime Alert: RE: x", ""),
        ("12: x", ""),
        (": x", ""),
        ("", ""),
    ],
)
def test_a_prefix_has_up_to_three_letters_a_colon_and_a_blank(subject: str, prefix: str) -> None:
    assert split_subject(subject) == (prefix, subject[len(prefix) :])


@pytest.mark.long
@given(st.text(max_size=20))
def test_splitting_a_subject_loses_nothing(subject: str) -> None:
    assert "".join(split_subject(subject)) == subject


@pytest.mark.parametrize("length", [252, 253, 254, 400])
def test_a_folders_table_shows_at_most_255_whole_characters(
    length: int, write: Any, letter: Any, nodes: Any
) -> None:
    subject = "a" * length + "🚨" * 20
    path = write([letter(subject=subject)])
    file = nodes(path)
    (row,) = file.heap(*file.nodes[0x808E][:2]).rows().values()
    shown = row[0x0037001F].decode("utf-16-le")
    assert ("\x01\x01" + subject).startswith(shown)
    assert len(row[0x0037001F]) // 2 in (254, 255)


def test_a_lone_surrogate_is_written_as_it_is(write: Any, read: Any, letter: Any) -> None:
    (found,) = read(write([letter(text="a\ud83d b")]))
    assert found.properties[0x1000001F] == "a\ud83d b".encode("utf-16-le", "surrogatepass")
