"""What the room of the tracts hands on: what is counted in them."""

from tasks.tracts.counted import Counted, crimes_of, kept_crimes, kept_posts, posts_of

__all__ = ["Counted", "crimes_of", "kept_crimes", "kept_posts", "posts_of"]
