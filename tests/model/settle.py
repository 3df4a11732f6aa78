"""Where the money of an escrow goes: funding, suspense, settlement, bonds."""

from decimal import Decimal

from tests.model.books import Entry, clearing, fees
from tests.model.money import ZERO
from tests.model.payments import pay_out
from tests.model.things import Escrow
from tests.model.world import Body, World

FUNDING = ("funds_confirmed", "funds_mismatch", "top_up")
EMPTIES_SUSPENSE = ("top_up", "accept_partial", "return_funds", "timeout_return")
BEGINS = ("fund", "funds_confirmed", "top_up", "accept_partial")


def pay_parts(world: World, escrow: Escrow, d: Body) -> None:
    """Divide what is held. What was all given back goes to an order still listed."""
    code = escrow.currency
    entries = [Entry(escrow.payer, code, -escrow.amount, "locked", hold=escrow.id)]
    back_to = _order_hold(world, escrow, d)
    refund = d["payer_amount"]
    if d["event"] == "rail_return":
        taken, reference = d["payload"]["amount"], d["payload"]["reference"]
        refund -= taken
        escrow.rail_out[reference, code] = escrow.rail_out.get((reference, code), ZERO) + taken
        entries += pay_out(
            world, escrow, "rail_return", escrow.payer, code, taken, reference=reference
        )
    if back_to:
        entries.append(Entry(escrow.payer, code, refund, "locked", hold=back_to.id))
    else:
        entries += pay_out(world, escrow, "refund", escrow.payer, code, refund)
    entries += pay_out(world, escrow, "release", escrow.payee, code, d["payee_amount"])
    entries.append(fees(code, d["fee_amount"]))
    escrow.account.fee += d["fee_amount"]
    world.books.post([*entries, *_bond(world, escrow, d)])


def _order_hold(world: World, escrow: Escrow, d: Body):  # type: ignore[no-untyped-def]
    if escrow.order is None or d["payee_amount"] + d["fee_amount"] > 0:
        return None
    order = world.orders[escrow.order]
    return order if order.side == "sell" and order.listed else None


def _bond(world: World, escrow: Escrow, d: Body) -> list[Entry]:
    """Back to whoever appealed and got more by it, or was never heard, else to the platform."""
    gross: Decimal = d["payee_amount"] + d["fee_amount"]
    pending = [dispute for dispute in escrow.disputes if dispute.pending and dispute.level == 2]
    if not pending or pending[0].id is None:
        return []
    file = pending[0]
    assert file.id is not None
    kept = world.books.held(file.id, escrow.currency, "locked")
    if kept == 0:
        return []
    first = file.first_award
    assert first is not None
    by_payee = file.appellant == "payee"
    party, won = (escrow.payee, gross > first) if by_payee else (escrow.payer, gross < first)
    back = won or d["event"] in ("timeout_undecided", "timeout_hold")
    goes = Entry(party, escrow.currency, kept) if back else fees(escrow.currency, kept)
    return [Entry(party, escrow.currency, -kept, "locked", hold=file.id), goes]


def _out_of_suspense(world: World, escrow: Escrow) -> list[Entry]:
    """What waited is free; what is of another currency goes back."""
    entries = []
    for (hold, party, code, bucket), amount in list(world.books.holds.items()):
        if (hold, bucket) == (escrow.id, "pending") and amount > 0:
            entries.append(Entry(party, code, -amount, "pending", hold=escrow.id))
            if code != escrow.currency:
                entries += pay_out(world, escrow, "return", escrow.payer, code, amount)
    return entries


def _part(world: World, escrow: Escrow, event: str, payload: Body) -> list[Entry]:
    """What a rail took of what is held or waits, or gave back: the rest stays where it is."""
    code, amount = payload.get("currency") or escrow.currency, payload["amount"]
    name = payload["reference"]
    if event == "rail_restore":
        escrow.amount += amount
        escrow.taken -= amount
        escrow.taken_for[name] -= amount
        escrow.rail_out[name, code] = escrow.rail_out.get((name, code), ZERO) - amount
        kept = Entry(escrow.payer, code, amount, "locked", hold=escrow.id)
        return [clearing(code, -amount), kept]
    bucket = "pending"
    escrow.taken_for[name] = escrow.taken_for.get(name, ZERO) + amount
    escrow.rail_out[name, code] = escrow.rail_out.get((name, code), ZERO) + amount
    if escrow.state != "funding_exception":
        bucket = "locked"
        escrow.amount -= amount
        escrow.taken += amount
    back = pay_out(world, escrow, "rail_return", escrow.payer, code, amount, reference=name)
    return [Entry(escrow.payer, code, -amount, bucket, hold=escrow.id), *back]


def pay_funding(world: World, escrow: Escrow, d: Body, role: str) -> None:
    """Money that arrives, waits or is returned before an escrow is funded."""
    event, payload = d["event"], d.get("payload") or {}
    payer, own, entries = escrow.payer, escrow.currency, []
    free = ZERO
    if event in ("rail_void", "rail_take", "rail_dispute", "rail_restore"):
        world.books.post(_part(world, escrow, event, payload))
        return
    if event in FUNDING and role == "rail":
        code, amount = payload.get("currency") or own, payload["amount"]
        entries.append(clearing(code, -amount))
        escrow.rail_in[code] = escrow.rail_in.get(code, ZERO) + amount
        if code == own:
            escrow.account.came_in += amount
        if event == "funds_mismatch":
            entries.append(Entry(payer, code, amount, "pending", hold=escrow.id))
        else:
            free += amount
    if event in EMPTIES_SUSPENSE:
        free += world.books.held(escrow.id, own, "pending")
        entries += _out_of_suspense(world, escrow)
    if event == "accept_partial":
        escrow.amount = free
    if event in BEGINS:
        entries.append(Entry(payer, own, escrow.amount, "locked", hold=escrow.id))
        free -= escrow.amount
    if free > 0:
        entries += pay_out(world, escrow, "return", payer, own, free)
    elif free < 0:
        entries.append(Entry(payer, own, free))
        escrow.account.came_in -= free
    world.books.post(entries)
