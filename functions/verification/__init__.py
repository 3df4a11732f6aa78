"""Verification of people: an operator's commands and a provider's webhook."""
