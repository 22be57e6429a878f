"""Settings are told apart by agency; a fault of one hides nothing of the others."""

from dataclasses import replace
from typing import Any

import pytest

from tasks.audit.now import Now
from tasks.audit.settings_then import settings_that_differ, settings_unknown

THEN: dict[str, Any] = {
    "configuration": {"sha256": "whole", "shared": "aa", "agencies": {"lapd": "11", "sfpd": "22"}},
    "versions": {"neighborhood-watch": "1"},
    "sources": [{"agency": "lapd"}, {"agency": "sfpd"}],
}
NOW = Now(
    (), {}, {"neighborhood-watch": "1"}, "whole", shared="aa", agencies={"lapd": "11", "sfpd": "22"}
)  # fmt: skip
OTHER = " are not those that its rows were made with"


def differs(then: dict[str, Any], now: Now) -> list[str]:
    return list(settings_that_differ(then, now, own=True))


def test_as_they_were_is_not_a_word():
    assert differs(THEN, NOW) == []
    assert list(settings_unknown(THEN, NOW)) == []


@pytest.mark.parametrize(
    ("now", "line"),
    [
        (replace(NOW, agencies={"lapd": "11", "sfpd": "33"}), f"those of the agency 'sfpd'{OTHER}"),
        (replace(NOW, agencies={"lapd": "11"}), "those of the agency 'sfpd' are gone"),
        (
            replace(NOW, agencies={**NOW.agencies, "new": "1"}),
            "those of the agency 'new' are new",
        ),
        (replace(NOW, agencies={"lapd": "11"}, faults={"sfpd": "not valid TOML"}), "not valid TOML"),
        (replace(NOW, shared="bb"), "investigation.toml was changed since the run"),
    ],
)
def test_the_one_that_differs_is_named(now: Now, line: str):
    assert differs(THEN, now) == [f"settings: {line}"]


def test_where_a_folder_cannot_be_listed_its_settings_are_not_called_gone():
    assert not differs(THEN, replace(NOW, agencies={"lapd": "11"}, unlisted={"sfpd": "cannot be listed"}))


def test_another_version_is_said_once():
    now = replace(NOW, shared="bb", agencies={}, versions={"neighborhood-watch": "2"})
    (line,) = differs(THEN, now)
    assert "another version may read others" in line


def test_rows_of_a_run_that_wrote_no_settings_down_cannot_be_told():
    then = {**THEN, "configuration": {**THEN["configuration"], "agencies": {"lapd": "11"}}}
    assert differs(then, NOW) == []
    (line,) = settings_unknown(then, NOW)
    assert line.startswith("the rows of the agency 'sfpd' are of an earlier run; ")


def test_a_provenance_of_one_hash_is_compared_with_that():
    then = {**THEN, "configuration": {"sha256": "one"}}
    assert differs(then, replace(NOW, earlier="one")) == []
    (line,) = differs(then, replace(NOW, earlier="two"))
    assert line == "settings: investigation.toml, or an agency.toml, was changed since the run"
