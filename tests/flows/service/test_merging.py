"""Three values of a field: what is deployed, what the server has, and what was deployed before."""

import pytest

from flows.service.merging import Memory, digest, merge, night_of


@pytest.mark.parametrize(
    ("ours", "theirs", "before", "expected"),
    [
        (3, 2, 2, 3),  # nobody changed it there: it follows the settings
        (3, 4, 2, 4),  # a person did
        (2, 4, 2, 4),
        (4, 4, 2, 4),
        (3, 4, None, 4),  # deployed by another command: nobody knows
    ],
)
def test_what_a_person_changed_stays(ours: int, theirs: int, before: int | None, expected: int):
    known = {} if before is None else {"hour": digest(before)}
    found = merge("night", {"hour": ours}, {"hour": theirs}, known, reset=False)
    assert found.values == {"hour": expected}
    assert bool(found.kept) == (expected != ours)
    assert found.changed == (expected != theirs)
    assert merge("night", {"hour": ours}, {"hour": theirs}, known, reset=True).values == {"hour": ours}


def test_what_was_kept_counts_as_changed_the_next_time_too():
    memory = Memory("case", {"night": {"hour": digest(2)}})
    for ours in (3, 5):
        found = merge("night", {"hour": ours}, {"hour": 4}, memory.hashes["night"], reset=False)
        memory.note("night", found, {"hour": 4})
        assert found.values == {"hour": 4}
    # Set back there to what was deployed, it follows again.
    assert merge("night", {"hour": 5}, {"hour": 2}, memory.hashes["night"], reset=False).values == {"hour": 5}


def test_a_value_is_shown_in_words_on_one_short_line():
    theirs = {"text": "a\x1b[2J" + "b" * 500, "night": {"cron": "0 4 * * 1", "timezone": "UTC"}}
    kept = merge("it", {"text": "c", "night": {"cron": "5 2 * * *"}}, theirs, {}, reset=False).kept
    assert "\x1b" not in kept["text"]
    assert len(kept["text"]) < 250
    assert kept["night"].endswith("cron 0 4 * * 1, UTC; it would be: every night at 02:05")
    assert night_of({"interval": 60, "active": True}) == "interval 60"
