"""The benchmark as it was published: its files, their known defects, and what its own judges accept."""
