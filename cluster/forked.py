"""Loaded first of all by the process that workers are forked from (`cluster.forking`); by no other."""

import gc
import os
import signal

# Ctrl-C is for the run, which ends its workers; they inherit what is ignored.
signal.signal(signal.SIGINT, signal.SIG_IGN)
# What is loaded here stays: the collector would look through it in vain now, and again in each worker, where
# that copies the memory which they share.
gc.disable()
os.register_at_fork(before=gc.freeze, after_in_child=gc.enable)
