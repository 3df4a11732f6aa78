"""Incidents of other systems from number 21 on. See test_incidents.py."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from stack.identity import as_owner, as_user
from tests.world.access_matrix import act, grants, relations
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import CONTRACTS, EVERY_POLICY, ONCE
from tests.world.trades import (
    contract,
    draft,
    funded,
    publish,
    sell_order,
    signed,
    take,
    take_command,
)
from tests.world.world import OUTSIDE, PLATFORM, World

SERVICE = "market_service"
USDC = "USDC_BASE"


@pytest.mark.parametrize("scene", ["proposed", "awaiting_funds", "funding_exception", "void",
                                   "released", "refunded", "split"])  # fmt: skip
def test_incident_21_no_dispute_before_the_money_or_after_the_end(world: World, scene: str) -> None:
    escrow = (CONTRACTS | ONCE)[scene](world, SERVICE)
    for role in ("payer", "payee"):
        with refused(world.connection, "illegal_move", "escrow_closed"):
            escrow.commit("dispute", role)


def test_incident_22_a_dispute_ends_with_its_trade(world: World) -> None:
    escrow = ONCE["decide_with_offers"](world, SERVICE)
    arbiter = escrow.arbiter
    escrow.commit("accept_split", "payer")
    assert world.rows("select status::text, resolution from public.disputes") == [
        ("resolved", "accept_split")
    ]
    for event in ("decide", "propose_decision", "acknowledge"):
        with refused(world.connection, "escrow_closed"):
            escrow.commit(event, "arbiter", actor_id=arbiter)


def test_incident_23_no_other_duty_stands_between_a_party_and_the_money(world: World) -> None:
    """Long past every deadline, and with nothing else done, money can still be given."""
    for scene in ("performed", "statements", "acknowledge", "decide", "approve"):
        with world.connection.transaction(force_rollback=True):
            escrow = (EVERY_POLICY | ONCE)[scene](world, SERVICE)
            world.advance(days=90)
            assert escrow.commit("accept", "payer")["state"] == "released"


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
        fiat = (Decimal(amount) * 1000000).quantize(Decimal("0.01"))
        trade = take(world, order, taker, amount, expected_price="1000000", fiat_amount=fiat)
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


def test_incident_27_a_take_hides_its_own_part_only_and_for_a_while(world: World) -> None:
    order, maker = sell_order(world)
    taker = world.user()
    trade = Escrow(world, take(world, order, taker, "0.4"), maker, taker)
    book = "select remaining::numeric from public.p2p_orders where status = 'active' and id = %s"
    assert world.one(book, order) == Decimal("0.6")
    trade.expire()
    trade.commit("timeout_refund", "timer")
    assert world.one(book, order) == 1


def test_incident_28_rights_come_from_the_row(world: World) -> None:
    order, maker = sell_order(world)
    taker, other = world.user(), world.user()
    trade = Escrow(world, take(world, order, taker, "0.4"), maker, taker)
    for event, role in (("perform", "payee"), ("accept", "payer"), ("concede", "payee"),
                        ("offer_split", "payer"), ("dispute", "payer")):  # fmt: skip
        with refused(world.connection, "not_your_move"):
            trade.commit(event, role, actor_id=other)
    with refused(world.connection, "not_your_order"):
        world.command("order_cancel", order_id=order, actor_id=taker)


def test_incident_29_a_makers_payment_data_is_for_the_taker(world: World) -> None:
    """Whoever reads the whole book, signed in or not, finds no account number in it."""
    secret = "IBAN DE00 1234"
    maker = world.user("maker")
    world.deposit(maker, "1")
    order = _with_instructions(world, maker, secret)
    publish(world, order, maker)
    reader = world.user()
    for role, user in (("authenticated", reader), ("anon", None)):
        assert secret not in _everything(world, role, user)
    answer = world.command("order_take", **_take(world, order, reader))
    assert answer["auto_reply"] == secret


def _with_instructions(world: World, maker: UUID, text: str) -> UUID:
    order = draft(world, maker)
    as_user(world.connection, maker, aal="aal2")
    world.run("insert into public.p2p_auto_replies values (%s, %s)", order, text)
    as_owner(world.connection)
    return order


def _take(world: World, order: UUID, taker: UUID) -> dict[str, Any]:
    return take_command(world, order, taker, "0.1")


def _everything(world: World, role: str, user: UUID | None) -> str:
    """All that a role can read, as text."""
    seen = []
    held = grants(world)
    for table in relations(world):
        columns = held[table, role, "select"]
        if columns:
            act(world, role, user)
            seen += world.rows(
                sql.SQL("select {} from {}").format(
                    sql.SQL(", ").join(map(sql.Identifier, columns)),
                    sql.Identifier(*table.split(".")),
                )
            )
            as_owner(world.connection)
    return str(seen)


def test_incident_30_the_book_shows_no_dead_order(world: World) -> None:
    live, _ = sell_order(world)
    cancelled, maker = sell_order(world)
    world.command("order_cancel", order_id=cancelled, actor_id=maker)
    filled, maker = sell_order(world)
    taker = world.user()
    Escrow(world, take(world, filled, taker, "1"), maker, taker).commit("accept", "payer")
    with world.acting("anon"):
        seen = [
            world.rows("select id from public.p2p_order(%s)", each)
            for each in (live, cancelled, filled)
        ]
    assert seen == [[(live,)], [], []]
    versions = world.rows(
        "select (after ->> 'version')::int from public.audit_log "
        "where row_id = %s::text and after is not null order by id",
        cancelled,
    )
    assert versions == sorted(set(versions))


def test_incident_31_a_chargeback_after_the_end_is_a_case_and_a_debt(world: World) -> None:
    """The trade stays ended: whoever was paid owes it, what is not there is a receivable."""
    escrow = ONCE["released"](world, SERVICE)
    before = escrow.facts()[0]
    (payout,) = world.one("select array_agg(id) from public.settlement_instructions")
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


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"])
def test_incident_32_the_time_zone_of_a_session_means_nothing(world: World, zone: str) -> None:
    escrow = contract(world)
    world.run("select set_config('TimeZone', %s, true)", zone)
    end = world.one("select extract(epoch from expires_at) from public.escrow_transactions")
    start = world.one("select extract(epoch from created_at) from public.escrow_transactions")
    assert end - start == 72 * 3600
    escrow.expire()
    escrow.commit("timeout_void", "timer")
    assert world.problems() == []
