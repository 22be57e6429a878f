"""The steps of the crimes."""

from __future__ import annotations

from tasks.crime.gather import gather_folders
from tasks.crime.ledger import close_crimes
from tasks.crime.tabulate import count_folders
from tasks.step import Step

gather = Step("gather the crimes", gather_folders, "files")
count = Step("count the crimes", count_folders)
close = Step("close the ledger of the crimes", close_crimes)
