"""Selection: which tracts gentrified, whose police has a partnership, and which cities to ask."""
