"""The index: what crypto costs, from several sources."""
