"""Scenes at the one address that clients use, and parts to call handlers with."""
