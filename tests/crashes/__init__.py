"""Crashes under load: what was acknowledged is there, once, and clients may repeat anything."""
