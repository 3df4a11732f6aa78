"""What the database holds and what the model holds, side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.model.payments import Payment
from tests.model.people import OUTSIDE, PLATFORM
from tests.model.things import Case, Dispute, Escrow, Hold, Offer, Order
from tests.model.world import World

SQL = Path(__file__).with_name("view.sql").read_bytes()
SHARED = (
    (PLATFORM, "fees"), (PLATFORM, "losses"), (PLATFORM, "receivables"), (OUTSIDE, "clearing"),
)  # fmt: skip


class Difference(AssertionError):
    """The database and the model disagree."""


@dataclass(frozen=True)
class Scope:
    """What is compared."""

    escrows: frozenset[UUID]
    orders: frozenset[UUID]
    cases: frozenset[UUID] = frozenset()

    @classmethod
    def all(cls, world: World) -> "Scope":
        return cls(frozenset(world.escrows), frozenset(world.orders), frozenset(world.cases))


def compare(world: World, given: dict[str, Any], scope: Scope) -> None:
    """Raises Difference; learns the ids that the database gave to offers and disputes."""
    for escrow_id in scope.escrows:
        escrow, row = world.escrows[escrow_id], given["escrows"][str(escrow_id)]
        learn(escrow, row)
        _learn_payments(world, escrow, row)
        _same(f"escrow {escrow_id}", escrow_view(escrow), row)
    for order_id in scope.orders:
        order, row = world.orders[order_id], given["orders"][str(order_id)]
        if order.version < row["version"] <= order.version + order.may_skip:
            order.version = row["version"]
        order.may_skip = 0
        _same(f"order {order_id}", order_view(order), row)
    for case_id in scope.cases:
        _same(f"case {case_id}", case_view(world.cases[case_id]), given["cases"][str(case_id)])
    _compare_money(world, given)


def _same(what: str, model: dict[str, Any], row: dict[str, Any]) -> None:
    for name, wanted in model.items():
        got = typed(row[name], wanted)
        if got != wanted:
            raise Difference(f"{what}: {name} is {got!r}, the model says {wanted!r}")


def typed(value: Any, like: Any) -> Any:
    """A value of JSON as the type the model has in its place."""
    if value is None:
        return None
    if isinstance(like, datetime):
        return datetime.fromisoformat(value)
    if isinstance(like, UUID):
        return UUID(value)
    if isinstance(like, Decimal):
        return Decimal(value)
    if isinstance(like, list) and like and isinstance(like[0], UUID):
        return [UUID(each) for each in value]
    return value


def _learn_payments(world: World, escrow: Escrow, row: dict[str, Any]) -> None:
    """Payments and their cases have the ids that the database gave them."""
    mine = [each for each in world.payments.values() if each.escrow == escrow.id]
    keyed = {_key_of_row(each): each for each in row["payments"]}
    if len(mine) != len(keyed):
        raise Difference(f"escrow {escrow.id}: payments {row['payments']}, the model says {mine}")
    for payment in mine:
        given = keyed.get(_key(payment))
        if given is None:
            raise Difference(f"escrow {escrow.id}: no payment like {payment}")
        _rename(world, payment, UUID(given["id"]))
        _same(f"payment {payment}", payment_view(payment), given)
    refused = {case.event: case for case in world.cases.values() if case.event is not None}
    for event, case_id in row["told_cases"].items():
        case = refused.get(event)
        if case is None:
            raise Difference(f"escrow {escrow.id}: a case of {event}")
        del world.cases[case.id]
        case.id = UUID(case_id)
        world.cases[case.id] = case
    debts = sorted(
        (debt for debt in world.books.debts if world.cases[debt.case].escrow == escrow.id),
        key=lambda debt: (str(debt.case), str(debt.party)),
    )
    told = [[str(d.case), str(d.party), d.amount, d.recovered, d.cancelled] for d in debts]
    given_debts = [[*each[:2], *map(Decimal, each[2:])] for each in row["debts"]]
    if given_debts != told:
        raise Difference(f"debts of {escrow.id}: {given_debts}, the model says {told}")


def _key(payment: Payment) -> tuple[Any, ...]:
    return (
        payment.escrow_version, str(payment.case_id), payment.kind, str(payment.party),
        payment.currency,
    )  # fmt: skip


def _key_of_row(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["escrow_version"], str(row["case_id"]), row["kind"], row["party"], row["currency"],
    )  # fmt: skip


def _rename(world: World, payment: Payment, given: UUID) -> None:
    if payment.id == given:
        return
    holds = world.books.holds
    for key in [key for key in holds if key[0] == payment.id]:
        holds[given, *key[1:]] = holds.pop(key)
    del world.payments[payment.id]
    payment.id = given
    world.payments[given] = payment


def payment_view(payment: Payment) -> dict[str, Any]:
    names = ("amount", "state", "version", "attempt", "tries", "destination", "reference",
             "next_at", "deadline_at")  # fmt: skip
    return {name: getattr(payment, name) for name in names}


def learn(escrow: Escrow, row: dict[str, Any]) -> None:
    free = list(row["offers"])
    for offer in escrow.offers:
        match = next((each for each in free if _is(offer, each)), None)
        if match is None:
            raise Difference(f"escrow {escrow.id}: no offer like {offer} among {row['offers']}")
        offer.id = UUID(match["id"])
        free.remove(match)
    if free or len(escrow.disputes) != len(row["disputes"]):
        raise Difference(f"escrow {escrow.id}: too many offers or disputes: {row}")
    if len(escrow.holds) != len(row["holds"]):
        raise Difference(f"escrow {escrow.id}: holds {row['holds']}, the model {escrow.holds}")
    for hold, given in zip(escrow.holds, row["holds"], strict=True):
        hold.id = UUID(given["id"])
    for dispute, each in zip(escrow.disputes, row["disputes"], strict=True):
        dispute.id = UUID(each["id"])
        _learn_arbiter(dispute, each)


def _learn_arbiter(dispute: Dispute, row: dict[str, Any]) -> None:
    given = row["arbiter"]
    if dispute.any_of and given is not None and UUID(given) in dispute.any_of:
        dispute.arbiter = dispute.asked[-1] = UUID(given)
    dispute.any_of = frozenset()


def _is(offer: Offer, row: dict[str, Any]) -> bool:
    wanted = offer_view(offer)
    known = offer.id is None or str(offer.id) == row["id"]
    return known and all(typed(row[name], value) == value for name, value in wanted.items())


def offer_view(offer: Offer) -> dict[str, Any]:
    names = ("kind", "author", "payee_amount", "state_version", "expires_at", "status")
    return {name: getattr(offer, name) for name in names}


def escrow_view(escrow: Escrow) -> dict[str, Any]:
    names = (
        "state", "phase", "version", "state_version", "deadline_at", "expires_at", "frozen_at",
        "performed_at", "revisions", "signed_by", "amount", "taken", "payer_amount", "payee_amount",
        "fee_amount", "claim_until", "trade_status", "ended_as", "given_up_by",
    )  # fmt: skip
    view = {name: getattr(escrow, name) for name in names}
    view["events"] = escrow.version
    view["settlements"] = int(escrow.payer_amount is not None)
    view["holds"] = Rows([hold_view(hold) for hold in escrow.holds])
    view["disputes"] = Rows([dispute_view(dispute) for dispute in escrow.disputes])
    return view


class Rows(list[dict[str, Any]]):
    """Compares with rows of JSON, field by field."""

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, list)
        return len(self) == len(other) and all(
            typed(row[name], wanted) == wanted
            for mine, row in zip(self, other, strict=True)
            for name, wanted in mine.items()
        )

    __hash__ = None


def hold_view(hold: Hold) -> dict[str, Any]:
    names = (
        "kind", "reference", "amount", "opened_version", "ends_at", "closed_version",
        "closed_event",
    )  # fmt: skip
    return {name: getattr(hold, name) for name in names}


def dispute_view(dispute: Dispute) -> dict[str, Any]:
    names = (
        "raised_by", "level", "arbiter", "asked", "reassignments", "appellant", "accepted_by",
        "award", "first_award", "proposal", "decisions", "pending",
    )  # fmt: skip
    counts = {"statements": len(dispute.statements), "evidence": len(dispute.evidence)}
    return {name: getattr(dispute, name) for name in names} | counts


def order_view(order: Order) -> dict[str, Any]:
    names = (
        "status", "version", "remaining", "reserved", "settled", "withdrawn", "completed", "price",
        "smallest", "largest",
    )  # fmt: skip
    return {name: getattr(order, name) for name in names}


def case_view(case: Case) -> dict[str, Any]:
    return {
        name: getattr(case, name)
        for name in (
            "state",
            "kind",
            "amount",
            "paid_amount",
            "deadline_at",
            "raised_by",
            "currency",
            "fee_amount",
            "loss_amount",
        )
    }


def _compare_money(world: World, given: dict[str, Any]) -> None:
    rows: dict[Any, Decimal] = {}
    for party, code, type_, *amounts in given["wallets"]:
        for bucket, amount in zip(("available", "pending", "locked"), amounts, strict=True):
            rows[UUID(party), code, type_, bucket] = Decimal(amount)
    _equal("wallet", rows, world.books.balances)
    holds = {
        (UUID(hold), UUID(party), code, bucket): Decimal(amount)
        for hold, party, code, bucket, amount in given["holds"]
    }
    _equal("hold", holds, world.books.holds)


def _equal(what: str, rows: dict[Any, Decimal], model: dict[Any, Decimal]) -> None:
    keys: Iterable[Any] = {*(k for k, v in rows.items() if v), *(k for k, v in model.items() if v)}
    for key in keys:
        got, wanted = rows.get(key, Decimal(0)), model.get(key, Decimal(0))
        if got != wanted:
            raise Difference(f"{what} {key}: {got}, the model says {wanted}")
