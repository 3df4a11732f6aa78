"""The treasury that keeps the keys of the deposit addresses away from every server."""

from collections.abc import Mapping
from decimal import Decimal

from stack.stand_ins.chain.accounts import DEPOSITS, account
from stack.stand_ins.chain.chain import Chain
from stack.stand_ins.chain.kinds import USDC


def sweep(chain: Chain, indexes: Mapping[str, int], token: str = USDC) -> Decimal:
    """Send all of a token from deposit addresses to the hot wallet; how much that was.

    indexes: of the addresses' derivation. Raises ValueError when one belongs to another address.
    """
    swept = Decimal(0)
    for address, index in indexes.items():
        holder = account(DEPOSITS, index)
        if holder.address != address:
            raise ValueError(f"{address} is not number {index}")
        amount = chain.balance_of(address, token)
        if amount:
            chain.give_ether(address)
            chain.transfer(holder, chain.hot_wallet.address, str(amount), token)
            swept += amount
    return swept
