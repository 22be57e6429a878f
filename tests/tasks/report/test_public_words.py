"""Warnings in public: nothing that names a file of the records, a row, or what somebody wrote."""

from __future__ import annotations

import pytest

from tasks.report.public_words import in_public

NAMES = {
    "records/lapd": "agency lapd",
    "records/lapd/Jo Lee.pst": "mailbox 0123456789ab of lapd",
    "records/lapd/Jo Lee.pst.pst": "mailbox 1123456789ab of lapd",
    "records/lapd/a b/ü 李 (copy).PST": "mailbox 2123456789ab of lapd",
    "posts/my posts (2).csv": "file 3123456789ab of posts",
}
WORDS = {"Ada city, Ohio", "O'Fallon city, Missouri", "STALKING"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("records/lapd/Jo Lee.pst: cut: 3 bytes", "mailbox 0123456789ab of lapd: cut: 3 bytes"),
        ("records/lapd/Jo Lee.pst.pst: cut", "mailbox 1123456789ab of lapd: cut"),
        (
            "shown (as in records/lapd/a b/ü 李 (copy).PST); if",
            "shown (as in mailbox 2123456789ab of lapd); if",
        ),
        (
            "records/lapd/Jo Lee.pst = records/lapd/Jo Lee.pst.pst: unknown",
            "mailbox 0123456789ab of lapd = mailbox 1123456789ab of lapd: unknown",
        ),
        (
            "records/lapd: no request of requests.csv names it",
            "agency lapd: no request of requests.csv names it",
        ),
        (
            "records/lapd/Jo Lee.pst: folder 'Inbox/Ann \\'x\\' Bo' states 3 messages, its index holds 4",
            "mailbox 0123456789ab of lapd: folder (not shown) states 3 messages, its index holds 4",
        ),
        (
            "2 attached files hold mail (2 .eml), and it is not read: my'x; y.eml in records/lapd/Jo Lee.pst"
            "; they are in private/attachments, column mail: open them in Outlook, and export them as .pst",
            "2 attached files hold mail (2 .eml), and it is not read; they are in private/attachments, "
            "column mail: open them in Outlook, and export them as .pst",
        ),
        (
            "7 of 9 posts have another time, as a (b) c (posts/my posts (2).csv, rows 1,065 and 67); kept",
            "7 of 9 posts have another time; kept",
        ),
        (
            "5 posts have no location: lat and lon hold 34.05, -118.2 (posts/my posts (2).csv, row 1): feet?",
            "5 posts have no location: lat and lon hold other values: feet?",
        ),
        ("posts/my posts (2).csv: 5 rows", "file 3123456789ab of posts: 5 rows"),
        ("no row of 'Ada city, Ohio', as 39001000100", "no row of 'Ada city, Ohio', as 39001000100"),
        ('no row of "O\'Fallon city, Missouri"', 'no row of "O\'Fallon city, Missouri"'),
        ("crimes of the type 'STALKING', not 'Jo Lee'", "crimes of the type 'STALKING', not (not shown)"),
        (
            'they do not count: write embedded = "count" under [mail]',
            'they do not count: write embedded = "count" under [mail]',
        ),
        ("the row's own id, and its header's checksum", "the row's own id, and its header's checksum"),
        ("a\x1b[31mb", "a\N{REPLACEMENT CHARACTER}[31mb"),
    ],
)
def test_a_warning_is_made_public(line: str, said: str):
    assert in_public([line], NAMES, WORDS) == (said,)


def test_the_folder_of_the_records_is_no_file_of_them():
    assert in_public(["no mailbox in records/"], NAMES, WORDS, "reason") == ("no mailbox in records/",)


@pytest.mark.parametrize(
    "line",
    [
        "records/lapd/another one.pst: cut",
        "records/lapd/Jo Lee.pstx: cut",
        "records/lapd/Jo: cut",
        "the mail of Jo Lee.OST is gone",
    ],
)
def test_what_may_still_name_a_file_of_the_records_is_only_counted(line: str):
    said = in_public([line, "3 polygons were repaired", line], NAMES if "/Jo:" not in line else {}, WORDS)
    assert said == (
        "3 polygons were repaired",
        "2 more warnings name files of the records: the command line shows them.",
    )


def test_no_reader_of_the_sample_is_named():
    lines = [
        "coding/returned/anna.xlsx, row 3: act: 'x' is no answer",
        "coding/to_decide.csv: 'anna'",
        "calm",
    ]
    assert in_public(lines, {}) == (
        "calm",
        "2 more warnings are of what readers of the sample handed in: nwatch tally shows them.",
    )
