"""Tokens and money: what models cost, and how many tokens a text is where nobody counts them."""
