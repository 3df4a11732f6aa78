"""Payments over outside rails: each move of the table and no other, once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.world import rails
from tests.world.escrow import Escrow
from tests.world.rails import ADDRESS, claim, destination, outcome
from tests.world.refused import refused
from tests.world.trades import contract
from tests.world.world import OUTSIDE, World

USDC = "USDC_BASE"
OTHER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
PAID = Decimal(95)

# from | event | actors | to: the table of moves, a second time by hand.
_TABLE = """
created      | claim    | system         | claimed
created      | keep     | timer party rail system | kept
claimed      | submit   | rail           | submitted
claimed      | confirm  | rail           | confirmed
claimed      | fail     | rail           | failed_final
claimed      | postpone | system         | created
claimed      | lose     | system         | unknown
submitted    | poll     | system         | submitted
submitted    | confirm  | rail           | confirmed
submitted    | fail     | rail           | failed_final
unknown      | poll     | system         | unknown
unknown      | submit   | rail           | submitted
unknown      | confirm  | rail           | confirmed
unknown      | fail     | rail           | failed_final
failed_final | retry    | party operator | created
failed_final | keep     | timer party rail | kept
"""
LINES = [[word.strip() for word in line.split("|")] for line in _TABLE.strip().splitlines()]
MOVES = {(state, event): (set(actors.split()), to) for state, event, actors, to in LINES}
EVENTS = ("instruct", "rail_return", *dict.fromkeys(line[1] for line in LINES))
ACTORS = ("system", "timer", "rail", "party", "operator", "payee")


class Payout:
    """The payment of an escrow that was just released, and who may do something about it."""

    def __init__(self, world: World, escrow: Escrow) -> None:
        self.world, self.escrow = world, escrow
        self.id: UUID = world.one(
            "select id from public.payouts where id in (select private.payouts_of(%s))", escrow.id
        )

    def row(self) -> dict[str, Any]:
        found: dict[str, Any] = self.world.one(
            "select to_jsonb(i) from public.payouts as i where id = %s", self.id
        )
        return found

    @property
    def state(self) -> str:
        return str(self.row()["state"])

    def record(self, event: str, **fields: Any) -> dict[str, Any]:
        """A worker records what became of it."""
        known = {"provider_reference": f"0x{self.id.hex}", "reason": "as the rail says"}
        row = {"id": str(self.id), "version": self.row()["version"]}
        return outcome(self.world, row, event, **known | fields)

    def ask(self, command: str, who: UUID, **fields: Any) -> dict[str, Any]:
        """Somebody commands retry or keep."""
        fields = {"payout_id": self.id, "actor_id": who, "aal": "aal2"} | fields
        answer: dict[str, Any] = self.world.command(f"payout_{command}", **fields)
        return answer

    def due(self) -> None:
        """Move the clock to when a worker looks at it."""
        self.world.advance_to(
            self.world.one(
                "select next_at + interval '1 second' from public.payouts "
                "where id = %s", self.id,
            )
        )  # fmt: skip

    def money(self) -> tuple[Any, Any]:
        """The payee's available and pending money, above what it began with."""
        available, pending, _ = self.world.balance(self.escrow.payee, USDC)
        return available - 300, pending


def released(world: World, *, named: bool = True) -> Payout:
    """A payment that is ordered; named: its party has said where it wants its money."""
    escrow = rails.awaiting(world)
    if named:
        destination(world, escrow.payee)
    escrow.commit("funds_confirmed", "rail")
    escrow.commit("accept", "payer")
    return Payout(world, escrow)


def _after(*events: str) -> Callable[[World], Payout]:
    def build(world: World) -> Payout:
        made = released(world)
        if events:
            claim(world)
        for event in events[1:]:
            made.record(event)
        return made

    return build


def _kept(world: World) -> Payout:
    made = released(world)
    made.ask("keep", made.escrow.payee)
    return made


STATES: dict[str, Callable[[World], Payout]] = {
    "created": _after(), "claimed": _after("claim"), "submitted": _after("claim", "submit"),
    "unknown": _after("claim", "lose"), "confirmed": _after("claim", "confirm"),
    "failed_final": _after("claim", "fail"), "kept": _kept,
}  # fmt: skip


