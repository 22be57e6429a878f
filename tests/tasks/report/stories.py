"""Small stories for the tests of the report: public tables of a few rows, written as a run writes them.

``story(folder, tables)`` writes rows into tables; a column that a row does not name gets an empty value of
its type, so that a new column breaks no test. The others are stories of every kind of run.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.published import Published
from data.schema import TABLES, Column
from data.settings import Config
from data.tables import write_table
from tasks.ledger.balances import Balance
from tasks.report.results import Story

Tables = Mapping[str, Iterable[Mapping[str, Any]]]

HOSTILE = (
    '<script>alert("x")</script>',
    "</script><img src=x onerror=alert(1)>",
    'A & B\'s "city" <b>bold</b> {{ 7*7 }} ]]>',
    "turned \u202e round \u2066 and \x07 bell \x00",
    "=HYPERLINK(1)," + "Llanfair" * 40,
    "line\nbreak\r\tand\u2028more --> <!--",
)
"""What may be in a file, as the name of a city or of an agency."""

CALM = "No: everything is accounted for"


def _empty(column: Column) -> Any:
    if column.nullable:
        return None
    kind = column.type
    if pa.types.is_date(kind):
        return date(2020, 1, 1)
    if pa.types.is_list(kind):
        return []
    if pa.types.is_boolean(kind):
        return False
    return "" if pa.types.is_string(kind) or pa.types.is_large_string(kind) else 0


def published(folder: Path, tables: Tables) -> Published:
    """The tables of these rows, by stem, as "kinds"."""
    files: list[str] = []
    for stem, rows in tables.items():
        spec = TABLES[f"public/{stem}"]
        full = [{**{column.name: _empty(column) for column in spec.columns}, **row} for row in rows]
        write_table(pa.Table.from_pylist(full, schema=spec.arrow), spec, folder)
        if ".geojson" in spec.also:
            (folder / f"{spec.name}.geojson").write_text(_polygons(full), encoding="utf-8")
        files += spec.files
    return Published(folder, folder, files)


def _polygons(rows: list[dict[str, Any]]) -> str:
    """The tracts as squares side by side, a feature per line; what is missing is not observed."""
    lines = []
    for number, row in enumerate(rows):
        west, south = -120 + 0.01 * (number % 4), 35 + 0.01 * (number // 4)
        corners = [(0, 0), (0.01, 0), (0.01, 0.01), (0, 0.01), (0, 0)]
        ring = [[round(west + x, 6), round(south + y, 6)] for x, y in corners]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        lines.append(json.dumps({"type": "Feature", "properties": row, "geometry": geometry}))
    features = ",\n".join(lines)
    return f'{{"type": "FeatureCollection", "features": [\n{features}\n]}}\n'


def story(folder: Path, tables: Tables, *, config: Mapping[str, Any] | None = None, **known: Any) -> Story:
    """A story of these tables.

    Args:
        folder: Where to write them.
        tables: Rows by the stem of a table.
        config: What ``investigation.toml`` says.
        known: The other attributes of a story.
    """
    given = {"name": "Test investigation", **(config or {})}
    read = published(folder, tables)
    known.setdefault("headline", CALM)
    known.setdefault("provenance", PROVENANCE)
    return Story(Config.model_validate(given), read, **known)


PROVENANCE: Mapping[str, Any] = {
    "configuration": {"sha256": "c" * 64},
    "crosswalk": {"sha256": "d" * 64},
    "investigation": "Test investigation",
    "recognised": {"posts": ["CSV", "tidycensus table (wide), 3,664 tracts"]},
    "sources": [{"agency": "a-pd", "bytes": 1_795_072, "sha256": "0a" * 32, "source": "0a" * 6}],
    "posts": {"files": [{"bytes": 123, "sha256": "0b" * 32, "source": "0b" * 6}]},
    "tables": {"public/kinds.parquet": "0c" * 32},
    "outputs": {},
    "versions": {"python": "3.11.7", "neighborhood-watch": "0.2.0", "pyarrow": "26.0.1"},
}


def mail(agencies: Iterable[str] = ("a-pd",)) -> dict[str, list[dict[str, Any]]]:
    """Tables of mail: each agency has 90 crime alerts (30 unique) and 10 other e-mails."""
    tables: dict[str, list[dict[str, Any]]] = {
        stem: [] for stem in ("kinds", "alerts_by_month", "recipients_per_alert", "not_mail", "ledger")
    }
    for number, agency in enumerate(agencies):
        source = f"{number:012x}"
        tables["kinds"] += [
            {"agency": agency, "kind": "crime alert", "emails": 90, "share": 0.9},
            {"agency": agency, "kind": "unclassified", "emails": 10, "share": 0.1},
        ]
        tables["alerts_by_month"] += [
            {"agency": agency, "kind": "crime alert", "month": month, "emails": 45, "unique_alerts": 15}
            for month in ("2020-07", "2020-08")
        ]
        tables["recipients_per_alert"] += [
            {"agency": agency, "kind": "crime alert", "recipients": people, "alerts": 10}
            for people in (1, 3, 60)
        ]
        tables["not_mail"].append(
            {"agency": agency, "source": source, "class": "IPM.Contact", "what": "contact", "items": 7}
        )
        tables["ledger"] += [
            {"part": "mail", "source": source, "line": line, "count": count}
            for line, count in (
                ("listed in the file", 107),
                ("messages read", 100),
                ("not mail", 7),
                ("quarantined while reading", 0),
            )
        ]
    return tables


def cities(names: Iterable[str] = ("Alderfall city, California",)) -> dict[str, list[dict[str, Any]]]:
    """Tables of cities: each has ten tracts of two deciles, and one that is not used."""
    tables: dict[str, list[dict[str, Any]]] = {
        stem: []
        for stem in ("city_deciles", "city_tests", "city_tests_robust", "city_effects", "tracts_used")
    }
    verdicts = ("positive, robust", "no clear relation", "none", "not testable")
    for number, city in enumerate(sorted(names)):
        verdict = verdicts[number % len(verdicts)]
        direction = "positive" if verdict.startswith("positive") else "none"
        tables["city_deciles"] += [
            {"city": city, "decile": decile, "income_low": 20_000.0 * decile,
             "income_high": 30_000.0 * decile, "tracts": 5, "population": 20_000, "posts": 10 * decile,
             "posts_per_1000": 0.5 * decile}
            for decile in (1, 10)
        ]  # fmt: skip
        tables["city_tests"] += [
            {"city": city, "level": level, "n": n, "posts": 110, "pearson_r": 0.8, "pearson_p": 1e-4,
             "slope": 2e-5, "intercept": 0.1, "r_squared": 0.64, "slope_p": 1e-4, "alpha": 0.002,
             "direction": direction, "use": use}
            for level, n, use in (("tract", 10, "test"), ("decile", 2, "description"))
        ]  # fmt: skip
        tables["city_tests_robust"].append(
            {"city": city, "n": 10, "alpha": 0.002, "direction": direction, "verdict": verdict,
             "ratio_90_10": 2.0, "ratio_low": 1.5, "ratio_high": 2.7,
             "why": "" if number == 0 else "too few tracts"}
        )  # fmt: skip
        tables["city_effects"].append(
            {"position": number, "scope": "city", "city": city, "n": 10, "posts": 110, "ratio_90_10": 2.0,
             "ratio_90_10_low": 1.5, "ratio_90_10_high": 2.7}
        )  # fmt: skip
        tables["tracts_used"] += [
            {"city": city, "GEOID": f"{number:05d}{tract:06d}",
             "geo_id": f"1400000US{number:05d}{tract:06d}", "population": 4_000,
             "income": 20_000.0 + 5_000 * tract, "decile": 1 + tract % 10, "posts": tract,
             "posts_per_1000": tract / 4, "status": "used" if tract < 10 else "no income"}
            for tract in range(11)
        ]  # fmt: skip
    return tables


REQUESTS = {
    "requests": [
        {"agency": "A Police Department", "sent": date(2022, 10, 3), "status": "fulfilled",
         "received": date(2022, 11, 14), "records": "a-pd", "mailboxes": 1, "bytes": 1_795_072},
        {"agency": "B Police Department", "sent": date(2022, 10, 4), "status": "pending"},
    ]
}  # fmt: skip


def one_agency(folder: Path) -> Story:
    """Mail of one agency alone; the other parts did not run."""
    skipped = {"posts": "no file of posts", "crime": "no crime records", "requests": "no requests.csv"}
    entered = Balance("mails", 107, (("messages read", 100), ("not mail", 7)))
    return story(folder, mail(), skipped=skipped, balances=(entered,))


def forty_agencies(folder: Path) -> Story:
    """Mail of forty agencies."""
    entered = Balance("mails", 4280, (("messages read", 4000), ("not mail", 280)))
    return story(folder, mail(f"agency-{number:02d}" for number in range(40)), balances=(entered,))


def only_requests(folder: Path) -> Story:
    """Every part is missing but the requests."""
    entered = Balance("requests", 2, (("fulfilled", 1), ("pending", 1)))
    return story(folder, REQUESTS, skipped={"mail": "records/ holds no mailbox"}, balances=(entered,))


def only_cities(folder: Path) -> Story:
    """Posts of four cities, and no mail."""
    names = (f"{name} city, California" for name in ("Alderfall", "Bexley", "Cormont", "Dunmore"))
    return story(folder, cities(names), config={"posts": {"year": 2019}})


def doubtful(folder: Path) -> Story:
    """Warnings, and numbers of the ledger that nobody knows."""
    tables = mail(("a-pd", "b-pd"))
    tables["ledger"][0]["count"] = None
    return story(
        folder,
        tables,
        headline="Unknown for 1 of 2 mailboxes (see the warnings); and perhaps:",
        perhaps=("3 items of the mailboxes could not be read", "2 mails were read without a body"),
        warnings=(
            "1 of 2 mailboxes could not be counted; see private/quarantine",
            "12 messages unclassified",
        ),
        balances=(Balance("mails", None, (("messages read", 200), ("quarantined while reading", None))),),
    )


def hostile(folder: Path) -> Story:
    """Names that try to be HTML, and to break a line, a table and a script."""
    tables = {
        **mail(name.replace("/", "") for name in HOSTILE),
        **cities(HOSTILE),
        "requests": [{**REQUESTS["requests"][0], "agency": name} for name in HOSTILE],
    }
    config = {"name": HOSTILE[2], "posts": {"year": 2019}}
    return story(
        folder, tables, config=config, warnings=HOSTILE, perhaps=HOSTILE, skipped={"crime": HOSTILE[0]}
    )


def everything(folder: Path) -> Story:
    """Mail, cities and requests, with nothing to complain of."""
    tables = {**mail(("a-pd", "b-pd")), **cities(), **REQUESTS}
    return story(folder, tables, config={"posts": {"year": 2019}})


STORIES = (
    one_agency,
    forty_agencies,
    only_requests,
    only_cities,
    doubtful,
    hostile,
    everything,
)
"""Every kind of run; a section must be right for each."""
