"""How the body of a message becomes text: code pages, RTF, which body is read, and the lines of it.

The room knows neither mailboxes nor alerts: it is given the bytes of properties, and returns text with the
flaws found in it.
"""
