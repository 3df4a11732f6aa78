"""What nobody asked for leaves suspense once, whoever is quicker; a request names one key."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.world.races import commands
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.races.proofs import prove
from tests.world.screenings import all_clear

RAIL, CURRENCY, BRIDGED = "base", "USDC_BASE", "USDBC_BASE"
ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def _give(door: Door, name: str, party: UUID, **command: Any) -> commands.Said:
    given = {"idempotency_key": str(uuid4()), "request_hash": "hash", "aal": "aal2",
             "actor_id": str(party)} | command  # fmt: skip
    return commands.service(door, name, **given)


def _derived(fingerprint: str, index: int) -> str:
    """An address that only this key and index have."""
    return "0x" + sha256(f"{fingerprint}:{index}".encode()).hexdigest()[:40]


def _address(door: Door, party: UUID, fingerprint: str) -> str:
    """What becomes of asking for an address with a key: done, or why not."""
    begun = door.service_rpc("wallet_deposit_begin", {"command": {
        "rail": RAIL, "currency": CURRENCY, "key_fingerprint": fingerprint, "aal": "aal1",
        "actor_id": str(party), "idempotency_key": str(uuid4()), "request_hash": "hash",
    }})  # fmt: skip
    where = begun["address"] or _derived(fingerprint, begun["address_index"])
    placed = _give(
        door, "wallet_deposit_place", party, request_id=begun["request_id"], address=where,
        key_fingerprint=fingerprint, address_index=begun["address_index"], chain_id=8453,
        token=ADDRESS,
    )  # fmt: skip
    return "done" if placed.done else str(placed.code)


def _unmatched(market: Market) -> tuple[UUID, UUID, dict[str, Any]]:
    """Bridged USDC waits for somebody: whom, the deposit, and what the rail says when it takes it
    back."""
    (party,) = market.people(1)
    assert _address(market.door, party, "f" * 64) == "done"
    event = f"8453:{uuid4()}:0"
    said = {"rail": RAIL, "provider_event_id": event, "purpose": "wallet",
            "reference_id": str(party), "kind": "funds", "currency": BRIDGED, "amount": "30",
            "reference": event, "provider_time": market.one("select private.clock()").isoformat(),
            }  # fmt: skip
    assert market.door.service_rpc("rail_report", {"report": said}) is True
    found = "select id from public.unmatched_deposits where party_id = %s"
    lost = said | {"kind": "reversal_lost", "provider_event_id": f"{event}:lost:1"}
    return party, market.one(found, party), lost


def _ends(market: Market, party: UUID) -> list[str]:
    """outcome of each row of a party, oldest first; waits for one that has none."""
    return [str(outcome or "waits") for (outcome,) in market.rows(
        "select outcome from public.unmatched_deposits where party_id = %s"
        " order by after_payout_id is not null, created_at, id", party,
    )]  # fmt: skip


def test_taken_or_sent_back_and_never_both_or_twice(market: Market, crowd: Crowd) -> None:
    party, deposit, _ = _unmatched(market)

    def take(door: Door) -> str:
        said = _give(door, "unmatched_deposit_take", party, deposit_id=str(deposit))
        return "taken" if said.done else str(said.code)

    def send_back(door: Door) -> str:
        said = _give(door, "unmatched_deposit_send_back", party, deposit_id=str(deposit),
                     address=ADDRESS)  # fmt: skip
        return "sent_back" if said.done else str(said.code)

    said = crowd.rush([take, send_back] * 4)
    (done,) = {*said} - {"deposit_not_found"}
    assert said.count(done) == 1
    assert _ends(market, party) == [done]
    payouts = "select count(*) from public.payouts where party_id = %s"
    assert market.one(payouts, party) == (done == "sent_back")
    prove(market)


@pytest.mark.parametrize("chain_takes_it_back", [False, True])
def test_cancelled_claimed_or_lost_and_nothing_twice(
    market: Market, crowd: Crowd, chain_takes_it_back: bool
) -> None:
    party, deposit, lost = _unmatched(market)
    payout = _give(market.door, "unmatched_deposit_send_back", party, deposit_id=str(deposit),
                   address=ADDRESS).body["payout_id"]  # fmt: skip
    all_clear(market.door)

    def keep(door: Door) -> Any:
        return _give(door, "payout_keep", party, payout_id=payout).done

    def claim(door: Door) -> Any:
        return door.service_rpc("payouts_claim", {"rail": RAIL, "max_rows": 9})

    def lose(door: Door) -> Any:
        return door.service_rpc("rail_report", {"report": lost})

    crowd.rush([keep, claim, *[lose] * chain_takes_it_back] * 3)
    (state,) = market.rows("select state::text from public.payouts where id = %s", payout)[0]
    owed = market.one("select coalesce(sum(amount), 0)::numeric from public.receivables"
                      " where party_id = %s", party)  # fmt: skip
    if state == "claimed":
        # It is on its way: what the chain took back is owed.
        assert (_ends(market, party), owed) == (["sent_back"], 30 * chain_takes_it_back)
    else:
        again = "lost" if chain_takes_it_back else "waits"
        assert (_ends(market, party), owed) == (["sent_back", again], 0)
    prove(market)


def test_a_key_that_changes_while_many_ask_leaves_one_address_of_its_own_key(
    market: Market, crowd: Crowd
) -> None:
    (party,) = market.people(1)

    def ask(fingerprint: str) -> Any:
        return lambda door: _address(door, party, fingerprint)

    said = crowd.rush([ask("a" * 64), ask("b" * 64)] * 4)
    assert "done" in said
    assert {*said} <= {"done", "deposit_request_fixed"}
    ((address, fingerprint, index),) = market.rows(
        "select d.address, k.fingerprint, d.address_index from public.deposit_requests as d"
        " join public.deposit_keys as k on k.id = d.key_id where d.party_id = %s", party,
    )  # fmt: skip
    assert address == _derived(fingerprint, index)
