"""The settings that are stated are those that each agency's rows were made with."""

from types import SimpleNamespace
from typing import Any

from data.settings import Agency, Config
from flows.run.settings_used import settings_used, without_unused


def config(**zones: str) -> Config:
    return Config(name="case", agencies={key: Agency(name=key, timezone=zone) for key, zone in zones.items()})


def mail(*with_rows: str, read: tuple[str, ...] | None = None) -> dict:
    sources = [SimpleNamespace(agency=agency) for agency in with_rows]
    return {"mail": SimpleNamespace(sources=sources, agencies=read)}


FIRST = config(lapd="UTC", sfpd="UTC")
BEFORE: dict[str, Any] = {
    "configuration": settings_used(FIRST, mail("lapd", "sfpd"), {}),
    "sources": [{"agency": "lapd"}, {"agency": "sfpd"}],
}


def test_a_run_of_all_states_the_settings_as_they_are():
    used = settings_used(config(lapd="UTC", sfpd="Europe/Rome"), mail("lapd", "sfpd"), BEFORE)
    assert used["sha256"] == config(lapd="UTC", sfpd="Europe/Rome").sha256
    assert used != BEFORE["configuration"]


def test_an_agency_that_is_not_read_keeps_those_of_its_rows():
    found = mail("lapd", "sfpd", read=("lapd",))
    # Changed, or not even known as the run leaves the agency out: neither was used.
    for here in (FIRST, config(lapd="UTC", sfpd="Europe/Rome"), config(lapd="UTC")):
        assert settings_used(here, found, BEFORE) == BEFORE["configuration"]
    used = settings_used(config(lapd="Europe/Rome", sfpd="Europe/Rome"), found, BEFORE)
    assert used["agencies"]["sfpd"] == BEFORE["configuration"]["agencies"]["sfpd"]
    assert used["agencies"]["lapd"] != BEFORE["configuration"]["agencies"]["lapd"]


def test_a_run_without_the_mail_keeps_all_of_them():
    assert settings_used(config(lapd="Europe/Rome"), {}, BEFORE) == BEFORE["configuration"]


def test_an_agency_without_rows_has_those_that_it_has_now():
    here = config(lapd="UTC", sfpd="UTC", new="UTC")
    assert settings_used(here, mail("lapd", "sfpd", read=("lapd",)), BEFORE)["sha256"] == here.sha256


def test_a_provenance_that_names_no_agency_s_settings_is_taken_where_nothing_was_changed():
    found, old = mail("lapd", "sfpd", read=("lapd",)), {**BEFORE, "configuration": {"sha256": ""}}
    assert list(settings_used(FIRST, found, old)["agencies"]) == ["lapd"]
    old["configuration"] = {"sha256": FIRST.earlier_sha256}
    assert settings_used(FIRST, found, old) == BEFORE["configuration"]
    old["kept"] = {"mail": "of an earlier run"}
    assert list(settings_used(FIRST, found, old)["agencies"]) == ["lapd"]


def test_settings_that_were_not_used_are_not_spoken_of():
    here = config(lapd="UTC", sfpd="Europe/Rome")
    for found, shown in (
        (mail("lapd", "sfpd", read=("lapd",)), ["lapd"]),
        (mail("lapd", "sfpd"), ["lapd", "sfpd"]),
    ):
        used = {"configuration": settings_used(here, found, BEFORE)}
        assert list(without_unused(here, used).agencies) == shown
    assert without_unused(here, {}) == here
