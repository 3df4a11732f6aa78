"""Assets on platforms of others: what they were like at a moment, fixed by hash."""
