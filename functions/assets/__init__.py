"""Assets on other platforms: a snapshot of each, fixed by its hash."""
