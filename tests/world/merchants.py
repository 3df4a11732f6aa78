"""Merchants and their invoices: made, paid on a chain, refunded."""

from typing import Any
from uuid import UUID, uuid4

from psycopg import sql
from psycopg.types.json import Jsonb

from tests.world.chain import judged
from tests.world.rails import ADDRESS, FINGERPRINT
from tests.world.wallets import seen
from tests.world.world import World, plain

CURRENCY = "USDC_BASE"


def merchant(world: World, owner: UUID, *, verified: bool = True, **fields: Any) -> UUID:
    """A merchant of an owner, whose papers operators have looked at."""
    said = {"name": "Forge", "legal_name": "Forge Ltd", "website": "https://forge.example",
            "tax_id": "DE123", "country": "DE", "support_email": "help@forge.example"}  # fmt: skip
    made = world.command("merchant_create", actor_id=owner, **said | fields)
    if verified:
        verify(world, made["merchant_id"])
    return UUID(made["merchant_id"])


def verify(world: World, merchant_id: UUID | str, verification: str = "verified") -> None:
    """Operators have looked at the papers of a merchant."""
    world.command("merchant_verify", merchant_id=merchant_id, verification=verification,
                  reason="papers", actor_id=world.operator, aal="aal2")  # fmt: skip


def join(world: World, merchant_id: UUID, owner: UUID, role: str) -> UUID:
    """A new member, who was invited and has accepted."""
    member = world.user(role)
    world.command("merchant_invite", merchant_id=merchant_id, user_id=member, role=role,
                  actor_id=owner, aal="aal2")  # fmt: skip
    world.command("merchant_join", merchant_id=merchant_id, actor_id=member)
    return member


def invoice(world: World, owner: UUID, merchant_id: UUID, **fields: Any) -> dict[str, Any]:
    """An invoice over 100 dollars, unless the test says otherwise."""
    said = {"merchant_id": merchant_id, "currency": "USD", "amount": "100", "actor_id": owner}
    made: dict[str, Any] = world.command("invoice_create", **said | fields)
    return made


def settings(world: World, merchant_id: UUID, **values: Any) -> None:
    """What the merchant has set, for invoices that are made from now on."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in values.items()
    )
    update = sql.SQL("update public.merchant_settings set {} where merchant_id = {}")
    world.run(update.format(columns, sql.Literal(merchant_id)))


def public(world: World, name: str, **fields: Any) -> Any:
    """A command of somebody whom nobody knows."""
    query = sql.SQL("select service.{}({})").format(
        sql.Identifier(name), sql.Literal(Jsonb(plain(fields)))
    )
    with world.acting("service_role"):
        row = world.connection.execute(query).fetchone()
        world.settle()
    assert row
    return row[0]


def begin_method(world: World, made: dict[str, Any], currency: str = CURRENCY) -> dict[str, Any]:
    """What a function asks when a payer chooses a currency."""
    return {"invoice_token": made["token"], "currency": currency,
            "key_fingerprints": {"evm": FINGERPRINT}}  # fmt: skip


def place_method(world: World, made: dict[str, Any], currency: str = CURRENCY) -> dict[str, Any]:
    """What a function says once it has derived the address; it has begun."""
    asked = begin_method(world, made, currency)
    begun = public(world, "invoice_method_begin", **asked)
    del asked["key_fingerprints"]
    return asked | {
        "key_fingerprint": FINGERPRINT, "address_index": begun["address_index"],
        "address": begun["address"] or "0x" + uuid4().hex + "0" * 8,
    }  # fmt: skip


def open_method(world: World, made: dict[str, Any], currency: str = CURRENCY) -> dict[str, Any]:
    """The payer chooses a currency; where to pay."""
    asked = place_method(world, made, currency)
    placed: dict[str, Any] = public(world, "invoice_method_place", **asked)
    return placed


def held_payment(world: World, made: dict[str, Any]) -> UUID:
    """The only payment of an invoice that waits for its merchant."""
    found: UUID = world.one(
        "select id from public.invoice_payments where invoice_id = %s and state = 'held'",
        made["invoice_id"],
    )  # fmt: skip
    return found


def pay(world: World, made: dict[str, Any], amount: str, *, sure: bool = True,
        **fields: Any) -> dict[str, Any]:  # fmt: skip
    """The payer sends money on Base; the deposit as the rail is told of it."""
    deposit = seen(world, open_method(world, made)["address"], amount, **fields)
    if sure:
        assert judged(world, deposit, "credit") == 1
    return deposit


def row(world: World, made: dict[str, Any]) -> dict[str, Any]:
    """The invoice as it stands."""
    found: dict[str, Any] = world.one(
        "select to_jsonb(i) || jsonb_build_object('now', public.invoice_status(i)) "
        "from public.invoices as i where id = %s", made["invoice_id"],
    )  # fmt: skip
    return found


def told(world: World, made: dict[str, Any]) -> list[str]:
    """Events of an invoice, in their order."""
    return [name for name, _ in world.rows(
        "select event, sequence from private.outbox where object_id = %s order by sequence, id",
        made["invoice_id"],
    )]  # fmt: skip


def refund(world: World, made: dict[str, Any], actor: UUID, **fields: Any) -> dict[str, Any]:
    """A merchant refunds an invoice: all of it, unless the test says otherwise."""
    said = {"invoice_id": made["invoice_id"], "what": "full", "rate_of": "then", "actor_id": actor,
            "aal": "aal2"}  # fmt: skip
    told_: dict[str, Any] = world.command("invoice_refund_make", **said | fields)
    return told_


def claim_refund(world: World, refunded: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The payer says where a refund goes."""
    said = {"invoice_token": refunded["token"], "refund_id": refunded["refund_id"],
            "claim_secret": refunded["claim_secret"], "address": ADDRESS}  # fmt: skip
    claimed: dict[str, Any] = public(world, "invoice_refund_claim", **said | fields)
    return claimed


def shop(world: World, owner: UUID, invited: UUID) -> UUID:
    """A row in every table of merchants and invoices, and all is open; the merchant."""
    made_by = merchant(world, owner)
    world.command("merchant_invite", merchant_id=made_by, user_id=invited, role="viewer",
                  actor_id=owner, aal="aal2")  # fmt: skip
    tea = {"description": "Tea", "quantity": "10", "unit_amount": "1", "tax_rate": "7"}
    made = invoice(world, owner, made_by, amount="10", lines=[tea], merchant_order_id="A-1")
    pay(world, made, "10")
    refund(world, made, owner, what="amount", amount="1")
    return made_by
