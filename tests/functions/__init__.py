"""The functions on the real stack, through its one address."""