def test_the_table_of_moves_is_the_one_written_here(world: World) -> None:
    rows = world.rows(
        "select from_state, event, actor, to_state from private.state_edges "
        "where machine = 'payout' and from_state is not null"
    )
    wanted = {(*cell, actor, to) for cell, (actors, to) in MOVES.items() for actor in actors}
    assert set(rows) == wanted


@pytest.mark.parametrize("state", STATES)
def test_nobody_makes_a_move_that_is_not_in_the_table(world: World, state: str) -> None:
    """Not even the owner of the tables: every event by every actor to every state."""
    payout = STATES[state](world)
    last = payout.row()
    no_change = (last["last_event"], last["last_actor_role"], state)
    tried = 0
    for event in EVENTS:
        for actor in ACTORS:
            for to in STATES:
                actors, legal = MOVES.get((state, event), (set(), ""))
                if (actor in actors and to == legal) or (event, actor, to) == no_change:
                    continue
                tried += 1
                with refused(world.connection, "illegal_move"):
                    world.run(
                        "update public.payouts set state = %s, last_event = %s, "
                        "last_actor_role = %s where id = %s", to, event, actor, payout.id,
                    )  # fmt: skip
    assert tried > 400
    assert payout.state == state


@pytest.mark.parametrize("state", STATES)
def test_a_worker_records_what_the_table_allows(world: World, state: str) -> None:
    for event in ("submit", "confirm", "fail", "postpone", "lose", "poll"):
        payout = STATES[state](world)
        wanted = MOVES.get((state, event))
        if wanted is None:
            with refused(world.connection, "illegal_move"):
                payout.record(event)
            assert payout.state == state
        else:
            answer = payout.record(event)
            assert (answer["recorded"], answer["state"]) == (True, wanted[1])
            assert payout.state == wanted[1]
        with refused(world.connection, "illegal_move"):
            payout.record("pay")
        assert world.problems() == []


@pytest.mark.parametrize("state", STATES)
def test_who_may_try_again_or_keep_it(world: World, state: str) -> None:
    payout = STATES[state](world)
    nobody = world.user("nobody")
    for who, actor in (
        (payout.escrow.payee, "party"), (world.operator, "operator"),
        (payout.escrow.payer, None), (nobody, None),
    ):  # fmt: skip
        for command in ("retry", "keep"):
            cell = MOVES.get((state, command))
            code = "payout_not_found" if actor is None else "illegal_move"
            if cell and actor in cell[0]:
                with refused(world.connection, "step_up_required"):
                    payout.ask(command, who, aal="aal1")
                with world.connection.transaction(force_rollback=True):
                    assert payout.ask(command, who)["state"] == cell[1]
            else:
                with refused(world.connection, code):
                    payout.ask(command, who)
    assert payout.state == state


def test_a_payment_is_claimed_once(world: World) -> None:
    payout = released(world)
    (taken,) = claim(world)
    assert (taken["id"], taken["state"], taken["attempt"]) == (str(payout.id), "claimed", 1)
    assert (taken["amount"], taken["destination"]) == ("95", ADDRESS)
    assert claim(world) == []
    assert payout.money() == (0, PAID)


def test_what_was_recorded_on_an_older_version_changes_nothing(world: World) -> None:
    payout = released(world)
    (taken,) = claim(world)
    assert outcome(world, taken, "submit", provider_reference="0x1")["recorded"] is True
    late = outcome(world, taken, "fail", reason="no such thing")
    assert (late["recorded"], late["state"]) == (False, "submitted")
    assert world.one("select count(*) from public.escrow_cases") == 0
    assert payout.state == "submitted"


def test_incident_01_a_payment_is_paid_once(world: World) -> None:
    payout = released(world)
    outside = world.balance(OUTSIDE, USDC, "clearing")[0]
    claim(world)
    said = {"id": str(payout.id), "version": payout.row()["version"]}
    for wanted in (True, False, False):
        assert outcome(world, said, "confirm", provider_reference="0x1")["recorded"] is wanted
    assert world.balance(OUTSIDE, USDC, "clearing")[0] == outside + PAID
    assert payout.money() == (0, 0)
    assert payout.escrow.place == ("released", "")
    assert world.problems() == []


