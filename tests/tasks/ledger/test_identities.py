"""What must add up."""

from importlib import import_module
from pathlib import Path

from tasks.alerts import ledger as alerts
from tasks.coding import ledger as coding
from tasks.crime import ledger as crime
from tasks.income.verdicts import VERDICTS
from tasks.ledger.identities import Ledger
from tasks.posts import ledger as posts
from tasks.requests import ledger as requests
from tasks.selection import ledger as selection

LEDGERS = (
    alerts.LEDGER,
    posts.LEDGER,
    crime.LEDGER,
    selection.GENTRIFICATION,
    selection.SELECTION,
    requests.LEDGER,
    coding.LEDGER,
)


def test_the_identities_are_those_of_the_design() -> None:
    assert [str(identity) for ledger in LEDGERS for identity in ledger.identities] == [
        "agencies = agencies read + agencies as an earlier run read them + agencies left out",
        "listed in the file = messages read + not mail + quarantined while reading",
        "embedded messages = embedded read + embedded not mail + embedded quarantined",
        "embedded read = carried by journal reports + attached messages",
        "attached messages = every kind",
        "alert messages = alerts parsed + quarantined while parsing",
        "messages read = every kind",
        "messages counted = messages of the mailbox + attached messages",
        "messages counted = every kind",
        "alert messages = alerts parsed + quarantined while parsing",
        "alerts parsed = emails over unique alerts",
        "messages in the tables = each once + copies by Message-ID + copies by content",
        "posts in the files = duplicates + excluded accounts + no location + outside + in one tract + "
        "on borders",
        "posts in tracts = in one tract + on borders",
        "posts in tracts = in tracts with population and income + in tracts without",
        "in tracts without = in tracts without a Census row + in tracts without people or income",
        f"cities examined = {' + '.join(VERDICTS)}",
        "cities examined = positive + negative + none + not testable",
        "crimes in the files = duplicates + other years + other types + no location + outside + counted",
        "counted = every kind",
        "counted = in tracts with population and income + in tracts without",
        f"tests made = {' + '.join(VERDICTS)}",
        "tests made = positive + negative + none + not testable",
        "rows of tracts = in cities + in no city",
        "in cities = low population + not eligible + eligible, not gentrified + gentrified",
        "rows of the Atlas = other technologies + Ring partnerships",
        "Ring partnerships = of a city's own police + of another agency in a city + of no city of the list",
        "cities ranked = selected + with a partnership, below the last selected + without a partnership",
        "requests = fulfilled + partly fulfilled + no records + denied + withdrawn + pending",
        "alerts of the list = drawn + no longer among the alerts",
        "drawn = decided + to decide + not yet reviewed",
        "reviews asked = given + missing + not usable",
    ]


def test_every_area_s_ledger_is_among_these() -> None:
    areas = [path.parent.name for path in Path(__file__).parents[3].glob("tasks/*/ledger.py")]
    found = [
        each
        for area in areas
        for each in vars(import_module(f"tasks.{area}.ledger")).values()
        if isinstance(each, Ledger)
    ]
    assert len(found) == len(LEDGERS)
    assert all(ledger in LEDGERS for ledger in found)
