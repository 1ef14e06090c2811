"""Finding out about providers: can they be reached, what do they list, how fast are they, and who is next door."""
