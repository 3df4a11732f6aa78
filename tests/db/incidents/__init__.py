"""What went wrong in other escrow systems does not here; the list is incidents.md."""
