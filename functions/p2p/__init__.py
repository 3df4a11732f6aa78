"""P2P orders: publish, pause, resume, take, cancel."""
