"""Reputation: the public figures of traders."""
