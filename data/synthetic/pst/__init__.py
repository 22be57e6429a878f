"""A writer of Outlook mailboxes (PST, Unicode version 23) from the published format [MS-PST].

`PstWriter` writes a file of any size in one pass and little memory.
"""

from data.synthetic.pst.items import Attachment, Message, Recipient
from data.synthetic.pst.writer import PstWriter

__all__ = ["Attachment", "Message", "PstWriter", "Recipient"]
