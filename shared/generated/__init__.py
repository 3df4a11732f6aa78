"""Mirrors of tables of the database, written by make gen. Never edited by hand."""
