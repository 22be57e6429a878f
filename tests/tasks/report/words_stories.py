"""A story in which every sentence has something to say, of small tables that can be changed cell by cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pyarrow as pa

from data.published import Published
from data.schema import TABLES, Column
from data.settings import Config
from tasks.ledger.balances import Balance
from tasks.report.results import Story

Rows = dict[str, list[dict[str, Any]]]

ADA, BAY, CAM = "Ada city, Ohio", "Bay city, Texas", "Cam city, Iowa"

VERDICTS = (
    "positive, robust",
    "negative, robust",
    "positive, not robust",
    "negative, not robust",
    "not checked for neighbors",
    "none",
    "no clear relation",
    "too few to tell",
    "not testable",
)


class Given(Published):
    """Public tables that are nowhere on disk."""

    def __init__(self, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        nowhere = Path("nowhere")
        super().__init__(nowhere, nowhere, [f"public/{stem}.parquet" for stem in rows])
        self.given = {f"public/{stem}": _table(stem, each) for stem, each in rows.items()}

    def get(self, name: str) -> pa.Table | None:
        return self.given.get(name)


def _table(stem: str, rows: list[dict[str, Any]]) -> pa.Table:
    spec = TABLES[f"public/{stem}"]
    full = [{column.name: row.get(column.name, _empty(column)) for column in spec.columns} for row in rows]
    return pa.Table.from_pylist(full, schema=spec.arrow)


def _empty(column: Column) -> Any:
    if column.nullable:
        return None
    return "" if pa.types.is_string(column.type) else False if pa.types.is_boolean(column.type) else 0


def ledger(part: str, source: str = "", /, **counts: int | None) -> list[dict[str, Any]]:
    return [
        {"part": part, "source": source, "line": line.replace("_", " "), "count": count}
        for line, count in counts.items()
    ]


def _lines(part: str, counts: Mapping[str, int], source: str = "") -> list[dict[str, Any]]:
    return [{"part": part, "source": source, "line": line, "count": count} for line, count in counts.items()]


def _robust(city: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "city": city,
        "n": 20 + number,
        "alpha": 0.005,
        "direction": "positive",
        "smallest_ratio": 1.5 + number,
        "effective_n": 11.0 + number,
        "moran_words": "neighbors are alike",
        "influential_tracts": number % 2,
        "ratio_90_10": 2.0 + number,
        "ratio_low": 1.5 + number,
        "ratio_high": 2.5 + number,
        "verdict": VERDICTS[number],
        **more,
    }


def _test(city: str, direction: str, n: int, count: str, **more: Any) -> dict[str, Any]:
    return {
        "city": city,
        "level": "tract",
        "n": n,
        count: 100 + n,
        "alpha": 0.005,
        "direction": direction,
        "tests": 10,
        "holm_p": 0.001,
        "q": 0.001,
        **more,
    }


def _effect(scope: str, city: str, number: int, **more: Any) -> dict[str, Any]:
    ratios = {
        "ratio_10000": 1.1,
        "ratio_10000_low": 1.01,
        "ratio_10000_high": 1.2,
        "ratio_90_10": 3.0 - number,
        "ratio_90_10_low": 2.5 - number,
        "ratio_90_10_high": 3.5 - number,
    }
    return {"position": number + 1, "scope": scope, "city": city, "n": 20, **ratios, **more}


TOWNS = tuple(f"{name} city, Utah" for name in ("Alta", "Bliss", "Cove", "Delta", "Elmo", "Fruit", "Green"))
CITIES = (ADA, BAY, *TOWNS)


def tables() -> Rows:
    """Rows of every public table that a sentence reads."""
    summary = {"ratio_90_10": None, "predicted_low": 0.8, "predicted_high": 1.6, "cities": 7}
    return {
        "kinds": [
            {"agency": "a-pd", "kind": "crime alert", "emails": 1900, "share": 0.5},
            {"agency": "b-pd", "kind": "unclassified", "emails": 13, "share": 0.5},
        ],
        "subjects": [{"agency": "a-pd", "pattern": "Crime Alert", "kind": "crime alert", "emails": 1900}],
        "not_mail": [
            {"agency": "a-pd", "source": "0a", "class": "IPM.Contact", "what": "contact", "items": 17}
        ],
        "alerts_by_month": [
            {"agency": "a-pd", "kind": "crime alert", "month": month, "emails": 5, "unique_alerts": unique}
            for month, unique in (("2020-07", 31), ("2022-09", 23), ("implausible", 4), (None, 6))
        ],
        "recipients_per_alert": [
            {"agency": "a-pd", "kind": kind, "recipients": people, "alerts": alerts}
            for kind, people, alerts in (
                ("crime alert", 1, 9),
                ("crime alert", 57, 3),
                ("safety alert", 5, 2),
            )
        ],
        "border_posts": [
            {
                "scope": "nation",
                "year": "all",
                "posts": 900,
                "posts_on_borders": 41,
                "extra_rows": 44,
                "ties": 7,
            }
        ],
        "city_deciles": [
            {
                "city": ADA,
                "decile": decile,
                "tracts": tracts,
                "population": 900,
                "posts": 9,
                "posts_per_1000": 1.0,
            }
            for decile, tracts in ((1, 3), (10, 5))
        ],
        "city_tests": [
            *(
                _test(city, direction, 30 + at, "posts")
                for at, (city, direction) in enumerate(DIRECTIONS.items())
            ),
            _test("Last city, Utah", "none", 50, "posts"),
        ],
        "city_tests_robust": [_robust(city, number) for number, city in enumerate(CITIES)],
        "city_effects": [
            _effect("city", ADA, 0),
            _effect("city", BAY, 2),
            _effect("all cities", "all cities", 3, **summary),
        ],
        "city_income_error": [
            {
                "city": ADA,
                "draws": 150,
                "relative_margin": 0.21,
                "top_coded": 3,
                "bottom_coded": 1,
                "same_verdict": 1.0,
            },
            {"city": BAY, "draws": 150, "relative_margin": 0.17, "same_verdict": 0.5},
        ],
        "city_variants": [
            {"city": ADA, "variant": "at least half inside", "n": 9, "verdict": "none", "alpha": 0.005},
        ],
        "city_models": [{"city": ADA, "model": "spatial lag", "n": 20, "estimate": 0.1}],
        "crime_types": [
            {"city": ADA, "crime": "ARSON", "recorded": 90, "no_location": 2, "outside": 3, "counted": 85},
            {"city": BAY, "crime": "THEFT", "recorded": 80, "no_location": 1, "outside": 5, "counted": 74},
            {"city": ADA, "crime": "STALKING", "recorded": 37, "no_location": 37, "outside": 0, "counted": 0},
            {"city": ADA, "crime": "PIRACY", "recorded": 0, "no_location": 0, "outside": 0, "counted": 0},
        ],
        "crime_tests": [
            _test(ADA, "negative", 31, "crimes", crime="ARSON"),
            _test(BAY, "negative", 33, "crimes", crime="THEFT"),
            _test(ADA, "none", 31, "crimes", crime="ARSON", level="decile"),
        ],
        "crime_tests_robust": [_robust(ADA, 1, crime="ARSON"), _robust(BAY, 2, crime="THEFT")],
        "crime_effects": [
            _effect("city", ADA, 0, crime="ARSON"),
            _effect(
                "all cities", "all cities", 3, crime="ARSON", **{**summary, "cities": 2, "predicted_low": 0.7}
            ),
        ],
        "crime_income_error": [{"city": ADA, "crime": "ARSON", "draws": 150, "same_verdict": 1.0}],
        "crime_variants": [
            {"city": ADA, "crime": "ARSON", "variant": "at least half inside", "n": 9, "verdict": "none"}
        ],
        "crime_models": [{"city": ADA, "crime": "ARSON", "model": "spatial lag", "n": 20, "estimate": 0.1}],
        "tracts_used": [
            {"city": ADA, "GEOID": "39000000001", "posts": 0, "status": "used", "share_in_city": 0.4},
            {"city": BAY, "GEOID": "48000000001", "posts": 8, "status": "used", "share_in_city": 0.9},
            {"city": BAY, "GEOID": "48000000002", "status": "no income"},
        ],
        "gentrification": [
            {"city": ADA, "tracts": 40, "gentrified": 10, "gentrified_share": 0.25},
            {"city": BAY, "tracts": 40, "gentrified": 5, "gentrified_share": 0.125},
        ],
        "gentrification_thresholds": [{"metro_area": "Ada, OH", "tracts": 77}],
        "city_selection": [
            {
                "rank": 1,
                "city": ADA,
                "gentrified_share": 0.25,
                "partnership": True,
                "selected": True,
                "reason": "selected: 1st of the 1 chosen",
            },
            {"rank": 2, "city": BAY, "gentrified_share": 0.125, "reason": "not selected: no partnership"},
        ],
        "requests": [
            {
                "agency": "A Police Department",
                "sent": dt.date(2022, 10, 3),
                "status": "fulfilled",
                "received": dt.date(2022, 11, 14),
                "records": "a-pd",
                "mailboxes": 4,
                "bytes": 1_795_072,
            },
            {"agency": "B Police Department", "sent": dt.date(2022, 10, 5), "status": "pending"},
            {"agency": "C Police Department", "sent": dt.date(2022, 10, 9), "status": "denied"},
        ],
        "coding_drawn": [
            {"by": "agency", "value": "a-pd", "alerts": 700, "drawn": 70, "expected": 71.5},
            {"by": "agency", "value": "all", "alerts": 888, "drawn": 83, "expected": 83.0, "p": 0.321},
            {"by": "kind", "value": "all", "alerts": 888, "drawn": 83, "expected": 83.0},
        ],
        **_coded(),
        "ledger": _ledger(),
    }


def _coded() -> dict[str, list[dict[str, Any]]]:
    """What readers answered; by e-mails the first answer is more frequent."""
    shares = {
        ("yes", "alerts"): 0.31,
        ("no", "alerts"): 0.69,
        ("yes", "e-mails"): 0.55,
        ("no", "e-mails"): 0.45,
    }
    of = {"agency": "all", "question": "criminal_act"}
    ends = {
        share: {"share": share, "ci_low": share - 0.04, "ci_high": share + 0.05} for share in shares.values()
    }
    agreed = {"reviews": 3, "alerts": 62, "readers": 4, "unanimous": 0.77, "percent_agreement": 0.81}
    alpha = {"krippendorff_alpha": 0.71, "alpha_low": 0.62, "alpha_high": 0.78}
    return {
        "coding_shares": [
            {**of, "answer": key, "by": by, **ends[share]} for (key, by), share in shares.items()
        ],
        "coding_questions": [
            {
                "question": "criminal_act",
                "answer": key,
                "question_text": "Is a criminal act told of?",
                "answer_text": key.title(),
            }
            for key in ("no", "yes")
        ],
        "coding_tally": [
            {**of, "answer": "yes", "alerts": 19, "decided": 61, "share": 0.31},
            {**of, "answer": "no", "alerts": 42, "decided": 61, "share": 0.69},
        ],
        "coding_agreement": [
            {**of, **agreed, **alpha},
            {**of, **agreed, **alpha, "question": "about", "krippendorff_alpha": 0.9},
            {**of, **agreed, **alpha, "question": "other", "krippendorff_alpha": 0.5},
            {**of, **agreed, "question": "tail"},
        ],
    }


DIRECTIONS = {ADA: "positive", BAY: "negative", **dict.fromkeys(TOWNS, "none"), TOWNS[-1]: "not testable"}


def _ledger() -> list[dict[str, Any]]:
    mail = {
        "listed in the file": 1960,
        "messages read": 1913,
        "not mail": 17,
        "quarantined while reading": 12,
        "stated by its folders": 1961,
        "without a body": 14,
        "with replacement characters": 15,
        "embedded messages": 99,
        "embedded read": 88,
        "embedded not mail": 8,
        "embedded quarantined": 3,
        "carried by journal reports": 21,
        "attached messages": 67,
        "alert messages": 61,
        "alerts parsed": 59,
        "quarantined while parsing": 2,
    }
    agencies = {
        "agencies": 40,
        "agencies read": 37,
        "agencies as an earlier run read them": 2,
        "agencies left out": 1,
        "mailboxes that are gone": 4,
        "mailboxes of no agency": 5,
    }
    verdicts = {verdict: 110 + number for number, verdict in enumerate(VERDICTS)}
    plain = {"positive": 131, "negative": 132, "none": 133, "not testable": 134}
    return [
        *_lines("mail", mail, "0a"),
        *_lines("mail", agencies),
        *_lines(
            "alerts",
            {
                "quarantined while parsing": 19,
                "messages counted": 1980,
                "messages of the mailbox": 1913,
                "attached messages": 67,
                "messages read": 1979,
                "alert messages": 1900,
            },
            "0a",
        ),
        *_lines("alerts", {"alerts parsed": 1881, "emails over unique alerts": 1882}),
        *_lines(
            "copies",
            {
                "messages in the tables": 1913,
                "each once": 1800,
                "copies by Message-ID": 103,
                "copies by content": 10,
            },
        ),
        *_lines(
            "posts",
            {
                "posts in the files": 5000,
                "duplicates": 51,
                "excluded accounts": 52,
                "no location": 53,
                "outside": 54,
                "in one tract": 4749,
                "on borders": 41,
                "posts in tracts": 4790,
                "in tracts with population and income": 4700,
                "in tracts without": 90,
                "in tracts without a Census row": 33,
                "in tracts without people or income": 57,
                "tracts in the layer": 801,
                "polygons repaired": 2,
            },
        ),
        *_lines("cities", {"cities examined": 10, **verdicts}),
        *_lines("plain findings", {"cities examined": 11, **plain}),
        *_lines(
            "tracts",
            {
                "tracts listed": 300,
                "tracts used": 222,
                "without polygon": 22,
                "without Census row": 16,
                "without people": 18,
                "without income": 12,
                "with few people": 11,
            },
        ),
        *_lines(
            "crime",
            {
                "crimes in the files": 7000,
                "duplicates": 71,
                "other years": 72,
                "other types": 73,
                "no location": 74,
                "outside": 75,
                "counted": 6635,
                "in tracts with population and income": 6600,
                "in tracts without": 35,
            },
            "ada",
        ),
        *_lines("crime tests", {"tests made": 12, **verdicts}),
        *_lines("plain findings of crimes", {"tests made": 13, **plain}),
        *_lines(
            "gentrification",
            {
                "rows of tracts": 900,
                "in cities": 80,
                "in no city": 820,
                "low population": 6,
                "not eligible": 20,
                "eligible, not gentrified": 39,
                "gentrified": 15,
            },
        ),
        *_lines(
            "selection",
            {
                "rows of the Atlas": 600,
                "other technologies": 500,
                "Ring partnerships": 100,
                "of a city's own police": 5,
                "of another agency in a city": 25,
                "of no city of the list": 70,
                "cities ranked": 29,
                "selected": 26,
                "with a partnership, below the last selected": 27,
                "without a partnership": 28,
            },
        ),
        *_lines(
            "coding",
            {
                "alerts of the list": 85,
                "drawn": 83,
                "no longer among the alerts": 2,
                "decided": 61,
                "to decide": 9,
                "not yet reviewed": 13,
                "reviews asked": 249,
                "given": 199,
                "missing": 46,
                "not usable": 4,
            },
        ),
        *_lines(
            "requests",
            {
                "requests": 3,
                "fulfilled": 141,
                "partly fulfilled": 142,
                "no records": 143,
                "denied": 144,
                "withdrawn": 145,
                "pending": 146,
            },
        ),
    ]


CONFIG: dict[str, Any] = {
    "name": "Test investigation",
    "agencies": {
        "a-pd": {"name": "A Police Department", "timezone": "America/Denver", "code_page": "1252"},
    },
    "mail": {"embedded": "apart"},
    "posts": {"year": 2019, "timezone": "UTC", "exclude_users": ["1", "2"], "same_id": "first"},
    "crime": {
        "ada": {
            "city": ADA,
            "year": 2018,
            "types": ["ARSON", "STALKING", "PIRACY"],
            "date_format": "%d.%m.%Y",
            "timezone": "America/Denver",
            "crs": "EPSG:2232",
            "columns": {"date": "Day"},
        }
    },
    "selection": {"cities": 2},
}

PROVENANCE: dict[str, Any] = {
    "configuration": {"sha256": "c" * 64},
    "sources": [
        {"agency": "a-pd", "source": "0a", "sha256": "a" * 64},
        {"agency": "b-pd", "source": "0a", "sha256": "a" * 64},
    ],
    "recognised": {"posts": ["CSV", "Parquet, 6,585 posts"], "crime": ["CSV, 7,000 crimes"]},
    "tables": {"public/kinds.parquet": "0" * 64},
    "versions": {"python": "3.11.7", "numpy": "2.4.6"},
}


def story(rows: Mapping[str, list[dict[str, Any]]] | None = None, **known: Any) -> Story:
    """The story, or one of other rows, with other attributes.

    Args:
        rows: Rows by the stem of a table; by default :func:`tables`.
        known: Attributes of the story; ``config`` as in ``investigation.toml``.
    """
    given: dict[str, Any] = {
        "provenance": PROVENANCE,
        "headline": "Perhaps:",
        "perhaps": ("14 mails were read without a body: look at them",),
        "balances": (Balance("mails", 1960, (("messages read", 1913), ("not mail", 47))),),
        "warnings": ("one", "two"),
        **known,
    }
    config = Config.model_validate(given.pop("config", CONFIG))
    return Story(config, Given(tables() if rows is None else rows), **given)


def with_setting(path: str, value: Any) -> Story:
    """The story with another setting.

    Args:
        path: As "tests.alpha".
        value: Its value.
    """
    config = deepcopy(CONFIG)
    *sections, name = path.split(".")
    at = config
    for section in sections:
        at = at.setdefault(section, {})
    at[name] = value
    return story(config=config)


def with_cell(stem: str, column: str, value: Any, where: Callable[[dict[str, Any]], bool]) -> Story:
    """The story with another value in the rows of a table that a condition finds."""
    rows = tables()
    found = [row for row in rows[stem] if where(row)]
    assert found, (stem, column)
    for row in found:
        row[column] = value
    return story(rows)


def every_sentence(of: Story) -> Iterator[str]:
    """Whatever is said of a story, in any section and below any rule."""
    from tasks.report.blocks import Points, Text
    from tasks.report.in_this_run import rules
    from tasks.report.sections import found, limits, missing, published, requests, sample, selection

    for module in (found, missing, sample, selection, requests, limits, published):
        for block in module.SECTION.blocks(of):
            if isinstance(block, Text):
                yield from block.sentences
            elif isinstance(block, Points):
                yield from block.points
    for number, functions in rules().items():
        for said in functions:
            yield from (f"{number}: {sentence}" for sentence in said(of))
