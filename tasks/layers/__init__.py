"""Layers as they are downloaded: the tracts, read once and kept, and the boundaries of places."""
