"""The steps of gentrification and of the choice of cities."""

from __future__ import annotations

from tasks.selection.choose import choose
from tasks.selection.gentrification import judge_tracts, write_gentrification
from tasks.selection.ledger import close_gentrification, close_selection
from tasks.step import Step

judge = Step("judge the tracts", judge_tracts)
write = Step("write the gentrified tracts", write_gentrification)
close_tracts = Step("close the ledger of gentrification", close_gentrification)
choose_cities = Step("choose the cities", choose)
close_cities = Step("close the ledger of the selection", close_selection)
