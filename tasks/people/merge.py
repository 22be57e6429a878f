"""From spellings to people: who got each message, each person once (method 4.7 and 4.8).

All is counted over whole agencies, so that neither the order of messages nor their partitions matter. Where
an agency's messages are in pieces, the evidence of each (:func:`evidence_of`) is added up first, and tells
then in every piece who is who. What is distinct is folded once; messages are only touched as arrays of
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.people.evidence import Evidence, Key, Row
from tasks.people.spelling import folded, is_address, is_exchange, unpair

SPELLING: Final = "spelling"
BESIDE: Final = "Exchange address"
Numbers = npt.NDArray[np.int64]


class Received(NamedTuple):
    """Who got which message.

    Attributes:
        message: Row numbers of the messages, ascending.
        who: Of the same length: the person's position in ``names``, ascending within a message.
        names: The distinct people (text array), sorted.
        merges: ``private/people``, in no particular order.
        contradictions: Exchange addresses that several SMTP addresses claim.
    """

    message: Numbers
    who: Numbers
    names: pa.Array
    merges: pa.Table
    contradictions: int


class _Texts(NamedTuple):
    """List columns, flattened: the message of each entry, the entry's code, and the distinct entries."""

    message: Numbers
    code: Numbers
    texts: list[str]


class _Named(NamedTuple):
    """Recipients whom an Exchange address names.

    Attributes:
        message: The message of each.
        shown: What it was shown as: a code of the entries.
        own: The Exchange address: a position in ``exchange``.
        exchange: The distinct Exchange addresses.
    """

    message: Numbers
    shown: Numbers
    own: Numbers
    exchange: list[str]


class _Agencies(NamedTuple):
    """The agency of each message, as a position in ``names``."""

    of: Numbers
    names: list[str]


def evidence_of(messages: pa.Table) -> Evidence:
    """Whose the Exchange addresses are that these messages hold; of an agency in pieces, a part of it.

    Args:
        messages: As for :func:`merge_people`.
    """
    evidence, agencies = Evidence(), _agencies(messages)
    pairs = _flat(messages, "exchange")
    if len(pairs.message):
        entries = _flat(messages, "to", "cc")
        _by_exchange(entries, [folded(text) for text in entries.texts], pairs, agencies, evidence)
    return evidence


def _agencies(messages: pa.Table) -> _Agencies:
    encoded = messages.column("agency").combine_chunks().dictionary_encode()
    return _Agencies(np.asarray(encoded.indices, dtype=np.int64), encoded.dictionary.to_pylist())


def merge_people(messages: pa.Table, people: Mapping[Key, str] | None = None) -> Received:
    """Find the distinct people in To and Cc of each message.

    Args:
        messages: A table with ``agency`` and the lists ``to``, ``cc`` and ``exchange``.
        people: The person of each Exchange address, by the evidence of the whole agency of which these
            messages are a piece; None where they are all that there is.

    Returns:
        The pairs of message and person, and every merge with its evidence; with ``people``, without what the
        evidence says by itself (:meth:`tasks.people.evidence.Evidence.rows`).
    """
    agencies = _agencies(messages)
    entries = _flat(messages, "to", "cc")
    forms = [folded(text) for text in entries.texts]
    evidence = Evidence()
    named = _by_exchange(
        entries, forms, _flat(messages, "exchange"), agencies, evidence if people is None else None
    )
    explained = np.isin(_keys(entries.message, entries.code), _keys(named.message, named.shown))
    plain = np.flatnonzero(~explained)
    called, which = _called(named, agencies, evidence.people() if people is None else people)
    names = sorted({forms[code] for code in np.unique(entries.code[plain]).tolist()}.union(called) - {""})
    place = {name: number for number, name in enumerate(names)}
    of_code = _codes([place.get(form, -1) for form in forms])
    of_named = _codes([place[name] for name in called])[which]
    message = np.concatenate([entries.message[plain], named.message])
    who = np.concatenate([of_code[entries.code[plain]], of_named])
    both = np.unique(_keys(message[who >= 0], who[who >= 0]))
    shown = _counted(named.message, agencies.of[named.message], of_named, named.shown)
    merges = [
        *evidence.rows(),
        *_spelled(entries, forms, plain, agencies),
        *(
            Row(agencies.names[of], names[person], entries.texts[code], BESIDE, emails)
            for of, person, code, emails in shown
            if entries.texts[code] != names[person]
        ),
    ]
    people = pa.array(names, pa.string())
    return Received(both >> _BITS, both & _LOW, people, _table(merges), evidence.contradictions)


