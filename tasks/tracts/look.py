"""The door of the tracts for checks before a run: have the files the same tracts?"""

from tasks.places.usable import usable_geoids
from tasks.tracts.incomes import check_incomes
from tasks.tracts.vintages import Files, check_tracts, fits, rowless
from tasks.tracts.years import TractFile

__all__ = ["Files", "TractFile", "check_incomes", "check_tracts", "fits", "rowless", "usable_geoids"]
