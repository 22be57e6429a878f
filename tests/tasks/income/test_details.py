"""Margins, ends of the scale and shares reach the tracts of a city."""

from __future__ import annotations

import math

import pandas as pd
import pyarrow as pa

from tasks.census.results import Census
from tasks.income.details import Details


def test_each_tract_has_its_own_margin_flags_and_share_in_its_city():
    tracts = pa.table(
        {
            "GEOID": ["1", "2", "3"],
            "population": [900, 900, 900],
            "income": [5e4, 250_001.0, 2_499.0],
            "income_moe": [9e3, None, None],
            "income_top_coded": [False, True, False],
            "income_bottom_coded": [False, False, True],
        }
    )
    lists = pa.table(
        {"city": ["Alder", "Alder", "Birch"], "GEOID": ["1", "2", "2"], "share": [1.0, 0.25, None]}
    )
    given = {"Alder": pd.DataFrame({"GEOID": ["2", "1"]}), "Birch": pd.DataFrame({"GEOID": ["2", "3"]})}
    found = Details(Census(tracts, lists.select(["city", "GEOID"]), (), shares=lists))(given)
    alder, birch = found["Alder"], found["Birch"]
    assert alder["share"].tolist() == [0.25, 1.0]
    assert birch["share"].isna().all()
    assert math.isnan(alder["income_moe"][0])
    assert alder["income_moe"][1] == 9e3
    assert alder["top_coded"].tolist() == [True, False]
    assert birch["bottom_coded"].tolist() == [False, True]
