"""What crime records say besides time and place: types with their codes, premises, weapons, streets.

Types, premises and weapons have the names that the Los Angeles police uses; areas and streets are made up. No
record is about a person.
"""

from __future__ import annotations

from typing import Final

from data.synthetic import words

LOS_ANGELES_TYPES: Final = (
    # name, code, Part 1 or 2; those examined come first, in the order of the configuration
    ("BATTERY - SIMPLE ASSAULT", "624", "2"),
    ("BURGLARY FROM VEHICLE", "330", "1"),
    ("TRAIN WRECKING", "926", "2"),
    ("ARSON", "648", "1"),
    ("STALKING", "763", "2"),
    ("BATTERY POLICE (SIMPLE)", "623", "2"),  # this name and the next resemble one that is examined
    ("BURGLARY FROM VEHICLE, ATTEMPTED", "410", "1"),
    ("VEHICLE - STOLEN", "510", "1"),
    ("THEFT PLAIN - PETTY ($950 & UNDER)", "440", "1"),
    ("BURGLARY", "310", "1"),
    ("VANDALISM - FELONY ($400 & OVER, ALL CHURCH VANDALISMS)", "740", "2"),
    ("ASSAULT WITH DEADLY WEAPON, AGGRAVATED ASSAULT", "230", "1"),
    ("THEFT FROM MOTOR VEHICLE - PETTY ($950 & UNDER)", "420", "1"),
    ("ROBBERY", "210", "1"),
    ("THEFT OF IDENTITY", "354", "2"),
    ("VANDALISM - MISDEAMEANOR ($399 OR UNDER)", "745", "2"),
    ("THEFT-GRAND ($950.01 & OVER)EXCPT,GUNS,FOWL,LIVESTK,PROD", "341", "1"),
    ("SHOPLIFTING - PETTY THEFT ($950 & UNDER)", "442", "1"),
    ("CRIMINAL THREATS - NO WEAPON DISPLAYED", "930", "2"),
    ("BRANDISH WEAPON", "761", "1"),
    ("TRESPASSING", "888", "2"),
    ("BIKE - STOLEN", "480", "1"),
    ("LETTERS, LEWD  -  TELEPHONE CALLS, LEWD", "956", "2"),
    ("OTHER MISCELLANEOUS CRIME", "946", "2"),
)
PLAIN_TYPES: Final = (
    "PACKAGE THEFT",
    "Package theft",  # another type, because letter case counts
    "PACKAGE THEFT (ATTEMPT)",
    "BICYCLE THEFT",
    "VANDALISM",
    "ASSAULT, SIMPLE",
    "BURGLARY, RESIDENCE",
    "NOISE",
)

AREAS: Final = (
    "Foxglove", "Marble Orchard", "Tin Whistle", "Copperleaf", "Old Lantern", "Saltbox", "Gooseberry",
    "Thimble", "Harrowgate", "Windchime", "Persimmon", "Ferry Bell", "Kingfisher", "Quarry Moon",
    "Bluebottle", "Paper Mill", "N Copperleaf", "West AF", "Gilded Spoon", "77th Lantern", "Harbor Lights",
)  # fmt: skip
"""Police divisions, numbered from 1."""
STREETS: Final = tuple(street.upper().rsplit(" ", 1) for street in words.STREETS)
PREMISES: Final = (
    ("101", "STREET"),
    ("501", "SINGLE FAMILY DWELLING"),
    ("502", "MULTI-UNIT DWELLING (APARTMENT, DUPLEX, ETC)"),
    ("108", "PARKING LOT"),
    ("102", "SIDEWALK"),
    ("203", "OTHER BUSINESS"),
    ("122", "VEHICLE, PASSENGER/TRUCK"),
    ("707", "GARAGE/CARPORT"),
    ("", ""),
)
WEAPONS: Final = (
    *(("", ""),) * 6,
    ("400", "STRONG-ARM (HANDS, FIST, FEET OR BODILY FORCE)"),
    ("500", "UNKNOWN WEAPON/OTHER WEAPON"),
    ("511", "VERBAL THREAT"),
    ("102", "HAND GUN"),
)
STATUSES: Final = (
    *(("IC", "Invest Cont"),) * 7,
    ("AO", "Adult Other"),
    ("AA", "Adult Arrest"),
    ("JA", "Juv Arrest"),
)
SEXES: Final = ("F", "M", "X", "", "M", "F")
DESCENTS: Final = ("H", "W", "B", "O", "X", "", "A")
MOCODES: Final = (
    "",
    "0344",
    "1822 0928",
    "0416",
    "0344 1402",
    "2004 0910 0506",
    "0329 1300",
    "0416 0446 1822",
)
