"""The hot wallet: what it has, what is already promised, whether a payment would go through."""

from dataclasses import dataclass
from decimal import Decimal

from shared.db import Database
from shared.errors import Invalid
from shared.evm_address import parse_address
from shared.payouts import Payout

from .answers import number
from .fees import Caps
from .node import Node, balance_call
from .rpc import NodeRefused
from .settings import Token
from .transaction import transfer_data
from .units import from_units

# Of a transfer of USDC, with room to spare; what is not used is not paid.
GAS_LIMIT = 100_000


class Short(Exception):
    """The hot wallet lacks money or gas, or cannot send at all: wait and tell the operator."""


class NonceTaken(Exception):
    """The chain has counted more of the hot wallet's transactions than we made."""


class CannotBePaid(Exception):
    """The token refuses this address, and no other."""


@dataclass(frozen=True, slots=True)
class HotWallet:
    """The wallet at address, as chain and books have it."""

    db: Database
    node: Node
    address: str

    def next_nonce(self, payout: Payout, token: Token, bid: Caps) -> int:
        """The nonce for a payment that the wallet covers, beside all it has promised.

        Raises Short, NonceTaken, NodeRefused, NodeUnknown, Problem.
        """
        mined = self.node.transaction_count(self.address, "latest")
        asked = {
            "chain_id": self.node.chain_id, "wallet": self.address, "mined_nonce": mined,
            "currency": payout.currency,
        }  # fmt: skip
        known = self.db.service_rpc("chain_wallet", asked, repeatable=True)
        if mined > known["next_nonce"]:
            raise NonceTaken
        if self.balance(token) < payout.amount + Decimal(known["waiting_amount"]):
            raise Short(f"not enough {token.currency}")
        gas = (known["waiting"] + 1) * GAS_LIMIT * bid.max_fee
        if self.node.balance(self.address) < gas:
            raise Short("not enough ether for gas")
        return int(known["next_nonce"])

    def try_out(self, payout: Payout, token: Token) -> bytes:
        """The call that pays, tried without sending it.

        Raises CannotBePaid, Short, NodeRefused, NodeUnknown.
        """
        try:
            parse_address(payout.destination, refused=(self.address, token.address))
        except Invalid as bad:
            # Whatever wrote it down: nothing is signed for an address that is nobody's.
            raise CannotBePaid(bad.slug) from None
        data = self.call_data(payout, token)
        if self._reverts(token, data):
            # Does it refuse the payee, or us?
            own = transfer_data(self.address, payout.amount, token.decimals)
            if self._reverts(token, own):
                raise Short("the token lets the hot wallet send nothing")
            raise CannotBePaid("the token refuses to pay this address")
        return data

    def call_data(self, payout: Payout, token: Token) -> bytes:
        """The call that pays."""
        return transfer_data(payout.destination, payout.amount, token.decimals)

    def balance(self, token: Token) -> Decimal:
        """What it has of a token. Raises NodeRefused, NodeUnknown."""
        told = self.node.call(token.address, balance_call(self.address))
        return from_units(number(told), token.decimals)

    def _reverts(self, token: Token, data: bytes) -> bool:
        try:
            self.node.call(token.address, data, sender=self.address)
        except NodeRefused as refused:
            if refused.kind != "reverted":
                raise
            return True
        return False
