"""What `nwatch ledger` shows of the items that are not mail."""

import pyarrow as pa

from data.schema import TABLES
from flows.parts.mail import not_mail


def test_items_that_are_not_mail_are_listed_by_agency_and_class_the_most_frequent_first():
    rows = [
        {"agency": agency, "source": source, "class": name, "what": what, "items": items}
        for agency, source, name, what, items in [
            ("sfpd", "a", "IPM.Post", "post in a folder", 1),
            ("lapd", "b", "IPM.Post", "post in a folder", 2),
            ("lapd", "a", "IPM.Post", "post in a folder", 1),
            ("lapd", "a", "IPM.SkypeTeams.Message", "Teams message", 9),
        ]
    ]
    listing = not_mail(pa.Table.from_pylist(rows, schema=TABLES["public/not_mail"].arrow))
    assert listing.rows == [
        ("lapd", "Teams message", "IPM.SkypeTeams.Message", 9),
        ("lapd", "post in a folder", "IPM.Post", 3),
        ("sfpd", "post in a folder", "IPM.Post", 1),
    ]
