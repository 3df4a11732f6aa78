"""The chains of this deployment: which rails it works, as the environment says, and what the
database knows of each."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from shared.coin_address import COINS, Coin
from shared.db import Database
from shared.settings import SettingsError, not_configured, secret

from .node import Node
from .rpc import PATIENCE_SECONDS

# What stands in place of a token's contract.
NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of a rail. genesis: hash of its first block. first_block: reading begins after
    it. currency: the coin, in the books."""

    rail: str
    chain_id: int
    genesis: str
    first_block: int
    currency: str
    coin: Coin


def chain(db: Database, rail: str) -> Chain:
    """What the database knows of the chain of a rail. Raises Problem: not_configured (503) for a
    rail without one."""
    told = db.service_rpc("utxo_chain", {"rail": rail}, repeatable=True)
    if not told:
        raise not_configured()
    return Chain(
        rail=told["rail"], chain_id=told["chain_id"], genesis=told["genesis_hash"],
        first_block=told["first_block"], currency=told["currency"], coin=COINS[rail],
    )  # fmt: skip


def works(rail: str) -> bool:
    """Whether this deployment works a rail: HOLDFAST_COIN_RAILS names them, with commas
    between."""
    return rail in os.environ.get("HOLDFAST_COIN_RAILS", "").replace(" ", "").split(",")


@contextmanager
def nodes(of: Chain, patience: float = PATIENCE_SECONDS) -> Iterator[Sequence[Node]]:
    """The nodes of a chain, whose addresses are in the line of its rail of the secret
    HOLDFAST_COIN_NODE_SECRET. The first is asked for everything; what it says of money that moves
    for good, the others must say as well. patience: seconds for an answer.

    Raises SettingsError, Unavailable.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(Node(url, of.genesis, patience)) for url in _urls(of.rail)]


def _urls(rail: str) -> list[str]:
    for line in secret(_variable("COIN_NODE_SECRET")).splitlines():
        first, *words = line.split() or [""]
        if first == rail and words:
            return words
    raise SettingsError(f"the secret of HOLDFAST_COIN_NODE_SECRET has no line of the rail {rail}")


def _variable(name: str) -> str:
    value = os.environ.get(f"HOLDFAST_{name}", "").strip()
    if not value:
        raise SettingsError(f"HOLDFAST_{name} is not set")
    return value
