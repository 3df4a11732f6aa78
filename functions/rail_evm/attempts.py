"""The signed transactions of a payout: one nonce for each attempt, every transaction is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.db import Database
from shared.payouts import Payout

from .fees import Caps
from .transaction import Signed


@dataclass(frozen=True, slots=True)
class Kept:
    """A signed transaction in the database. signed_at: by the database's clock."""

    signed: Signed
    bid: Caps
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt of a payment: its nonce, and its transactions, oldest first."""

    wallet: str
    nonce: int
    transactions: tuple[Kept, ...]

    @property
    def latest(self) -> Kept:
        return self.transactions[-1]


class Attempts:
    """The attempts that the database keeps. Every method raises Problem."""

    def __init__(self, db: Database, chain_id: int) -> None:
        self._db = db
        self._chain_id = chain_id

    def of(self, payout: Payout) -> Attempt | None:
        """What was signed; None: nothing, so nothing can have been sent."""
        asked = {"payout_id": payout.id, "attempt": payout.attempt}
        return _parsed(self._db.service_rpc("chain_payout", asked, repeatable=True))

    def keep(
        self, payout: Payout, wallet: str, nonce: int, number: int, signed: Signed, bid: Caps
    ) -> Attempt | None:
        """Keep a transaction before it is sent. What is kept may be another worker's; None: the
        payment is not this worker's any more, or the nonce was taken. Send nothing then."""
        row = {
            "payout_id": payout.id, "version": payout.version, "attempt": payout.attempt,
            "chain_id": self._chain_id, "wallet": wallet, "nonce": nonce, "number": number,
            "hash": signed.hash, "raw": "0x" + signed.raw.hex(),
            "max_fee": bid.max_fee, "max_priority_fee": bid.max_priority_fee,
        }  # fmt: skip
        # Repeatable: the second time finds the first.
        return _parsed(self._db.service_rpc("chain_payout_store", {"signed": row}, repeatable=True))


def _parsed(told: Mapping[str, Any] | None) -> Attempt | None:
    if told is None:
        return None
    return Attempt(
        wallet=told["wallet"],
        nonce=told["nonce"],
        transactions=tuple(
            Kept(
                Signed(bytes.fromhex(each["raw"][2:]), each["hash"]),
                Caps(int(each["max_fee"]), int(each["max_priority_fee"])),
                datetime.fromisoformat(each["created_at"]),
            )
            for each in told["transactions"]
        ),
    )
