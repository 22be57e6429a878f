"""The steps of the posts."""

from __future__ import annotations

from tasks.posts.gather import gather_posts
from tasks.posts.ledger import close_posts
from tasks.posts.tabulate import tabulate_posts
from tasks.step import Step

gather = Step("gather the posts", gather_posts, "files")
tabulate = Step("tabulate the posts", tabulate_posts)
close = Step("close the ledger of the posts", close_posts)
