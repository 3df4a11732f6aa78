"""What a rail takes back of a live escrow is gone, and nothing else is."""

from decimal import Decimal
from typing import Any

import pytest

from tests.world.escrow import Escrow
from tests.world.rails import applied, apply, awaiting, payments, report, sweep
from tests.world.refused import refused
from tests.world.world import OUTSIDE, World

USD = "USD"
PLACES = ("funded", "performed", "statements", "acknowledge", "decide", "approve", "decided")
_WAY = (
    ("perform", "payee"), ("dispute", "payer"), ("statement", "payer"),
    ("statement_reply", "payee"), ("acknowledge", "arbiter"),
)  # fmt: skip
_STEPS = {"funded": 0, "performed": 1, "statements": 2, "acknowledge": 4, "decide": 5}


def card(world: World, place: str = "funded", **fields: Any) -> Escrow:
    """An escrow that was paid by card, 100 unless told otherwise, brought to a place."""
    if place == "approve":
        fields = {"amount": "20000", **fields}
    made = awaiting(world, "stripe", **fields)
    report(world, made, f"ch_{made.id}")
    apply(world)
    for event, role in _WAY[: _STEPS.get(place, 5)]:
        made.commit(event, role)
    if place == "approve":
        made.commit("propose_decision", "arbiter")
    if place == "decided":
        made.commit("decide", "arbiter")
    return made


def lost(world: World, escrow: Escrow, amount: Any, name: str = "dp_1") -> None:
    said = f"{Decimal(amount).normalize():f}"
    report(world, escrow, f"{name}:lost", "reversal_lost", reference=name, amount=said)
    apply(world)


def amounts(escrow: Escrow) -> Any:
    """What is held, and what the rail has taken."""
    (row,) = escrow.world.rows(
        "select amount::numeric, taken_amount::numeric from private.escrow_transactions "
        "where id = %s", escrow.id,
    )  # fmt: skip
    return row


def clearing(world: World) -> Decimal:
    return Decimal(world.balance(OUTSIDE, USD, "clearing")[0])


def settled(escrow: Escrow) -> Any:
    """Payer's and payee's part and the fee, at the end."""
    (row,) = escrow.world.rows(
        "select payer_amount::numeric, payee_amount::numeric, fee_amount::numeric "
        "from private.escrow_transactions where id = %s", escrow.id,
    )  # fmt: skip
    return row


@pytest.mark.parametrize("amount", ["0.01", "5", "10"])
@pytest.mark.parametrize("place", ["funded", "performed"])
def test_the_rest_goes_on_when_a_tenth_or_less_is_gone(
    world: World, place: str, amount: str
) -> None:
    """Five dollars of goodwill in the dashboard of the rail."""
    escrow = card(world, place)
    outside, before = clearing(world), world.balance(escrow.payer, USD)
    (clock,) = world.rows("select deadline_at, expires_at from private.escrow_transactions")
    lost(world, escrow, amount)
    part = Decimal(amount)
    assert (escrow.place, applied(world)[-1]) == ((place, ""), "rail_take")
    assert amounts(escrow) == (100 - part, part)
    assert world.rows("select deadline_at, expires_at from private.escrow_transactions") == [clock]
    assert clearing(world) == outside + part
    assert world.balance(escrow.payer, USD) == (before[0], before[1], 100 - part)
    assert payments(world, escrow) == [("rail_return", escrow.payer, USD, part, "confirmed")]
    assert world.problems() == []
    escrow.commit("accept", "payer")
    rest = 100 - part
    fee = (rest * 5 / 100).quantize(Decimal("0.01"), "ROUND_DOWN")
    assert (escrow.place[0], settled(escrow)) == ("released", (0, rest - fee, fee))
    assert world.problems() == []


@pytest.mark.parametrize("amount", ["10.01", "30", "99.99"])
@pytest.mark.parametrize("place", ["funded", "performed"])
def test_more_than_a_tenth_opens_a_dispute_about_the_rest(
    world: World, place: str, amount: str
) -> None:
    escrow = card(world, place)
    outside = clearing(world)
    lost(world, escrow, amount)
    part = Decimal(amount)
    assert (escrow.place, applied(world)[-1]) == (("disputed", "statements"), "rail_dispute")
    assert (amounts(escrow), clearing(world)) == ((100 - part, part), outside + part)
    assert world.rows("select reason, raised_by, against_user_id, status from public.disputes"
    ) == [("rail_reversal", None, None, "pending")]  # fmt: skip
    assert world.problems() == []
    for event, role in (*_WAY[2:], ("decide", "arbiter")):
        escrow.commit(event, role)
    escrow.commit("accept_decision", "payer")
    escrow.commit("settle_decision", "payee")
    assert sum(settled(escrow)) == 100 - part
    assert world.problems() == []


