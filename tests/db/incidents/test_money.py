"""Incidents of other systems about money; numbers as in incidents.md."""

from decimal import Decimal

import pytest

from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import ONCE
from tests.world.trades import funded, sell_order, signed, take
from tests.world.world import OUTSIDE, PLATFORM, World

SERVICE = "market_service"
USDC = "USDC_BASE"


def test_incident_07_a_lost_answer_is_no_failure(world: World) -> None:
    """The caller saw a timeout; asking again with the key tells what really happened."""
    party = world.user()
    command = {"kind": "deposit", "party_id": party, "currency": "BTC", "amount": "1",
               "actor_id": world.operator, "aal": "aal2", "idempotency_key": "k",
               "reference": "slip 1",
               "request_hash": "h"}  # fmt: skip
    lost = world.call("ledger_move_external", command)
    assert world.call("ledger_move_external", command)["transfer_id"] == lost["transfer_id"]
    assert world.balance(party) == (1, 0, 0)


def test_incident_19_an_award_touches_its_own_bond_only(world: World) -> None:
    parties = (world.user("payer"), world.user("payee"))
    both = []
    for _ in range(2):
        escrow = funded(world, SERVICE, parties=parties, rail="internal")
        for event, role in (("perform", "payee"), ("dispute", "payer"), ("statement", "payer"),
                            ("statement_reply", "payee"), ("acknowledge", "arbiter"),
                            ("decide", "arbiter"), ("appeal", "payee"),
                            ("acknowledge", "arbiter"), ("decide", "arbiter")):  # fmt: skip
            escrow.commit(event, role)
        both.append(escrow)
    before = world.balance(parties[1], USDC)
    assert before[2] == 4
    both[0].expire()
    both[0].commit("timeout_settle", "timer")
    # One bond is gone, the award has come; what was there stays, and so does the other bond.
    assert world.balance(parties[1], USDC) == (before[0] + Decimal("23.75"), 0, 2)
    assert world.problems() == []


def test_incident_20_an_undone_withdrawal_gives_all_of_it_back(world: World) -> None:
    party = world.user()
    world.deposit(party, "1")
    gone = world.command(
        "ledger_move_external",
        kind="withdrawal",
        party_id=party,
        currency="BTC",
        amount="0.7",
        actor_id=world.operator,
        aal="aal2",
    )
    world.command("ledger_reverse", transfer_id=gone["transfer_id"], reason="refused by the rail",
                  actor_id=world.operator, aal="aal2")  # fmt: skip
    assert world.balance(party) == (1, 0, 0)


def test_incident_24_the_fee_is_of_the_released_part_and_once(world: World) -> None:
    for part, fee in (("0", "0"), ("40", "2"), ("100", "5")):
        with world.connection.transaction(force_rollback=True):
            escrow = funded(world, SERVICE)
            before = world.balance(PLATFORM, USDC, "fees")[0]
            escrow.commit("offer_split", "payer", payload={"payee_amount": part})
            answer = escrow.commit("accept_split", "payee")
            assert answer["fee_amount"] == fee
            assert world.balance(PLATFORM, USDC, "fees")[0] == before + Decimal(fee)


def test_incident_25_amounts_are_exact_and_nothing_is_too_small_to_release(world: World) -> None:
    order, maker = sell_order(world, "1", min_order_amount="0.00001", price="1000000")
    taker = world.user()
    amounts = ("0.00001", "0.00001999", "0.0000201", "0.1", "0.29", "0.57")
    received = Decimal(0)
    for amount in amounts:
        trade = take(world, order, taker, amount, expected_price="1000000")
        done = Escrow(world, trade, maker, taker).commit("accept", "payer")
        payee, fee = Decimal(done["payee_amount"]), Decimal(done["fee_amount"])
        assert payee + fee == Decimal(amount)
        assert fee > 0
        assert 0 <= Decimal(amount) * 50 / 10000 - fee < Decimal("0.00000001")
        received += payee
    assert world.balance(taker)[0] == received
    assert world.problems() == []


@pytest.mark.parametrize(
    ("amount", "currency"), [("99", USDC), ("101", USDC), ("100", "USDBC_BASE")]
)
def test_incident_26_money_that_does_not_match_is_kept_apart(
    world: World, amount: str, currency: str
) -> None:
    escrow = signed(world)
    wrong = {"amount": amount, "currency": currency}
    with refused(world.connection, "funds_not_exact"):
        escrow.commit("funds_confirmed", "rail", payload=wrong | {"provider_time": world.now()})
    escrow.commit("funds_mismatch", "rail", payload=wrong | {"reason": "mismatch"})
    assert escrow.place == ("funding_exception", "")
    assert world.balance(escrow.payer, currency)[1] == Decimal(amount)


def test_incident_31_a_chargeback_after_the_end_is_a_case_and_a_debt(world: World) -> None:
    """The trade stays ended: whoever was paid owes it, what is not there is a receivable."""
    escrow = ONCE["released"](world, SERVICE)
    before = escrow.facts()[0]
    (payout,) = world.one("select array_agg(id) from public.payouts")
    world.command("payout_keep", payout_id=payout, actor_id=escrow.payee, aal="aal2")
    world.command("ledger_move_external", kind="withdrawal", party_id=escrow.payee, currency=USDC,
                  amount="365", actor_id=world.operator, aal="aal2")  # fmt: skip
    outside = world.balance(OUTSIDE, USDC, "clearing")[0]
    for _ in range(2):
        world.command("escrow_rail_case", escrow_id=escrow.id, kind="rail_reversal", amount="100",
                      provider_event_id="chargeback")  # fmt: skip
    assert escrow.facts()[0] == before
    # 30 were left of the 95 that it got; the fee of 5 is gone too.
    assert world.balance(escrow.payee, USDC) == (0, 0, 0)
    assert world.rows("select r.party_id, r.amount::numeric, r.recovered_amount::numeric, "
                      "w.owed::numeric from public.receivables as r join public.wallets as w "
                      "using (party_id, currency)") == [(escrow.payee, 95, 30, 65)]  # fmt: skip
    assert world.balance(OUTSIDE, USDC, "clearing")[0] == outside + 100
    assert world.problems() == []
