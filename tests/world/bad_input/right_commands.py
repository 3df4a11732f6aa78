"""A right command of every kind, made anew for each use: what is bad is changed in it."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from tests.world.accounts import enrol, sign_in
from tests.world.api_keys import key_command, made
from tests.world.asset_snapshots import SNAPSHOT, about_a_group, snapshot
from tests.world.chain import deposit_address, quarantined
from tests.world.comparisons import compare
from tests.world.escrow import Escrow
from tests.world.halts import halt
from tests.world.market import PARTS, PICTURE, announced, listing, offer
from tests.world.merchants import (
    begin_method,
    held_payment,
    invoice,
    merchant,
    open_method,
    pay,
    place_method,
    refund,
)
from tests.world.operators import limit
from tests.world.rails import ADDRESS, FINGERPRINT, awaiting, claim, destination, outcome, released
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.screenings import CLEAR, address, due, screened, watch
from tests.world.stopping import stop
from tests.world.trades import (
    contract,
    draft,
    p2p_trade,
    payable,
    sell_order,
    signed,
    take_command,
)  # fmt: skip
from tests.world.verifications import discord_event, discord_link, provider_command
from tests.world.wallets import CURRENCY, RAIL, unasked_for
from tests.world.webhooks import URL, new_endpoint
from tests.world.world import PLATFORM, World, plain

Make = Callable[[World], dict[str, Any]]
# What Stripe holds: another sum each time.
_HELD = count(1_000_000)


def _operator(world: World, **fields: Any) -> dict[str, Any]:
    return {**fields, "actor_id": world.operator, "aal": "aal2"}


def _merchant(world: World, **fields: Any) -> dict[str, Any]:
    owner = world.user("owner")
    return {"merchant_id": merchant(world, owner), "actor_id": owner, "aal": "aal2", **fields}


def _new_merchant(world: World) -> dict[str, Any]:
    return {
        "name": "Forge",
        "legal_name": "Forge Ltd",
        "website": "https://forge.example",
        "tax_id": "DE123",
        "country": "DE",
        "support_email": "help@forge.example",
        "actor_id": world.user("owner"),
    }


def _verify_merchant(world: World) -> dict[str, Any]:
    fresh = merchant(world, world.user("owner"), verified=False)
    return _operator(world, merchant_id=fresh, verification="verified", reason="papers")


def _invite(world: World) -> dict[str, Any]:
    return _merchant(world, user_id=world.user("invited"), role="staff")


def _invited(world: World) -> dict[str, Any]:
    made = _invite(world)
    world.command("merchant_invite", **made)
    return made


def _join(world: World) -> dict[str, Any]:
    made = _invited(world)
    return {"merchant_id": made["merchant_id"], "actor_id": made["user_id"]}


def _remove_member(world: World) -> dict[str, Any]:
    made = _invited(world)
    world.command("merchant_join", merchant_id=made["merchant_id"], actor_id=made["user_id"])
    return {key: value for key, value in made.items() if key != "role"}


def _new_invoice(world: World) -> dict[str, Any]:
    made = _merchant(world)
    del made["aal"]
    return {
        **made,
        "currency": "USD",
        "amount": "20",
        "merchant_order_id": f"order {uuid4()}",
        "description": "Tea",
        "metadata": {"basket": 1},
        "customer_email": "payer@shop.example",
        "language": "en",
        "currencies": [CURRENCY],
        "expires_in": 3600,
        "lines": [{"description": "Tea", "quantity": "2", "unit_amount": "10", "tax_rate": "7"}],
    }


def _made_invoice(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """An invoice, and a command of its owner about it."""
    made = _merchant(world)
    asked = invoice(world, made["actor_id"], made["merchant_id"])
    return asked, {"invoice_id": asked["invoice_id"], "actor_id": made["actor_id"]}


def _cancel_invoice(world: World) -> dict[str, Any]:
    return _made_invoice(world)[1]


def _mark_invoice(world: World) -> dict[str, Any]:
    return {**_made_invoice(world)[1], "status": "settled", "reason": "cash"}


def _accept_payment(world: World) -> dict[str, Any]:
    asked, said = _made_invoice(world)
    open_method(world, asked)
    world.command("invoice_cancel", **said)
    pay(world, asked, "100")
    return {"actor_id": said["actor_id"], "payment_id": held_payment(world, asked)}


def _paid_invoice(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    asked, said = _made_invoice(world)
    pay(world, asked, "100")
    return asked, said


def _refund_invoice(world: World) -> dict[str, Any]:
    return {
        **_paid_invoice(world)[1],
        "what": "amount",
        "amount": "10",
        "rate_of": "then",
        "currency": CURRENCY,
        "reason": "broken",
        "aal": "aal2",
    }


def _refunded(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    asked, said = _paid_invoice(world)
    world.deposit(
        world.one("select merchant_id from public.invoices where id = %s", asked["invoice_id"]),
        "10",
        CURRENCY,
    )
    return refund(world, asked, said["actor_id"]), said


def _cancel_refund(world: World) -> dict[str, Any]:
    made, said = _refunded(world)
    return {"actor_id": said["actor_id"], "refund_id": made["refund_id"]}


def _claim_refund(world: World) -> dict[str, Any]:
    made, _ = _refunded(world)
    return {
        "invoice_token": made["token"],
        "refund_id": made["refund_id"],
        "claim_secret": made["claim_secret"],
        "address": ADDRESS,
    }


def _open_method(world: World) -> dict[str, Any]:
    asked, _ = _made_invoice(world)
    return begin_method(world, asked)


def _place_method(world: World) -> dict[str, Any]:
    asked, _ = _made_invoice(world)
    return place_method(world, asked)


def _deposit(world: World) -> dict[str, Any]:
    return _operator(
        world,
        kind="deposit",
        party_id=world.user(),
        currency="BTC",
        amount="1",
        memo="paper",
        reference=f"paper {uuid4()}",
    )


def _session(world: World) -> dict[str, Any]:
    user = world.user()
    return {"actor_id": user, "session_id": sign_in(world.connection, user)}


def _others(world: World) -> dict[str, Any]:
    session = _session(world)
    return {"actor_id": session["actor_id"], "current_session_id": session["session_id"]}


def _device(world: World, **fields: Any) -> dict[str, Any]:
    user = _session(world)["actor_id"]
    device = world.one("select id from public.user_devices where user_id = %s", user)
    return {"actor_id": user, "device_id": device, **fields}


def _recovery_codes(world: World) -> dict[str, Any]:
    hashes = [f"{number:064x}" for number in range(10)]
    return {"actor_id": world.user(), "aal": "aal2", "code_hashes": hashes}


def _recovery_code(world: World) -> dict[str, Any]:
    made = _recovery_codes(world)
    world.command("recovery_codes_make", **made)
    return {"actor_id": made["actor_id"], "code_hash": made["code_hashes"][0]}


def _api_key(world: World) -> dict[str, Any]:
    person = world.user()
    ends = (world.now() + timedelta(days=1)).isoformat()
    return {**key_command(person), "party_id": person, "expires_at": ends}


def _rotation(world: World) -> dict[str, Any]:
    person = world.user()
    new = {name: key_command(person)[name] for name in ("last4", "secret_hash")}
    return {
        **new, "actor_id": person, "aal": "aal2", "key_id": made(world, person).id,
        "overlap_seconds": 60,
    }  # fmt: skip


def _revoked_key(world: World) -> dict[str, Any]:
    person = world.user()
    return {"actor_id": person, "key_id": made(world, person).id}


def _erasure(world: World) -> dict[str, Any]:
    return {"actor_id": world.user(), "aal": "aal2"}


def _erase_party(world: World) -> dict[str, Any]:
    person = world.user()
    world.run("update auth.users set email = null where id = %s", person)
    return {
        "actor_id": world.operator,
        "aal": "aal2",
        "party_id": person,
        "reason": "asked by letter",
    }


def _cancel(world: World) -> dict[str, Any]:
    made = _erasure(world)
    asked = world.command("erasure_ask", **made)
    return {"actor_id": made["actor_id"], "erasure_id": asked["erasure_id"]}


def _factor_reset(world: World) -> dict[str, Any]:
    user = world.user()
    enrol(world.connection, user)
    return {"actor_id": user}


def _cancel_reset(world: World) -> dict[str, Any]:
    asked = _factor_reset(world)
    return {**asked, "reset_id": world.command("factor_reset_ask", **asked)["reset_id"]}


def _agree_reset(world: World) -> dict[str, Any]:
    user = _factor_reset(world)["actor_id"]
    return _operator(world, party_id=user, reason="seen by video", evidence_hash="e" * 64)


def _request(world: World) -> dict[str, Any]:
    """Of the first operator, above what one does alone."""
    with limit(world, "deposit", "BTC", "0"):
        asked = world.command("ledger_move_external", **_deposit(world))
    return {"request_id": asked["request_id"], "actor_id": world.second_operator, "aal": "aal2"}


def _confirm(world: World) -> dict[str, Any]:
    asked = _request(world)
    hashed = world.one(
        "select command_hash from public.operator_requests where id = %s", asked["request_id"]
    )
    return {**asked, "command_hash": hashed}


def _reverse(world: World) -> dict[str, Any]:
    return _operator(world, transfer_id=world.deposit(world.user(), "1"), reason="typing error")


def _publish(world: World) -> dict[str, Any]:
    maker = world.user("maker")
    world.deposit(maker, "2")
    order = draft(world, maker)
    payable(world, order, "maker", maker)
    return {"order_id": order, "actor_id": maker, "aal": "aal2"}


def _published(world: World) -> dict[str, Any]:
    order, maker = sell_order(world)
    return {"order_id": order, "actor_id": maker}


def _resume(world: World) -> dict[str, Any]:
    order, maker = sell_order(world)
    world.command("order_pause", order_id=order, actor_id=maker)
    return {"order_id": order, "actor_id": maker, "aal": "aal2"}


def _reprice(world: World) -> dict[str, Any]:
    return _published(world) | {"aal": "aal2", "expected_version": 2, "price": "51000",
                                "min_order_amount": "0.02"}  # fmt: skip


def _take(world: World) -> dict[str, Any]:
    order, _ = sell_order(world)
    return take_command(order, world.user("taker"), "0.1")


def _ended(world: World) -> Escrow:
    made = p2p_trade(world)
    made.commit("concede", "payee")
    return made


def _claim(world: World) -> dict[str, Any]:
    made = _ended(world)
    return {"escrow_id": made.id, "actor_id": made.payer, "reason": "late", "description": "x"}


def _rail_case(world: World) -> dict[str, Any]:
    return {
        "escrow_id": released(world).id, "kind": "rail_reversal", "amount": "0.01",
        "provider_event_id": str(uuid4()), "reason": "chargeback", "due_by": None,
    }  # fmt: skip


def _close(world: World) -> dict[str, Any]:
    case = world.command("escrow_claim", **_claim(world))["case_id"]
    return _operator(world, case_id=case, event="dismiss", amount="0", resolution="nothing new")


def _outage(world: World) -> dict[str, Any]:
    now = world.now()
    return _operator(
        world, from_at=now - timedelta(hours=2), to_at=now - timedelta(hours=1), reason="a fire"
    )


def _setback(world: World) -> dict[str, Any]:
    world.run("select private.put_off('case', 'one', 'odd', private.clock())")
    return _operator(world, queue="case", subject="one", event="set_aside", reason="seen")


def _upload(world: World) -> dict[str, Any]:
    made = EVERY_POLICY["statements"](world, "p2p_crypto")
    return {
        "escrow_id": made.id, "actor_id": made.payer, "purpose": "evidence", "sha256": "b" * 64,
        "name": "receipt.pdf", "media_type": "application/pdf", "size_bytes": 1024,
    }  # fmt: skip


def _endpoint_create(world: World) -> dict[str, Any]:
    owner = world.user("owner")
    return {
        "party_id": owner, "url": URL, "description": "Books", "event_types": ["escrow.*"],
        "actor_id": owner, "aal": "aal2",
    }  # fmt: skip


def _of_endpoint(world: World, **fields: Any) -> dict[str, Any]:
    owner = world.user("owner")
    return {"endpoint_id": new_endpoint(world, owner), "actor_id": owner, "aal": "aal2", **fields}


def _delivery_resend(world: World) -> dict[str, Any]:
    command = _of_endpoint(world)
    pinged = world.command("webhook_ping", **command)
    return {"delivery_id": pinged["delivery_id"], "actor_id": command["actor_id"]}


def _verify(world: World) -> dict[str, Any]:
    return _operator(world, party_id=world.user(), change="verify", flag="phone", tier=None,
                     reason="seen")  # fmt: skip


def _event(world: World) -> dict[str, Any]:
    return provider_command(world, world.user())


def _offer_make(world: World) -> dict[str, Any]:
    return {
        "listing_id": listing(world, world.user("seller")), "actor_id": world.user("buyer"),
        "amount": "100", "milestones": PARTS,
    }  # fmt: skip


def _of_offer(world: World, **fields: Any) -> dict[str, Any]:
    seller = world.user("seller")
    made = offer(world, world.user("buyer"), listing(world, seller))
    return {"offer_id": made, "actor_id": seller, **fields}


def _offer_counter(world: World) -> dict[str, Any]:
    return _of_offer(world, amount="100", milestones=PARTS)


def _snapshot(world: World) -> dict[str, Any]:
    return {**SNAPSHOT, "actor_id": world.user("seller")}


def _announce(world: World) -> dict[str, Any]:
    seller = world.user("seller")
    return {**PICTURE, "party_id": seller, "actor_id": seller}


def _hand_in(world: World) -> dict[str, Any]:
    seller = world.user("seller")
    announced(world, seller)
    return PICTURE | {"party_id": seller, "actor_id": seller}


def _prove(world: World) -> dict[str, Any]:
    made = about_a_group(world, world.user("buyer"), world.user("seller"))
    return {
        "escrow_id": made.id, "actor_id": made.payee, "snapshot_id": snapshot(world, made.payee)
    }  # fmt: skip


def _fund(world: World) -> dict[str, Any]:
    made = awaiting(world)
    assert made.payer
    destination(world, made.payer)
    return {"escrow_id": made.id, "actor_id": made.payer, "address_kind": "evm",
            "key_fingerprint": FINGERPRINT}  # fmt: skip


def _attach(world: World) -> dict[str, Any]:
    asked = _fund(world)
    begun = world.command("escrow_deposit_begin", **asked)
    return {"escrow_id": asked["escrow_id"], "actor_id": asked["actor_id"], "chain_id": 8453,
            "address": address(), "token": ADDRESS, "key_fingerprint": FINGERPRINT,
            "address_index": begun["address_index"]}  # fmt: skip


def _wallet_address(world: World) -> dict[str, Any]:
    party = world.user()
    return {"party_id": party, "actor_id": party, "rail": RAIL, "currency": CURRENCY,
            "key_fingerprint": FINGERPRINT}  # fmt: skip


def _place_wallet_address(world: World) -> dict[str, Any]:
    asked = _wallet_address(world)
    begun = world.command("wallet_deposit_begin", **asked)
    return {"request_id": begun["request_id"], "actor_id": asked["actor_id"], "chain_id": 8453,
            "address": address(), "token": ADDRESS, "key_fingerprint": FINGERPRINT,
            "address_index": begun["address_index"]}  # fmt: skip


def _take_unmatched(world: World) -> dict[str, Any]:
    party = world.user()
    return {"actor_id": party, "deposit_id": unasked_for(world, party)}


def _send_unmatched_back(world: World) -> dict[str, Any]:
    return _take_unmatched(world) | {"aal": "aal2", "address": ADDRESS}


def _withdraw(world: World) -> dict[str, Any]:
    party = world.user()
    world.deposit(party, "100", CURRENCY)
    return {"party_id": party, "actor_id": party, "aal": "aal2", "currency": CURRENCY,
            "amount": "5", "destination_id": destination(world, party)}  # fmt: skip


def _destination(world: World) -> dict[str, Any]:
    party = world.user()
    return {"actor_id": party, "party_id": party, "rail": "base", "address": ADDRESS,
            "aal": "aal2"}  # fmt: skip


def _remove(world: World) -> dict[str, Any]:
    party = world.user()
    return {"actor_id": party, "aal": "aal2", "destination_id": destination(world, party)}


def _payment(world: World) -> tuple[Escrow, dict[str, Any]]:
    """A payment that a worker has taken on."""
    made = released(world)
    assert made.payee
    destination(world, made.payee)
    (taken,) = (each for each in claim(world) if each["group_id"] == str(made.id))
    return made, taken


def _record(world: World) -> dict[str, Any]:
    _, taken = _payment(world)
    return {"id": taken["id"], "version": taken["version"], "event": "submit",
            "provider_reference": f"tx_{uuid4()}", "reason": "taken", "next_in": 60}  # fmt: skip


def _retry(world: World) -> dict[str, Any]:
    made, taken = _payment(world)
    outcome(world, taken, "fail", reason="account_closed")
    return {"payout_id": taken["id"], "actor_id": made.payee, "aal": "aal2"}


def _keep(world: World) -> dict[str, Any]:
    made = released(world)
    payout = world.one(
        "select id from public.payouts where id in (select private.payouts_of(%s))", made.id
    )
    return {"payout_id": payout, "actor_id": made.payee, "aal": "aal2"}


def _returned(world: World) -> dict[str, Any]:
    _, taken = _payment(world)
    reference = f"tx_{uuid4()}"
    outcome(world, taken, "confirm", provider_reference=reference)
    return {"payout_id": taken["id"], "provider_reference": reference, "amount": "0.01"}


def _report(world: World) -> dict[str, Any]:
    made = awaiting(world)
    row = made.row()
    return {
        "rail": "base", "provider_event_id": str(uuid4()), "purpose": "escrow",
        "reference_id": made.id, "kind": "funds", "currency": row.currency,
        "amount": row.amount, "reference": "tx",
        "reason": "", "provider_time": world.now(), "due_by": None,
    }  # fmt: skip


def _cost(world: World) -> dict[str, Any]:
    return {"rail": "stripe", "provider_event_id": str(uuid4()), "currency": "USD",
            "amount": "0.59", "memo": "fee"}  # fmt: skip


def _rate(world: World) -> dict[str, Any]:
    return _operator(
        world, currency="KES", rate="0.0077", source="the central bank's page",
        as_of=world.now() - timedelta(hours=1), ends_at=world.now() + timedelta(days=7),
        reason="no list has it",
    )  # fmt: skip


def _rates(world: World) -> dict[str, Any]:
    return {"source": "ecb", "as_of": world.now(), "rates": [{"currency": "EUR", "rate": "1.1"}]}


def _reversed(world: World) -> dict[str, Any]:
    case = world.command("escrow_rail_case", **_rail_case(world))["case_id"]
    return {"case_id": case, "event": "reversal_lost"}


def _owing(world: World) -> UUID:
    """A debt of somebody who was charged back what is spent."""
    made = released(world, "stripe")
    payment = world.one(
        "select id from public.payouts where id in (select private.payouts_of(%s))", made.id
    )
    world.command("payout_keep", payout_id=payment, actor_id=made.payee, aal="aal2")
    has = world.balance(made.payee, "USD")[0]
    world.command("ledger_move_external", kind="withdrawal", party_id=made.payee, currency="USD",
                  amount=has, reference=str(uuid4()), actor_id=world.operator,
                  aal="aal2")  # fmt: skip
    world.command("escrow_rail_case", escrow_id=made.id, kind="rail_reversal", amount="100",
                  provider_event_id=f"dp_{made.id}")  # fmt: skip
    found: UUID = world.one("select id from public.receivables where party_id = %s", made.payee)
    return found


def _write_off(world: World) -> dict[str, Any]:
    return _operator(world, receivable_id=_owing(world), amount="1", reason="bankrupt")


def _lift(world: World) -> dict[str, Any]:
    return _operator(world, receivable_id=_owing(world), until=world.now() + timedelta(days=1),
                     reason="no rate of it")  # fmt: skip


def _refused(world: World) -> dict[str, Any]:
    said = _report(world) | {"amount": "100000001"}
    world.one("select service.rail_report(%s)", Jsonb(plain(said)))
    row = world.one(
        "select id from public.refused_reports where provider_event_id = %s",
        said["provider_event_id"],
    )
    return _operator(world, refused_report_id=row, event="dismiss", reason="asked the bank")


def _comparison(world: World) -> dict[str, Any]:
    return {"rail": "stripe", "as_of": world.now(), "held": [
        {"currency": "USD", "amount": str(next(_HELD))},
    ]}  # fmt: skip


def _difference(world: World) -> dict[str, Any]:
    compare(world, {"USD": str(next(_HELD))})
    row = world.one(
        "select id from public.rail_differences where outcome is null order by id desc limit 1"
    )
    return _operator(world, rail_difference_id=row, event="explain", amount="1",
                     reason="our own money")  # fmt: skip


def _balances(world: World) -> dict[str, Any]:
    made = awaiting(world)
    destination(world, made.payer)
    deposit_address(world, made)
    request = world.one("select id from public.deposit_requests where reference_id = %s", made.id)
    return {"as_of": world.now(), "balances": [
        {"id": request, "currency": "USDC_BASE", "amount": "1"},
    ]}  # fmt: skip


def _discrepancy(world: World) -> dict[str, Any]:
    return {"rail": "stripe", "purpose": None, "reference_id": None, "currency": "USD",
            "amount": "0.59", "reference": f"tr_{uuid4()}", "reason": "sent_by_hand"}  # fmt: skip


def _screened(world: World) -> dict[str, Any]:
    where = address()
    watch(world, where, world.user())
    claimed = due(world, where)
    assert claimed
    return {**claimed, "provider": "test", "result": "clear", "categories": [], "risk_score": 1,
            "document_hash": CLEAR}  # fmt: skip


def _clear(world: World) -> dict[str, Any]:
    where = address()
    watch(world, where, world.user())
    screened(world, where, "hit")
    hit = world.one("select private.standing_hit('base', %s)", where)
    return _operator(world, screening_id=hit, reason="another person of that name")


def _suspend(world: World) -> dict[str, Any]:
    until = world.now() + timedelta(days=1)
    return _operator(world, party_id=world.user(), reason="under review", until=until)


def _open_file(world: World) -> dict[str, Any]:
    return _operator(world, party_id=world.user(), reason="a question of theirs")


def _hold(world: World) -> dict[str, Any]:
    until = world.now() + timedelta(days=1)
    return _operator(world, party_id=world.user(), reason="a court asks", until=until)


def _restore(world: World) -> dict[str, Any]:
    party = world.user()
    stop(world, party, "suspended")
    return _operator(world, party_id=party, reason="looked into")


def _halt(world: World) -> dict[str, Any]:
    return _operator(world, kind="pair", name="LTC/IDR", reason="nobody trades it")


def _halt_lift(world: World) -> dict[str, Any]:
    halted = halt(world, "pair", "LTC/IDR")
    return _operator(world, halt_id=halted["halt_id"], reason="looked into")


def _staff_grant(world: World) -> dict[str, Any]:
    return _operator(world, user_id=world.user(), role="arbiter", reason="as agreed")


def _staff_withdraw(world: World) -> dict[str, Any]:
    user = world.user()
    world.join(PLATFORM, user, "dispute_reader")
    return _operator(world, user_id=user, role="dispute_reader", reason="as agreed")


def _setting(world: World) -> dict[str, Any]:
    return _operator(world, setting="quotas", row={"kind": "offer", "min_tier": "0"},
                     values={"max_open": "50"}, reason="as decided")  # fmt: skip


def _accept(world: World) -> dict[str, Any]:
    return _operator(world, quarantine_id=quarantined(world), reason="we know them")


def _answered(world: World) -> dict[str, Any]:
    return {"reference": f"dp_{uuid4()}", "escrow_id": awaiting(world, "stripe").id,
            "outcome": "submitted", "sha256": "b" * 64}  # fmt: skip


def _move(event: str, role: str, build: Callable[[World], Escrow]) -> Make:
    return lambda world: build(world).decision(event, role)


def _scene(name: str, policy: str = "p2p_crypto") -> Callable[[World], Escrow]:
    build = (EVERY_POLICY | ONCE)[name]
    return lambda world: build(world, policy)


COMMANDS: dict[str, Make] = {
    "ledger_move_external": _deposit,
    "ledger_reverse": _reverse,
    "operator_request_confirm": _confirm,
    "operator_request_close": lambda world: {**_request(world), "reason": "not on the statement"},
    "order_publish": _publish,
    "order_pause": _published,
    "order_resume": _resume,
    "order_reprice": _reprice,
    "order_cancel": _published,
    "order_take": _take,
    "evidence_upload": _upload,
    "outage_declare": _outage,
    "setback_decide": _setback,
    "escrow_claim": _claim,
    "escrow_rail_case": _rail_case,
    "escrow_case_close": _close,
    "session_revoke": _session,
    "sessions_revoke_others": _others,
    "device_name": lambda world: _device(world, name="My phone"),
    "device_revoke": _device,
    "recovery_codes_make": _recovery_codes,
    "recovery_code_use": _recovery_code,
    "api_key_create": _api_key,
    "api_key_rotate": _rotation,
    "api_key_revoke": _revoked_key,
    "erasure_ask": _erasure,
    "data_export_ask": _erasure,
    "party_erase": _erase_party,
    "erasure_cancel": _cancel,
    "factor_reset_ask": _factor_reset,
    "factor_reset_cancel": _cancel_reset,
    "factor_reset_agree": _agree_reset,
    "webhook_endpoint_create": _endpoint_create,
    "webhook_secret_rotate": _of_endpoint,
    "webhook_endpoint_enable": _of_endpoint,
    "webhook_ping": _of_endpoint,
    "webhook_resend": lambda world: _of_endpoint(world, all_failed=True),
    "webhook_delivery_resend": _delivery_resend,
    "profile_verify": _verify,
    "verification_event": _event,
    "offer_make": _offer_make,
    "offer_counter": _offer_counter,
    "offer_decline": lambda world: _of_offer(world, event="reject"),
    "offer_accept": _of_offer,
    "asset_snapshot_take": _snapshot,
    "image_announce": _announce,
    "discord_link": lambda world: discord_link(world, world.user()),
    "discord_event": lambda world: discord_event(world, world.user()),
    "image_hand_in": _hand_in,
    "asset_prove": _prove,
    "escrow_deposit_begin": _fund,
    "wallet_deposit_begin": _wallet_address,
    "wallet_deposit_place": _place_wallet_address,
    "withdrawal_request": _withdraw,
    "unmatched_deposit_take": _take_unmatched,
    "unmatched_deposit_send_back": _send_unmatched_back,
    "escrow_deposit_place": _attach,
    "payout_destination_set": _destination,
    "payout_retry": _retry,
    "payout_destination_remove": _remove,
    "payout_keep": _keep,
    "payout_record": _record,
    "payout_returned": _returned,
    "rail_report": _report,
    "rail_cost": _cost,
    "rail_discrepancy": _discrepancy,
    "receivable_write_off": _write_off,
    "receivable_lift": _lift,
    "party_open_file": _open_file,
    "party_suspend": _suspend,
    "party_restore": _restore,
    "party_hold": _hold,
    "halt": _halt,
    "halt_lift": _halt_lift,
    "staff_grant": _staff_grant,
    "staff_withdraw": _staff_withdraw,
    "setting_change": _setting,
    "refused_report_close": _refused,
    "rail_compare": _comparison,
    "rail_difference_close": _difference,
    "deposit_balances_record": _balances,
    "fiat_rate_set": _rate,
    "fiat_rates_record": _rates,
    "escrow_rail_outcome": _reversed,
    "screening_record": _screened,
    "screening_clear": _clear,
    "quarantine_accept": _accept,
    "chargeback_answered": _answered,
    "merchant_create": _new_merchant,
    "merchant_verify": _verify_merchant,
    "merchant_close": _merchant,
    "merchant_invite": _invite,
    "merchant_join": _join,
    "merchant_member_remove": _remove_member,
    "invoice_create": _new_invoice,
    "invoice_cancel": _cancel_invoice,
    "invoice_mark": _mark_invoice,
    "invoice_method_begin": _open_method,
    "invoice_method_place": _place_method,
    "invoice_payment_accept": _accept_payment,
    "invoice_refund_make": _refund_invoice,
    "invoice_refund_cancel": _cancel_refund,
    "invoice_refund_claim": _claim_refund,
}
"""Commands of schema service whose one parameter is an object."""

MOVES: dict[str, Make] = {
    "perform": _move("perform", "payee", _scene("funded")),
    "concede": _move("concede", "payee", _scene("funded")),
    "offer_split": _move("offer_split", "payer", _scene("funded")),
    "accept_split": _move("accept_split", "payee", _scene("funded_with_offers")),
    "freeze": _move("freeze", "operator", _scene("funded")),
    "dispute": _move("dispute", "payer", _scene("performed")),
    "statement": _move("statement", "payer", _scene("statements")),
    "evidence": _move("evidence", "payer", _scene("statements")),
    "assign": _move("assign", "operator", _scene("acknowledge")),
    "decide": _move("decide", "arbiter", _scene("decide")),
    "sign": _move("sign", "payer", contract),
    "funds_confirmed": _move("funds_confirmed", "rail", signed),
    "funds_mismatch": _move("funds_mismatch", "rail", signed),
}
"""Decisions for service.escrow_commit, by event."""


def fresh(world: World, make: Make) -> dict[str, Any]:
    """A command that would be accepted now, with a key of its own."""
    with world.connection.transaction():
        made: dict[str, Any] = plain(make(world))
    return {**made, "idempotency_key": str(uuid4()), "request_hash": "a" * 64}
