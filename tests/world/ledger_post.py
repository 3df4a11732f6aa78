"""Calling ledger.post itself, as its owner."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from tests.world.world import OUTSIDE, World, plain


@dataclass(frozen=True)
class Entry:
    """One signed part of a transfer."""

    wallet: UUID
    amount: str | None
    bucket: str = "available"
    hold: UUID | None = None
    purpose: str | None = None


def post(world: World, *entries: Entry) -> UUID:
    """Post one transfer of kind test; its id. Raises what the ledger raises."""
    transfer: UUID = world.one("select private.uuid_v7(private.clock())")
    world.rows(
        "select ledger.post("
        "array[row(%s, 'test', 'test', null, '', null, null)::ledger.new_transfer], "
        "(select array_agg(row(%s, e.wallet, e.bucket, e.amount, e.hold, e.purpose)"
        "::ledger.new_entry order by e.n) from rows from (jsonb_to_recordset(%s) as (wallet uuid, "
        "bucket public.wallet_bucket, amount numeric, hold uuid, purpose text)) with ordinality "
        "as e (wallet, bucket, amount, hold, purpose, n)), private.clock())",
        transfer, transfer, Jsonb([plain(vars(entry)) for entry in entries]),
    )  # fmt: skip
    return transfer


def wallet_of(world: World, party: UUID, currency: str = "BTC", kind: str = "spot") -> UUID:
    """The wallet of a party, made when missing."""
    made: UUID = world.one("select ledger.wallet_of(%s, %s, %s)", party, currency, kind)
    return made


def clearing(world: World, currency: str = "BTC") -> UUID:
    """The shared wallet of the outside world."""
    return wallet_of(world, OUTSIDE, currency, "clearing")


def funded_wallet(world: World, amount: str = "10", currency: str = "BTC") -> UUID:
    """The wallet of a new party that has money."""
    party = world.user("party")
    world.deposit(party, Decimal(amount), currency)
    return world.wallet(party, currency)


def lock(wallet: UUID, amount: str, hold: UUID | None = None) -> tuple[Entry, Entry]:
    """Entries that lock money for a reason."""
    hold = hold or uuid4()
    return Entry(wallet, f"-{amount}"), Entry(wallet, amount, "locked", hold, "bond")
