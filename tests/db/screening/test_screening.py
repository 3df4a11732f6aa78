"""Screening: what counts as clear, what a hit does, and who lifts it."""

from uuid import UUID, uuid4

import pytest

from tests.world.refused import refused
from tests.world.screenings import (
    HIT,
    OTHER_HIT,
    address,
    cleared,
    due,
    known,
    record,
    screened,
    watch,
)  # fmt: skip
from tests.world.trades import funded, signed
from tests.world.world import World


@pytest.fixture
def party(world: World) -> UUID:
    return world.user("party")


@pytest.fixture
def where(world: World, party: UUID) -> str:
    """A watched address of the party."""
    made = address()
    assert watch(world, made, party) == "unknown"
    return made


def hit(world: World, where: str) -> UUID:
    found: UUID = world.one("select private.standing_hit('base', %s)", where)
    return found


def test_only_a_fresh_answer_is_clear(world: World, where: str) -> None:
    assert known(world, address()) == known(world, where) == "unknown"
    screened(world, where, "clear")
    assert (known(world, where), due(world, where)) == ("clear", None)
    world.advance(hours=22, minutes=59)
    assert due(world, where) is None
    world.advance(minutes=1)
    assert due(world, where)
    assert known(world, where) == "clear"
    world.advance(hours=1)
    assert known(world, where) == "stale"
    screened(world, where, "clear")
    assert known(world, where) == "clear"


def test_a_rail_that_is_not_screened_is_never_clear(world: World, party: UUID) -> None:
    assert world.one("select private.watch_address('stripe', 'acct_1', %s, 'payout')", party) == (
        "unknown"
    )
    with world.acting("service_role"):
        rails = {each["rail"] for each in world.one("select service.screenings_due(500)")}
    assert "stripe" not in rails


@pytest.mark.parametrize("wrong", ["", "0x12", "0x" + "g" * 40, "0x" + "a" * 41, None])
def test_what_is_no_address(world: World, party: UUID, wrong: str | None) -> None:
    with refused(world.connection, "bad_address"):
        world.one("select private.watch_address('base', %s, %s, 'payout')", wrong, party)
    assert world.one(
        "select private.address_is_clear('base', %s, private.clock())", wrong
    ) == "unknown"  # fmt: skip


def test_capitals_make_no_other_address(world: World, where: str, party: UUID) -> None:
    screened(world, where, "clear")
    shouted = "0x" + where[2:].upper()
    assert known(world, shouted) == watch(world, shouted, party, "refund") == "clear"
    assert due(world, where) is None


def test_silence_neither_clears_nor_makes_the_last_answer_last_longer(
    world: World, where: str
) -> None:
    for _ in range(3):
        screened(world, where, "unknown")
        assert known(world, where) == "unknown"
        world.advance(minutes=4)
    kept = "select count(*) from public.wallet_screenings where address = %s"
    assert world.one(kept, where) == 1
    screened(world, where, "clear")
    world.advance(hours=23)
    screened(world, where, "unknown")
    assert known(world, where) == "clear"
    world.advance(hours=1)
    assert known(world, where) == "stale"
    screened(world, where, "unknown")
    assert (known(world, where), world.one(kept, where)) == ("stale", 3)


def test_a_claim_is_for_one_and_comes_back(world: World, where: str) -> None:
    first = due(world, where)
    assert first
    assert due(world, where) is None
    world.advance(minutes=2)
    second = due(world, where)
    assert second
    assert second["screening_id"] != first["screening_id"]
    # The first one comes late: its clear counts for nothing, its warning does.
    assert record(world, first, "clear")["outcome"] == "late"
    assert known(world, where) == "unknown"
    assert record(world, second, "clear")["outcome"] == "recorded"
    assert record(world, second, "clear")["outcome"] == "repeated"
    assert record(world, first, "hit")["outcome"] == "recorded"
    assert known(world, where) == "hit"


def test_nobody_records_what_nobody_claimed(world: World, where: str) -> None:
    never = {"screening_id": uuid4(), "rail": "base", "address": where}
    assert record(world, never, "clear")["outcome"] == "late"
    with refused(world.connection, "screening_not_found"):
        record(world, {**never, "address": address()}, "hit")