def _called(named: _Named, agencies: _Agencies, people: Mapping[Key, str]) -> tuple[list[str], Numbers]:
    """The people whom Exchange addresses name, and which of them each recipient in ``named`` is."""
    keys, which = np.unique(_keys(agencies.of[named.message], named.own), return_inverse=True)
    distinct = [Key(agencies.names[key >> _BITS], named.exchange[key & _LOW]) for key in keys.tolist()]
    return [people.get(key, key.exchange) for key in distinct], which.astype(np.int64)


_BITS: Final = 32
_LOW: Final = (1 << _BITS) - 1


def _keys(message: Numbers, code: Numbers) -> Numbers:
    """One number for a message and a code, in order of both."""
    return (message << _BITS) | code


def _flat(messages: pa.Table, *names: str) -> _Texts:
    lists = [messages.column(name).combine_chunks() for name in names]
    message = np.concatenate([np.asarray(pc.list_parent_indices(each), dtype=np.int64) for each in lists])
    flat = pa.concat_arrays([pc.list_flatten(each).cast(pa.string()) for each in lists])
    encoded = flat.dictionary_encode()
    return _Texts(message, np.asarray(encoded.indices, dtype=np.int64), encoded.dictionary.to_pylist())


def _by_exchange(
    entries: _Texts, forms: list[str], pairs: _Texts, agencies: _Agencies, evidence: Evidence | None
) -> _Named:
    """The recipients whom an Exchange address names; the evidence of all pairs is counted on the way.

    Where the evidence is known from elsewhere, it is None.
    """
    split = [unpair(text) for text in pairs.texts]
    beside = [folded(shown) for _, shown in split]
    alone = [form if is_exchange(form) else "" for form in forms]
    exchange = sorted({own for own, _ in split}.union(alone) - {""})
    number = {own: place for place, own in enumerate(exchange)}
    code_of = {text: code for code, text in enumerate(entries.texts)}
    own = _codes([number.get(each, -1) for each, _ in split])[pairs.code]
    shown = _codes([code_of.get(each, -1) for _, each in split])[pairs.code]
    texts = sorted(set(beside))
    text = _codes(_places(texts, beside))[pairs.code]
    smtp = np.array([is_address(each) for each in beside], dtype=bool)[pairs.code]
    listed = np.isin(_keys(pairs.message, shown), _keys(entries.message, entries.code))
    known, called = smtp & (own >= 0), ~smtp & listed & (own >= 0)
    if evidence is not None:
        for where, counts in ((known, evidence.addresses), (called, evidence.names)):
            rows = np.flatnonzero(where)
            of = agencies.of[pairs.message[rows]]
            for agency, mine, said, emails in _counted(pairs.message[rows], of, own[rows], text[rows]):
                if texts[said] and not is_exchange(texts[said]):
                    counts[Key(agencies.names[agency], exchange[mine])][texts[said]] += emails
    rows = np.flatnonzero(called)
    bare = _codes([number.get(each, -1) for each in alone])[entries.code]
    itself = np.flatnonzero(bare >= 0)
    return _Named(
        np.concatenate([pairs.message[rows], entries.message[itself]]),
        np.concatenate([shown[rows], entries.code[itself]]),
        np.concatenate([own[rows], bare[itself]]),
        exchange,
    )


def _codes(values: list[int]) -> Numbers:
    return np.array(values, dtype=np.int64)


def _places(texts: list[str], of: list[str]) -> list[int]:
    place = {text: number for number, text in enumerate(texts)}
    return [place[text] for text in of]


def _counted(message: Numbers, *codes: Numbers) -> list[tuple[int, ...]]:
    """The distinct combinations of codes, each with the number of its messages."""
    names = [str(number) for number in range(len(codes))]
    table = pa.table([pa.array(each) for each in (*codes, message)], names=[*names, "message"])
    counted = table.group_by(names).aggregate([("message", "count_distinct")])
    columns = [counted.column(name).to_pylist() for name in (*names, "message_count_distinct")]
    return list(zip(*columns, strict=True))


def _spelled(entries: _Texts, forms: list[str], plain: Numbers, agencies: _Agencies) -> list[Row]:
    """The spellings that folding alone makes another's, each with its messages."""
    other = np.array(
        [form not in ("", text) for form, text in zip(forms, entries.texts, strict=True)], dtype=bool
    )
    rows = plain[other[entries.code[plain]]]
    message = entries.message[rows]
    return [
        Row(agencies.names[of], forms[code], entries.texts[code], SPELLING, emails)
        for of, code, emails in _counted(message, agencies.of[message], entries.code[rows])
    ]


def _table(rows: list[Row]) -> pa.Table:
    types = (pa.string(),) * 4 + (pa.int64(),)
    columns = zip(*rows, strict=True) if rows else ((),) * len(types)
    arrays = [pa.array(list(column), kind) for column, kind in zip(columns, types, strict=True)]
    return pa.table(arrays, names=list(Row._fields))
