"""What the chain says has come in: each transfer once, each move legal, whoever writes."""

from typing import Any, LiteralString

import pytest
from psycopg.types.json import Jsonb

from tests.world.chain import (
    CHAIN,
    cursor,
    deposit_address,
    judged,
    proof_of,
    read,
    transfer,
    watched,
)  # fmt: skip
from tests.world.escrow import Escrow
from tests.world.rails import apply, awaiting, destination
from tests.world.refused import refused
from tests.world.world import OUTSIDE, World

_STATE: LiteralString = (
    "select state, credits, watched from public.chain_deposits where request_id in ("
    "select id from public.deposit_requests where reference_id = %s)"
)
_REPORTS: LiteralString = (
    "select kind, provider_event_id, reason from public.rail_reports "
    "where reference_id = %s order by id"
)


def payable(world: World) -> tuple[Escrow, str]:
    made = awaiting(world)
    destination(world, made.payer)
    return made, deposit_address(world, made)


def seen(world: World, **fields: Any) -> Escrow:
    """An escrow with a transfer in the last block that was read."""
    made, address = payable(world)
    if cursor(world) is None:
        read(world)
    assert read(world, transfer(address, "100", **fields))
    return made


def the(world: World, escrow: Escrow) -> dict[str, Any]:
    (found,) = watched(world, escrow)
    return found


def test_a_transfer_is_seen_once_however_often_it_is_read(world: World) -> None:
    made, address = payable(world)
    read(world)
    first = transfer(address, "100")
    read(world, first)
    assert world.rows(_STATE, made.id) == [("seen", 0, True)]
    assert read(world, first)
    assert world.rows(_STATE, made.id) == [("seen", 0, True)]
    # Nobody's address, no known token: not ours.
    read(world, transfer("0x" + "1" * 40), transfer(address, token="0x" + "2" * 40))
    assert world.rows(_STATE, made.id) == [("seen", 0, True)]


def test_of_two_readers_one_goes_on(world: World) -> None:
    read(world)
    before = cursor(world)
    assert read(world)
    assert read(world, cursor=before) is False
    assert read(world, cursor=None) is False


@pytest.mark.parametrize(("amount", "tag"), [("999.999999", "safe"), ("1000", "finalized")])
def test_large_amounts_wait_for_a_surer_block(world: World, amount: str, tag: str) -> None:
    made, address = payable(world)
    read(world)
    read(world, transfer(address, amount))
    assert the(world, made)["block_tag"] == tag


def test_a_credit_tells_the_engine_in_the_same_breath_and_once(world: World) -> None:
    made = seen(world)
    found = the(world, made)
    assert judged(world, found, "credit") == 1
    assert judged(world, found, "credit") == 0
    assert world.rows(_STATE, made.id) == [("credited", 1, True)]
    name = f"{CHAIN}:{found['transaction_hash']}:0"
    assert world.rows(_REPORTS, made.id) == [("funds", name, "")]
    assert judged(world, the(world, made), "settle") == 1
    assert world.rows(_STATE, made.id) == [("credited", 1, False)]


def test_what_was_looked_at_in_another_block_is_not_judged(world: World) -> None:
    made = seen(world)
    assert judged(world, the(world, made), "credit", block_hash="0x" + "9" * 64) == 0
    with refused(world.connection, "illegal_move"):
        judged(world, the(world, made), "settle")
    assert world.rows(_STATE, made.id) == [("seen", 0, True)]


