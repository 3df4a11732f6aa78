"""Contracts on paper: a PDF of each, made once, kept in object storage."""
