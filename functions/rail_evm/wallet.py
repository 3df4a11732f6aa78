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
from .transaction import Transfer, coin_transfer, token_transfer
from .units import from_units, wei_amount

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
        # Of the coin it pays gas, and what it has promised of the coin itself.
        gas = (known["waiting"] + 1) * GAS_LIMIT * bid.max_fee
        promised = Decimal(known["waiting_coin"]) + (payout.amount if token.is_coin else 0)
        if wei_amount(self.node.balance(self.address)) < promised + wei_amount(gas):
            raise Short("not enough of the coin for gas")
        return int(known["next_nonce"])

    def try_out(self, payout: Payout, token: Token) -> Transfer:
        """The transfer that pays, tried without sending it.

        Raises CannotBePaid, Short, NodeRefused, NodeUnknown.
        """
        try:
            parse_address(payout.destination, refused=(self.address, token.address))
        except Invalid as bad:
            # Whatever wrote it down: nothing is signed for an address that is nobody's.
            raise CannotBePaid(bad.slug) from None
        transfer = transfer_of(payout, token)
        if self._reverts(transfer):
            # Does it refuse the payee, or us?
            if not token.is_coin and self._reverts(
                token_transfer(token.address, self.address, payout.amount, token.decimals)
            ):
                raise Short("the token lets the hot wallet send nothing")
            raise CannotBePaid("this address cannot be paid")
        return transfer

    def balance(self, token: Token) -> Decimal:
        """What it has of a token or coin. Raises NodeRefused, NodeUnknown."""
        if token.is_coin:
            return wei_amount(self.node.balance(self.address))
        told = self.node.call(token.address, balance_call(self.address))
        return from_units(number(told), token.decimals)

    def _reverts(self, transfer: Transfer) -> bool:
        try:
            self.node.call(transfer.to, transfer.data, sender=self.address, value=transfer.value)
        except NodeRefused as refused:
            if refused.kind != "reverted":
                raise
            return True
        return False


def transfer_of(payout: Payout, token: Token) -> Transfer:
    """The transfer that pays. Raises ValueError for an amount that is not exact."""
    if token.is_coin:
        return coin_transfer(payout.destination, payout.amount, token.decimals)
    return token_transfer(token.address, payout.destination, payout.amount, token.decimals)
