"""Imported first by the process that workers are forked from (`cluster.forking`), and by no other process."""

import gc
import os

# The modules that are loaded after this one stay loaded. Python's cycle collector would search them in vain,
# and each search writes into the objects: in a worker, that copies memory which it shares with its parent. So
# the collector is off while this process loads, "freeze" exempts all that is there from every later search,
# and a worker, which makes cycles of its own, has the collector on again.
gc.disable()
os.register_at_fork(before=gc.freeze, after_in_child=gc.enable)
