"""The tags that mail gateways put in front of subjects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.crosswalk import Crosswalk, read_crosswalk
from data.subject_tags import without_tags

TAGS = (
    "[EXTERNAL]",
    "[External]",
    "[EXT]",
    "[Ext.]",
    "[EXTERN]",
    "(EXTERNAL)",
    "{External}",
    "<EXTERNAL>",
    "[External Sender]",
    "[External_Sender]",
    "[EXTERNAL-EMAIL]",
    "[EXTERNAL EMAIL]",
    "[ EXTERNAL ]",
    "[EXTERNAL]:",
    "[EXTERNAL] -",
    "[*EXTERNAL*]",
    "[EXTERNAL!]",
    "[CAUTION: External Sender]",
    "[EXTERNAL EMAIL: do not click links]",
    "[CAUTION]",
    "[SPAM]",
    "[SPAM?]",
    "[Suspected Spam]",
    "[BULK]",
    "{Spam?}",
    "***SPAM***",
    "*** EXTERNAL ***",
    "**EXTERNAL EMAIL**",
    "*EXTERNAL*",
    "##EXTERNAL##",
    "EXTERNAL:",
    "External :",
    "EXT:",
    "EXTERNAL EMAIL:",
    "External Email -",
    "EXTERNAL |",
    "SPAM:",
    "CAUTION: EXTERNAL EMAIL:",
    "Warning! External message:",
)


@pytest.fixture(scope="module")
def crosswalk() -> Crosswalk:
    return read_crosswalk()


@pytest.mark.parametrize("tag", TAGS)
def test_an_alert_behind_a_tag_is_an_alert(crosswalk: Crosswalk, tag: str):
    assert without_tags(f"{tag} New Crime Incident") == "New Crime Incident"
    assert crosswalk.classify(f"{tag} A Resident Posted a Crime Incident")[:2] == (
        "crime alert",
        "resident-posted",
    )
    assert crosswalk.classify(f"{tag} Crime Alert: Bike gone").rest == "Bike gone"


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize(
    "subject", ["RE: {} New Crime Incident", "{} RE: New Crime Incident", "{} FW: {} RE: x"]
)
def test_a_reply_stays_a_reply_whatever_stands_before_or_behind(crosswalk: Crosswalk, tag: str, subject: str):
    assert crosswalk.classify(subject.format(tag, tag)).kind == "reply or forward"


@pytest.mark.parametrize("tag", ["[EXTERNAL]", "[EXT]", "***SPAM***"])
def test_a_tag_needs_no_blank_behind_it(tag: str):
    assert without_tags(f"{tag}New Crime Incident") == "New Crime Incident"


@given(st.lists(st.sampled_from(TAGS), max_size=5))
def test_tags_may_be_repeated_in_any_order(tags: list[str]):
    assert without_tags(" ".join([*tags, "New Crime Incident"])) == "New Crime Incident"


@pytest.mark.parametrize(
    "subject",
    [
        "External lights on",
        "EXTERNAL-drive stolen",
        "Extra: patrols",
        "Exterior: broken window",
        "Extern",
        "Spam",
        "Bulk trash: stolen",
        "Suspicious: man at door",
        "Suspicious - man at door",
        "Caution: coyote",
        "Warning: coyote",
        "[Alderfall PD] External",
        "[External Affairs] News",
        "New Crime Incident [EXTERNAL]",
        "(Ann) External: x",
        "-x-",
        "***",
        "",
    ],
)
def test_what_is_not_in_the_list_belongs_to_the_subject(subject: str):
    assert without_tags(subject) == subject


@pytest.mark.parametrize("subject", ["[EXTERNAL]", "EXTERNAL:", "[EXT] ***SPAM***"])
def test_a_subject_of_tags_alone_is_its_own(crosswalk: Crosswalk, subject: str):
    assert without_tags(subject) == subject
    assert crosswalk.classify(subject).kind == "unclassified"


def test_a_title_that_looks_like_a_tag_is_the_title(crosswalk: Crosswalk):
    assert crosswalk.classify("Crime Alert: [EXTERNAL] camera").rest == "[EXTERNAL] camera"


@pytest.mark.parametrize("part", ["[external ", "*", "[EXTERNAL]", "caution", "- ", "external mail "])
def test_a_hostile_subject_costs_time_with_its_length_alone(part: str):
    subject = part * 20_000
    assert without_tags(subject) in (subject, subject[len(subject) :], subject.lstrip())