def test_a_hit_holds_what_nobody_has_paid_yet(world: World, where: str) -> None:
    payer = world.one("select party_id from private.address_watches where address = %s", where)
    other = world.user("other")
    paid = funded(world, "market_goods", parties=(payer, other))
    got = funded(world, "market_goods", parties=(other, payer))
    waiting = signed(world, parties=(payer, other))
    balance = signed(world, parties=(payer, other), rail="internal")
    foreign = funded(world, "market_goods")
    over = funded(world, "market_goods", parties=(payer, other))
    over.commit("accept", "payer")
    assert screened(world, where, "hit") == {"outcome": "recorded", "frozen": 1}
    frozen = {row[0] for row in world.rows(
        "select escrow_id from public.escrow_holds where kind = 'screening' and closed_at is null"
    )}  # fmt: skip
    assert frozen == {waiting.id}
    assert not frozen & {paid.id, got.id, balance.id, foreign.id, over.id}
    with refused(world.connection, "escrow_frozen"):
        waiting.commit("funds_confirmed", "rail")
    # What was paid with other money goes on.
    paid.commit("accept", "payer")
    assert world.rows(
        "select actor_role::text, payload ->> 'reason' from private.escrow_events "
        "where escrow_id = %s and event = 'freeze'", waiting.id,
    ) == [("system", "screening_hit")]  # fmt: skip
    assert world.rows(
        "select kind, severity::text, party_id from public.security_events "
        "where kind = 'screening_hit'"
    ) == [("screening_hit", "high", payer)]  # fmt: skip
    assert world.rows(
        "select parties, payload ->> 'address', payload ->> 'frozen' from private.outbox "
        "where event = 'security.screening_hit'"
    ) == [([world.one("select private.platform_party()")], where, "1")]  # fmt: skip
    assert world.problems() == []


def test_a_hit_stays_until_an_operator_clears_it(world: World, where: str) -> None:
    screened(world, where, "hit")
    world.advance(hours=23)
    screened(world, where, "clear")
    assert known(world, where) == "hit"
    answer = cleared(world, hit(world, where))
    assert (answer["status"], known(world, where)) == ("clear", "clear")
    assert world.rows("select cleared_by, reason from public.screening_clearances") == [
        (world.operator, "another person of that name")
    ]


def test_a_cleared_answer_is_no_hit_again_but_another_one_is(
    world: World, where: str, party: UUID
) -> None:
    screened(world, where, "hit")
    cleared(world, hit(world, where))
    world.advance(hours=23)
    mine = signed(world, parties=(party, world.user()))
    assert screened(world, where, "hit", document_hash=HIT)["frozen"] == 0
    assert known(world, where) == "clear"
    world.advance(hours=23)
    assert screened(world, where, "hit", document_hash=OTHER_HIT)["frozen"] == 1
    assert known(world, where) == "hit"
    assert mine.place == ("awaiting_funds", "")
    assert world.one("select count(*) from public.security_events "
                          "where kind = 'screening_hit' and party_id = %s", party) == 2  # fmt: skip


def test_only_clearing_the_hit_lifts_what_it_holds(world: World, where: str, party: UUID) -> None:
    mine = signed(world, parties=(party, world.user()))
    screened(world, where, "hit")
    with refused(world.connection, "not_your_move"):
        mine.commit("unfreeze", "operator", payload={"hold_id": mine.hold_of("system")})
    mine.commit("freeze", "operator")
    world.advance(hours=23)
    # The same answer about the same address is no second reason.
    assert screened(world, where, "hit")["frozen"] == 0
    assert mine.holds() == ["screening", "operator"]
    cleared(world, hit(world, where))
    assert mine.holds() == ["operator"]
    mine.commit("unfreeze", "operator")
    world.advance(hours=23)
    assert screened(world, where, "hit")["frozen"] == 0
    assert mine.holds() == []


def test_who_brings_a_known_hit_is_frozen_too(world: World, where: str) -> None:
    screened(world, where, "hit")
    other = world.user("other")
    mine = signed(world, parties=(other, world.user()))
    assert watch(world, where, other) == "hit"
    assert screened(world, where, "hit")["frozen"] == 1
    with refused(world.connection, "escrow_frozen"):
        mine.commit("funds_confirmed", "rail")


def test_who_is_only_sent_to_is_not_reached(world: World) -> None:
    """Anybody can send to anybody."""
    victim, stranger = world.user(), address()
    mine = signed(world, parties=(victim, world.user()))
    watch(world, stranger, victim, "deposit")
    assert screened(world, stranger, "hit")["frozen"] == 0
    assert mine.holds() == []


def test_what_nobody_watches_any_more_is_not_asked_about(
    world: World, where: str, party: UUID
) -> None:
    watch(world, where, party, "refund")
    end = "select private.unwatch_address('base', %s, %s, %s)"
    world.rows(end, where, party, "payout")
    assert due(world, where)
    world.advance(minutes=2)
    world.rows(end, where, party, "refund")
    assert due(world, where) is None
    watch(world, where, party)
    assert due(world, where)


def test_who_clears_what(world: World, where: str, party: UUID) -> None:
    screened(world, where, "hit")
    found = hit(world, where)
    with refused(world.connection, "operator_only"):
        cleared(world, found, actor_id=world.user())
    with refused(world.connection, "step_up_required"):
        cleared(world, found, aal="aal1")
    with refused(world.connection, "reason_required"):
        cleared(world, found, reason="")
    with refused(world.connection, "screening_not_found"):
        cleared(world, uuid4())
    world.join(party, world.operator, "owner")
    with refused(world.connection, "not_your_move"):
        cleared(world, found)
    world.run("delete from public.party_members where party_id = %s and user_id = %s",
              party, world.operator)  # fmt: skip
    key = {"idempotency_key": "clear-once"}
    first = cleared(world, found, **key)
    assert cleared(world, found, **key) == {**first, "replayed": True}
    with refused(world.connection, "screening_cleared"):
        cleared(world, found)
