"""Solvers of the tasks, for gold answers and tests.

But for reading the problem they share no code with the verifiers.
"""
