"""Dust, and money of an address that is warned of: that deposit waits, and nothing else does."""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest

from tests.world import rails
from tests.world.chain import SENDER, cursor, deposit_address, judged, read, transfer, watched
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.screenings import OTHER_HIT, cleared, screened
from tests.world.world import World

STRANGER = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"
DUST = "0.000001"
_STATES: LiteralString = (
    "select trim_scale(amount)::text, state from public.chain_deposits "
    "where request_id in ("
    "select id from public.deposit_requests where reference_id = %s) order by created_at, amount"
)


def payable(world: World, **fields: Any) -> tuple[Escrow, str]:
    made = rails.awaiting(world, **fields)
    rails.destination(world, made.payer)
    if cursor(world) is None:
        read(world)
    return made, deposit_address(world, made)


def sent(world: World, made: Escrow, to: str, amount: str, sender: str = SENDER) -> None:
    """Money arrives, is proved, and the engine hears of what counts."""
    read(world, transfer(to, amount, sender=sender))
    for each in watched(world, made):
        if each["state"] == "seen":
            judged(world, each, "credit")
    rails.apply(world)


def warned(world: World, sender: str = STRANGER, **fields: Any) -> dict[str, Any]:
    """The provider warns of an address."""
    world.run("update private.screened_addresses set next_at = private.clock() "
              "where address = %s", sender.lower())  # fmt: skip
    return screened(world, sender.lower(), "hit", **fields)


def known_hit(world: World, sender: str = STRANGER) -> UUID:
    """An address that everybody knows to be warned of, before it sends anything."""
    world.one("select private.watch_address('base', %s, %s, 'deposit')", sender, world.user())
    warned(world, sender)
    hit: UUID = world.one("select private.standing_hit('base', %s)", sender.lower())
    return hit


def states(world: World, made: Escrow) -> list[tuple[str, str]]:
    return world.rows(_STATES, made.id)


def waiting(world: World, made: Escrow) -> list[tuple[Any, ...]]:
    """id and reason of what somebody must decide about."""
    return world.rows(
        "select q.id, q.reason from public.deposit_quarantines as q "
        "join public.chain_deposits as d using (chain_id, transaction_hash, log_index) "
        "where d.request_id in ("
        "select id from public.deposit_requests where reference_id = %s) "
        "and q.outcome is null order by q.created_at", made.id,
    )  # fmt: skip


def accept(world: World, quarantine: UUID, **fields: Any) -> dict[str, Any]:
    answer: dict[str, Any] = world.command(
        "quarantine_accept",
        **{"quarantine_id": quarantine, "reason": "we know them", "aal": "aal2",
           "actor_id": world.operator} | fields,
    )  # fmt: skip
    rails.apply(world)
    return answer


def held(world: World, made: Escrow) -> bool:
    frozen: bool = world.one(
        "select frozen_at is not null from private.escrow_transactions where id = %s", made.id
    )
    return frozen


def kept(world: World) -> str:
    """What is in the account of the quarantine."""
    amount: str = world.one(
        "select trim_scale(coalesce(sum(e.amount), 0))::text from public.ledger_entries as e "
        "join public.wallets as w on w.id = e.wallet_id where w.type = 'quarantine'"
    )
    return amount


def _awaiting(world: World) -> tuple[Escrow, str]:
    return payable(world)


def _exception(world: World) -> tuple[Escrow, str]:
    made, to = payable(world)
    sent(world, made, to, "60")
    assert made.row().state == "funding_exception"
    return made, to


def _funded(world: World) -> tuple[Escrow, str]:
    made, to = payable(world)
    sent(world, made, to, "100")
    assert made.row().state == "funded"
    return made, to


def _performed(world: World) -> tuple[Escrow, str]:
    made, to = _funded(world)
    made.commit("perform", "payee")
    return made, to


def _disputed(world: World) -> tuple[Escrow, str]:
    made, to = _funded(world)
    made.commit("dispute", "payer")
    return made, to


def _released(world: World) -> tuple[Escrow, str]:
    made, to = _funded(world)
    made.commit("accept", "payer")
    return made, to


