"""Escrows and wallets that are paid in coins."""
