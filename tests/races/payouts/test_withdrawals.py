"""Withdrawals at the same moment: a balance and a day's ceiling are spent once."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from stack.people import OLGA
from tests.world.races import commands
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.races.proofs import prove
from tests.world.screenings import all_clear

CURRENCY, RAIL = "USDC_BASE", "base"
ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def _give(door: Door, name: str, party: UUID, **command: Any) -> commands.Said:
    given = {"idempotency_key": str(uuid4()), "request_hash": "hash", "aal": "aal2",
             "actor_id": str(party)} | command  # fmt: skip
    return commands.service(door, name, **given)


def _rich(market: Market, amount: str) -> tuple[UUID, str]:
    """Somebody with so much in the wallet, and a destination."""
    (party,) = market.people(1)
    booked = _give(
        market.door, "ledger_move_external", OLGA.id, kind="deposit", party_id=str(party),
        currency=CURRENCY, amount=amount, reference=str(uuid4()),
    )  # fmt: skip
    assert booked.done, booked.code
    named = _give(market.door, "payout_destination_set", party, rail=RAIL, address=ADDRESS)
    assert named.done, named.code
    return party, str(named.body["destination_id"])


@pytest.fixture
def day_of_sixty(market: Market) -> Iterator[None]:
    """Nobody withdraws more than sixty in a day."""
    set_to = (
        "update public.withdrawal_policies set max_amount = %s, max_per_day = %s"
        " where rail = 'base' and currency = 'USDC_BASE'"
    )
    (before,) = market.rows(
        "select max_amount, max_per_day from public.withdrawal_policies"
        " where rail = 'base' and currency = 'USDC_BASE'"
    )
    market.owner.execute(set_to, ["60", "60"])
    yield
    market.owner.execute(set_to, before)


@pytest.mark.usefixtures("day_of_sixty")
@pytest.mark.parametrize("bound", ["the balance", "the day"])
def test_what_is_there_is_withdrawn_once(market: Market, crowd: Crowd, bound: str) -> None:
    party, destination = _rich(market, "59" if bound == "the balance" else "200")

    def withdraw(door: Door) -> str:
        said = _give(door, "withdrawal_request", party, destination_id=destination,
                     currency=CURRENCY, amount="20")  # fmt: skip
        return "done" if said.done else str(said.code)

    said = crowd.rush([withdraw] * 8)
    refused = "insufficient_funds" if bound == "the balance" else "withdrawal_day_limit"
    number = 2 if bound == "the balance" else 3
    assert sorted(said) == ["done"] * number + [refused] * (8 - number)
    made = "select count(*) from public.withdrawals where party_id = %s"
    assert market.one(made, party) == number
    prove(market)


def test_cancelled_or_claimed_and_never_both(market: Market, crowd: Crowd) -> None:
    party, destination = _rich(market, "100")
    told = _give(market.door, "withdrawal_request", party, destination_id=destination,
                 currency=CURRENCY, amount="20").body  # fmt: skip
    market.advance(hours=1)
    all_clear(market.door)

    def keep(door: Door) -> Any:
        return _give(door, "payout_keep", party, payout_id=told["payout_id"]).done

    def claim(door: Door) -> Any:
        return door.service_rpc("payouts_claim", {"rail": RAIL, "max_rows": 9})

    crowd.rush([keep, claim] * 4)
    state, keeps = market.rows(
        "select p.state::text, (select count(*) from public.payout_events as e"
        " where e.payout_id = p.id and e.event = 'keep') from public.payouts as p where p.id = %s",
        told["payout_id"],
    )[0]
    assert (state, keeps) in {("kept", 1), ("claimed", 0)}
    prove(market)


def test_one_address_whoever_asks_first(market: Market, crowd: Crowd) -> None:
    (party,) = market.people(1)

    def ask(door: Door) -> tuple[str, int]:
        asked = {"actor_id": str(party), "aal": "aal1", "rail": RAIL, "currency": CURRENCY,
                 "key_fingerprint": "f" * 64, "idempotency_key": str(uuid4()),
                 "request_hash": "hash"}  # fmt: skip
        told = door.service_rpc("wallet_deposit_begin", {"command": asked})
        return str(told["request_id"]), int(told["address_index"])

    assert len(set(crowd.rush([ask] * 8))) == 1
