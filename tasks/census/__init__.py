"""The Census as it is downloaded: people and incomes by tract, the lists of cities, and what each file is."""