def test_incident_02_one_payment_for_each_move_and_payee(world: World) -> None:
    payout = released(world)
    world.run("alter table public.payouts disable trigger user")
    with refused(world.connection, "payouts_once"):
        world.run(
            "insert into public.payouts (id, purpose, reference_id, reference_version, kind, "
            "to_source, rail, party_id, currency, amount, state, deadline_at, last_event, "
            "last_actor_role, "
            "created_at, updated_at) select gen_random_uuid(), purpose, reference_id, "
            "reference_version, kind, "
            "to_source, rail, party_id, currency, amount, state, deadline_at, last_event, "
            "last_actor_role, "
            "created_at, updated_at from public.payouts where id = %s",
            payout.id,
        )


def test_incident_03_the_destination_is_frozen_when_it_is_claimed(world: World) -> None:
    payout = released(world)
    claim(world)
    destination(world, payout.escrow.payee, address=OTHER)
    assert payout.row()["destination"] == ADDRESS
    payout.record("lose")
    payout.due()
    (asked,) = claim(world)
    assert (asked["state"], asked["destination"]) == ("unknown", ADDRESS)
    with refused(world.connection, "payout_terms_fixed"):
        world.run(
            "update public.payouts set destination = %s, last_event = 'poll', "
            "last_actor_role = 'system' where id = %s", OTHER, payout.id,
        )  # fmt: skip
    payout.record("fail")
    payout.ask("retry", payout.escrow.payee)
    world.advance(hours=24)
    (again,) = claim(world)
    assert (again["attempt"], again["destination"]) == (2, OTHER)


def test_what_was_provably_not_sent_goes_where_its_party_wants_it_now(world: World) -> None:
    payout = released(world)
    claim(world)
    payout.record("postpone")
    destination(world, payout.escrow.payee, address=OTHER)
    world.advance(hours=25)
    (taken,) = claim(world)
    assert (taken["state"], taken["destination"]) == ("claimed", OTHER)


@pytest.mark.parametrize("column", ["amount = 1", "currency = 'USD'", "kind = 'refund'",
                                    "attempt = 2", "rail = 'stripe'"])  # fmt: skip
def test_what_is_paid_never_changes(world: World, column: str) -> None:
    payout = STATES["submitted"](world)
    with refused(world.connection, "payout_terms_fixed"):
        world.run(
            f"update public.payouts set {column}, last_event = 'poll', "
            "last_actor_role = 'system' where id = %s", payout.id,
        )  # fmt: skip


@pytest.mark.parametrize("lost", ["by the worker", "with the worker"])
def test_incident_07_what_nobody_answered_is_asked_for_and_not_paid_again(
    world: World, lost: str
) -> None:
    payout = released(world)
    claim(world)
    if lost == "by the worker":
        payout.record("lose")
    for _ in range(9):
        payout.due()
        (asked,) = claim(world)
        assert (asked["id"], asked["state"]) == (str(payout.id), "unknown")
        payout.record("poll")
    # Weeks later nobody but the rail can tell.
    world.advance(days=60)
    assert world.one("select service.payouts_expire()") == 0
    for command in ("retry", "keep"):
        with refused(world.connection, "illegal_move"):
            payout.ask(command, payout.escrow.payee)
    payout.record("confirm")
    assert payout.state == "confirmed"
    assert world.problems() == []


def test_incident_12_a_payment_that_fails_leaves_the_trade_as_it_ended(world: World) -> None:
    payout = released(world)
    before = payout.escrow.facts()[0]
    claim(world)
    payout.record("fail", reason="account_closed")
    assert payout.escrow.facts()[0] == before
    assert world.rows(
        "select kind, state, reason, description, amount::numeric from public.escrow_cases"
    ) == [("payout", "review", "payout_failed", "account_closed", PAID)]
    assert payout.money() == (0, PAID)
    # A case, and not a loop.
    world.advance(days=1)
    assert claim(world) == []


