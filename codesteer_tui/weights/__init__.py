"""Weights on this machine: which are known, fetching and checking them, and making GGUF files of checkpoints."""
