"""The tables of the sample: what was drawn, and whether it is like all alerts."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from data.schema import TABLES
from data.settings import Coding
from data.tables import write_table
from tasks.coding.look import Given
from tasks.coding.results import Sample
from tasks.coding.sample.likeness import DRAWN, drawn_table
from tasks.coding.sample.population import Population, sample_of
from tasks.coding.sample.sample_file import words_of

SAMPLE = TABLES["private/coding_sample"]


def write_sample_tables(given: Given, alerts: pa.Table, settings: Coding, out: Path) -> Sample:
    """Write ``private/coding_sample`` and ``public/coding_drawn``.

    Args:
        given: What is in the folder ``coding/``.
        alerts: Rows of ``private/alerts``.
        settings: ``[coding]``.
        out: The folder of the tables.

    Returns:
        The sample.
    """
    population = Population.of(alerts)
    sample = sample_of(given.rows, population, settings.strata, given.drawn_from, given.codebook)
    rows = [
        {
            "sample_no": each.item.number,
            "agency": each.item.alert[0],
            "alert_id": each.item.alert[1],
            "kind": each.item.kind,
            "alert_date": each.item.alert_date,
            "title": each.item.title,
            "description": each.item.description,
            "stratum": words_of(each.stratum),
            "weight": each.weight,
            "emails": each.emails,
            "recipients": each.recipients,
        }
        for each in sample.alerts
    ]
    write_table(pa.Table.from_pylist(rows, schema=SAMPLE.arrow), SAMPLE, out)
    drawn = [each.item.alert for each in sample.alerts]
    write_table(drawn_table(population, drawn, settings.strata, settings.seed), DRAWN, out)
    return sample
