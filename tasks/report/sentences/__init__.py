"""What was found, in words: plain functions from a story to sentences, one module per subject (method 13.5).

No number in a sentence is typed by hand: a test looks for digits in the texts of these modules.
"""
