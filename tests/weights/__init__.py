"""Weights: known, pulled, checked, made."""
