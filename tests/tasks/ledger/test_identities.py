"""What must add up."""

from tasks.ledger.identities import IDENTITIES


def test_the_identities_are_those_of_the_design() -> None:
    assert [str(identity) for identity in IDENTITIES] == [
        "listed in the file = messages read + not mail + quarantined while reading",
        "messages read = every kind",
        "alert messages = alerts parsed + quarantined while parsing",
        "alerts parsed = emails over unique alerts",
        "posts in the files = duplicates + excluded accounts + no location + outside + in one tract + "
        "on borders",
        "posts in tracts = in one tract + on borders",
        "posts in tracts = in tracts with population and income + in tracts without",
        "cities examined = positive + negative + none + not testable",
        "crimes in the files = duplicates + other years + other types + no location + outside + counted",
        "counted = every kind",
        "counted = in tracts with population and income + in tracts without",
        "rows of tracts = in cities + in no city",
        "in cities = low population + not eligible + eligible, not gentrified + gentrified",
        "rows of the Atlas = other technologies + Ring partnerships",
        "Ring partnerships = of a city's own police + of another agency in a city + of no city of the list",
        "cities ranked = selected + with a partnership, below the last selected + without a partnership",
        "requests = fulfilled + partly fulfilled + no records + denied + withdrawn + pending",
    ]
