"""What the columns of a file of crime records mean: the settings first, a known layout, then accepted names.

Method 9.8. A column that the settings name is never guessed; a name is only accepted where no other of the
file fits as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from data import file_faults
from data.crime_layouts import MEANINGS, Layout, layout_of, plain, plain_names
from data.errors import InputError
from data.printable import printable
from data.settings import CrimeColumns

_Tiers = tuple[tuple[str, ...], ...]

_ACCEPTED: Final[Mapping[str, _Tiers]] = {
    "date": (
        (
            "occurredon", "occurrencedate", "dateoccurred", "occurreddate", "occurreddatetime", "occurdate",
            "occurred", "occurredat", "occurredondate", "offensedate", "offencedate", "incidentdate",
            "incidentdatetime", "dateofincident", "dateofoccurrence", "dateofoffense", "crimedate",
            "crimedatetime", "dateocc", "occdate", "datefrom", "fromdate", "startdate", "startdatetime",
            "begindate", "firstoccurrencedate", "offensestartdatetime", "offensestartdate", "occurredfrom",
            "occurdatetime", "incidentoccurred", "dateoccured", "occuredon", "occurencedate",
        ),
        ("date", "datetime", "eventdate", "timestamp"),
        (
            "reportdate", "reporteddate", "datereported", "reportdatetime", "reporteddatetime", "daterptd",
            "dateofreport", "dispatchdate", "dispatchdatetime", "reportedon", "reportedat", "rptdt",
        ),
    ),
    "type": (
        ("offense", "offence", "offensetype", "offencetype", "offensedescription", "offensedesc",
         "offensename", "crimetype", "crime", "crimedescription", "crimedesc", "crimename", "primarytype",
         "type", "typeofcrime", "typeofoffense"),
        ("crimecodedescription", "offensecodedescription", "offencecodedescription", "primarydescription"),
        ("incidenttype", "incidenttypedescription", "incidentdescription", "nibrsdescription",
         "ucrdescription", "ucrliteral", "nibrsoffense"),
        ("offensecategory", "crimecategory", "incidentcategory", "category"),
        ("description",),
    ),
    "latitude": (
        ("latitude", "lat", "geolat", "maplatitude", "latdd", "ylat", "latitudey", "incidentlatitude"),
    ),
    "longitude": (
        ("longitude", "lon", "lng", "long", "geolon", "geolong", "geolng", "maplongitude", "londd", "xlon",
         "xlong", "longitudex", "incidentlongitude"),
    ),
    "location": (
        ("point", "geolocation", "geocodedcolumn", "geometry", "thegeom", "wkt", "coordinates",
         "latlon", "latlong", "latlng", "geopoint", "georeference", "newgeoreferencedcolumn",
         "mappedlocation", "location1", "locationpoint", "geom", "shape"),
        ("location",),  # often the address
    ),
    "x": (
        ("x",),  # what ArcGIS adds to the columns of a table; y is beside it
        ("xcoordinate", "xcoord", "xcoordcd", "pointx", "geox", "xcord", "easting"),
    ),
    "y": (("y",), ("ycoordinate", "ycoord", "ycoordcd", "pointy", "geoy", "ycord", "northing")),
    "id": (("id", "offenseid", "rowid", "recordid", "crimeid", "uniqueid"),),
    "incident": (
        ("incidentid", "incidentnumber", "incidentnum", "incidentno", "casenumber", "casenum", "caseno",
         "caseid", "reportnumber", "reportno", "reportid", "complaintnumber", "eventnumber", "drno", "ccn"),
    ),
}  # fmt: skip
"""Per meaning, the names that are accepted, surest first; a later group counts where no earlier one fits."""


@dataclass(frozen=True)
class Recognised:
    """What was recognised in the header of a file.

    Attributes:
        columns: By meaning (:data:`data.crime_layouts.MEANINGS`), the file's column, without blanks.
        layout: The known layout, or None.
        named: The meanings whose column the settings name.
        only: A column and its value in the rows that are crimes; None where all are.
    """

    columns: Mapping[str, str]
    layout: Layout | None
    named: frozenset[str]
    only: tuple[str, str] | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """The meanings of the columns in which the location is, the surest that are there; () where none is.

        Example:
            >>> Recognised({"latitude": "lat", "longitude": "lon", "x": "x"}, None, frozenset()).place
            ('latitude', 'longitude')
        """
        pairs: tuple[tuple[str, ...], ...] = (("latitude", "longitude"), ("location",), ("x", "y"))
        there = [pair for pair in pairs if all(meaning in self.columns for meaning in pair)]
        asked = [pair for pair in there if self.named.intersection(pair)]
        return next(iter([*asked, *there]), ())


def recognise(label: str, found: Sequence[str], given: CrimeColumns, section: str) -> Recognised:
    """Find out what the columns of a file mean.

    Args:
        label: How the file is named in an error.
        found: The file's columns, as it spells them.
        given: Those that the settings name.
        section: The section of the settings, as ``[crime.denver]``.

    Raises:
        InputError: A column that the settings name is not there; or no column, or more than one, could be the
            date or the type.
    """
    settled = {meaning: name.strip() for meaning, name in given.model_dump().items() if name is not None}
    named = {meaning: name for meaning, name in settled.items() if name}
    shown = [name.strip() for name in found]
    for name in named.values():
        fix = f"{file_faults.RENAME}, or name it in columns of {section}"
        _check_named(label, name, shown, fix)
    known = layout_of(shown)
    layout, columns = known or (None, {})
    columns = {meaning: columns[meaning] for meaning in MEANINGS if meaning in columns} | named
    if settled.get("id") == "":
        columns = {
            meaning: name for meaning, name in columns.items() if meaning not in {"id", "incident"}
        } | named
    names = plain_names(shown)
    taken = set(columns.values())
    for meaning in MEANINGS:
        if meaning in columns:
            continue
        if meaning in {"id", "incident"} and (layout is not None or settled.get("id") == ""):
            continue
        if meaning in {"latitude", "longitude"} and {"location", "x", "y"} & named.keys():
            continue
        if meaning in {"location", "x", "y"} and {"latitude", "longitude"} <= columns.keys():
            continue  # not needed: whatever could be it does no harm
        column = _accepted(label, meaning, names, taken, section)
        if column is not None:
            columns[meaning] = column
    for meaning in ("date", "type"):
        if meaning not in columns:
            raise InputError(
                f"{label}: no known layout, and no column that must be the {meaning}; write in {section} "
                f'columns = {{ {meaning} = "…" }} (there are {_listed(shown)})'
            )
    only = None if layout is None or layout.only is None else layout.only
    mark = None if only is None else names.get(plain(only[0]))
    return Recognised(
        columns, layout, frozenset(named), None if mark is None or only is None else (mark, only[1])
    )


def _check_named(label: str, name: str, shown: Sequence[str], fix: str) -> None:
    if name not in shown:
        raise file_faults.missing_column(label, name, shown, fix)


def _accepted(
    label: str, meaning: str, names: Mapping[str, str], taken: set[str], section: str
) -> str | None:
    """The one column that fits a meaning best; None where none does, or several do and none is needed."""
    for tier in _ACCEPTED[meaning]:
        fits = [names[plain(name)] for name in tier if plain(name) in names]
        fits = [name for name in dict.fromkeys(fits) if name not in taken]
        if len({plain(name).replace("time", "") for name in fits}) == 1:  # a date, and the same with its time
            return fits[0]
        if len(fits) > 1 and meaning in {"id", "incident"}:
            return None
        if len(fits) > 1:
            raise InputError(
                f"{label}: columns {printable(fits[0])} and {printable(fits[1])} could both be the "
                f"{meaning}; "
                f'write in {section} columns = {{ {meaning} = "{printable(fits[0])}" }}, or the other'
            )
    return None


def _listed(names: Sequence[str]) -> str:
    """The first columns of a file, as an error shows them."""
    shown = ", ".join(printable(name[:60]) for name in names[:40])
    return shown + (f" and {len(names) - 40:,} more" if len(names) > 40 else "")
