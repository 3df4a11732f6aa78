"""The decision a function would rightly make for an event: clocks, parts, payload."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from tests.model.duties import within
from tests.model.money import DECIMALS, ZERO, part, unit
from tests.model.moves import MOVES
from tests.model.rules_dispute import eligible
from tests.model.things import HOLD_KINDS, Escrow
from tests.model.validate import RESTARTS, undecided
from tests.model.world import Body, World

GROUNDS = "Both files were read; the receipt is genuine."


def clocks(world: World, escrow: Escrow, event: str) -> tuple[datetime | None, datetime | None]:
    """Deadline and end of the duty that the event begins; nothing where none begins."""
    move = MOVES.get((escrow.state, escrow.phase), {}).get(event)
    if move is None or move.to is None or move.to not in MOVES:
        return None, None
    if move.to == (escrow.state, escrow.phase) and event not in (*RESTARTS, "funds_mismatch"):
        return None, None
    policy = escrow.policy
    deadline = world.now + within(escrow)[move.to]
    if event == "statement" and escrow.deadline_at is not None:
        # Who answers has the whole time, and never less than was promised before.
        deadline = max(deadline, escrow.deadline_at)
    return deadline, deadline + (policy.grace if move.to[0] == "funded" else timedelta())


def parts(escrow: Escrow, gross: Decimal) -> dict[str, Decimal]:
    """A settlement that gives the payee so much before the fee."""
    fee = part(gross, escrow.policy.fee_bps, escrow.currency)
    return {"payer_amount": escrow.amount - gross, "payee_amount": gross - fee, "fee_amount": fee}


def some_part(random: Random, escrow: Escrow) -> Decimal:
    """A part of the amount, often one of its ends or next to one."""
    one = unit(escrow.currency)
    ends = [ZERO, escrow.amount, one, escrow.amount - one, escrow.amount / 2]
    whole = int(escrow.amount / one)
    guess = random.choice([*ends, random.randint(0, whole) * one, random.randint(0, whole) * one])
    return max(ZERO, guess - guess % one)


def settlement(world: World, random: Random, escrow: Escrow, event: str, role: str) -> Body:
    move = MOVES.get((escrow.state, escrow.phase), {}).get(event)
    if move is None or move.settles is None:
        return {}
    if move.settles == "release":
        return parts(escrow, escrow.amount)
    if move.settles == "refund":
        return parts(escrow, ZERO)
    if move.settles == "decision":
        return parts(escrow, escrow.dispute.award or ZERO)
    if move.settles == "default":
        return parts(escrow, undecided(escrow))
    other = "payee" if role == "payer" else "payer"
    standing = escrow.open_offer(other, "split", world.now)
    if standing is None:
        # Whatever lies there: withdrawn, run out, or one's own.
        standing = random.choice(escrow.offers) if escrow.offers else None
    amount = standing.payee_amount if standing is not None else None
    offer_id = standing.id if standing is not None else None
    return parts(escrow, amount or ZERO) | {"payload": {"offer_id": offer_id}}


def payload(
    world: World, random: Random, escrow: Escrow, event: str, role: str = ""
) -> dict[str, Any]:
    """What an event carries, when somebody in that role makes it."""
    if event == "freeze":
        return _reason(random, escrow, role)
    if event == "unfreeze":
        # Mostly one's own.
        able = [hold for hold in escrow.open_holds if hold.owner == role] or escrow.open_holds
        if random.random() < 0.1:
            able = escrow.holds
        return {"hold_id": random.choice(able).id if able else UUID(int=7)}
    half = some_part(random, escrow)
    if event in ("funds_confirmed", "funds_mismatch", "top_up"):
        return _arrival(world, random, escrow, event)
    if event.startswith("rail_"):
        return _taking(world, random, escrow, event)
    if event == "assign":
        free = eligible(world, escrow) if escrow.state == "disputed" else []
        return {"arbiter_id": random.choice(free or world.people.users)}
    plain: dict[str, dict[str, Any]] = {
        "accept": {"confirm": True, "payer_name_matches": True},
        "dispute": {"reason": "other", "description": "nothing arrived"},
        "sign": {"terms_hash": escrow.terms_hash},
        "countersign": {"terms_hash": escrow.terms_hash},
        "offer_split": {"payee_amount": half},
        "statement": {"body": "This is what happened."},
        "statement_reply": {"body": "This is what really happened."},
        "evidence": {
            "sha256": random.choice(["ab", "cd", f"{random.getrandbits(8):02x}"]) * 32,
            "name": "receipt.pdf", "media_type": "application/pdf", "size_bytes": 1024,
        },
        "decide": _ruling(random, escrow, half),
        "propose_decision": _ruling(random, escrow, half),
    }  # fmt: skip
    return plain.get(event, {})


def _reason(random: Random, escrow: Escrow, role: str) -> dict[str, Any]:
    kinds = [kind for kind, (owner, _, _) in HOLD_KINDS.items() if owner == role]
    if not kinds or random.random() < 0.1:
        kinds = list(HOLD_KINDS)
    kind = random.choice(kinds)
    said: dict[str, Any] = {"kind": kind, "reason": "compliance"}
    if role != "operator":
        said["reference"] = random.choice(["dp_1", "dp_2"])
    if kind == "chargeback":
        said["amount"] = max(unit(escrow.currency), some_part(random, escrow))
    return said


def _taking(world: World, random: Random, escrow: Escrow, event: str) -> dict[str, Any]:
    name, code = random.choice(["dp_1", "dp_2"]), escrow.currency
    most = escrow.amount
    if event == "rail_restore" and escrow.taken_for:
        name = random.choice(list(escrow.taken_for))
        most = escrow.taken_for[name]
    if escrow.state == "funding_exception":
        waiting = [
            key[2]
            for key, amount in world.books.holds.items()
            if (key[0], key[3]) == (escrow.id, "pending") and amount
        ]
        code = random.choice(waiting or [code])
        most = world.books.held(escrow.id, code, "pending")
    shares = {"rail_take": [20, 20, 10, 2], "rail_dispute": [2, 3, 10], "rail_restore": [1, 1, 2]}
    part = most / random.choice(shares.get(event, [1, 1, 1, 2]))
    return {
        "amount": max(unit(code), part - part % unit(code)),
        "currency": code,
        "reference": name,
    }


def _ruling(random: Random, escrow: Escrow, gross: Decimal) -> dict[str, Any]:
    traded = escrow.order is not None
    word = ("paid" if traded else "delivered") if gross else "deceit_by_payee"
    if 0 < gross < escrow.amount:
        word = "partly_paid" if traded else "partly_delivered"
    return {
        "payer_amount": escrow.amount - gross, "payee_amount": gross,
        "reason": random.choice([word, "other"]), "grounds": GROUNDS,
    }  # fmt: skip


def _arrival(world: World, random: Random, escrow: Escrow, event: str) -> dict[str, Any]:
    one = unit(escrow.currency)
    if event == "funds_confirmed":
        end = escrow.expires_at or world.now
        time = min(world.now, random.choice([world.now, end, end - timedelta(seconds=1)]))
        return {"amount": escrow.amount, "currency": escrow.currency, "provider_time": time}
    if event == "top_up":
        waiting = world.books.held(escrow.id, escrow.currency, "pending")
        missing = max(escrow.amount - waiting, one)
        amount = missing + random.choice([ZERO, ZERO, one, -one, escrow.amount])
        return {"amount": max(amount, one), "currency": escrow.currency}
    code = random.choice([escrow.currency, escrow.currency, *(c for c in DECIMALS if c != "USD")])
    amount = random.choice([some_part(random, escrow), escrow.amount + one, escrow.amount / 2])
    amount = max(unit(code), amount - amount % unit(code))
    return {"amount": amount, "currency": code, "reason": "mismatch"}
