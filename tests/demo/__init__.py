"""The demo is true."""
