"""Drawings of problems and answers."""
