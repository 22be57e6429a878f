"""A synthetic investigation: real PST files of made-up mail, a made-up country, and the truth about both.

:func:`create` writes a whole investigation folder; :func:`plan` is the plan of its mail, before a byte is
written; :func:`mailbox` writes one PST of plain alert messages for benchmarks and fault tests.

There are four packages. :mod:`data.synthetic.mail` makes the mail, :mod:`data.synthetic.pst` writes it as PST
files, :mod:`data.synthetic.country` makes tracts, Census, cities and posts, and
:mod:`data.synthetic.public_records` makes crime records, gentrification, the Atlas and the records requests.
Each also writes the truth: the tables that a faultless run publishes about its files.
"""

from data.synthetic.investigation import create
from data.synthetic.mail.box import mailbox
from data.synthetic.mail.model import Plan, Planned, PlannedFile
from data.synthetic.mail.planning import plan
from data.synthetic.mail.write import Progress

__all__ = ["Plan", "Planned", "PlannedFile", "Progress", "create", "mailbox", "plan"]
