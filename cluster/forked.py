"""Loaded first of all by the process that workers are forked from (`cluster.forking`); by no other."""

import gc
import os

# What is loaded here stays: the collector would look through it in vain now, and again in each worker, where
# that copies the memory which they share.
gc.disable()
os.register_at_fork(before=gc.freeze, after_in_child=gc.enable)
