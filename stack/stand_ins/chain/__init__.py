"""A real EVM chain of the tests: anvil, with stand-ins at the addresses of its tokens."""

from stack.stand_ins.chain.chain import Chain, Dropped
from stack.stand_ins.chain.kinds import BASE, BRIDGED_USDC, BSC, BSC_USDT, TRON, USDC, Kind

CHAIN_ID = BASE.chain_id

__all__ = [
    "BASE", "BRIDGED_USDC", "BSC", "BSC_USDT", "CHAIN_ID", "TRON", "USDC",
    "Chain", "Dropped", "Kind",
]  # fmt: skip
