"""Supabase Auth below /auth/v1 of the local stack, with its state in Auth's own tables.

What it does as Auth does, and what it leaves out: docs/decisions/0050.
"""
