"""How money reaches an escrow: exact, late, too little, too much, of the wrong kind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.world.escrow import Escrow
from tests.world.rails import payments
from tests.world.refused import refused
from tests.world.scenes import CONTRACTS, ONCE
from tests.world.trades import signed
from tests.world.world import OUTSIDE, World

# What people send by mistake: the other dollar of the same chain.
BRIDGED = "USDBC_BASE"
USDC = "USDC_BASE"


def _confirm(escrow: Escrow, **changes: Any) -> dict[str, Any]:
    payload = escrow.payload("funds_confirmed", "rail", escrow.row()) | changes
    return escrow.commit("funds_confirmed", "rail", payload=payload)


def _mismatch(escrow: Escrow, amount: str, currency: str = USDC) -> dict[str, Any]:
    payload = {"amount": amount, "currency": currency, "reason": "under"}
    return escrow.commit("funds_mismatch", "rail", payload=payload)


def test_the_exact_amount_in_time_funds_it(world: World) -> None:
    escrow = signed(world)
    outside = world.balance(OUTSIDE, USDC, "clearing")[0]
    _confirm(escrow)
    assert escrow.place == ("funded", "")
    assert world.balance(escrow.payer, USDC) == (300, 0, 100)
    assert world.balance(OUTSIDE, USDC, "clearing")[0] == outside - 100
    assert world.problems() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "99.999999"}, "funds_not_exact"), ({"amount": "100.000001"}, "funds_not_exact"),
        ({"amount": None}, "funds_not_exact"), ({"amount": "NaN"}, "bad_type"),
        ({"amount": "-100"}, "funds_not_exact"), ({"amount": "lots"}, "bad_type"),
        ({"currency": "USDC_ETH"}, "funds_not_exact"), ({"currency": None}, "funds_not_exact"),
        ({"provider_time": None}, "funds_late"), ({"provider_time": "infinity"}, "bad_type"),
    ],
)  # fmt: skip
def test_anything_else_is_not_funding(world: World, changes: dict[str, Any], code: str) -> None:
    escrow = signed(world)
    with refused(world.connection, code):
        _confirm(escrow, **changes)
    assert escrow.place == ("awaiting_funds", "")


def test_the_providers_clock_decides_about_late(world: World) -> None:
    escrow = signed(world)
    end = world.one("select expires_at from private.escrow_transactions")
    escrow.expire()
    world.advance(hours=1)
    with refused(world.connection, "funds_late"):
        _confirm(escrow, provider_time=end + timedelta(microseconds=1))
    _confirm(escrow, provider_time=end)
    assert escrow.place == ("funded", "")


@pytest.mark.parametrize("reason", [None, ""])
def test_a_mismatch_says_why(world: World, reason: str | None) -> None:
    with refused(world.connection, "reason_required"):
        signed(world).commit("funds_mismatch", "rail", payload={
            "amount": "1", "currency": USDC, "reason": reason})  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0", USDC), ("-5", USDC), (None, USDC), ("NaN", USDC), ("0.0000001", USDC), ("5", "DOGE"),
     ("5", None)],
)  # fmt: skip
def test_a_mismatch_is_an_amount_of_something(
    world: World, amount: str | None, currency: str | None
) -> None:
    with refused(world.connection, "bad_type" if amount == "NaN" else "funds_not_exact"):
        signed(world).commit("funds_mismatch", "rail", payload={
            "amount": amount, "currency": currency, "reason": "under"})  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "currency"), [("40", USDC), ("140", USDC), ("100", BRIDGED), ("7", BRIDGED)]
)
def test_what_does_not_match_waits_in_suspense(world: World, amount: str, currency: str) -> None:
    escrow = signed(world)
    _mismatch(escrow, amount, currency)
    assert escrow.place == ("funding_exception", "")
    assert world.balance(escrow.payer, currency)[1] == Decimal(amount)
    assert world.problems() == []
    escrow.expire()
    escrow.commit("timeout_return", "timer")
    assert escrow.place == ("void", "")
    spendable = 300 if currency == USDC else 0
    assert world.balance(escrow.payer, currency) == (spendable, Decimal(amount), 0)
    assert payments(world, escrow) == [
        ("return", escrow.payer, currency, Decimal(amount), "created")
    ]
    assert world.problems() == []


@pytest.mark.parametrize("role", ["rail", "payer"])
@pytest.mark.parametrize("first", ["40", "99.999999"])
def test_the_missing_part_arrives(world: World, role: str, first: str) -> None:
    escrow = signed(world)
    _mismatch(escrow, first)
    escrow.commit("top_up", role)
    assert escrow.place == ("funded", "")
    rest = 100 - Decimal(first)
    spent = rest if role == "payer" else 0
    assert world.balance(escrow.payer, USDC) == (300 - spent, 0, 100)
    assert world.problems() == []


def test_what_is_too_much_goes_back(world: World) -> None:
    escrow = signed(world)
    _mismatch(escrow, "130")
    escrow.commit("top_up", "payer")
    assert world.balance(escrow.payer, USDC) == (300, 30, 100)
    assert payments(world, escrow) == [("return", escrow.payer, USDC, 30, "created")]
    assert world.problems() == []


def test_a_payer_without_the_rest_tops_nothing_up(world: World) -> None:
    escrow = signed(world)
    world.command("ledger_move_external", kind="withdrawal", party_id=escrow.payer, currency=USDC,
                  amount="300", actor_id=world.operator, aal="aal2")  # fmt: skip
    _mismatch(escrow, "40")
    with refused(world.connection, "insufficient_funds"):
        escrow.commit("top_up", "payer")


@pytest.mark.parametrize(
    "changes",
    [{"amount": "59.999999"}, {"amount": "-1"}, {"amount": None}, {"amount": "NaN"},
     {"amount": "60.0000001"}, {"currency": "USDC_ETH"}],
)  # fmt: skip
def test_a_rail_tops_up_what_is_missing_at_least(world: World, changes: dict[str, Any]) -> None:
    escrow = signed(world)
    _mismatch(escrow, "40")
    code = "bad_type" if changes.get("amount") == "NaN" else "funds_not_exact"
    with refused(world.connection, code):
        escrow.commit("top_up", "rail", payload={"amount": "60", "currency": USDC} | changes)


def test_a_top_up_takes_nothing_out(world: World) -> None:
    escrow = signed(world)
    _mismatch(escrow, "130")
    with refused(world.connection, "funds_not_exact"):
        escrow.commit("top_up", "rail", payload={"amount": "-10", "currency": USDC})


@pytest.mark.parametrize("first", ["payer", "payee"])
def test_both_agree_to_what_arrived(world: World, first: str) -> None:
    escrow = signed(world)
    _mismatch(escrow, "40")
    second = "payee" if first == "payer" else "payer"
    for role in ("payer", "payee"):
        with refused(world.connection, "other_side_pending"):
            escrow.commit("accept_partial", role)
    escrow.commit("propose_partial", first)
    with refused(world.connection, "other_side_pending"):
        escrow.commit("accept_partial", first)
    escrow.commit("accept_partial", second)
    assert escrow.row().amount == 40
    assert escrow.place == ("funded", "")
    escrow.commit("perform", "payee")
    answer = escrow.commit("accept", "payer")
    assert (answer["payee_amount"], answer["fee_amount"]) == ("38", "2")
    assert world.problems() == []


def test_consent_is_to_the_amount_that_was_there(world: World) -> None:
    """More money arrives after the proposal: nobody has agreed to the new sum."""
    escrow = signed(world)
    _mismatch(escrow, "40")
    escrow.commit("propose_partial", "payee")
    _mismatch(escrow, "20")
    with refused(world.connection, "other_side_pending"):
        escrow.commit("accept_partial", "payer")
    assert escrow.suspense() == 60


def test_consent_to_a_part_runs_out(world: World) -> None:
    escrow = signed(world)
    _mismatch(escrow, "40")
    soon = {"offer_expires_at": world.now() + timedelta(minutes=30)}
    escrow.commit("propose_partial", "payee", payload=soon)
    world.advance(minutes=31)
    with refused(world.connection, "other_side_pending"):
        escrow.commit("accept_partial", "payer")
    escrow.commit("propose_partial", "payee")
    assert escrow.commit("accept_partial", "payer")["state"] == "funded"


def test_nothing_of_the_own_currency_is_nothing_to_agree_to(world: World) -> None:
    escrow = signed(world)
    _mismatch(escrow, "100", BRIDGED)
    with refused(world.connection, "funds_not_exact"):
        escrow.commit("propose_partial", "payee")


def test_the_payer_takes_it_all_back(world: World) -> None:
    escrow = CONTRACTS["funding_exception"](world, "market_goods")
    _mismatch(escrow, "5", BRIDGED)
    escrow.commit("return_funds", "payer")
    assert escrow.place == ("void", "")
    assert world.balance(escrow.payer, USDC) == (300, 50, 0)
    assert world.balance(escrow.payer, BRIDGED) == (0, 5, 0)
    assert {row[2:] for row in payments(world, escrow)} == {
        (USDC, 50, "created"), (BRIDGED, 5, "created"),
    }  # fmt: skip
    assert world.problems() == []


def test_a_rail_that_holds_too_short_moves_nobody_into_the_dark(world: World) -> None:
    escrow = signed(world)
    world.run("alter table private.escrow_transactions disable trigger user")
    world.run(
        "update private.escrow_transactions set rail_hold_until = expires_at + interval '1 minute'"
    )
    world.run("alter table private.escrow_transactions enable trigger user")
    later = world.now() + timedelta(days=400)
    with refused(world.connection, "rail_hold_too_short"):
        escrow.commit("funds_confirmed", "rail", deadline_at=later, expires_at=later)


def test_partial_offers_are_one_a_side(world: World) -> None:
    escrow = ONCE["partial_by_payer"](world, "market_service")
    escrow.commit("propose_partial", "payer")
    escrow.commit("propose_partial", "payee")
    assert world.rows(
        "select author_role::text, count(*) from public.escrow_offers where status = 'open' "
        "group by 1 order by 1"
    ) == [("payee", 1), ("payer", 1)]
