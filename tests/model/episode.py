"""One story: a fresh people, its world, and the database in which the same must happen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from tests.model import cases, halts, operators, orders, payments
from tests.model.apply import apply
from tests.model.choose import CRYPTO
from tests.model.model_db import Database, Refused
from tests.model.people import OUTSIDE, PLATFORM
from tests.model.setting import new_people, stage
from tests.model.tally import Tally
from tests.model.validate import validate
from tests.model.views import Difference, Scope, compare, typed
from tests.model.world import Answer, Body, Verdict, World

START = datetime(2030, 1, 1, tzinfo=UTC)
Validate = Callable[[World, Body], Verdict]
Apply = Callable[[World, Body, Answer], Answer]

RULES: dict[str, tuple[Validate, Apply]] = {
    "escrow_commit": (validate, lambda world, body, given: apply(world, [body])[0]),
    "order_publish": (orders.validate_publish, orders.apply_publish),
    "order_pause": (orders.validate_pause, orders.apply_pause),
    "order_resume": (orders.validate_resume, orders.apply_resume),
    "order_reprice": (orders.validate_reprice, orders.apply_reprice),
    "order_cancel": (orders.validate_cancel, orders.apply_cancel),
    "order_take": (orders.validate_take, orders.apply_take),
    "ledger_move_external": (operators.validate_move_external, operators.apply_move_external),
    "ledger_reverse": (operators.validate_reverse, operators.apply_reverse),
    "halt": (halts.validate_halt, halts.apply_halt),
    "halt_lift": (halts.validate_lift, halts.apply_lift),
    "operator_request_confirm": (halts.validate_confirm, halts.apply_confirm),
    "escrow_claim": (cases.validate_claim, cases.apply_claim),
    "escrow_rail_case": (cases.validate_rail_case, cases.apply_rail_case),
    "escrow_case_close": (cases.validate_close_case, cases.apply_close_case),
    "escrow_rail_outcome": (cases.validate_outcome, cases.apply_outcome),
    "payout_retry": (payments.validate_retry, payments.apply_retry),
    "payout_keep": (payments.validate_keep, payments.apply_keep),
    "payout_destination_set": (payments.validate_destination, payments.apply_destination),
}


class Episode:
    """Gives commands to both sides and compares them after each.

    before: the world of the episode before on the same database; time goes on from there.
    """

    def __init__(self, database: Database, random: Random, before: World | None = None) -> None:
        self.database, self.random, self.tally = database, random, Tally()
        self.world = World(before.now if before else START, new_people(random))
        for bucket, amount in (before.books.balances if before else {}).items():
            if bucket[0] in (PLATFORM, OUTSIDE):
                self.world.books.balances[bucket] = amount
        self.world.halts |= before.halts if before else {}
        self.history: list[tuple[str, Body]] = []
        # Where a payee is paid must have stood for a while, by the clock of this story.
        database.set_clock(self.world.now - timedelta(days=30))
        stage(database, self.world.people)
        database.set_clock(self.world.now)
        for party in self.world.people.parties[:4] + self.world.people.companies:
            self._endow(party)

    def _endow(self, party: UUID) -> None:
        for code in CRYPTO:
            self.give("ledger_move_external", {
                "kind": "deposit", "party_id": party, "currency": code, "amount": Decimal(10),
                "memo": "", "actor_id": self.world.people.staff("operator")[0], "aal": "aal2",
                "idempotency_key": f"first {party} {code}", "request_hash": "h",
                "reference": f"first {party} {code}",
            })  # fmt: skip

    def give(self, name: str, body: Body) -> None:
        """Give one command to both sides. Raises Difference."""
        validated, applied = RULES[name]
        verdict = validated(self.world, body)
        try:
            given = self.database.command(name, body)
        except Refused as refusal:
            if refusal.code not in verdict.faults:
                raise self.differs(name, body, refusal.code, verdict) from refusal
            self.tally.refused[refusal.code] += 1
            return self._compare_parts(body)
        if verdict.faults:
            raise self.differs(name, body, given, verdict)
        if verdict.replay is not None:
            self.same_answer(name, body, given, verdict.replay | {"replayed": True})
            self.tally.replayed += 1
            return self._compare_parts(body)
        wanted = applied(self.world, body, given)
        self.same_answer(name, body, given, wanted | {"replayed": False})
        self.tally.done[str(body.get("event", name))] += 1
        self.history.append((name, body))
        return self._compare_parts(body | given)

    def same_answer(self, name: str, body: Body, given: Answer, wanted: Answer) -> None:
        if set(given) != set(wanted) or any(
            typed(given[key], value) != value for key, value in wanted.items()
        ):
            raise self.differs(name, body, given, wanted)

    def differs(self, name: str, body: Body, given: Any, wanted: Any) -> Difference:
        escrow = self.world.escrows.get(body.get("escrow_id") or UUID(int=0))
        return Difference(
            f"{name} at {self.world.now}: the database says {given}, the model {wanted}\n"
            f"  command: {body}\n  escrow: {escrow}"
        )

    def wait(self, until: datetime) -> None:
        """Let time pass on both sides."""
        self.world.now = until
        self.database.set_clock(until)

    def compare(self, scope: Scope) -> None:
        """Compare some things, and all the money. Raises Difference."""
        parties = [*self.world.people.parties, PLATFORM, OUTSIDE]
        compare(self.world, self.database.read(scope, parties), scope)

    def check_everything(self) -> None:
        self.compare(Scope.all(self.world))

    def _compare_parts(self, body: Body) -> None:
        keys = ("escrow_id", "trade_id", "order_id", "case_id", "payout_id")
        ids = {_uuid(body[key]) for key in keys if key in body}
        ids |= {self.world.cases[key].escrow for key in ids & self.world.cases.keys()}
        ids |= {p.escrow for p in self.world.payments.values() if p.id in ids}
        escrows = ids & self.world.escrows.keys()
        listed = {self.world.escrows[key].order for key in escrows} | ids
        self.compare(
            Scope(
                frozenset(escrows),
                frozenset(order for order in listed if order in self.world.orders),
                frozenset(ids & self.world.cases.keys()),
            )
        )

    def check_books(self) -> None:
        """Raises Difference when ledger.verify() finds anything."""
        problems = self.database.problems()
        if problems:
            raise Difference(f"ledger.verify(): {problems[:5]}")


def _uuid(value: Any) -> UUID:
    return UUID(value) if isinstance(value, str) else value
