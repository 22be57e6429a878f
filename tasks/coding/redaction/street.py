"""How the numbers of houses and flats are written."""

from __future__ import annotations

import re
from typing import Final

from tasks.coding.redaction.contact import DASH, FLAGS, any_of

_SUFFIX: Final = any_of(
    r"st street ave? avenue blvd bl boulevard rd road dr drive ln lane ct court pl place wa?y terr?",
    "terrace cir circle pkwy pky parkway hwy highway expy expressway tpke turnpike row alley aly sq square",
    "trl trail loop path walk plz plaza crescent cres cove mall trce trace",
)
_RARE_SUFFIX: Final = any_of(
    "xing crossing run ridge glen pass pt point bend canyon cyn heights hts hills vista view vw park",
    "green commons landing",
    "lndg mews grove gardens estates bluff creek knoll meadow hollow",
)
"""Of streets, and words of a sentence, too: not behind a number of one or two digits."""
_SIDE: Final = r"(?:(?:north|south|east|west|[nsew]|[ns][ew])\b\.?\s+)?"
_NO_NAME: Final = any_of(
    "a an the and or of on in at to by near from off for with was were is are had has have been be",
    r"this that am pm a\.m p\.m min mins minutes? hours? hrs? days? weeks? months? years? yr yrs yo",
    "feet foot ft inch inches miles? mph lbs? dollars bucks percent people persons? men man women yards?",
    "woman guys? kids? males? females? teens? suspects? cars? trucks? vehicles? bikes? shots? times?",
    "gunshots? block blocks blk officers? cops units? houses? homes? doors? packages? other more my our your",
    "his her their it he she they we you i police neighbors? dogs? cats? wheel star step bedroom bath",
    "lanes? alarm zone way story stories second seconds down up along across past behind around over under",
    "between into onto heard saw seen running went drove walked ran graders? grade place floor exit",
)
_JOIN: Final = rf"(?:\s?(?:{DASH}|&|/)\s?|\s(?:and|to|or)\s(?=\d\d))"
_NUMBER: Final = (
    rf"(?:\d{{1,2}},\d{{3}}|\d{{1,5}})(?:[½¼¾]|{DASH}?[a-f]\b)?(?:\s1/[234])?"
    rf"(?:{_JOIN}\d{{1,5}}(?:[a-f]\b)?)?"
)
_WORD: Final = rf"(?!{_NO_NAME}\b)(?:[^\W\d][\w'’-]{{0,30}}\.?|\d{{1,3}}(?:st|nd|rd|th)\b)"
_ROOMS: Final = r"(?:apartment|apt|suite|ste|unit|flat|lot|room|rm|space|spc|bldg|building|trailer|no)\b\.?"
_FLAT: Final = rf"(?:{_ROOMS}\s*\#?\s*|\#\s?)\w{{1,5}}\b"
_ROUTE: Final = (
    r"(?:(?:old|us|u\.s\.|state|county|interstate)\s+){0,2}"
    r"(?:highway|hwy|route|rte|rt|road|sr|cr|fm|avenue|ave?|interstate)\s+(?:\d{1,4}|[a-z])\b"
)
HOUSE: Final = re.compile(
    rf"""(?<![\w$:.,/-]) (?P<number>{_NUMBER}) ,? \s+ {_SIDE} (?:
        (?: {_WORD} \s+ ){{1,5}}? {_SUFFIX}\b
      | (?<=\d\d\d\s) (?: {_WORD} \s+ ){{1,3}}? {_RARE_SUFFIX}\b
      | (?<=\d\d\d\s) {_ROUTE}
      | (?: (?<=\d\d\d\s) | (?<=\d\d\d\s[nsew]\s) ) (?!\d+(?:th|st|nd|rd)\s(?:grade|time|place|floor))
        \d{{1,3}}(?:st|nd|rd|th)\b
      | (?: broadway | the\s+embarcadero | embarcadero | the\s+alameda | el\s+camino
          | (?: av(?:e|enue|enida) | calle | camino | paseo | v[ií]a | rue ) \s+ (?!\d)\w+
          | (?: la | el | las | los ) \s+ (?-i:[A-Z])\w+ ) \b
    ) (?: \.? ,? \s* (?P<flat>{_FLAT}) )?""",
    FLAGS,
)
NO_HOUSE_BEFORE: Final = re.compile(
    r"\b(?:exit|marker|mm|bus|line|route|rte|highway|hwy|engine|truck|ladder|channel|flight|case|report|incident"
    r"|unit|pc|vc|hs|code)\s*\#?\s*\Z",
    re.IGNORECASE,
)
"""What stands before a number that is none of a house."""

