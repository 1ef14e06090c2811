"""Models behind a network: the protocols, and all that they share, from the wire to visible retries."""
