"""The steps of the mail: which mailboxes there are, the reading of them, and what is attached to it.

``contents_of_attachments`` says what the list of the last step depends on.
"""

from __future__ import annotations

from tasks.mail.attachment_hashes import hash_attachments
from tasks.mail.inventory import contents_of_attachments, write_inventory
from tasks.mail.survey import read_survey, survey_files
from tasks.step import Step

__all__ = ["contents_of_attachments", "hashes", "inventory", "read", "survey"]

survey = Step("survey the mailboxes", survey_files, "files")
read = Step("read the mail", read_survey, "messages")
hashes = Step("hash the attachments", hash_attachments, "pieces")
inventory = Step("list the attachments", write_inventory)