def test_a_new_attempt_is_a_new_payment_at_the_rail(world: World) -> None:
    payout = STATES["failed_final"](world)
    first = payout.row()
    assert payout.ask("retry", world.operator) | {"replayed": False} == {
        "payout_id": str(payout.id), "state": "created", "attempt": 2, "replayed": False,
    }  # fmt: skip
    (taken,) = claim(world)
    assert (taken["attempt"], taken["provider_reference"]) == (2, None)
    assert first["provider_reference"] is not None
    payout.record("fail")
    assert world.one("select count(*) from public.escrow_cases where kind = 'payout'") == 2
    roles = world.rows(
        "select event, actor_role, attempt from public.payout_events order by version"
    )
    assert roles == [("instruct", "system", 1), ("claim", "system", 1), ("fail", "rail", 1),
                     ("retry", "operator", 2), ("claim", "system", 2),
                     ("fail", "rail", 2)]  # fmt: skip


def test_money_without_a_destination_waits_and_is_then_kept(world: World) -> None:
    payout = released(world, named=False)
    assert claim(world) == []
    world.advance(days=29, hours=23)
    assert world.one("select service.payouts_expire()") == 0
    world.advance(hours=2)
    assert world.one("select service.payouts_expire()") == 1
    assert world.one("select service.payouts_expire()") == 0
    assert (payout.state, payout.money()) == ("kept", (PAID, 0))
    assert payout.row()["reason"] == "nobody said in time where it should go"
    assert world.problems() == []


def test_a_refused_payment_is_kept_when_nobody_asks_for_it(world: World) -> None:
    payout = STATES["failed_final"](world)
    world.advance(days=13, hours=23)
    assert world.one("select service.payouts_expire()") == 0
    world.advance(hours=2)
    assert world.one("select service.payouts_expire()") == 1
    assert (payout.state, payout.money()) == ("kept", (PAID, 0))
    assert payout.row()["reason"] == "nobody asked for a new attempt in time"


def test_a_retry_has_its_own_thirty_days(world: World) -> None:
    payout = STATES["failed_final"](world)
    world.advance(days=13)
    payout.ask("retry", payout.escrow.payee)
    world.advance(days=20)
    claim(world)
    payout.record("postpone")
    assert world.one("select service.payouts_expire()") == 0
    world.advance(days=11)
    assert world.one("select service.payouts_expire()") == 1


def test_naming_a_destination_wakes_what_waits_for_it(world: World) -> None:
    payout = released(world, named=False)
    assert payout.row()["next_at"] is None
    destination(world, payout.escrow.payer)
    assert claim(world) == []
    destination(world, payout.escrow.payee)
    (taken,) = claim(world)
    assert taken["id"] == str(payout.id)


def test_a_party_keeps_it(world: World) -> None:
    payout = released(world)
    fields = {"idempotency_key": "k", "request_hash": "h"}
    answer = payout.ask("keep", payout.escrow.payee, **fields)
    assert answer["state"] == "kept"
    assert payout.ask("keep", payout.escrow.payee, **fields)["replayed"] is True
    assert payout.money() == (PAID, 0)
    assert claim(world) == []
    assert world.problems() == []


def test_polls_get_rarer_and_never_stop(world: World) -> None:
    payout = STATES["submitted"](world)
    waits: list[timedelta] = []
    for _ in range(12):
        before = world.now()
        payout.due()
        waits.append(world.now() - before)
        assert len(claim(world)) == 1
    assert waits[0] < timedelta(seconds=30)
    assert waits == sorted(waits, key=lambda wait: round(wait.total_seconds(), 0))
    assert timedelta(minutes=59) < waits[-1] < timedelta(minutes=61)


