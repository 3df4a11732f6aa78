"""What comes to an address of a party and nobody asked for: it waits, is taken, or is sent back."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.world.chain import CHAIN, judged
from tests.world.rails import ADDRESS, claim, destination, outcome
from tests.world.reading_as import seeing
from tests.world.refused import refused
from tests.world.stopping import stop
from tests.world.wallets import BRIDGED, CURRENCY, paid_in, send_back, unasked_for, waiting
from tests.world.world import PLATFORM, World

COST = Decimal("0.1")
OTHER = "0x" + "7" * 39 + "8"


def unasked(world: World, amount: str = "30") -> tuple[UUID, UUID]:
    """Bridged USDC came to an address for USDC: whose it is, and the deposit."""
    party = world.user()
    return party, unasked_for(world, party, amount)


def take(world: World, deposit: UUID, party: UUID, **fields: Any) -> dict[str, Any]:
    told: dict[str, Any] = world.command(
        "unmatched_deposit_take", deposit_id=deposit, actor_id=party, **fields
    )
    return told


def lose(world: World) -> None:
    """The chain takes the only deposit back."""
    (deposit,) = world.one("select service.chain_due(%s, 1000)", CHAIN)["deposits"]
    assert judged(world, deposit, "lose") == 1


def sent(world: World) -> dict[str, Any]:
    """The only payout that a worker takes on."""
    (taken,) = claim(world)
    return taken


def confirm(world: World, taken: dict[str, Any]) -> None:
    outcome(world, taken, "submit", provider_reference="0x1")
    outcome(world, taken | {"version": taken["version"] + 1}, "confirm")


def test_what_nobody_asked_for_waits_until_its_party_takes_it(world: World) -> None:
    """Law 9: it is in a named account, and its party sees it."""
    party, deposit = unasked(world)
    assert world.balance(party, BRIDGED)[:2] == (0, 30)
    assert world.problems() == []
    with refused(world.connection, "deposit_not_found"):
        take(world, deposit, world.user())
    key = {"idempotency_key": "k", "request_hash": "h"}
    told = take(world, deposit, party, **key)
    assert take(world, deposit, party, **key) == told | {"replayed": True}
    assert world.balance(party, BRIDGED)[:2] == (30, 0)
    with refused(world.connection, "deposit_not_found"):
        take(world, deposit, party)
    assert world.problems() == []


def test_who_is_stopped_may_still_take_it_and_sends_nothing(world: World) -> None:
    party, deposit = unasked(world)
    stop(world, party)
    with refused(world.connection, "party_suspended"):
        send_back(world, party, deposit)
    take(world, deposit, party)
    assert world.balance(party, BRIDGED)[0] == 30


def test_what_waits_and_is_taken_back_is_gone_from_suspense(world: World) -> None:
    party, _ = unasked(world)
    lose(world)
    assert world.balance(party, BRIDGED)[:2] == (0, 0)
    assert world.rows("select outcome from public.unmatched_deposits") == [("lost",)]
    assert world.rows("select * from public.receivables") == []
    assert world.problems() == []


def test_after_ninety_days_operators_are_told_and_every_thirty_again(world: World) -> None:
    _, deposit = unasked(world)
    told = []
    for days in (89, 2, 1, 30):
        world.advance(days=days)
        told.append(world.one("select service.unmatched_deposits_remind()"))
    assert told == [0, 1, 0, 1]
    events = world.rows("select event from private.outbox where event like 'security.deposit%%'")
    assert events == [("security.deposit_unclaimed",)] * 2
    party = world.one("select party_id from public.unmatched_deposits where id = %s", deposit)
    take(world, deposit, party)
    world.advance(days=400)
    assert world.one("select service.unmatched_deposits_remind()") == 0


def test_what_came_in_is_never_changed(world: World) -> None:
    """Law 10."""
    unasked(world)
    for change in ("update public.unmatched_deposits set amount = 31",
                   "delete from public.unmatched_deposits"):  # fmt: skip
        with refused(world.connection, "append_only"):
            world.run(change)


# --- Sent back.


def test_it_is_sent_back_less_what_the_network_takes(world: World) -> None:
    party, deposit = unasked(world)
    told = send_back(world, party, deposit)
    assert {name: told[name] for name in ("amount", "network_cost", "address", "not_before")} == {
        "amount": "29.9", "network_cost": "0.1", "address": ADDRESS, "not_before": None,
    }  # fmt: skip
    assert world.balance(party, BRIDGED)[:2] == (0, 30)
    assert world.problems() == []
    taken = sent(world)
    assert (taken["purpose"], taken["reference_id"]) == ("unmatched_deposit", str(deposit))
    assert (taken["amount"], taken["currency"], taken["destination"]) == ("29.9", BRIDGED, ADDRESS)
    before = world.balance(PLATFORM, BRIDGED, "costs")[0]
    confirm(world, taken)
    assert world.balance(PLATFORM, BRIDGED, "costs")[0] == before + COST
    assert world.balance(party, BRIDGED)[:2] == (0, 0)
    assert world.rows("select outcome from public.unmatched_deposits") == [("sent_back",)]
    assert world.problems() == []
    world.advance(days=400)
    assert world.one("select service.unmatched_deposits_remind()") == 0


def test_its_party_sees_it_where_payouts_are(world: World) -> None:
    party, deposit = unasked(world)
    payout = UUID(send_back(world, party, deposit)["payout_id"])
    seen = "select id, purpose, kind, state::text from public.payouts"
    with seeing(world, party):
        assert world.rows(seen) == [(payout, "unmatched_deposit", "return", "created")]
    with seeing(world, world.user()):
        assert world.rows(seen) == []
    events = "select event from private.outbox where %s = any(parties) and event like 'payout.%%'"
    assert world.rows(events, party) == [("payout.instruct",)]


def test_what_is_sent_back_or_taken_is_not_there_again(world: World) -> None:
    party, deposit = unasked(world)
    with refused(world.connection, "deposit_not_found"):
        send_back(world, world.user(), deposit)
    key = {"idempotency_key": "k", "request_hash": "h"}
    told = send_back(world, party, deposit, **key)
    assert send_back(world, party, deposit, **key) == told | {"replayed": True}
    for again in (send_back, lambda w, p, d: take(w, d, p)):
        with refused(world.connection, "deposit_not_found"):
            again(world, party, deposit)
    assert world.one("select count(*) from public.payouts") == 1
    other, taken = unasked(world)
    take(world, taken, other)
    with refused(world.connection, "deposit_not_found"):
        send_back(world, other, taken)


def cancelled(world: World, payout: str, party: UUID) -> None:
    world.command("payout_keep", payout_id=payout, actor_id=party, aal="aal2")


def refused_by_rail(world: World, payout: str, party: UUID) -> None:
    outcome(world, sent(world), "fail", reason="the token refuses the address")


def stopped(world: World, payout: str, party: UUID) -> None:
    stop(world, party)
    assert claim(world) == []


def never_possible(world: World, payout: str, party: UUID) -> None:
    outcome(world, sent(world), "postpone", waits_for="float", next_in=60)
    world.advance(days=31)
    assert world.one("select service.payouts_expire(10)") == 1


def owing(world: World, payout: str, party: UUID) -> None:
    """Another deposit was sent back, and is lost by the chain since."""
    send_back(world, party, unasked_for(world, party, "5"))
    first, second = sorted(claim(world), key=lambda each: each["id"] != payout)
    outcome(world, first, "postpone", next_in=60)
    confirm(world, second)
    told = world.one("select service.chain_due(%s, 1000)", CHAIN)["deposits"]
    assert judged(world, next(each for each in told if each["amount"] == "5"), "lose") == 1
    world.advance(minutes=2)
    assert claim(world) == []


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (cancelled, "its party would rather keep it"),
        (refused_by_rail, "the token refuses the address"),
        (stopped, "the party moves no money out"),
        (never_possible, "it could not be sent in time"),
        (owing, "its party owes in this currency"),
    ],
)  # fmt: skip
def test_what_is_not_sent_waits_again_whole_and_once(world: World, end: Any, reason: str) -> None:
    party, deposit = unasked(world)
    payout = send_back(world, party, deposit)["payout_id"]
    end(world, payout, party)
    assert world.rows("select state::text, reason from public.payouts where id = %s", payout) == [
        ("kept", reason)
    ]
    again = waiting(world, party)
    assert again != deposit
    assert world.rows(
        "select amount::numeric, after_payout_id from public.unmatched_deposits where id = %s",
        again,
    ) == [(30, UUID(payout))]
    assert world.balance(party, BRIDGED)[:2] == (0, 30)
    assert world.problems() == []
    with refused(world.connection, "deposit_not_found"):
        take(world, deposit, party)
    take(world, again, party)
    assert world.balance(party, BRIDGED)[0] == (25 if end is owing else 30)
    assert world.problems() == []


def test_it_is_sent_back_after_a_time_that_failed(world: World) -> None:
    party, deposit = unasked(world)
    cancelled(world, send_back(world, party, deposit)["payout_id"], party)
    send_back(world, party, waiting(world, party))
    confirm(world, sent(world))
    assert world.balance(party, BRIDGED)[:2] == (0, 0)
    assert world.rows("select outcome from public.unmatched_deposits") == [("sent_back",)] * 2
    assert world.problems() == []


def test_unknown_is_not_failed(world: World) -> None:
    """Law 4."""
    party, deposit = unasked(world)
    payout = send_back(world, party, deposit)["payout_id"]
    outcome(world, sent(world), "lose")
    world.advance(days=60)
    assert world.one("select service.payouts_expire(10)") == 0
    with refused(world.connection, "illegal_move"):
        cancelled(world, payout, party)
    assert world.balance(party, BRIDGED)[:2] == (0, 30)
    assert world.rows("select count(*) from public.unmatched_deposits") == [(1,)]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"address": "nowhere"}, "bad_address"), ({"address": None}, "bad_address"),
        ({"address": "0x" + "0" * 40}, "bad_destination"),
        ({"address": "0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA"}, "bad_destination"),
        ({"aal": "aal1"}, "step_up_required"),
    ],
)  # fmt: skip
def test_where_it_goes_is_checked_as_every_destination_is(
    world: World, fields: dict[str, Any], code: str
) -> None:
    party, deposit = unasked(world)
    with refused(world.connection, code):
        send_back(world, party, deposit, **fields)
    # Nor to an address of ours.
    ours = world.one("select address from public.deposit_requests")
    with refused(world.connection, "bad_destination"):
        send_back(world, party, deposit, address=ours)
    assert world.balance(party, BRIDGED)[:2] == (0, 30)


def test_a_new_address_waits_as_every_new_destination_does_and_is_no_default(world: World) -> None:
    """Whoever has taken over an account leads nothing away at once."""
    party, deposit = unasked(world)
    destination(world, party)
    told = send_back(world, party, deposit, address=OTHER)
    assert told["not_before"] is not None
    assert world.rows("select default_from from public.payout_destinations where address = %s",
                      OTHER) == [(None,)]  # fmt: skip
    assert claim(world) == []
    world.advance(hours=23)
    assert claim(world) == []
    world.advance(hours=2)
    assert sent(world)["destination"] == OTHER


def test_an_address_that_may_be_used_is_used_at_once(world: World) -> None:
    party, deposit = unasked(world)
    destination(world, party)
    assert send_back(world, party, deposit, address=ADDRESS.lower())["not_before"] is None
    assert world.one("select count(*) from public.payout_destinations") == 1


def test_it_waits_until_nothing_is_known_against_the_address(world: World) -> None:
    party, deposit = unasked(world)
    payout = send_back(world, party, deposit)["payout_id"]
    assert world.one("select service.payouts_claim('base', 50)") == []
    watched = ("select reason from private.address_watches where ended_at is null"
               " and reason <> 'deposit' order by reason")  # fmt: skip
    assert world.rows(watched) == [("payout",), ("unmatched_deposit",)]
    cancelled(world, payout, party)
    assert world.rows(watched) == [("payout",)]


@pytest.mark.parametrize("amount", ["0.1", "0.05"])
def test_what_the_network_takes_whole_is_not_sent_back(world: World, amount: str) -> None:
    party, deposit = unasked(world, amount)
    with refused(world.connection, "network_cost_exceeds"):
        send_back(world, party, deposit)
    take(world, deposit, party)
    assert world.balance(party, BRIDGED)[0] == Decimal(amount)


def test_a_network_that_takes_nothing(world: World) -> None:
    world.run("update public.network_costs set amount = 0")
    party, deposit = unasked(world)
    assert send_back(world, party, deposit)["amount"] == "30"
    assert world.problems() == []
    confirm(world, sent(world))
    assert world.problems() == []


def test_a_cost_that_changes_on_the_way_is_as_it_was_told(world: World) -> None:
    party, deposit = unasked(world)
    send_back(world, party, deposit)
    world.run("update public.network_costs set amount = 5")
    confirm(world, sent(world))
    assert world.balance(party, BRIDGED)[:2] == (0, 0)
    assert world.problems() == []


def test_every_token_that_is_looked_for_can_be_sent_back(world: World) -> None:
    # Nothing leaves over TRON yet: its rail is closed, and its one token is what addresses are for.
    assert world.rows(
        "select k.currency from public.chain_tokens as k where not exists ("
        " select from public.network_costs as n where n.currency = k.currency"
        " and n.rail = private.chain_rail(k.chain_id))"
    ) == [("USDT_TRON",)]  # fmt: skip
    assert world.one("select not is_open from public.rails where id = 'tron'")
    party, deposit = unasked(world)
    world.run("delete from public.network_costs where currency = 'USDBC_BASE'")
    with refused(world.connection, "rail_currency"):
        send_back(world, party, deposit)


def test_who_owes_sends_nothing_back_and_takes_it_to_pay(world: World) -> None:
    party = world.user()
    first = paid_in(world, party, "40")
    world.command("ledger_move_external", kind="withdrawal", party_id=party, currency=CURRENCY,
                  amount="40", actor_id=world.operator, aal="aal2")  # fmt: skip
    deposit = unasked_for(world, party)
    judged(world, first | {"state": "credited"}, "lose")
    with refused(world.connection, "debt_open"):
        send_back(world, party, deposit)
    take(world, deposit, party)
    assert world.balance(party, BRIDGED)[0] == 3


def test_sending_back_is_counted(world: World) -> None:
    """Law 15: cancelled and asked for again, without end."""
    world.run(
        "update private.quotas set max_in_window = 2"
        " where kind = 'withdrawal' and in_window is not null"
    )
    party = world.user(limited=True)
    unasked_for(world, party)
    for _ in range(2):
        cancelled(world, send_back(world, party, waiting(world, party))["payout_id"], party)
    with refused(world.connection, "quota_exceeded", "PGRST"):
        send_back(world, party, waiting(world, party))


# --- And taken back by the chain.


def test_what_has_not_left_yet_is_kept_and_lost(world: World) -> None:
    party, deposit = unasked(world)
    send_back(world, party, deposit)
    lose(world)
    assert world.rows("select state::text, reason from public.payouts") == [
        ("kept", "the rail took the money back")
    ]
    assert world.rows("select outcome from public.unmatched_deposits order by created_at, id") in (
        [("sent_back",), ("lost",)], [("lost",), ("sent_back",)],
    )  # fmt: skip
    assert world.balance(party, BRIDGED)[:2] == (0, 0)
    assert world.rows("select * from public.receivables") == []
    assert claim(world) == []
    assert world.problems() == []


def test_what_is_lost_after_it_was_sent_back_is_owed(world: World) -> None:
    """As what a party has spent out of its wallet."""
    party, deposit = unasked(world)
    send_back(world, party, deposit)
    confirm(world, sent(world))
    lose(world)
    assert world.rows(
        "select purpose, currency, amount::numeric, recovered_amount::numeric"
        " from public.receivables"
    ) == [("wallet", BRIDGED, 30, 0)]
    assert world.balance(PLATFORM, BRIDGED, "receivables")[0] == -30
    assert world.problems() == []


def test_what_is_lost_on_its_way_is_owed_and_set_off_if_it_never_arrives(world: World) -> None:
    party, deposit = unasked(world)
    send_back(world, party, deposit)
    taken = sent(world)
    lose(world)
    assert world.balance(PLATFORM, BRIDGED, "receivables")[0] == -30
    outcome(world, taken, "fail", reason="the token refuses the address")
    assert world.problems() == []
    take(world, waiting(world, party), party)
    assert world.balance(party, BRIDGED)[:2] == (0, 0)
    assert world.balance(PLATFORM, BRIDGED, "receivables")[0] == 0
    assert world.problems() == []


def test_what_waits_anew_after_a_time_that_failed_is_lost_too(world: World) -> None:
    party, deposit = unasked(world)
    cancelled(world, send_back(world, party, deposit)["payout_id"], party)
    lose(world)
    assert world.balance(party, BRIDGED)[:2] == (0, 0)
    assert world.rows("select * from public.receivables") == []
    assert world.problems() == []


@pytest.mark.parametrize(
    ("tampering", "problem"),
    [
        ("update public.unmatched_deposits set outcome = 'taken'",
         "sent_back_differs_from_payout"),
        ("update public.unmatched_deposits set amount = 31",
         "held_differs_from_unmatched_deposit"),
        ("update public.payouts set state = 'kept', next_at = null, deadline_at = null",
         "kept_payout_without_unmatched_deposit"),
    ],
)  # fmt: skip
def test_verify_finds_what_was_tampered_with(world: World, tampering: str, problem: str) -> None:
    party, deposit = unasked(world)
    send_back(world, party, deposit)
    assert world.problems() == []
    for table in ("unmatched_deposits", "payouts"):
        world.run(f"alter table public.{table} disable trigger user")
    world.run(tampering)
    assert problem in world.problems()
