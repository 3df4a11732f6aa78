"""Payouts over outside rails: their destinations, and those that cannot be sent."""
