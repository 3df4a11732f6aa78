"""The rail of USDC on Base: addresses of escrows, deposits, signed payouts."""
