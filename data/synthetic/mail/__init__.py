"""Made-up mailboxes: officers, alerts, messages, bodies, and the truth about them.

:mod:`~data.synthetic.mail.planning` plans every message, :mod:`~data.synthetic.mail.write` writes the planned
mailboxes, :mod:`~data.synthetic.mail.truth` writes the tables that a faultless run makes from them, and
:mod:`~data.synthetic.mail.box` writes a single mailbox without a plan.
"""
