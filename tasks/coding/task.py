"""The steps of the coding."""

from __future__ import annotations

from tasks.coding.ledger import close_coding
from tasks.coding.sample.drawing import draw_sample
from tasks.coding.sample.hand_out import hand_out as write_sheets
from tasks.coding.sign import sign as write_name
from tasks.coding.tables import write_sample_tables
from tasks.coding.tally import tally as count
from tasks.step import Step

draw = Step("draw the sample", draw_sample)
hand_out = Step("hand out the sample", write_sheets)
write_sample = Step("list the sample", write_sample_tables)
sign = Step("sign the decisions", write_name)
tally = Step("tally the reviews", count)
close = Step("close the ledger of the coding", close_coding)
