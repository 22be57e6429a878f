"""How license plates are written: of California and other states, in parts, and after a word that says so."""

from __future__ import annotations

import re
from typing import Final

from tasks.coding.redaction.contact import FLAGS, any_of

_STATES: Final = (
    r"(?:Ala(?:bama|ska)|Ari(?:zona)|Arkansas|Calif(?:ornia|\.)?|Colorado|Connecticut|Delaware|Florida|Georgia"
    r"|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan"
    r"|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New\s(?:Hampshire|Jersey|Mexico|York)|Ohio"
    r"|(?:North|South)\s(?:Carolina|Dakota)|Oklahoma|Oregon|Pennsylvania|Rhode\sIsland|Tennessee|Texas|Utah"
    r"|Vermont|(?:West\s)?Virginia|Washington|Wisconsin|Wyoming|Mexic(?:o|an))"
)
NEAR: Final = re.compile(
    rf"""\b (?:
        (?: license | licence | lic | registration | reg | partial ) \b\.? \s?
        (?: plates? | tags? | number | no\b\.? | \# )?
      | plates? | tags?
    ) (?: [\s,:=*()-]{{1,3}} (?: no\.(?=\s) | (?:
        number | no | num | \# | is | was | were | are | reads? | says? | starts? | begins? | ends? | that
      | (?:begin|start)(?:s|ning|ing)?\swith | end(?:s|ing)?\s(?:in|with) | partial(?:ly)? | with
      | (?:of|for|on)\s(?:the|that|his|her|my|their)(?:\s(?:car|truck|van|suv|vehicle|bike|motorcycle))?
      | ca | maybe | might\sbe | may\sbe | could\sbe | possibl[ey] | probably | like | i\sthink | looks\slike
      | {_STATES}
    )\b ) ){{0,4}} [\s,:=\#*()-]{{0,3}} ["\u201c'*(]? """,
    FLAGS,
)
NO_PLATE_BEFORE: Final = re.compile(
    r"\b(?:graffiti|gang|gangs?'|name|price|dog|pet|ear|toe|clothing|security|sale|license to)\s+\Z",
    re.IGNORECASE,
)
"""What stands before tags that no car has."""

_SAID_WORDS: Final = any_of(
    "adam boy charles david edward frank george henry ida john king lincoln mary nora ocean paul queen",
    "robert sam tom union victor william xray x-ray young zebra alpha bravo charlie delta echo foxtrot golf",
    "hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform",
    "whiskey yankee zulu zero one two three four five six seven eight nine",
)
_LETTERS: Final = r"(?-i:[A-Z]{1,4})"
_MIXED: Final = r"(?: (?=[a-z]*\d) (?=\d*[a-z]) [a-z\d]{2,8} )"
_SHORT_MIXED: Final = r"(?: (?=[a-z]{0,3}\d) (?=\d{0,3}[a-z]) [a-z\d]{2,4} )"
_NO_YEAR: Final = r"(?!(?:19|20)\d\d\b)"
_NEXT: Final = (
    rf"(?: [ -] {_NO_YEAR} (?: \d{{3,5}} | {_SHORT_MIXED} | (?-i:[A-Z]{{2,4}}) )(?!\w) | -[A-Z]\b | -\d\d\b )"
)
_NO_WORD: Final = (
    r"(?!(?:STOLEN|FRAMES?|MISSING|UNKNOWN|COVER(?:ED)?|HOLDER|READER|SALE|ONLY|WITH|FROM|THAT)\b)"
)
SAID: Final = re.compile(
    rf"""(?:
        [a-z]\s\d{{3}}\s\d{{3}}\b
      | (?: (?:\d{{1,3}}|[a-z]|{_SAID_WORDS}) [ -] ){{3,7}} (?:\d{{1,3}}|[a-z]|{_SAID_WORDS})\b
      | \d[ -]?[a-z]{{3}}[ -]?\d{{2,3}}\b | \d{{3}}-[a-z]{{3}}\b
      | {_LETTERS} [ -] (?: {_MIXED} | {_NO_YEAR}\d{{2,5}} ) {_NEXT}{{0,1}}
      | [a-z]{{2,3}}[ -]\d{{2,5}}[a-z]?
      | (?: {_SHORT_MIXED} | \d{{2,4}} ) {_NEXT}{{1,2}}
      | {_MIXED}
      | (?-i: {_NO_WORD} [A-Z]{{4,8}} )
      | \d{{3,7}} (?! [:%] | [.,/-]\d )
    ) (?! [\w%] )""",
    FLAGS,
)
"""What may follow: not the words of a sentence."""
MORE: Final = re.compile(
    r"""["\u201d'*)]? [\s,;]{0,2} (?: or | and | to | / | & )? \s?
    (?: (?:end|start|begin)(?:s|ing|ning)?\s(?:in|with)\s )? (?=[a-z ]{0,3}\d) """,
    FLAGS,
)
"""What stands between two plates, or two parts of one."""

BARE: Final = re.compile(
    r"""(?<![\w.@/+-]) (?:
        [1-9][a-z]{3}\d{3}                                  # a car of California
      | (?-i: [1-9]\s?[A-Z]{3}[\s-]?\d{3} | [A-Z]{3}-?\d{3,4} | \d{3}-?[A-Z]{3} | [1-9][A-Z]\d{5}
            | \d{5}[A-Z]\d
            | [A-Z]{3}-?\d{2}[A-Z] | [A-Z]{3}\s(?!(?:19|20)\d\d)\d{4} | \d[A-Z]{2}\d{4}
            | (?=(?:\d{0,16}[A-Z]){3}) (?=(?:[A-Z]{0,16}\d){4}) [A-HJ-NPR-Z\d]{17} )  # of a car itself: VIN
    ) (?![\w@/+-])""",
    FLAGS,
)
_NOT_ITS_LETTERS: Final = any_of(
    "CR HWY FWY SR RTE ZIP CASE UNIT APT STE BOX BMW GMC AMG SUV CRV HRV MDX RDX MKX USB VIN",
    "LAPD? USC UAL SWA AAL DAL CAL PIN SAN THE AND FOR MAY JUN JUL AUG SEP OCT NOV DEC JAN FEB",
    "MAR APR CAM BUS GPS CST PST PDT EST EDT CDT ISO ATM FYI ETA MPH RTX GTX GTI WRX GLC GLE GLS GLA GLK CLA",
    "CLS CLK SLK SRT SVT XTS CTS ATS ILX TLX RSX NSX TSX RLX ATV UTV LOT NBA MLB NFL NHL LAX SFO JFK",
    "KFI SHA RFC USD MAC TEC ALL YES NOT TOP",
)
NO_PLATE: Final = re.compile(rf"{_NOT_ITS_LETTERS}[\s-]?\d", re.IGNORECASE)
"""What has the form of a plate, and is none."""
NO_BARE_BEFORE: Final = re.compile(
    r"\b(?:model|serial|part|sku|item|order|case|report|event)(?:\s*(?:number|no\.?|\#|:|is)){0,2}\s*\Z",
    re.IGNORECASE,
)
"""What stands before a code of a thing that is no car."""
