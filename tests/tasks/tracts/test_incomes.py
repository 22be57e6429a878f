"""Have the tracts of the cities people and incomes?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.errors import InputError
from tasks.tracts.incomes import check_incomes
from tests.tasks.tracts.test_vintages import files, squares


def test_a_table_without_an_income_ends_the_run():
    own = squares("31055")
    blank = replace(files(own, own), with_income=frozenset())
    with pytest.raises(InputError) as raised:
        check_incomes({"Omaha": own}, blank)
    assert str(raised.value) == (
        "census/acs.csv: none of the 200 tracts of 'Omaha' has people and an income, as 31055000100; hand in "
        "a table with the population (B01003) and the median household income (B19013) of tracts"
    )


def test_a_city_whose_incomes_are_mostly_blank_is_named():
    own = squares("31055")
    cities = {"A": own[:100], "B": own[100:]}
    given = replace(files(own, own), with_income=frozenset(own[:75] + own[100:150]))
    assert check_incomes({"A": own[:100]}, given) == ()
    assert check_incomes(cities, given) == (
        "census/acs.csv: 50 of the 100 tracts of 'B' have no people or no income, as 31055015100: left "
        "out of rates and tests; is the table whole?",
    )
    fewer = replace(given, with_income=given.with_income - {own[0]})
    assert "(and so in 1 more city)" in check_incomes(cities, fewer)[0]


def test_a_small_city_may_lack_two():
    own = squares("31055", 4)
    given = replace(files(own, own), with_income=frozenset(own[:2]))
    assert check_incomes({"A": own}, given) == ()
