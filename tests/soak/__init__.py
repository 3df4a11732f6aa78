"""Random trade for a long time: `make soak`."""
