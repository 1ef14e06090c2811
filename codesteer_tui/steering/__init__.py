"""The method: what a round is, who guides it, and what is found in answers and programs. No I/O of its own."""
