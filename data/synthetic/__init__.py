"""A synthetic investigation: real PST files of made-up mail, a made-up country, and the truth beside them.

:func:`create` writes a whole investigation folder; :func:`plan` is what it will write of mail, before a byte
is written; :func:`mailbox` writes one PST of plain alert messages for benchmarks and fault tests. The mail
is made by :mod:`data.synthetic.mail.planning` and what lies beside it; posts, tracts, Census and cities by
:mod:`data.synthetic.country`; crime records will get a module of their own, which :func:`create` calls.
"""

from data.synthetic.investigation import create
from data.synthetic.mail.box import mailbox
from data.synthetic.mail.model import Plan, Planned, PlannedFile
from data.synthetic.mail.planning import plan
from data.synthetic.mail.write import Progress

__all__ = ["Plan", "Planned", "PlannedFile", "Progress", "create", "mailbox", "plan"]
