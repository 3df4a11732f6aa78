"""A real chain of Bitcoin or Litecoin for the tests: a node of its own on a network of its own."""

from stack.stand_ins.coins.chain import CoinChain
from stack.stand_ins.coins.kinds import BITCOIN, LITECOIN, CoinKind

__all__ = ["BITCOIN", "LITECOIN", "CoinChain", "CoinKind"]
