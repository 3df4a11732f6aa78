"""Orders: publish, pause, resume, take, cancel, run out; what an ended trade gives back."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from tests.model.books import moved
from tests.model.halts import is_halted
from tests.model.money import ZERO, fits, half_up
from tests.model.policy import LEAST, METHODS, P2P
from tests.model.things import Escrow, Order
from tests.model.world import DONE, Answer, Body, Verdict, World, has_key, refused


def _begin(world: World, body: Body) -> tuple[Order | None, Verdict | None]:
    if body.get("actor_id") is None or not has_key(body):
        return None, refused("idempotency_key_required")
    order = world.orders.get(body["order_id"])
    if order is None:
        return None, refused("order_not_found")
    return order, world.known(body["actor_id"], body)


def _not_maker(world: World, order: Order, body: Body) -> Verdict | None:
    if world.people.acts_for(body["actor_id"], order.maker):
        return None
    return refused("not_your_order" if order.status == "active" else "order_not_found")


def validate_publish(world: World, body: Body) -> Verdict:
    order, known = _begin(world, body)
    if order is None or known is not None:
        assert known is not None
        return known
    stranger = _not_maker(world, order, body)
    if stranger is not None:
        return stranger
    if is_halted(world, order):
        return refused("halted", "step_up_required")
    if order.status != "draft":
        return refused("order_not_draft")
    faults = set()
    if order.expires_at <= world.now:
        faults.add("order_expired")
    if body["aal"] != "aal2":
        faults.add("step_up_required")
    if order.side == "sell" and world.books.available(order.maker, order.currency) < order.amount:
        faults.add("insufficient_funds")
    return Verdict(frozenset(faults))


def apply_publish(world: World, body: Body, given: Answer) -> Answer:
    order = world.orders[body["order_id"]]
    order.status, order.remaining, order.version = "active", order.amount, order.version + 1
    if order.side == "sell":
        world.books.post(moved(order.maker, order.currency, order.amount, None, order.id))
    return _answer(world, order, body)


def validate_pause(world: World, body: Body) -> Verdict:
    return _of_maker(world, body, "active", "order_not_active")


def validate_resume(world: World, body: Body) -> Verdict:
    verdict = _of_maker(world, body, "paused", "order_not_paused")
    order = world.orders.get(body["order_id"])
    own = verdict.replay is None and verdict.faults <= {"order_not_paused"}
    if order and own and is_halted(world, order):
        return refused("halted")
    if verdict is DONE and world.orders[body["order_id"]].expires_at <= world.now:
        return refused("order_expired")
    if verdict is DONE and body["aal"] != "aal2":
        # No pair has an index here: nobody knows whether the price is a ruinous one.
        return refused("step_up_required")
    return verdict


def _of_maker(world: World, body: Body, status: str, otherwise: str) -> Verdict:
    order, known = _begin(world, body)
    if order is None or known is not None:
        assert known is not None
        return known
    stranger = _not_maker(world, order, body)
    if stranger is not None:
        return stranger
    return DONE if order.status == status else refused(otherwise)


def apply_pause(world: World, body: Body, given: Answer) -> Answer:
    return _turned(world, body, "paused")


def apply_resume(world: World, body: Body, given: Answer) -> Answer:
    return _turned(world, body, "active")


def _turned(world: World, body: Body, status: str) -> Answer:
    order = world.orders[body["order_id"]]
    order.status, order.version = status, order.version + 1
    return _answer(world, order, body)


def validate_reprice(world: World, body: Body) -> Verdict:
    order, known = _begin(world, body)
    if order is None or known is not None:
        assert known is not None
        return known
    stranger = _not_maker(world, order, body)
    if stranger is not None:
        return stranger
    if not order.listed:
        return refused("order_not_open")
    faults = set()
    if order.expires_at <= world.now:
        faults.add("order_expired")
    if body["expected_version"] != order.version:
        faults.add("stale_version")
    if body["aal"] != "aal2":
        faults.add("step_up_required")
    smallest, largest = _bounds(order, body)
    sane = LEAST[order.currency] <= smallest <= largest <= order.amount
    if not (sane and fits(smallest, order.currency) and fits(largest, order.currency)):
        faults.add("bad_order")
    return Verdict(frozenset(faults))


def _bounds(order: Order, body: Body) -> tuple[Decimal, Decimal]:
    smallest, largest = body.get("min_order_amount"), body.get("max_order_amount")
    return (
        order.smallest if smallest is None else smallest,
        order.largest if largest is None else largest,
    )


def apply_reprice(world: World, body: Body, given: Answer) -> Answer:
    order = world.orders[body["order_id"]]
    order.smallest, order.largest = _bounds(order, body)
    order.price, order.version = body.get("price", order.price), order.version + 1
    return _answer(world, order, body)


def validate_cancel(world: World, body: Body) -> Verdict:
    order, known = _begin(world, body)
    if order is None or known is not None:
        assert known is not None
        return known
    stranger = _not_maker(world, order, body)
    if stranger is not None:
        return stranger
    return DONE if order.listed else refused("order_not_open")


def apply_cancel(world: World, body: Body, given: Answer) -> Answer:
    order = world.orders[body["order_id"]]
    _close(world, order, "cancelled")
    return _answer(world, order, body)


def _close(world: World, order: Order, status: str) -> None:
    if order.side == "sell" and order.remaining > 0:
        world.books.post(moved(order.maker, order.currency, order.remaining, order.id, None))
    order.withdrawn = order.amount - order.reserved - order.settled
    order.remaining, order.status, order.version = ZERO, status, order.version + 1


def expired(world: World) -> list[Order]:
    """Orders whose time is over."""
    return [
        order
        for order in world.orders.values()
        if (order.listed or order.status == "draft") and order.expires_at <= world.now
    ]


def apply_expire(world: World) -> int:
    over = expired(world)
    for order in over:
        _close(world, order, "expired")
    return len(over)


def _answer(world: World, order: Order, body: Body) -> Answer:
    answer = {
        "order_id": order.id, "status": order.status, "version": order.version,
        "remaining": order.remaining, "expires_at": order.expires_at,
    }  # fmt: skip
    world.store(body["actor_id"], body, answer)
    return answer


def validate_take(world: World, body: Body) -> Verdict:
    order, known = _begin(world, body)
    if order is None or known is not None:
        assert known is not None
        return known
    if order.status != "active":
        mine = world.people.acts_for(body["actor_id"], order.maker) and order.status != "draft"
        if mine and is_halted(world, order):
            return refused("halted")
        return refused("order_not_active" if mine else "order_not_found")
    if is_halted(world, order):
        return refused("halted")
    faults = _faults_of_take(world, order, body)
    amount = body["amount"]
    if not faults and order.side == "buy":
        payer = body["actor_id"]
        if world.books.available(payer, order.currency) < amount:
            faults.add("insufficient_funds")
    return Verdict(frozenset(faults))


def _faults_of_take(world: World, order: Order, body: Body) -> set[str]:
    amount, faults = body["amount"], set()
    if order.expires_at <= world.now:
        faults.add("order_expired")
    if world.people.acts_for(body["actor_id"], order.maker):
        faults.add("own_order")
    if _method(order, body) not in order.methods:
        faults.add("payment_method_not_offered")
    sign = 1 if order.side == "sell" else -1
    if sign * order.price > sign * body["expected_price"]:
        faults.add("price_changed")
    faults |= _faults_of_amount(order, amount)
    if _fiat(order, amount) <= 0:
        faults.add("fiat_amount_not_exact")
    return faults


def _fiat(order: Order, amount: Decimal) -> Decimal:
    return half_up(Fraction(amount) * Fraction(order.price), order.fiat)


def _faults_of_amount(order: Order, amount: Decimal) -> set[str]:
    faults = set()
    if amount <= 0 or not fits(amount, order.currency) or amount > order.largest:
        faults.add("amount_out_of_range")
    if amount > order.remaining:
        faults.add("not_enough_remaining")
    if amount < LEAST[order.currency] or (amount < order.smallest and amount != order.remaining):
        faults.add("amount_out_of_range")
    if 0 < order.remaining - amount < LEAST[order.currency]:
        faults.add("remainder_too_small")
    return faults


def _method(order: Order, body: Body) -> str | None:
    """A take need not name the only method of an order."""
    given: str | None = body["payment_method"]
    return order.methods[0] if given is None and len(order.methods) == 1 else given


def apply_take(world: World, body: Body, given: Answer) -> Answer:
    order, amount, taker = world.orders[body["order_id"]], body["amount"], body["actor_id"]
    trade_id, method = UUID(given["trade_id"]), _method(order, body) or ""
    payer, payee = (order.maker, taker) if order.side == "sell" else (taker, order.maker)
    deadline = world.now + order.pay_within(method)
    source = order.id if order.side == "sell" else None
    world.books.post(moved(payer, order.currency, amount, source, trade_id))
    order.remaining -= amount
    order.reserved += amount
    order.version += 1
    world.escrows[trade_id] = Escrow(
        trade_id, "p2p", P2P, payer, payee, order.currency, amount,
        order.pay_within(method), METHODS[method].accept, "funded", deadline,
        deadline + P2P.grace, order=order.id, trade_status="pending_payment",
    )  # fmt: skip
    answer = {
        "trade_id": trade_id, "order_id": order.id, "status": "pending_payment", "version": 1,
        "amount": amount, "price": order.price, "fiat_amount": _fiat(order, amount),
        "deadline_at": deadline, "auto_reply": "",
    }  # fmt: skip
    world.store(taker, body, answer)
    return answer


_GIVEN_UP = {
    "concede": "conceded", "timeout_refund": "unpaid", "settle_decision": "ruled",
    "timeout_settle": "ruled",
}  # fmt: skip


def trade_end(escrow: Escrow, event: str, role: str, maker: UUID) -> tuple[str, UUID | None]:
    """How a trade ended, and whose doing it was that nothing was traded."""
    if escrow.state != "refunded":
        return escrow.state, None
    if event == "accept_split":
        taker = "payee" if maker == escrow.payer else "payer"
        # The other side accepts what the taker asked for.
        asked = role != taker
        return "cancelled", getattr(escrow, taker) if asked else None
    if event in _GIVEN_UP:
        return _GIVEN_UP[event], escrow.payee
    return "undecided", None


def end_trades(world: World, ended: Iterable[Escrow]) -> None:
    """Orders learn of their trades that ended in one transaction."""
    of_order: dict[UUID, list[Escrow]] = defaultdict(list)
    for escrow in ended:
        assert escrow.order is not None
        of_order[escrow.order].append(escrow)
    for order_id, escrows in of_order.items():
        order = world.orders[order_id]
        for escrow in escrows:
            order.reserved -= escrow.amount
            if escrow.state != "refunded":
                order.settled += escrow.amount
                order.completed += escrow.state == "released"
            elif order.listed and escrow.given_up_by != order.maker:
                order.remaining += escrow.amount
            else:
                order.withdrawn += escrow.amount
        order.version += 1
        order.may_skip = len(escrows) - 1
        if order.listed and order.remaining == 0 and order.reserved == 0:
            order.status = "completed" if order.settled > 0 else "cancelled"