@pytest.mark.parametrize(
    ("rail", "address"),
    [("base", "0x0"), ("base", ADDRESS[:-1] + "g"), ("base", "acct_1"),
     ("stripe", ADDRESS), ("stripe", "acct_"), ("stripe", "acct_1; drop"), ("base", ""),
     ("internal", "me")],
)  # fmt: skip
def test_a_destination_fits_its_rail(world: World, rail: str, address: str) -> None:
    with refused(world.connection, "bad_address"):
        destination(world, world.user(), rail, address)


def test_only_the_own_destination_with_a_second_factor(world: World) -> None:
    mine, other = world.user(), world.user()
    fields = {"party_id": mine, "rail": "base", "address": ADDRESS}
    with refused(world.connection, "not_your_move"):
        world.command("payout_destination_set", actor_id=other, aal="aal2", **fields)
    with refused(world.connection, "step_up_required"):
        world.command("payout_destination_set", actor_id=mine, aal="aal1", **fields)


def test_cards_are_refunded_to_the_card(world: World) -> None:
    """No account is needed, and none is asked for."""
    escrow = rails.awaiting(world, "stripe")
    funding = {"escrow_id": escrow.id, "actor_id": escrow.payer}
    world.command("escrow_deposit_begin", address_kind="stripe_account", **funding)
    world.command("escrow_deposit_place", provider_reference="pi_1", client_secret="pi_1_secret",
                  **funding)  # fmt: skip
    escrow.commit("funds_confirmed", "rail")
    escrow.commit("concede", "payee")
    destination(world, escrow.payer, "stripe", "acct_1")
    (taken,) = claim(world, "stripe")
    assert (taken["kind"], taken["destination"], taken["amount"]) == ("refund", "pi_1", "100")


@pytest.mark.parametrize(
    ("tampering", "problem"),
    [
        ("update public.payouts set amount = amount - 1",
         "held_differs_from_payout"),
        ("update public.payouts set state = 'confirmed', next_at = null, "
         "deadline_at = null, provider_reference = 'x'", "held_differs_from_payout"),
        ("update public.ledger_holds set reference_id = gen_random_uuid() "
         "where purpose = 'payout'", "payout_hold_without_payout"),
        ("delete from public.payout_events where version = 1",
         "payout_events_differ_from_version"),
    ],
)  # fmt: skip
def test_verify_finds_what_was_tampered_with(world: World, tampering: str, problem: str) -> None:
    released(world)
    assert world.problems() == []
    for table in ("payouts", "payout_events", "ledger_holds"):
        world.run(f"alter table public.{table} disable trigger user")
    world.run(tampering)
    assert problem in world.problems()


@pytest.mark.parametrize("rail", ["base", "stripe"])
def test_incident_09_no_deadline_outlives_what_the_rail_holds(world: World, rail: str) -> None:
    escrow = rails.awaiting(world, rail, perform_within=100 * 86400)
    far = world.now() + timedelta(days=100)
    escrow.commit("funds_confirmed", "rail", deadline_at=far, expires_at=far)
    arrived = world.one("select (last_payload ->> 'provider_time')::timestamptz "
                        "from private.escrow_transactions")  # fmt: skip
    end = arrived + timedelta(days=90) if rail == "stripe" else far
    assert world.one("select deadline_at = expires_at from private.escrow_transactions") is True
    assert world.one("select expires_at from private.escrow_transactions") == end
    if rail == "base":
        return
    world.advance(days=88)
    with refused(world.connection, "rail_hold_too_short"):
        escrow.commit("perform", "payee", deadline_at=end, expires_at=end + timedelta(seconds=1))
    escrow.commit("perform", "payee", deadline_at=end, expires_at=end)
    escrow.commit("freeze", "operator")
    world.advance(days=1)
    escrow.commit("unfreeze", "operator")
    assert world.one("select expires_at from private.escrow_transactions") == end


def test_an_escrow_in_the_balance_orders_no_payment(world: World) -> None:
    escrow = contract(world, rail="internal")
    escrow.commit("sign", "payer")
    escrow.commit("countersign", "payee")
    escrow.commit("fund", "payer")
    escrow.commit("accept", "payer")
    assert world.balance(escrow.payee, USDC) == (300 + PAID, 0, 0)
    assert world.one("select count(*) from public.payouts") == 0
