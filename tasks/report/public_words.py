"""Warnings as they may be published: no name of a file of the records, no row, no quotation (method 12.3).

A warning is written for the person at the keyboard: it names the mailbox, the folder in it, the row. The
report is public. So each warning is gone through: names of files that are known become what the public tables
call them, examples of single rows go, and so does what is quoted, unless it is a word of the public tables.
What may still name a file of ``records/`` is only counted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from data.printable import printable
from tasks.report.sentences.words import amount, verb

_ROWS: Final = r"\(.*?, rows? [\d,]+(?: and [\d,]+)?\)"
_EXAMPLES: Final = (
    (re.compile(rf",? as .*?{_ROWS}", re.DOTALL), ""),
    (re.compile(rf" hold .*?{_ROWS}", re.DOTALL), " hold other values"),
    # Attached files are named as whoever sent them called them.
    (re.compile(r"(and it is not read): .*(; they are in private/attachments)", re.DOTALL), r"\1\2"),
)
"""Where a warning shows a row, or what somebody called a file, and what is left of it."""

_QUOTED: Final = re.compile(
    r"""(?<!\w)(?<!=\ )(?:'(?P<one>(?:\\.|[^'\\])*)'(?!\w)|"(?P<two>(?:\\.|[^"\\])*)")""", re.VERBOSE
)
"""A quotation as ``repr`` writes it; a setting, as in ``embedded = "count"``, is none."""

_NOT_SHOWN: Final = "(not shown)"

_OF_RECORDS: Final = re.compile(
    r"records/(?!$)|[^\s*]\.(?:pst|ost|msg|eml|mbox|olm|edb|nsf|dbx|zip|7z|rar|e01)\b", re.IGNORECASE
)
"""What may be the name of a file that an agency handed over; the folder ``records/`` itself is none, nor is a
pattern of names."""

_OF_SHEETS: Final = re.compile(r"coding/(?:returned|sheets)/|coding/to_decide\.csv", re.IGNORECASE)
"""What may name a reader, or quote what one wrote."""

OF_THE_PROGRAM: Final = frozenset(
    {
        *("fulfilled", "partly fulfilled", "no records", "denied", "withdrawn", "pending"),
        *("contradiction", "reference", "count", "first", "incident"),
    }
)
"""Quoted words that are the program's own."""


_COUNTS: Final = re.compile(
    r"(?<![\w,.-])[\d,]*\d(?: of (?:the )?[\d,]*\d)?(?= (?:duplicate )?(?:posts?|crimes?|rows?)\b)"
)
"""Where a warning says how many posts or crimes it is about."""


def without_counts(lines: Iterable[str]) -> tuple[str, ...]:
    """Warnings without the counts of posts and crimes, where small ones are left out (method 12.6).

    A warning of a city's crimes has counts that the public tables may leave out, or that would tell one.

    Args:
        lines: The warnings.

    Example:
        >>> without_counts(["crime/a: 3 of 40 crimes of the type 'X' have no location", "3 of 40 tracts"])
        ("crime/a: some crimes of the type 'X' have no location", '3 of 40 tracts')
    """
    return tuple(_COUNTS.sub("some", line) for line in lines)


def in_public(
    lines: Iterable[str],
    names: Mapping[str, str],
    words: Collection[str] = frozenset(),
    thing: str = "warning",
) -> tuple[str, ...]:
    r"""Warnings without what must not be published.

    Args:
        lines: The warnings, one line each.
        names: What to say in the place of a name, as of "records/lapd/Jo Lee.pst"; the longest are replaced
            first. A name that ends in no suffix, as that of a folder, counts only where nothing goes on.
        words: What may be quoted: cities, types of crime, agencies of the public tables.
        thing: What a line is.

    Returns:
        The lines; at the end one that counts those which may still name a file of the records, and one that
        counts those of the sheets of the coded sample: they name readers.

    Example:
        >>> names = {"records/lapd/Jo Lee.pst": "mailbox 0123456789ab of lapd"}
        >>> in_public(["records/lapd/Jo Lee.pst: folder 'Jo' states 3 messages"], names)
        ('mailbox 0123456789ab of lapd: folder (not shown) states 3 messages',)
        >>> in_public(["7 posts have another time, as 99 (posts/a.csv, rows 1 and 2); kept"], {})
        ('7 posts have another time; kept',)
        >>> in_public(["records/lapd/new one.pst: cut"], names)
        ('1 warning names a file of the records: the command line shows it.',)
    """
    known = {form: said for name, said in names.items() for form in {name, printable(name)}}
    pattern = _pattern(known)
    may_stay = frozenset(words) | OF_THE_PROGRAM
    shown, hidden, of_sheets = [], 0, 0
    for line in lines:
        said = line if pattern is None else pattern.sub(lambda found: known[found[0]], line)
        for example, left in _EXAMPLES:
            said = example.sub(left, said)
        said = _QUOTED.sub(lambda found: _quotation(found, may_stay), said)
        if _OF_SHEETS.search(line):
            of_sheets += 1
        elif _OF_RECORDS.search(said):
            hidden += 1
        else:
            shown.append(printable(said))
    what, it = verb(hidden, "names a file", "name files"), verb(hidden, "it", "them")
    counted = amount(hidden, f"more {thing}" if shown else thing)
    more = f"{counted} {what} of the records: the command line shows {it}."
    coded = amount(of_sheets, f"more {thing}" if shown or hidden else thing)
    sheets = (
        f"{coded} {verb(of_sheets, 'is', 'are')} of what readers of the sample "
        f"handed in: nwatch tally shows {verb(of_sheets, 'it', 'them')}."
    )
    return (*dict.fromkeys(shown), *([more] if hidden else []), *([sheets] if of_sheets else []))


def _pattern(names: Collection[str]) -> re.Pattern[str] | None:
    """What finds a name, the longest first; none where none is known."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    if not longest_first:
        return None
    # A folder's name is no part of the name of something in it.
    return re.compile("|".join(f"{re.escape(name)}(?![\\w/])" for name in longest_first))


def _quotation(found: re.Match[str], may_stay: Collection[str]) -> str:
    text = found["one"] if found["one"] is not None else found["two"]
    return found[0] if text in may_stay else _NOT_SHOWN
