"""Selection: which tracts gentrified, whose police is a partner, and which cities to ask."""
