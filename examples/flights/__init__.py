"""A year of departures from New York, from digits in a table to answers over GraphQL."""
