"""How telephone numbers and e-mail addresses are written, also by those who hide them from programs."""

from __future__ import annotations

import re
from typing import Final

FLAGS: Final = re.IGNORECASE | re.VERBOSE
DASH: Final = "[-\u2010-\u2014\u2212]"


def any_of(*words: str) -> str:
    """A pattern of any of some words.

    Args:
        words: Patterns of words, with blanks between them.

    Example:
        >>> any_of("st street", "rd")
        '(?:st|street|rd)'
    """
    return f"(?:{'|'.join(' '.join(words).split())})"


# Lengths are bound throughout, as a text may be 40,000 letters without a blank.
_TOP: Final = any_of("com org net edu gov mil io us co uk ca mx info biz me")
_PROVIDER: Final = any_of(
    "gmail googlemail yahoo ymail hotmail outlook icloud aol msn comcast protonmail proton sbcglobal att",
    "verizon cox earthlink live mac",
)
_NO_LOCAL: Final = any_of(
    "him her us me them you it out look see was were is are be been here there sold bought buy shop shopping",
    "order ordered orders found find online site website store posted and or not only now then",
)
_DOT: Final = (
    r"(?: [.,] | \s?\.\s?(?=[a-z]{2,4}\b) | \s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s? | \s?-dot-\s? | _dot_"
    r" | \s(?:dot|period)\s )"
)
_LOCAL: Final = (
    r"(?: (?:\w{1,30}(?:\sdot\s|\s?[(\[]dot[)\]]\s?)){0,3} [\w.%+'&\#=!-]{1,64} | \"[^\"\n]{1,60}\" )"
)
EMAIL: Final = re.compile(
    rf"""(?<![\w.%+'&\#=!-]) (?:
        {_LOCAL} (?: \s?[@\uff20]\s? | %40 | \s?[\[({{<]\s?(?:at|@)\s?[\])}}>]\s? | \s?-at-\s? ) (?:
            \[?\d{{1,3}}(?:\.\d{{1,3}}){{3}}\]?
          | [\w-]{{1,63}} (?: {_DOT} [\w-]{{1,63}} ){{0,7}} {_DOT} (?!\d) [\w-]{{2,63}}
          | {_PROVIDER} (?:\s{_TOP})? \b
        )
      | \w{{1,64}}?_at_\w{{1,30}}_dot_\w{{2,9}}
      | (?-i:[a-z\d._]{{1,64}}AT[a-z\d-]{{2,63}}DOT[a-z]{{2,9}})\b
      | (?!{_NO_LOCAL}\s) {_LOCAL} \s at \s (?:
            [\w-]{{1,63}} (?: {_DOT} [\w-]{{1,63}} ){{0,6}} \s(?:dot|period)\s {_TOP}\b
          | {_PROVIDER}\.{_TOP}\b
        )
      | \w{{1,30}}[._\d]\w{{1,30}} \s at \s {_PROVIDER}\b
    )""",
    FLAGS,
)

_GAP: Final = r"[\s.*_~/\u00b7\u2010-\u2015\u2212-]"
_TAIL: Final = r"(?: \s?(?:/|or)\s? \d{4}\b )? (?: ,? \s? (?:x|ext\.?|extension|\#) \s? \d{1,6} )?"
_LIKE: Final = "[\\dol]"
PHONE: Final = re.compile(
    rf"""(?<![\w$./]) (?<!\d[-,]) (?:
        (?: (?:(?:\+|00)?1{_GAP}{{0,3}})?
            (?: [(\[]?\s?[2-9]\d\d\s?[)\]]{_GAP}{{0,3}} | [2-9]\d\d{_GAP}{{1,3}} )
            [2-9]\d\d{_GAP}{{1,3}} \d\s?\d\s?\d\s?\d
          | [2-9]\d\d (?:\.|{DASH}|\u00b7|\*) \d{{4}}
        ) {_TAIL} (?!\d|[.,-]\d)
      | (?: \+?1?[2-9]\d\d[2-9]\d{{6}}
          | \+ [1-9] (?: [\s.()-]{{0,2}} \d ){{7,14}}
          | (?:00|011{_GAP}) [1-9]\d{{0,2}} (?:{_GAP}\d{{1,5}}){{2,5}}
          | (?=(?:[^\d\n]{{0,3}}\d){{7}}) [2-9l]{_LIKE}{{2}}[.-]{_LIKE}{{3}}[.-]{_LIKE}{{4}}
          | (?:1{_GAP})?8(?:00|33|44|55|66|77|88){_GAP}(?-i:[A-Z]{{3}}-?[A-Z]{{4}}|[A-Z]{{7,8}})
        ) {_TAIL} (?!\w|[.,-]\d)
    )""",
    FLAGS,
)
SHORT_PHONE: Final = re.compile(
    r"""\b (?: call(?:ed|ing)? | phones? | cell | mobile | text(?:ed)? | tel | ring | sms | whatsapp
      | (?:my|his|her|their|phone|cell)\s(?:number|no\.?|\#) )
    (?: [\s:\#.]{1,3} (?: me | us | at | is | on | number | no ) \b ){0,3} [\s:\#.]{1,3}
    (?P<number> [2-9]\d\d\s?\d{4} ) (?! [\w/] | [.,:-]\d )""",
    FLAGS,
)
"""Seven digits, which may be anything unless somebody is to be called."""

_SAID_DIGIT: Final = any_of("zero oh one two three four five six seven eight nine")
DIGITS_IN_WORDS: Final = re.compile(
    rf"(?<!\w)(?:(?:{_SAID_DIGIT}\b|\d)[\s,.()-]{{0,3}}){{6,14}}(?:{_SAID_DIGIT}\b|\d)(?!\w)", re.IGNORECASE
)
ONE_DIGIT: Final = re.compile(rf"{_SAID_DIGIT}|\d", re.IGNORECASE)
LEAST_IN_WORDS: Final = 3
"""Digits in words, of seven or more in a row, from which on it is a telephone number."""

NO_PHONE: Final = re.compile(
    r"\b(?:case|report|incident|reference|ref|tracking|order|serial|claim|ticket|citation|confirmation|policy"
    r"|booking|invoice|account|acct|badge|permit|event|model|vin|dr|id|rd)"
    r"(?:\s*(?:number|no\.?|num|is|was|\#|:)){0,3}\s*(?:[\w-]{1,20}-)?\Z",
    re.IGNORECASE,
)
"""What stands before ten digits that are none of a telephone."""
