"""Escrow: every move of held money, whoever or whatever makes it."""
