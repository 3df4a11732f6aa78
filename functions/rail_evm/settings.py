"""The chain of this deployment, read from the environment."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from shared.db import Database
from shared.settings import SettingsError, secret_values

from .fees import Limits
from .node import Node

_LEAST_TIP = 1_000_000

# Its row in rails.
RAIL = "base"


@dataclass(frozen=True, slots=True)
class Token:
    """A token in the books: currency. address: its contract. decimals: of its smallest unit."""

    address: str
    currency: str
    decimals: int


def chain_id() -> int | None:
    """HOLDFAST_EVM_CHAIN_ID; None when it is empty: this deployment has no such rail."""
    text = os.environ.get("HOLDFAST_EVM_CHAIN_ID", "").strip()
    return int(text) if text else None


def account_key() -> str:
    """HOLDFAST_EVM_XPUB: the extended public key of the deposit addresses.
    Raises SettingsError."""
    return _variable("XPUB")


def first_block() -> int:
    """HOLDFAST_EVM_FIRST_BLOCK: reading the chain begins after this block."""
    return int(_variable("FIRST_BLOCK"))


def hot_wallet() -> str:
    """HOLDFAST_EVM_HOT_WALLET: the address that pays out. Raises SettingsError."""
    return _variable("HOT_WALLET")


def fee_limits() -> Limits:
    """HOLDFAST_EVM_FEE_CEILING: the most a unit of gas may cost, in wei."""
    return Limits(ceiling=int(_variable("FEE_CEILING")), least_tip=_LEAST_TIP)


@contextmanager
def nodes(chain: int) -> Iterator[Sequence[Node]]:
    """The nodes whose addresses are in the secret HOLDFAST_EVM_NODE_SECRET, with white
    space between them. The first is asked for everything; what it says of money that moves for
    good, the others must say as well.

    Raises SettingsError, Unavailable.
    """
    urls = secret_values("HOLDFAST_EVM_NODE_SECRET")
    if not urls:
        raise SettingsError("no node is named in HOLDFAST_EVM_NODE_SECRET")
    with ExitStack() as stack:
        yield [stack.enter_context(Node(url, chain)) for url in urls]


def tokens(db: Database, chain: int) -> Mapping[str, Token]:
    """The tokens that are watched, by currency. Raises Problem."""
    told = db.service_rpc("chain_tokens", {"chain_id": chain}, repeatable=True)
    return {each["currency"]: Token(**each) for each in told}


def decimals(tokens: Mapping[str, Token]) -> Mapping[str, int]:
    """Decimals of tokens by the address of their contract."""
    return {each.address: each.decimals for each in tokens.values()}


def _variable(name: str) -> str:
    value = os.environ.get(f"HOLDFAST_EVM_{name}", "").strip()
    if not value:
        raise SettingsError(f"HOLDFAST_EVM_{name} is not set")
    return value