_NO_TIME: Final = (
    r"(?! [\w:/%] | [.,]\d | \s?(?:am|pm|a\.m|p\.m|o'clock|hours?|hrs?|min(?:ute)?s?|miles?|blocks?|doors?"
    r"|feet|ft|years?|yrs?|days?|weeks?|months?|people|times|percent)\b | -[a-z] )"
)
HOUSE_NUMBER: Final = re.compile(
    rf"""(?: \b (?: house | live[sd]? | living | resid(?:e[sd]?|ing) | address | addr ) \s+
          (?: is \s+ | are \s+ )?
        (?: at | number | no\.? | \# | num\.? )
      | \b at \s+ (?: number | no\. | \# )
      | \b (?:street|st|avenue|ave|road|rd|lane|ln|drive|blvd|court|ct|way|place|pl)\b \.? ,? \s*
        (?: \# | no\. | number ) (?= \s* \d\d )
    ) \s* (?P<number> (?!\d{{1,4}}\s?(?:am|pm|a\.m|p\.m|:)) \d{{1,5}}[a-f]? ) {_NO_TIME}""",
    FLAGS,
)
LONG_HOUSE_NUMBER: Final = re.compile(
    rf"""\b (?: neighbou?rs?(?:'s)? | house | home | resident | residence | address(?:\sis)? | addr
      | deliver(?:ed|y) | (?P<word>number) ) [\s:]{{1,2}} (?: (?:at|to|in|of) \s )?
      (?P<number> (?!(?:19|20)\d\d\b) \d{{3,5}} ) {_NO_TIME}
    | \b (?: at | to | from | address(?:\sis|:) | outside | front\sof | near ) \s
      (?P<before> (?!(?:19|20)\d\d\b) \d{{3,5}} ) \s (?-i:[A-Z][a-z]{{2,20}}\b)(?<!Two)(?<!Police)(?<!Three)
      (?!\s\d)""",
    FLAGS,
)
"""Numbers of three digits and more, where a word before or a name behind tells that they are of a house."""
NO_NUMBER_BEFORE: Final = re.compile(
    r"\b(?:plates?|tags?|licen[sc]e|lic|reg|registration|phone|cell|serial|case|report|model|tracking|order|badge"
    r"|confirmation|ticket|flight|bus|account|policy|claim|incident|reference|event|permit|booking|vin|id)\s+\Z",
    re.IGNORECASE,
)
"""What has a number, too."""
FLAT_ALONE: Final = re.compile(
    r"""\b (?:
        (?:apartment|apt|suite|ste)\b\.? \s* (?: (?:\#|no\.?|number)? \s* \d{1,5}[a-z]? | \#\s?[a-z]
          | (?-i:[A-Z]) ) \b
      | (?:unit|room|rm|space|spc|lot|trailer) \s* \# \s* \d{1,5}[a-z]? \b
      | (?:bldg\.?|building) \s* \#? \s* (?: \d{1,4}[a-z]? | (?-i:[A-Z]) ) \b
      | (?<=in\s) (?:unit|room|space|lot|trailer) \s \d{1,5}[a-z]? \b
      | (?<=\bat\s) (?:unit|room|space|lot|trailer) \s \d{1,5}[a-z]? \b
      | room \s \d{3,4}[a-z]? \b
      | p\.?\s?o\.? \s? box \s* \#? \s* \d{1,6} \b | pob \s? \d{1,6} \b
    )""",
    FLAGS,
)
YEAR: Final = re.compile(
    r"(?:\b(?:in|since|year|during|summer|winter|spring|fall)\s+"
    r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s+"
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s*,?\s*)?)\Z",
    re.IGNORECASE,
)
"""What stands before a year."""
