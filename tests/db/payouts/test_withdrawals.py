"""A party sends money out of its wallet: held, bounded, cancelled while it waits, paid once."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.world.rails import claim, destination, outcome
from tests.world.refused import refused
from tests.world.stopping import stop
from tests.world.verifications import person
from tests.world.wallets import CURRENCY, paid_in, unasked_for, withdraw
from tests.world.world import PLATFORM, World

FEE, COST = Decimal("0.5"), Decimal("0.1")


def rich(world: World, amount: str = "100") -> UUID:
    party = world.user()
    paid_in(world, party, amount)
    return party


def sent(world: World) -> dict[str, Any]:
    """The only payout that a worker takes on."""
    (taken,) = claim(world)
    return taken


def held(world: World) -> None:
    world.advance(minutes=11)


def test_amount_fee_and_cost_are_pending_at_once_and_leave_when_it_is_paid(world: World) -> None:
    party = rich(world)
    told = withdraw(world, party, "50")
    assert (told["amount"], told["fee_amount"], told["network_cost"]) == ("50", "0.5", "0.1")
    assert world.balance(party, CURRENCY)[:2] == (Decimal("49.4"), Decimal("50.6"))
    assert claim(world) == []
    held(world)
    taken = sent(world)
    assert (taken["purpose"], taken["reference_id"]) == ("withdrawal", told["withdrawal_id"])
    assert (taken["amount"], taken["destination"]) == ("50", told["address"])
    before = [world.balance(PLATFORM, CURRENCY, kind)[0] for kind in ("fees", "costs")]
    outcome(world, taken, "submit", provider_reference="0x1")
    outcome(world, taken | {"version": taken["version"] + 1}, "confirm")
    after = [world.balance(PLATFORM, CURRENCY, kind)[0] for kind in ("fees", "costs")]
    assert [b - a for a, b in zip(before, after, strict=True)] == [FEE, COST]
    assert world.balance(party, CURRENCY)[:2] == (Decimal("49.4"), 0)
    assert world.problems() == []


def test_it_is_cancelled_while_it_waits_and_costs_nothing(world: World) -> None:
    party = rich(world)
    told = withdraw(world, party, "50")
    with refused(world.connection, "payout_not_found"):
        world.command("payout_keep", payout_id=told["payout_id"], actor_id=world.user(), aal="aal2")
    world.command("payout_keep", payout_id=told["payout_id"], actor_id=party, aal="aal2")
    assert world.balance(party, CURRENCY)[:2] == (100, 0)
    held(world)
    assert claim(world) == []
    assert world.problems() == []


def test_what_was_claimed_is_not_cancelled(world: World) -> None:
    party = rich(world)
    told = withdraw(world, party, "50")
    held(world)
    sent(world)
    with refused(world.connection, "illegal_move"):
        world.command("payout_keep", payout_id=told["payout_id"], actor_id=party, aal="aal2")


def test_what_the_rail_provably_refused_is_back_in_the_wallet(world: World) -> None:
    party = rich(world)
    withdraw(world, party, "50")
    held(world)
    outcome(world, sent(world), "fail", reason="the token refuses the address")
    assert world.balance(party, CURRENCY)[:2] == (100, 0)
    assert world.rows("select state::text, reason from public.payouts") == [
        ("kept", "the token refuses the address")
    ]
    assert world.problems() == []


def test_unknown_is_not_failed(world: World) -> None:
    """Law 4."""
    party = rich(world)
    withdraw(world, party, "50")
    held(world)
    outcome(world, sent(world), "lose")
    world.advance(days=60)
    assert world.one("select service.payouts_expire(10)") == 0
    assert world.balance(party, CURRENCY)[1] == Decimal("50.6")


def test_the_destination_is_as_it_was_asked_for(world: World) -> None:
    """Incident 3: one that was named since is not paid."""
    party = rich(world)
    told = withdraw(world, party, "50")
    destination(world, party, address="0x" + "7" * 39 + "8")
    held(world)
    assert sent(world)["destination"] == told["address"]


@pytest.mark.parametrize(
    ("amount", "code"),
    [("0.99", "withdrawal_out_of_range"), ("50000.01", "withdrawal_out_of_range"),
     ("1.0000001", "withdrawal_out_of_range"), ("0", "withdrawal_out_of_range"),
     ("-5", "withdrawal_out_of_range"), ("99.5", "insufficient_funds")],
)  # fmt: skip
def test_an_amount_is_within_the_policy_and_the_balance(
    world: World, amount: str, code: str
) -> None:
    with refused(world.connection, code):
        withdraw(world, rich(world), amount)


def test_a_day_has_a_ceiling_and_what_was_cancelled_frees_it(world: World) -> None:
    party = rich(world, "200")
    world.run("update public.withdrawal_policies set max_amount = 60, max_per_day = 60")
    first = withdraw(world, party, "60")
    with refused(world.connection, "withdrawal_day_limit"):
        withdraw(world, party, "1")
    world.command("payout_keep", payout_id=first["payout_id"], actor_id=party, aal="aal2")
    withdraw(world, party, "60")
    world.advance(hours=25)
    withdraw(world, party, "60")


def test_a_closed_policy_and_a_currency_without_one(world: World) -> None:
    party = rich(world)
    with refused(world.connection, "withdrawal_not_open"):
        withdraw(world, party, "5", currency="USDBC_BASE")
    world.run("update public.withdrawal_policies set is_open = false")
    with refused(world.connection, "withdrawal_not_open"):
        withdraw(world, party, "5")


def test_it_needs_a_second_factor_a_tier_and_a_destination_of_its_own(world: World) -> None:
    party, other = rich(world), rich(world)
    with refused(world.connection, "step_up_required"):
        withdraw(world, party, "5", aal="aal1")
    with refused(world.connection, "destination_not_found"):
        withdraw(world, party, "5", destination_id=destination(world, other))
    with refused(world.connection, "not_your_move"):
        withdraw(world, other, "5", party_id=party)
    unverified = person(world, 0)
    world.deposit(unverified, "10", CURRENCY)
    with refused(world.connection, "rail_not_open"):
        withdraw(world, unverified, "5")


def test_a_tier_that_is_too_low_is_told_what_it_may_withdraw(world: World) -> None:
    party = rich(world)
    world.run("update public.rail_limits set max_amount = 20 where rail = 'base'")
    with pytest.raises(psycopg.Error) as caught, world.connection.transaction():
        withdraw(world, party, "21")
    told = json.loads(caught.value.diag.message_detail or "")
    assert told["detail"] == "The rail base is open to your tier for at most 20 USDC_BASE."
    withdraw(world, party, "20")


def test_who_is_stopped_sends_nothing_and_has_it_back(world: World) -> None:
    party = rich(world)
    withdraw(world, party, "50")
    stop(world, party)
    with refused(world.connection, "party_suspended"):
        withdraw(world, party, "5", destination_id=world.one(
            "select id from public.payout_destinations where party_id = %s", party))  # fmt: skip
    held(world)
    assert claim(world) == []
    assert world.balance(party, CURRENCY)[:2] == (100, 0)


def test_what_comes_back_later_is_the_partys(world: World) -> None:
    party = rich(world)
    withdraw(world, party, "50")
    held(world)
    taken = sent(world)
    outcome(world, taken, "submit", provider_reference="0x1")
    outcome(world, taken | {"version": taken["version"] + 1}, "confirm")
    back = {"payout_id": taken["id"], "provider_reference": "0x1"}
    for amount, new in (("20", True), ("20", False), ("50", True)):
        assert world.call("payout_returned", back | {"amount": amount}) is new
    with refused(world.connection, "funds_not_exact"):
        world.call("payout_returned", back | {"amount": "50.01"})
    assert world.balance(party, CURRENCY)[0] == Decimal("99.4")
    assert world.problems() == []


def test_a_repeated_key_sends_once(world: World) -> None:
    """Law 3."""
    party = rich(world)
    fields = {
        "idempotency_key": "k",
        "request_hash": "h",
        "destination_id": destination(world, party),
    }
    first = withdraw(world, party, "50", **fields)
    again = withdraw(world, party, "50", **fields)
    assert again == first | {"replayed": True}
    assert world.one("select count(*) from public.withdrawals") == 1


def test_a_withdrawal_never_changes(world: World) -> None:
    """Law 10."""
    withdraw(world, rich(world), "50")
    with refused(world.connection, "append_only"):
        world.run("update public.withdrawals set amount = 51")


def test_what_cannot_be_sent_for_thirty_days_is_kept_and_says_so(world: World) -> None:
    """Law 11. Its party did say where it should go."""
    party = rich(world)
    withdraw(world, party, "50")
    world.run("insert into public.unpayable_addresses"
              " select 'evm', lower(destination), lower(destination), 'ours now'"
              " from public.payouts")  # fmt: skip
    held(world)
    assert claim(world) == []
    world.advance_to(world.now() + timedelta(days=31))
    world.one("select service.payouts_expire(10)")
    assert world.rows("select reason from public.payouts") == [("it could not be sent in time",)]
    assert world.balance(party, CURRENCY)[:2] == (100, 0)
    assert world.problems() == []


def test_an_empty_float_makes_it_wait_with_a_date_and_says_what_is_needed(world: World) -> None:
    party = rich(world)
    told = withdraw(world, party, "50")
    held(world)
    taken = sent(world)
    outcome(world, taken, "postpone", reason="short", waits_for="float", next_in=60)
    since = world.one("select waits_for_float_since from public.payouts where id = %s",
                      told["payout_id"])  # fmt: skip
    assert abs(since - world.now()) < timedelta(minutes=1)
    assert world.rows(
        "select rail, currency, payouts, amount::numeric from public.float_needs"
    ) == [("base", CURRENCY, 1, 50)]
    world.advance(minutes=2)
    outcome(world, sent(world), "postpone", waits_for="float", next_in=60)
    assert world.one("select waits_for_float_since from public.payouts") == since
    assert world.rows("select count(*) from private.outbox where event = 'payout.waits_for_float'"
                      " and %s = any(parties)", party) == [(1,)]  # fmt: skip
    world.advance(minutes=2)
    again = sent(world)
    outcome(world, again, "submit", provider_reference="0x1")
    assert world.rows("select * from public.float_needs") == []
    outcome(world, again | {"version": again["version"] + 1}, "confirm")
    assert world.problems() == []


def test_what_waits_for_the_float_is_cancelled_too(world: World) -> None:
    party = rich(world)
    told = withdraw(world, party, "50")
    held(world)
    outcome(world, sent(world), "postpone", waits_for="float", next_in=60)
    world.command("payout_keep", payout_id=told["payout_id"], actor_id=party, aal="aal2")
    assert world.balance(party, CURRENCY)[:2] == (100, 0)
    assert world.rows("select * from public.float_needs") == []


@pytest.mark.parametrize(
    ("tampering", "problem"),
    [
        ("update public.withdrawals set fee_amount = 0.4", "held_differs_from_withdrawal"),
        ("update public.ledger_holds set reference_id = gen_random_uuid()"
         " where purpose = 'withdrawal'", "withdrawal_hold_without_withdrawal"),
        ("update public.ledger_holds set reference_id = gen_random_uuid()"
         " where purpose = 'unmatched_deposit'", "hold_without_unmatched_deposit"),
        ("update public.unmatched_deposits set amount = 4", "held_differs_from_unmatched_deposit"),
        ("update public.unmatched_deposits set outcome = 'taken', case_at = null,"
         " ended_at = now()", "held_differs_from_unmatched_deposit"),
    ],
)  # fmt: skip
def test_verify_finds_what_was_tampered_with(world: World, tampering: str, problem: str) -> None:
    party = rich(world)
    withdraw(world, party, "50")
    unasked_for(world, party)
    assert world.problems() == []
    for table in ("withdrawals", "unmatched_deposits", "ledger_holds"):
        world.run(f"alter table public.{table} disable trigger user")
    world.run(tampering)
    assert problem in world.problems()
