"""What a file of rows is by its content: how it is packed, in which encoding, with which separators."""
