"""Lambda handlers and the pure decisions behind them, one package per domain."""
