"""Solvers of the tasks, for gold answers and tests. They share no code with what judges an answer."""
