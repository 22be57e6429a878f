"""The public tables as people take them along: a workbook, a database, a folder that explains itself."""