def test_a_lost_credit_is_taken_back_told_and_may_come_again(world: World) -> None:
    made, address = payable(world)
    read(world)
    again = transfer(address, "100")
    read(world, again)
    judged(world, the(world, made), "credit")
    assert judged(world, the(world, made), "lose") == 1
    assert world.rows(_STATE, made.id) == [("dropped", 1, False)]
    kinds = "select kind from public.security_events where party_id = %s"
    assert ("chain_reorganised",) in world.rows(kinds, made.payer)
    read(world, again)
    judged(world, the(world, made), "credit")
    name = f"{CHAIN}:{again['transaction_hash']}:0"
    assert world.rows(_REPORTS, made.id) == [
        ("funds", name, ""), ("reversal_lost", f"{name}:lost:1", "reorganisation"),
        ("funds", f"{name}:2", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("when", ["live", "ended"])
def test_two_transfers_of_one_transaction_are_lost_by_themselves(world: World, when: str) -> None:
    """Entry 8: the second was taken for the first said again, and was never booked."""
    made, address = payable(world)
    read(world)
    pair = transfer(address, "60"), transfer(address, "40", log_index=1)
    read(world, pair[0], pair[1] | {"transaction_hash": pair[0]["transaction_hash"]})
    for each in watched(world, made):
        judged(world, each, "credit")
    assert apply(world).failed == 0
    assert made.place == ("funded", "")
    if when == "ended":
        made.commit("accept", "payer")
    before = world.balance(OUTSIDE, "USDC_BASE", "clearing")[0]
    for each in watched(world, made):
        judged(world, each, "lose")
    assert apply(world).failed == 0
    assert world.balance(OUTSIDE, "USDC_BASE", "clearing")[0] == before + 100
    assert made.place == ("refunded" if when == "live" else "released", "")
    # It comes back, and is lost again: each credit has a name of its own.
    assert world.one("select count(*) from public.refused_reports") == 0
    assert world.problems() == []


def test_a_deposit_that_nobody_can_prove_stands_open_for_an_operator(world: World) -> None:
    """Entry 8: it was dropped, and all that was left was a line in a log."""
    made = seen(world)
    for _ in range(10):
        judged(world, the(world, made), "doubt", reason="other_log")
        world.advance(hours=3)
    assert world.rows(_STATE, made.id) == [("dropped", 0, False)]
    assert world.rows(
        "select refusal, reference_id, report ->> 'amount' from public.refused_reports"
    ) == [("no_proof", made.id, "100")]
    assert apply(world).moved == 0


def test_going_back_looks_again_at_what_was_settled(world: World) -> None:
    made = seen(world)
    at = cursor(world)
    assert at is not None
    judged(world, the(world, made), "credit")
    judged(world, the(world, made), "settle")
    assert watched(world, made) == []
    read(world)
    assert world.one("select service.chain_rewind(%s, %s)", CHAIN, at["number"] - 1) == 2
    assert the(world, made)["state"] == "credited"
    left = cursor(world)
    assert left is not None
    assert left["number"] < at["number"]


@pytest.mark.parametrize(
    ("state", "event", "to", "legal"),
    [
        ("seen", "credit", "credited", True), ("seen", "drop", "dropped", True),
        ("seen", "settle", "credited", False), ("seen", "lose", "dropped", False),
        ("credited", "drop", "dropped", False), ("credited", "lose", "dropped", True),
        ("credited", "see", "seen", False), ("dropped", "see", "seen", True),
        ("dropped", "credit", "credited", False), ("seen", "see", "credited", False),
        ("seen", "doubt", "credited", False), ("seen", "refuse", "credited", False),
        ("credited", "refuse", "dropped", False), ("dropped", "doubt", "seen", False),
    ],
)  # fmt: skip
def test_law_2_only_listed_moves_whoever_writes(
    world: World, state: str, event: str, to: str, legal: bool
) -> None:
    made = seen(world)
    found = the(world, made)
    if state == "credited":
        judged(world, the(world, made), "credit")
    elif state == "dropped":
        judged(world, the(world, made), "drop")
    move: LiteralString = (
        "update public.chain_deposits set state = %s, last_event = %s, watched = %s, "
        "credits = credits + %s, proof = coalesce(%s, proof) where request_id in ("
        "select id from public.deposit_requests where reference_id = %s)"
    )
    proof = Jsonb(proof_of(found)) if event == "credit" else None
    values = (to, event, to == "seen", int(event == "credit"), proof, made.id)
    if legal:
        world.run(move, *values)
    else:
        with refused(world.connection, "illegal_move"):
            world.run(move, *values)


@pytest.mark.parametrize("change", ["amount = 1000", "credits = 7", "recipient = sender"])
def test_what_was_sent_to_whom_is_never_changed(world: World, change: LiteralString) -> None:
    made = seen(world)
    judged(world, the(world, made), "credit")
    with refused(world.connection, "deposit_fixed"):
        world.run("update public.chain_deposits set last_event = 'include', " + change)
    with refused(world.connection, "append_only"):
        world.run("delete from public.chain_deposits")


def test_money_on_its_way_holds_up_leaving(world: World) -> None:
    made = seen(world)
    with refused(world.connection, "funds_pending"):
        made.commit("cancel", "payer")
    judged(world, the(world, made), "credit")
    # Told, and not applied yet.
    with refused(world.connection, "funds_pending"):
        made.commit("cancel", "payer")


def test_a_timer_waits_for_the_chain_a_day_at_most(world: World) -> None:
    made, _ = payable(world)
    read(world)
    made.expire()
    with refused(world.connection, "funds_pending"):
        made.commit("timeout_void", "timer")
    due = "select jsonb_path_query_array(service.escrow_due(2000), '$[*].escrow.id') ? %s"
    assert world.one(due, str(made.id)) is False
    read(world)
    assert world.one(due, str(made.id)) is True
    read(world, last={"number": 99, "hash": "0x" + "1" * 64, "time": "2001-01-01T00:00:00Z"})
    assert world.one(due, str(made.id)) is False
    world.advance(days=1)
    made.commit("timeout_void", "timer")
    assert made.row().state == "void"


def test_without_an_address_nothing_is_waited_for(world: World) -> None:
    made = awaiting(world)
    made.expire()
    made.commit("timeout_void", "timer")
    assert made.row().state == "void"


@pytest.mark.parametrize(
    "other",
    [
        {"amount": "1000"}, {"amount": None}, {"nodes": 0}, {"log_index": 1},
        {"token": "0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA"},
        {"recipient": "0x90F79bf6EB2c4f870365E785982E1f101E93b907"},
        {"sender": "0x90F79bf6EB2c4f870365E785982E1f101E93b907"},
        {"block_hash": "0x" + "9" * 64}, {"block_number": 77},
        {"transaction_hash": "0x" + "9" * 64},
    ],
)  # fmt: skip
def test_law_14_a_deposit_is_not_credited_without_its_proof(
    world: World, other: dict[str, Any]
) -> None:
    made = seen(world)
    found = the(world, made)
    assert judged(world, found, "credit", proof=proof_of(found, **other)) == 1
    told = (
        "select state, credits, doubt, proof from public.chain_deposits where request_id in ("
        "select id from public.deposit_requests where reference_id = %s)"
    )
    assert world.rows(told, made.id) == [("seen", 0, "other_log", None)]
    assert world.rows(_REPORTS, made.id) == []
    with refused(world.connection, "deposit_unproved"):
        world.run("update public.chain_deposits set state = 'credited', last_event = 'credit', "
                  "credits = 1, proof = %s", Jsonb(proof_of(found, **other)))  # fmt: skip
    with refused(world.connection, "deposit_unproved"):
        world.run("update public.chain_deposits set state = 'credited', last_event = 'credit', "
                  "credits = 1")  # fmt: skip


def doubted_for_good(world: World, deposit: dict[str, Any]) -> None:
    """Answers contradict a deposit for more than a day; two are not enough."""
    judged(world, deposit, "doubt", reason="no_receipt")
    world.advance(days=1, seconds=1)
    for _ in range(8):
        judged(world, deposit, "doubt", reason="no_receipt")
    state = "select state from public.chain_deposits where transaction_hash = %s"
    assert world.one(state, deposit["transaction_hash"]) == "seen"
    assert judged(world, deposit, "doubt", reason="no_receipt") == 1


def test_a_doubt_is_told_waits_longer_each_time_and_ends(world: World) -> None:
    made = seen(world)
    found = the(world, made)
    alarms = "select count(*) from public.security_events where kind = 'chain_answers_differ'"
    waits = []
    for _ in range(20):
        judged(world, found, "doubt", reason="no_log")
        assert watched(world, made) == []
        at, next_at = world.rows("select updated_at, next_at from public.chain_deposits")[0]
        waits.append((next_at - at).total_seconds())
        world.advance_to(next_at)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (10, 3600)
    # Once an hour.
    assert 1 < world.one(alarms) < 12
    assert judged(world, found, "credit") == 1
    assert world.rows(_STATE, made.id) == [("credited", 1, True)]

    other = seen(world)
    doubted_for_good(world, the(world, other))
    assert world.rows(_STATE, other.id) == [("dropped", 0, False)]
    assert world.rows(_REPORTS, other.id) == []


def test_what_was_refused_and_is_there_all_the_same_is_credited_after_all(world: World) -> None:
    made, address = payable(world)
    read(world)
    sent = transfer(address, "100")
    read(world, sent)
    doubted_for_good(world, the(world, made))
    read(world, sent)
    assert judged(world, the(world, made), "credit") == 1
    assert world.rows(_STATE, made.id) == [("credited", 1, True)]


@pytest.mark.parametrize("state", ["seen", "dropped", "credited"])
def test_what_was_read_wrongly_is_put_right_before_it_counts(world: World, state: str) -> None:
    made, address = payable(world)
    read(world)
    sent = transfer(address, "100")
    read(world, sent | {"amount": "100000"})
    wrong = the(world, made)
    if state == "dropped":
        judged(world, wrong, "drop")
    elif state == "credited":
        judged(world, wrong, "credit")
    block = {name: wrong[name] for name in ("block_number", "block_hash")}
    read(world, sent | block | {"block_time": world.now().isoformat()})
    told = (
        "select trim_scale(amount)::text from public.chain_deposits where request_id in ("
        "select id from public.deposit_requests where reference_id = %s)"
    )
    assert world.one(told, made.id) == ("100000" if state == "credited" else "100")
    if state != "credited":
        assert judged(world, wrong, "credit") == 1
        assert world.rows(_STATE, made.id) == [("seen", 0, True)]
        world.advance(seconds=10)
        judged(world, the(world, made), "credit")
        assert world.rows(_STATE, made.id) == [("credited", 1, True)]
