"""Payments over outside rails: where they go, and those that cannot go."""