def test_parts_add_up(world: World) -> None:
    """Twice six of a hundred is more than a tenth."""
    escrow = card(world, "performed")
    lost(world, escrow, 6, "re_1")
    assert escrow.place == ("performed", "")
    lost(world, escrow, 6, "re_2")
    assert (escrow.place, amounts(escrow)) == (("disputed", "statements"), (88, 12))
    lost(world, escrow, 88, "re_3")
    assert (escrow.place, applied(world)[-1]) == (("refunded", ""), "rail_return")
    assert world.problems() == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("share", ["0.03", "0.3", "0.9"])
def test_nothing_else_is_lost_wherever_it_stands(world: World, place: str, share: str) -> None:
    escrow = card(world, place)
    whole = amounts(escrow)[0]
    part, outside = whole * Decimal(share), clearing(world)
    lost(world, escrow, part)
    assert (amounts(escrow), clearing(world)) == ((whole - part, part), outside + part)
    large = place in ("funded", "performed") and share != "0.03"
    state = "funded" if place == "funded" else "performed" if place == "performed" else None
    if large:
        assert escrow.place == ("disputed", "statements")
    elif state:
        assert escrow.place == (state, "")
    else:
        assert escrow.place[1 if place != "decided" else 0] == place
    assert world.problems() == []
    escrow.commit("concede" if escrow.place[0] != "decided" else "accept_decision", "payee")
    if escrow.place[0] == "decided":
        escrow.commit("settle_decision", "payer")
        # What the rail took went to the payer: the payee has what was awarded, if it is there.
        award = min(whole / 4, whole - part)
        assert settled(escrow)[0] == whole - part - award
    else:
        assert settled(escrow) == (whole - part, 0, 0)
    assert world.problems() == []


def test_a_proposal_and_an_offer_fit_what_is_left(world: World) -> None:
    escrow = card(world, "approve")
    lost(world, escrow, 18000)
    escrow.commit("approve_decision", "other_arbiter")
    assert world.rows("select payer_amount::numeric, payee_amount::numeric "
                      "from public.dispute_decisions") == [(0, 2000)]  # fmt: skip
    other = card(world, "statements")
    other.commit("offer_split", "payer", payload={"payee_amount": "80"})
    lost(world, other, 30, "dp_2")
    other.commit("accept_split", "payee")
    assert settled(other) == (0, Decimal("66.5"), Decimal("3.5"))
    assert world.problems() == []


def test_an_appeal_keeps_what_was_awarded_as_far_as_it_is_there(world: World) -> None:
    escrow = card(world, "decided")
    escrow.commit("appeal", "payee")
    lost(world, escrow, 90)
    assert world.rows("select award_payee_amount, first_award_payee_amount::numeric "
                      "from public.disputes") == [(None, 10)]  # fmt: skip
    assert world.problems() == []


@pytest.mark.parametrize("held", [None, "operator", "chargeback"])
@pytest.mark.parametrize("amount", ["5", "30"])
def test_a_lost_part_ends_its_own_hold_only(world: World, amount: str, held: str | None) -> None:
    escrow = card(world, "performed")
    end = world.one("select expires_at from private.escrow_transactions")
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1", amount=amount)
    apply(world)
    assert (escrow.holds(), amounts(escrow)) == (["chargeback"], (100, None))
    if held == "operator":
        escrow.commit("freeze", held)
    elif held:
        report(world, escrow, "dp_2:opened", "reversal_opened", reference="dp_2", amount="7")
        apply(world)
    world.advance(days=3)
    lost(world, escrow, amount)
    assert escrow.holds() == ([held] if held else [])
    assert amounts(escrow) == (100 - Decimal(amount), Decimal(amount))
    if amount == "5":
        given = (world.one("select expires_at from private.escrow_transactions") - end).days
        assert given == (0 if held else 3)
    assert world.problems() == []


@pytest.mark.parametrize("amount", [5, 30])
def test_what_was_lost_and_then_won_is_held_again(world: World, amount: int) -> None:
    escrow = card(world, "performed")
    outside = clearing(world)
    lost(world, escrow, amount)
    for _ in range(2):
        report(world, escrow, "dp_1:won", "reversal_won", reference="dp_1", amount=str(amount))
        apply(world)
    assert (amounts(escrow), clearing(world)) == ((100, None), outside)
    lost(world, escrow, amount, "dp_2")
    assert amounts(escrow) == (100 - amount, amount)
    assert world.problems() == []


def test_no_more_comes_back_than_was_taken(world: World) -> None:
    escrow = card(world, "performed")
    lost(world, escrow, 5)
    for payload in ({"amount": "5.01", "reference": "dp_1"}, {"amount": "1", "reference": "dp_2"}):
        with refused(world.connection, "funds_not_exact"):
            escrow.commit("rail_restore", "rail", payload=payload)


@pytest.mark.parametrize("said", ["5", "30"])
def test_the_timer_takes_as_much_as_was_withdrawn(world: World, said: str) -> None:
    escrow = card(world, "statements")
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1", amount=said)
    apply(world)
    world.advance(days=240, minutes=1)
    assert sweep(world) == ["rail_take"]
    assert (escrow.holds(), amounts(escrow)) == ([], (100 - Decimal(said), Decimal(said)))
    # The rail says so at last: it was counted before.
    lost(world, escrow, said)
    assert amounts(escrow) == (100 - Decimal(said), Decimal(said))
    assert world.problems() == []


