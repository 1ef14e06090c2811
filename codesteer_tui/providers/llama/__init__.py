"""Models on this machine: a GGUF, run by llama.cpp in a child process."""
