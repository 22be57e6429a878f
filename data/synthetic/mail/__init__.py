"""Made-up mailboxes: officers, posts, messages, bodies, and the truth about them."""
