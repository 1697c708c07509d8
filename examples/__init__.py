"""Two whole systems to run and to read: a year of flights, and a social network for dogs."""
