from dataclasses import fields
from itertools import pairwise

import numpy as np

from data.synthetic.country.borders import NULL
from data.synthetic.public_records.stream import NO_DAY, Book, Rows


def _years(rows: Rows) -> np.ndarray:
    known = np.where(rows.day == NO_DAY, 0, rows.day).astype("datetime64[D]").astype("datetime64[Y]")
    return np.where(rows.day == NO_DAY, 0, known.astype(np.int64) + 1970)


def test_the_rows_do_not_depend_on_the_pieces(alderfall: Book) -> None:
    whole = alderfall.rows(0, alderfall.length)
    cuts = [0, 1, 60, 61, 997, 2_500, alderfall.length]
    pieces = [alderfall.rows(*pair) for pair in pairwise(cuts)]
    for field in fields(Rows):
        joined = np.concatenate([getattr(piece, field.name) for piece in pieces])
        assert (joined == getattr(whole, field.name)).all()


def test_a_row_that_repeats_an_id_comes_later_and_differs(alderfall: Book) -> None:
    rows = alderfall.rows(0, alderfall.length)
    _, first, which = np.unique(rows.id, return_index=True, return_inverse=True)
    repeats = np.flatnonzero(first[which] != np.arange(alderfall.length))
    assert (repeats == alderfall.repeats).all()
    assert len(repeats) == 30
    original = first[which[repeats]]
    differ = (rows.x[repeats] != rows.x[original]) | (rows.y[repeats] != rows.y[original])
    assert differ.all()
    # Each would count if it came first; repeats occur within both files and across them.
    assert (_years(rows)[repeats] == 2019).all()
    assert (rows.type[repeats] == 0).all()
    cut = alderfall.stops()[0]
    pairs = zip((original < cut).tolist(), (repeats < cut).tolist(), strict=True)
    assert set(pairs) == {(True, True), (True, False), (False, False)}
    assert np.bincount(which).max() == 3


def test_a_city_without_ids_has_no_repeats(thornquill: Book) -> None:
    rows = thornquill.rows(0, thornquill.length)
    assert len(np.unique(rows.id)) == thornquill.length


def test_every_row_has_one_fate(alderfall: Book, thornquill: Book) -> None:
    for book in (alderfall, thornquill):
        sorts = (len(book.repeats), book.other_years, book.other_types, len(book.crimes.fate))
        assert sum(sorts) == book.length
        assert book.stops()[-1] == book.length


def test_files_end_with_their_last_year(alderfall: Book) -> None:
    (first, _) = alderfall.stops()
    rows = alderfall.rows(0, alderfall.length)
    own = np.isin(np.arange(alderfall.length), alderfall.repeats, invert=True) & (rows.day != NO_DAY)
    years = _years(rows)
    assert years[:first][own[:first]].max() == 2014
    assert years[first:][own[first:]].min() == 2015
    assert set(years[own].tolist()) == set(range(2010, 2020))


def test_rows_of_other_years_and_types_may_say_anything_else(alderfall: Book) -> None:
    rows = alderfall.rows(0, alderfall.length)
    own = np.isin(np.arange(alderfall.length), alderfall.repeats, invert=True)
    years = _years(rows)
    undated = own & (rows.day == NO_DAY)
    assert undated.sum() == len(alderfall.undated) == 9
    other_years = own & (years != 2019)
    assert other_years.sum() == alderfall.other_years
    assert set(rows.type[other_years].tolist()) == set(range(alderfall.types))
    usable = (
        (rows.x != NULL) & (rows.y != NULL) & (np.abs(rows.x) <= 180_000_000) & (np.abs(rows.y) <= 90_000_000)
    )
    nowhere = ~usable | ((rows.x == 0) & (rows.y == 0))
    assert (nowhere & other_years & (rows.type < 2)).any()
    other_types = own & (years == 2019) & (rows.type >= len(alderfall.city.examined))
    assert other_types.sum() == alderfall.other_types
    assert (nowhere & other_types).any()
