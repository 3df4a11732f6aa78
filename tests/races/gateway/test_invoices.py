"""Invoices with many at the same moment: one is made, money is booked once, nothing is refunded
twice."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from aws_lambda_powertools.event_handler import Response

from tests.world.races import commands
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.races.proofs import prove
from tests.world.rails import ADDRESS, FINGERPRINT

CURRENCY = "USDC_BASE"


def _give(door: Door, what: str, actor: UUID, /, **command: Any) -> commands.Said:
    given = {"idempotency_key": str(uuid4()), "request_hash": "hash", "aal": "aal2",
             "actor_id": str(actor)} | command  # fmt: skip
    return _said(door, what, given)


def _said(door: Door, what: str, command: dict[str, Any]) -> commands.Said:
    def run() -> Response[Any]:
        body = dict(door.service_rpc(what, {"command": command}))
        del body["replayed"]
        return Response(200, "application/json", body)

    return commands.answered(run)


def _shop(market: Market) -> tuple[UUID, str]:
    (owner,) = market.people(1)
    made = _give(
        market.door, "merchant_create", owner, name="Forge", legal_name="Forge Ltd",
        country="DE", support_email="help@forge.example",
    )  # fmt: skip
    return owner, made.body["merchant_id"]


def _invoice(door: Door, owner: UUID, merchant: str, **fields: Any) -> commands.Said:
    said = {"merchant_id": merchant, "currency": "USD", "amount": "100"} | fields
    return _give(door, "invoice_create", owner, **said)


def _opened(market: Market, invoice: Any) -> None:
    chosen = {"invoice_token": invoice["token"], "currency": CURRENCY}
    keys = {"key_fingerprints": {"evm": FINGERPRINT}}
    begun = market.door.service_rpc("invoice_method_begin", {"command": chosen | keys})
    address = "0x" + sha256(str(invoice["token"]).encode()).hexdigest()[:40]
    market.door.service_rpc("invoice_method_place", {"command": chosen | {
        "address": address, "address_index": begun["address_index"],
        "key_fingerprint": FINGERPRINT,
    }})  # fmt: skip


def _funds(market: Market, invoice: Any, amount: str, **fields: Any) -> dict[str, Any]:
    event = f"8453:{uuid4()}:0"
    return {
        "rail": "base", "provider_event_id": event, "purpose": "invoice", "kind": "funds",
        "reference_id": str(invoice["invoice_id"]), "currency": CURRENCY, "amount": amount,
        "reference": event, "provider_time": market.one("select private.clock()").isoformat(),
    } | fields  # fmt: skip


def _status(market: Market, invoice: Any) -> str:
    found: str = market.one("select status from public.invoices where id = %s",
                            invoice["invoice_id"])  # fmt: skip
    return found


def test_complaint_9_twenty_at_once_make_one(market: Market, crowd: Crowd) -> None:
    owner, merchant = _shop(market)

    def create(door: Door) -> commands.Said:
        return _invoice(door, owner, merchant, merchant_order_id="A-1")

    said = crowd.rush([create] * 20)
    assert {each.code for each in said} == {""}
    assert len({each.body["invoice_id"] for each in said}) == 1
    assert market.one("select count(*) from public.invoices where merchant_id = %s", merchant) == 1
    assert market.one("select last from private.merchant_numbers where merchant_id = %s",
                      merchant) == 1  # fmt: skip


@pytest.mark.parametrize("against", ["expiry", "cancel"])
def test_payment_against_expiry_or_cancel(market: Market, crowd: Crowd, against: str) -> None:
    """Whoever is first: the money is booked once, and what the merchant is told is in one order."""
    owner, merchant = _shop(market)
    invoices = [_invoice(market.door, owner, merchant).body for _ in range(4)]
    for each in invoices:
        _opened(market, each)
    funds = [_funds(market, each, "100") for each in invoices]
    if against == "expiry":
        market.advance(hours=2)

    def pay(report: dict[str, Any]) -> Any:
        return lambda door: door.service_rpc("rail_report", {"report": report})

    def end(invoice: Any) -> Any:
        if against == "expiry":
            return lambda door: door.service_rpc("invoices_expire", {"max_rows": 9})
        return lambda door: _give(
            door, "invoice_cancel", owner, invoice_id=invoice["invoice_id"]
        ).code  # fmt: skip

    crowd.rush([task for report, invoice in zip(funds, invoices, strict=True)
                for task in (pay(report), end(invoice), pay(report))])  # fmt: skip
    for each in invoices:
        # Paid in time: it counts, whatever came first.
        assert _status(market, each) == "settled"
        told = market.rows(
            "select event, sequence from private.outbox where object_id = %s order by id",
            each["invoice_id"],
        )
        numbers = [number for _, number in told]
        assert numbers == sorted(set(numbers))
        assert [name for name, _ in told].count("invoice.settled") == 1
    paid = "select count(*) from public.invoice_payments where invoice_id = any (%s)"
    assert market.one(paid, [each["invoice_id"] for each in invoices]) == len(invoices)
    prove(market)


def test_complaint_28_twenty_refunds_at_once_and_a_late_payment(
    market: Market, crowd: Crowd
) -> None:
    owner, merchant = _shop(market)
    invoice = _invoice(market.door, owner, merchant, expires_in=300).body
    _opened(market, invoice)
    assert market.door.service_rpc("rail_report", {"report": _funds(market, invoice, "100")})
    market.advance(minutes=10)
    late = _funds(market, invoice, "7")

    def refund(door: Door) -> commands.Said:
        return _give(
            door, "invoice_refund_make", owner, invoice_id=invoice["invoice_id"], what="amount",
            amount="30", rate_of="then",
        )  # fmt: skip

    def report(door: Door) -> Any:
        return door.service_rpc("rail_report", {"report": late})

    said = crowd.rush([refund] * 10 + [report] + [refund] * 10)
    made = [each for each in said if isinstance(each, commands.Said) and each.done]
    assert len(made) == 3
    assert {each.code for each in said if isinstance(each, commands.Said)} == {
        "", "refund_too_large"
    }  # fmt: skip
    prove(market)

    def claim(door: Door) -> Any:
        return door.service_rpc("invoice_refund_claim", {"command": {
            "invoice_token": invoice["token"], "refund_id": made[0].body["refund_id"],
            "claim_secret": made[0].body["claim_secret"], "address": ADDRESS,
        }})["state"]  # fmt: skip

    assert set(crowd.rush([claim] * 12)) == {"claimed"}
    assert market.one("select count(*) from public.payouts where purpose = 'invoice_refund'"
                      " and reference_id = %s", made[0].body["refund_id"]) == 1  # fmt: skip
    prove(market)
