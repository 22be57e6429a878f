"""How the mailboxes are read: plan, copy out, decode, keep; behind one door, ``task``."""