@pytest.mark.parametrize(("amount", "left"), [("20", 50), ("70", 0)])
def test_of_money_that_waits_the_rest_waits_on(world: World, amount: str, left: int) -> None:
    escrow = awaiting(world, "stripe")
    report(world, escrow, "ch_1", amount="70")
    lost(world, escrow, amount)
    assert escrow.place == (("void", "") if not left else ("funding_exception", ""))
    assert escrow.suspense() == left
    assert payments(world, escrow) == [
        ("rail_return", escrow.payer, USD, Decimal(amount), "confirmed")
    ]
    assert world.problems() == []
    if left:
        escrow.commit("return_funds", "payer")
        assert payments(world, escrow)[1:] == [("return", escrow.payer, USD, left, "created")]
        assert world.problems() == []


def test_what_was_lost_while_it_waited_and_then_won_goes_back(world: World) -> None:
    """It was never a part of what is held: the escrow was paid by other money."""
    escrow = awaiting(world, "stripe")
    outside = clearing(world)
    report(world, escrow, "ch_1", amount="70")
    lost(world, escrow, 20)
    report(world, escrow, "ch_2", amount="50")
    apply(world)
    assert (escrow.place[0], amounts(escrow)) == ("funded", (100, None))
    report(world, escrow, "dp_1:won", "reversal_won", reference="dp_1", amount="20")
    apply(world)
    assert (escrow.place[0], amounts(escrow)) == ("funded", (100, None))
    assert payments(world, escrow)[1:] == [("return", escrow.payer, USD, 20, "created")]
    assert clearing(world) == outside - 120
    with refused(world.connection, "funds_not_exact"):
        payload = {"amount": "1", "reference": "dp_1"}
        escrow.commit("rail_restore", "rail", payload=payload)
    assert world.problems() == []


def test_of_money_in_two_currencies_each_is_its_own(world: World) -> None:
    escrow = awaiting(world, "stripe")
    report(world, escrow, "ch_1", amount="40")
    report(world, escrow, "ch_2", currency="EUR", amount="70")
    lost_of = {"reference": "ch_2", "currency": "EUR", "amount": "70"}
    report(world, escrow, "ch_2:lost", "reversal_lost", **lost_of)
    apply(world)
    assert escrow.place == ("funding_exception", "")
    assert escrow.suspense() == 40
    assert payments(world, escrow) == [("rail_return", escrow.payer, "EUR", 70, "confirmed")]
    assert world.problems() == []


@pytest.mark.parametrize(
    ("place", "event", "amount", "code"),
    [
        ("performed", "rail_take", "10.01", "policy_mismatch"),
        ("performed", "rail_dispute", "10", "policy_mismatch"),
        ("performed", "rail_return", "99.99", "funds_not_exact"),
        ("performed", "rail_take", "100", "funds_not_exact"),
        ("performed", "rail_dispute", "100.01", "funds_not_exact"),
        ("statements", "rail_take", "100", "funds_not_exact"),
        ("statements", "rail_take", "0", "funds_not_exact"),
        ("statements", "rail_take", "-5", "funds_not_exact"),
        ("statements", "rail_take", "0.001", "funds_not_exact"),
    ],
)
def test_the_database_compares_what_a_rail_says_with_what_is_held(
    world: World, place: str, event: str, amount: str, code: str
) -> None:
    escrow = card(world, place)
    with refused(world.connection, code):
        escrow.commit(event, "rail", payload={"amount": amount, "reference": "dp_1"})
    with refused(world.connection, "funds_not_exact"):
        said = {"amount": "5", "reference": "dp_1", "currency": "EUR"}
        escrow.commit("rail_take", "rail", payload=said)
    assert amounts(escrow) == (100, None)


def test_where_the_line_is_is_the_policys_word(world: World) -> None:
    world.run("update public.escrow_policies set rail_part_bps = 5000")
    escrow = card(world, "performed")
    lost(world, escrow, 50)
    assert (escrow.place, amounts(escrow)) == (("performed", ""), (50, 50))


def test_an_inquiry_holds_and_takes_nothing(world: World) -> None:
    escrow = card(world, "performed")
    report(world, escrow, "dp_1:asked", "inquiry_opened", reference="dp_1", amount="100")
    apply(world)
    assert escrow.holds() == ["inquiry"]
    # It becomes a chargeback, which is won.
    report(world, escrow, "dp_1:answered", "inquiry_closed", reference="dp_1", amount="100")
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1")
    apply(world)
    assert escrow.holds() == ["chargeback"]
    report(world, escrow, "dp_1:won", "reversal_won", reference="dp_1")
    apply(world)
    assert (escrow.holds(), amounts(escrow)) == ([], (100, None))
    assert report(world, escrow, "dp_9:x", "inquiry_closed", reference="dp_9") is False
    assert world.problems() == []
