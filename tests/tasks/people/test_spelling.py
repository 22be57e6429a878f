"""The one form in which spellings of an address are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.people.spelling import as_exchange, folded, is_address, is_exchange, pair, unpair

ANN = "ann.lee@pd.example.org"
EXCHANGE = "/o=city/ou=exchange administrative group (fydibohf23spdlt)/cn=recipients/cn=alee"


@pytest.mark.parametrize(
    "spelling",
    [
        ANN,
        "Ann.Lee@PD.Example.ORG",
        f"  {ANN}\t",
        f"'{ANN}'",
        f'"{ANN}"',
        f"\u2018{ANN}\u2019",
        f"\u201c{ANN}\u201d",
        f"'\"{ANN}\"'",
        f"<{ANN}>",
        f"<<{ANN}>>",
        f"Ann <'{ANN}'>",
        f"'<{ANN}>'",
        f"SMTP:{ANN}",
        f"smtp: {ANN}",
        f"mailto:{ANN}",
        f"mailto:{ANN}?subject=Hello%20there",
        f"<mailto:{ANN}>",
        f"Ann Lee <{ANN}>",
        f'"Lee, Ann" <{ANN}>',
        f"'{ANN}' <{ANN}>",
        f"Ann Lee <SMTP:{ANN}>;",
        f"Ann Lee [mailto:{ANN}]",
        f"Ann Lee ({ANN})",
        f"{ANN} (Ann Lee)",
        f"{ANN},",
    ],
)
def test_every_way_of_writing_an_address_is_the_address(spelling: str):
    assert folded(spelling) == ANN
    assert is_address(folded(spelling))


@pytest.mark.parametrize(
    "spelling",
    [
        EXCHANGE,
        EXCHANGE.upper(),
        f"EX:{EXCHANGE}",
        f"X500:{EXCHANGE}",
        f"Ann Lee <{EXCHANGE}>",
        f"'{EXCHANGE}'",
        "IMCEAEX-_O=CITY_OU=EXCHANGE+20ADMINISTRATIVE+20GROUP+20+28FYDIBOHF23SPDLT+29_CN=RECIPIENTS_CN=ALEE"
        "@pd.example.org",
    ],
)
def test_every_way_of_writing_an_exchange_address_is_that_address(spelling: str):
    assert folded(spelling) == EXCHANGE
    assert is_exchange(folded(spelling))
    assert not is_address(folded(spelling))
    assert as_exchange(spelling) == EXCHANGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@x.org", "ann@y.org"),
        ("ann@x.org", "ann.lee@x.org"),
        ("ann+duty@x.org", "ann@x.org"),
        ("Ann Lee", "Lee, Ann"),
        ("Ann Lee", "ann@x.org"),
        ("Ann (Patrol)", "Ann"),
        ("O'Brien", "OBrien"),
        (EXCHANGE, EXCHANGE + "2"),
    ],
)
def test_what_may_be_two_people_stays_apart(one: str, other: str):
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    "spelling", ["", " ", "<>", "''", '""', "'<>'", "\u00a0", "mailto:", "<mailto:>", ";"]
)
def test_what_names_nobody_is_empty(spelling: str):
    assert folded(spelling) == ""


def test_names_lose_quotes_and_doubled_blanks_and_nothing_else():
    assert folded('"Lee,  Ann"') == "lee, ann"
    assert folded("Team <>") == "team"
    assert folded("Cafe\u0301") == "caf\u00e9"


def test_what_is_longer_than_any_address_is_compared_as_it_is():
    assert folded("<" * 5000 + "Ann" + ">" * 5000) == "<" * 5000 + "ann" + ">" * 5000


PACKAGING = st.sampled_from(
    ["'{}'", '"{}"', "<{}>", " {} ", "SMTP:{}", "mailto:{}", "{};", "Ann Lee <{}>", "\u2018{}\u2019"]
)
ADDRESSES = st.from_regex(r"[a-z0-9.+_-]{1,12}@[a-z0-9-]{1,8}\.(org|gov)", fullmatch=True).filter(
    lambda text: not text.startswith("imceaex-")
)


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(spelling: str):
    assert folded(folded(spelling)) == folded(spelling)


@given(st.text(alphabet="<>()[]'\"`:;, @/=aeinmosxcEIMX500-_+?\u2018\u2019\u0130\u0307", max_size=40))
def test_folding_twice_is_folding_once_whatever_is_packed_into_what(spelling: str):
    assert folded(folded(spelling)) == folded(spelling)


@pytest.mark.long
@given(ADDRESSES, st.lists(PACKAGING, max_size=4), st.booleans())
def test_packaging_in_any_order_does_not_matter(address: str, layers: list[str], upper: bool):
    spelling = address.upper() if upper else address
    for layer in layers:
        if "Ann" not in layer or is_address(spelling.lower()):
            spelling = layer.format(spelling)
    assert folded(spelling) == address


@given(st.text(max_size=30))
def test_a_pair_comes_back_as_it_was(shown: str):
    assert unpair(pair(EXCHANGE, shown)) == (EXCHANGE, shown)


@given(st.text(max_size=30))
def test_any_text_can_be_asked_whether_it_is_a_pair(text: str):
    exchange, shown = unpair(text)
    assert (exchange, shown) == ("", "") or is_exchange(exchange)
