"""Snapshots and commands for decisions that are made without a database."""
