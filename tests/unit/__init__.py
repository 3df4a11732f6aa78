"""Modules by themselves, without a database."""
