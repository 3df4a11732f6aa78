"""A real EVM chain of the tests: anvil as Base, with stand-ins at the addresses of its tokens."""

from stack.stand_ins.chain.chain import BRIDGED_USDC, CHAIN_ID, USDC, Chain, Dropped

__all__ = ["BRIDGED_USDC", "CHAIN_ID", "USDC", "Chain", "Dropped"]
