"""The own account: sessions, devices and recovery codes."""
