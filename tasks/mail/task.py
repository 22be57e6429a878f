"""The steps of the mail: which mailboxes there are, and the reading of them."""

from __future__ import annotations

from tasks.mail.survey import read_survey, survey_files
from tasks.step import Step

survey = Step("survey the mailboxes", survey_files, "files")
read = Step("read the mail", read_survey, "messages")
