"""Screening of the addresses that money comes from and goes to."""
