"""The chains of this deployment: which rails it works, as the environment says, and what the
database knows of each."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from shared.db import Database
from shared.settings import SettingsError, not_configured, secret

from .address_forms import FORMS, AddressForm
from .fees import Limits
from .node import Node

# What stands for the coin of a chain where a token has its contract (EIP-7528).
COIN = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"


@dataclass(frozen=True, slots=True)
class Token:
    """A token in the books, or the coin of its chain: currency. address: its contract, or COIN.
    decimals: of its smallest unit."""

    address: str
    currency: str
    decimals: int

    @property
    def is_coin(self) -> bool:
        return self.address == COIN


@dataclass(frozen=True, slots=True)
class Network:
    """The chain of a rail.

    rail: its row in rails. form: how it writes addresses. first_block: reading the chain begins
    after it. fees: what a unit of gas may cost. tokens: those that are watched, by currency, the
    coin among them.
    """

    rail: str
    form: AddressForm
    chain_id: int
    first_block: int
    fees: Limits
    tokens: Mapping[str, Token]

    @property
    def decimals(self) -> Mapping[str, int]:
        """Decimals of tokens by the address of their contract; the coin has none."""
        return {each.address: each.decimals for each in self.tokens.values() if not each.is_coin}

    @property
    def coin(self) -> Token | None:
        """The coin of the chain; None: it is not watched."""
        return next((each for each in self.tokens.values() if each.is_coin), None)


def network(db: Database, rail: str) -> Network:
    """What the database knows of the chain of a rail. Raises Problem: not_configured (503) for a
    rail without one."""
    told = db.service_rpc("chain", {"rail": rail}, repeatable=True)
    if not told:
        raise not_configured()
    form = FORMS[told["address_kind"]]
    return Network(
        rail=told["rail"],
        form=form,
        chain_id=told["chain_id"],
        first_block=told["first_block"],
        fees=Limits(ceiling=int(told["fee_ceiling"]), least_tip=int(told["least_tip"])),
        tokens={
            each["currency"]: Token(**{**each, "address": form.ours(each["address"])})
            for each in told["tokens"]
        },
    )


def works(rail: str) -> bool:
    """Whether this deployment works a rail: HOLDFAST_EVM_RAILS names them, with commas between."""
    return rail in os.environ.get("HOLDFAST_EVM_RAILS", "").replace(" ", "").split(",")


def hot_wallet() -> str:
    """HOLDFAST_EVM_HOT_WALLET: the address that pays out, on every chain. Raises SettingsError."""
    return variable("HOT_WALLET")


@contextmanager
def nodes(of: Network) -> Iterator[Sequence[Node]]:
    """The nodes of a chain, whose addresses are in the line of its rail of the secret
    HOLDFAST_EVM_NODE_SECRET. The first is asked for everything; what it says of money that moves
    for good, the others must say as well.

    Raises SettingsError, Unavailable.
    """
    urls = secret_line("NODE_SECRET", of.rail)
    with ExitStack() as stack:
        yield [stack.enter_context(Node(url, of.chain_id)) for url in urls]


def secret_line(name: str, rail: str) -> list[str]:
    """The words after the name of a rail in its line of a secret. name: of the variable that holds
    the secret's name, without HOLDFAST_EVM_. Raises SettingsError, Unavailable."""
    for line in secret(variable(name)).splitlines():
        first, *words = line.split() or [""]
        if first == rail and words:
            return words
    raise SettingsError(f"the secret of HOLDFAST_EVM_{name} has no line of the rail {rail}")


def variable(name: str) -> str:
    """A variable of the environment, by what follows HOLDFAST_EVM_. Raises SettingsError."""
    value = os.environ.get(f"HOLDFAST_EVM_{name}", "").strip()
    if not value:
        raise SettingsError(f"HOLDFAST_EVM_{name} is not set")
    return value
