"""Escrows on outside rails: how money comes in, goes out, and is taken back."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from tests.db.escrow import Escrow
from tests.db.trades import signed
from tests.db.world import World

ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
CURRENCIES = {"stripe": "USD", "usdc_base": "USDC_BASE"}


def destination(world: World, party: UUID, rail: str = "usdc_base", address: str = ADDRESS) -> UUID:
    """Name where a party's money goes."""
    answer = world.command("payout_destination_set", actor_id=party, party_id=party, rail=rail,
                           address=address, aal="aal2")  # fmt: skip
    return UUID(answer["destination_id"])


def awaiting(world: World, rail: str = "usdc_base", **fields: Any) -> Escrow:
    """A signed escrow on a rail."""
    return signed(world, currency=CURRENCIES[rail], rail=rail, **fields)


def report(world: World, escrow: Escrow, event: str, kind: str = "funds", **fields: Any) -> bool:
    """A rail says something about an escrow."""
    row = escrow.row()
    rail = world.one("select rail::text from public.escrow_transactions where id = %s", escrow.id)
    values = {
        "rail": rail, "provider_event_id": event, "escrow_id": str(escrow.id), "kind": kind,
        "currency": row.currency, "amount": str(row.amount), "reference": event,
        "provider_time": world.now().isoformat(),
    } | fields  # fmt: skip
    new: bool = world.one("select service.rail_report(%s)", Jsonb(values))
    return new


def released(world: World, rail: str = "usdc_base", **fields: Any) -> Escrow:
    """An escrow on a rail that was paid in and released."""
    made = awaiting(world, rail, **fields)
    made.commit("funds_confirmed", "rail")
    made.commit("accept", "payer")
    return made


def claim(world: World, rail: str = "usdc_base") -> list[dict[str, Any]]:
    """The payments a worker takes on."""
    taken: list[dict[str, Any]] = world.one("select service.payouts_claim(%s, 50)", rail)
    return taken


def outcome(world: World, payment: dict[str, Any], event: str, **fields: Any) -> dict[str, Any]:
    """What a worker says became of a payment."""
    said = {"id": payment["id"], "version": payment["version"], "event": event} | fields
    answer: dict[str, Any] = world.one("select service.payout_record(%s)", Jsonb(said))
    return answer


def payment_of(world: World, escrow: Escrow) -> tuple[str, Decimal]:
    """State and amount of the only payment of an escrow."""
    (row,) = world.rows(
        "select state::text, amount::numeric from public.settlement_instructions "
        "where escrow_id = %s", escrow.id,
    )  # fmt: skip
    return row[0], row[1]


def rails(world: World, payer: UUID, payee: UUID) -> None:
    """A row in every table of the rails, of two people."""
    parties = (payer, payee)
    destination(world, payer)
    destination(world, payee)
    paid = released(world, parties=parties)
    case = world.one(
        "select service.escrow_rail_case(%s)",
        Jsonb({"escrow_id": str(paid.id), "kind": "rail_reversal", "amount": "1000000",
               "provider_event_id": f"dp_{paid.id}"}),
    )  # fmt: skip
    assert case["replayed"] is False
    waiting = awaiting(world, parties=parties)
    world.command("funding_begin", escrow_id=waiting.id, actor_id=payer, rail="usdc_base")
    report(world, waiting, f"funds_{waiting.id}")
    event = {"provider": "stripe", "event_id": f"evt_{payer}", "type": "charge.refunded",
             "body": "{}", "source": "webhook", "occurred_at": world.now().isoformat()}  # fmt: skip
    world.one("select service.webhook_receive(%s)", Jsonb([event]))
