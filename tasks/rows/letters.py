"""The letters of a column of text as they lie in memory: to ask of all at once what hardly any text has.

An expression over each text costs as much as reading it; a look at the bytes costs next to nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def letters_of(text: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The bytes of all texts, one behind the other, and where each begins.

    Args:
        text: Text (string).

    Returns:
        Bytes; and one number more than there are texts, as the last is where the last text ends. A missing
        text may have bytes, which mean nothing.

    Example:
        >>> letters, starts = letters_of(pa.array(["ab", None, "c"]))
        >>> letters.tobytes(), starts.tolist()
        (b'abc', [0, 2, 2, 3])
    """
    _, starts, letters = text.buffers()
    if not len(text) or letters is None:
        return np.empty(0, np.uint8), np.zeros(len(text) + 1, np.int32)
    begins = np.frombuffer(starts, np.int32)[text.offset : text.offset + len(text) + 1]
    return np.frombuffer(letters, np.uint8)[begins[0] : begins[-1]], begins - begins[0]


def has_letter(text: pa.Array, letter: str) -> bool:
    """Whether a letter of ASCII may stand in some text; where it does not, certainly in none.

    Args:
        text: Text (string).
        letter: The letter.

    Example:
        >>> has_letter(pa.array(["1e+5", None]), "+"), has_letter(pa.array(["15"]), "+")
        (True, False)
    """
    letters, _ = letters_of(text)
    return bool((letters == ord(letter)).any())
