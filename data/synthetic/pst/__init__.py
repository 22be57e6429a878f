"""A writer of Outlook mailboxes (PST, Unicode version 23), made from the published format [MS-PST].

:class:`PstWriter` writes a file of any size in one pass and in little memory. The modules are the layers of
the format: :mod:`~data.synthetic.pst.layout` (numbers and structures), :mod:`~data.synthetic.pst.pages` and
:mod:`~data.synthetic.pst.ndb` (nodes and blocks), :mod:`~data.synthetic.pst.ltp` (properties and tables), and
:mod:`~data.synthetic.pst.messaging` and :mod:`~data.synthetic.pst.folders` (messages and folders).
"""

from data.synthetic.pst.items import Attachment, Enclosed, Message, Recipient
from data.synthetic.pst.writer import PstWriter

__all__ = ["Attachment", "Enclosed", "Message", "PstWriter", "Recipient"]