STATES: dict[str, Callable[[World], tuple[Escrow, str]]] = {
    "awaiting_funds": _awaiting, "funding_exception": _exception, "funded": _funded,
    "performed": _performed, "disputed": _disputed, "released": _released,
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("what", ["dust", "flagged"])
def test_a_stranger_changes_nothing(world: World, state: str, what: str) -> None:
    made, to = STATES[state](world)
    if what == "flagged":
        known_hit(world)
    before, row = world.one("select version from private.escrow_transactions where id = %s",
                            made.id), made.row()  # fmt: skip
    for _ in range(3):
        sent(world, made, to, DUST if what == "dust" else "40", STRANGER)
    assert world.one("select version from private.escrow_transactions where id = %s",
                     made.id) == before  # fmt: skip
    assert (made.row(), held(world, made)) == (row, False)
    assert [reason for _, reason in waiting(world, made)] == [what] * 3
    assert kept(world) == ("0.000003" if what == "dust" else "120")
    told = world.one(
        "select count(*) from public.security_events where kind = 'deposit_quarantined'"
    )
    assert told == (0 if what == "dust" else 3)
    assert world.problems() == []


def test_who_sends_dust_is_not_asked_about(world: World) -> None:
    made, to = payable(world)
    sent(world, made, to, "0.009999", STRANGER)
    asked = "select count(*) from private.address_watches where address = lower(%s)"
    assert world.one(asked, STRANGER) == 0
    sent(world, made, to, "0.01", STRANGER)
    assert world.one(asked, STRANGER) == 1
    assert states(world, made) == [("0.009999", "quarantined"), ("0.01", "credited")]


def test_dust_then_the_real_money(world: World) -> None:
    made, to = payable(world)
    sent(world, made, to, DUST, STRANGER)
    sent(world, made, to, "100")
    assert made.row().state == "funded"
    assert warned(world, SENDER.lower()) is not None
    assert held(world, made)


def test_who_pays_in_parts_may_end_with_a_small_one(world: World) -> None:
    made, to = payable(world)
    sent(world, made, to, "99.999999")
    sent(world, made, to, DUST)
    assert (made.row().state, waiting(world, made)) == ("funded", [])


def test_two_senders_of_one_escrow(world: World) -> None:
    """What the one sent waits; what the other sent goes on under its own clock."""
    made, to = payable(world)
    sent(world, made, to, "60")
    known_hit(world)
    sent(world, made, to, "40", STRANGER)
    assert states(world, made) == [("60", "credited"), ("40", "quarantined")]
    assert (made.row().state, held(world, made)) == ("funding_exception", False)
    ((quarantine, _),) = waiting(world, made)
    accept(world, quarantine)
    assert made.row().state == "funded"
    assert (kept(world), world.problems()) == ("0", [])


@pytest.mark.parametrize("state", ["funding_exception", "funded", "performed", "disputed"])
def test_a_sender_warned_of_after_it_paid_holds_what_it_paid_and_nothing_else(
    world: World, state: str
) -> None:
    made, _ = STATES[state](world)
    other, to = payable(world, parties=(made.payer, made.payee))
    sent(world, other, to, "100", STRANGER)
    assert other.row().state == "funded"
    assert warned(world, SENDER)["frozen"] == 1
    assert (held(world, made), held(world, other)) == (True, False)
    ends = world.one("select ends_at - opened_at from public.escrow_holds where escrow_id = %s",
                     made.id)  # fmt: skip
    assert ends.days == 14
    ((quarantine, _),) = waiting(world, made)
    # This deposit is accepted: its escrow goes on, the address stays what it is.
    accept(world, quarantine)
    assert not held(world, made)
    assert world.one("select private.standing_hit('base', %s)", SENDER.lower())
    world.advance(hours=23)
    assert warned(world, SENDER, document_hash=OTHER_HIT)["frozen"] == 0
    assert world.problems() == []


def test_a_sender_warned_of_holds_everything_that_it_paid(world: World) -> None:
    """However many, next to what it has not paid yet and what others have paid."""
    parties = (world.user(), world.user())
    unrelated = rails.awaiting(world)
    paid = [payable(world, parties=parties) for _ in range(3)]
    for made, to in paid:
        sent(world, made, to, "100")
    unpaid, _ = payable(world, parties=parties)
    assert warned(world, SENDER)["frozen"] == 3
    assert [held(world, made) for made, _ in paid] == [True] * 3
    assert [held(world, unpaid), held(world, unrelated)] == [False, False]
    assert [len(waiting(world, made)) for made, _ in paid] == [1] * 3
    assert world.problems() == []


def test_money_that_went_back_holds_nothing(world: World) -> None:
    """A stranger pays a funded escrow once more before anybody warns of them."""
    made, to = _funded(world)
    sent(world, made, to, "100", STRANGER)
    assert world.one("select applied_as from public.rail_reports order by id desc limit 1") == (
        "late_funds"
    )
    assert warned(world)["frozen"] == 0
    assert not held(world, made)


def test_the_address_of_a_party_stops_payments_and_what_nobody_paid(world: World) -> None:
    paid, _ = _funded(world)
    unpaid, _ = payable(world, parties=(paid.payer, paid.payee))
    rails.destination(world, paid.payee, address=STRANGER)
    assert warned(world)["frozen"] == 1
    assert (held(world, paid), held(world, unpaid)) == (False, True)
    paid.commit("accept", "payer")
    assert [each for each in rails.claim(world) if each["group_id"] == str(paid.id)] == []


def test_clearing_an_address_is_another_decision(world: World) -> None:
    made, to = payable(world)
    hit = known_hit(world)
    sent(world, made, to, "100", STRANGER)
    cleared(world, hit)
    assert states(world, made) == [("100", "quarantined")]
    # What it sends from now on counts.
    other, where = payable(world)
    sent(world, other, where, "100", STRANGER)
    assert other.row().state == "funded"
    ((quarantine, _),) = waiting(world, made)
    accept(world, quarantine)
    assert made.row().state == "funded"


@pytest.mark.parametrize("clear", [True, False])
def test_time_decides_when_nobody_does(world: World, clear: bool) -> None:
    made, to = payable(world)
    hit = known_hit(world)
    sent(world, made, to, "100", STRANGER)
    if clear:
        cleared(world, hit)
    world.advance(days=13, hours=23)
    assert world.one("select service.quarantines_expire()") == 0
    world.advance(hours=2)
    assert world.one("select service.quarantines_expire()") == 1
    rails.apply(world)
    outcome = "select outcome from public.deposit_quarantines order by created_at desc limit 1"
    assert world.one(outcome) == ("released" if clear else "withheld")
    assert states(world, made) == [("100", "credited" if clear else "quarantined")]
    assert kept(world) == ("0" if clear else "100")
    if not clear:
        (quarantine,) = world.rows("select id from public.deposit_quarantines")[-1]
        accept(world, quarantine)
        assert (states(world, made), kept(world)) == ([("100", "credited")], "0")
    assert world.problems() == []


def test_what_the_chain_takes_back_waits_no_more(world: World) -> None:
    made, to = payable(world)
    sent(world, made, to, DUST, STRANGER)
    (deposit,) = watched(world, made)
    assert judged(world, deposit, "lose") == 1
    assert (states(world, made), waiting(world, made), kept(world)) == (
        [(DUST, "dropped")], [], "0",
    )  # fmt: skip
    assert world.rows("select kind from public.rail_reports where reference_id = %s", made.id) == []


def test_who_accepts(world: World) -> None:
    made, to = payable(world)
    known_hit(world)
    sent(world, made, to, "100", STRANGER)
    ((quarantine, _),) = waiting(world, made)
    with refused(world.connection, "operator_only"):
        accept(world, quarantine, actor_id=made.payer)
    with refused(world.connection, "step_up_required"):
        accept(world, quarantine, aal="aal1")
    with refused(world.connection, "reason_required"):
        accept(world, quarantine, reason="")
    with refused(world.connection, "quarantine_not_found"):
        accept(world, uuid4())
    world.join(made.payer, world.operator, "owner")
    with refused(world.connection, "not_your_move"):
        accept(world, quarantine)
    world.run("delete from public.party_members where party_id = %s and user_id = %s",
              made.payer, world.operator)  # fmt: skip
    first = accept(world, quarantine, idempotency_key="accept-once")
    assert accept(world, quarantine, idempotency_key="accept-once") == first | {"replayed": True}
    with refused(world.connection, "quarantine_decided"):
        accept(world, quarantine)
    with refused(world.connection, "append_only"):
        world.run("update public.deposit_quarantines set note = 'another'")
