"""Statistics: functions of arrays, each with its source, that know no city and no table (method 7)."""
