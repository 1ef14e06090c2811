"""Keys: where they are read from and kept, whose they are, and how they stay out of everything that is written."""
