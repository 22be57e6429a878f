"""The settings that the tables were made with: those of an agency are the ones its rows were made with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.settings import Config, settings_sha256


def settings_used(config: Config, found: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What ``provenance.json`` says of the settings (method 12.2).

    A run that does not read an agency leaves its rows as they were, whatever its settings say by now, and
    may not even know these: it keeps the hash that the last provenance has.

    Args:
        config: The configuration of this run.
        found: What each part found, by its name.
        before: The last provenance, of which parts or agencies are kept; empty for none.

    Returns:
        The hash of all settings, of those without the agencies', and of each agency's. The last are left out
        of agencies whose rows are of a run that did not write them down.
    """
    mail = found.get("mail")
    read = () if mail is None else mail.agencies
    with_rows = {each["agency"] for each in before.get("sources", ())}
    if mail is not None:
        with_rows = {source.agency for source in mail.sources}
    stay = set() if read is None else with_rows - set(read)
    now, then = config.agency_hashes, _hashes(config, before)
    agencies = {agency: sha256 for agency, sha256 in now.items() if agency not in stay}
    agencies |= {agency: then[agency] for agency in stay if agency in then}
    shared = config.shared_sha256
    return {"agencies": agencies, "sha256": settings_sha256(shared, agencies), "shared": shared}


def without_unused(config: Config, provenance: Mapping[str, Any]) -> Config:
    """The configuration without settings of agencies that were not used, of which the report must not speak.

    Args:
        config: The configuration of this run.
        provenance: What the tables were made with; where it names no agency's settings, all were used.
    """
    used = provenance.get("configuration", {}).get("agencies")
    if used is None:
        return config
    own = {name: agency for name, agency in config.agencies.items() if used.get(name) == agency.sha256}
    return config.model_copy(update={"agencies": own})


def _hashes(config: Config, before: Mapping[str, Any]) -> Mapping[str, str]:
    """The hashes of the agencies' settings at the last run, where they are known."""
    then = before.get("configuration", {})
    own = then.get("agencies")
    if isinstance(own, dict):
        return own
    made_with = before.get("kept", {}).get("mail", then.get("sha256"))
    return config.agency_hashes if made_with == config.earlier_sha256 else {}
