"""A synthetic investigation: real PST files of made-up mail, with known truth beside them.

:func:`create` writes a whole investigation folder; :func:`plan` is what it will write, before a byte is
written; :func:`mailbox` writes one PST of plain alert messages for benchmarks and fault tests. One module an
area: today mail alone; posts, census and crime records get modules of their own beside
:mod:`data.synthetic.planning`, and :func:`create` calls them.
"""

from data.synthetic.box import mailbox
from data.synthetic.investigation import create
from data.synthetic.model import Plan, Planned, PlannedFile
from data.synthetic.planning import plan
from data.synthetic.write import Progress

__all__ = ["Plan", "Planned", "PlannedFile", "Progress", "create", "mailbox", "plan"]
