"""Which rail is open to whom, for how much and how long."""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from stack.people import OLGA
from tests.world.http.desk import Desk
from tests.world.http.market import listing, milestone


def of_tier(desk: Desk, tier: int) -> UUID:
    """Somebody of a tier. Tier 3 knows no limit but those of the rails."""
    made = desk.stack.create_user(limited=True)
    body = {"tier": tier, "reason": "seen at the desk"}
    desk.done(OLGA.id, f"/profiles/{made}/grant-tier", body)
    return made


@pytest.fixture
def seller(desk: Desk) -> UUID:
    return of_tier(desk, 3)


@pytest.fixture
def buyer(desk: Desk) -> UUID:
    return of_tier(desk, 3)


def terms(amount: str, rail: str | None = None, days: int = 14) -> dict[str, Any]:
    found = {"amount": amount, "milestones": [milestone(amount, days=days)]}
    return found if rail is None else {**found, "rail": rail}


def offered(
    desk: Desk,
    buyer: UUID,
    seller: UUID,
    body: dict[str, Any],
    currency: str = "USD",
    **fields: Any,
) -> Any:
    """What the seller's new listing answers to an offer."""
    listed = listing(desk, seller, currency=currency, **fields)
    return desk.post(buyer, f"/listings/{listed}/offers", body)


@pytest.mark.parametrize(
    ("currency", "rail", "carried"),
    [
        ("USD", "stripe", True), ("EUR", "stripe", True), ("GBP", "stripe", True),
        ("KES", "stripe", False), ("USDC_BASE", "stripe", False),
        ("USDC_BASE", "base", True), ("USDC_ETH", "base", False),
        ("USD", "base", False), ("USD", "internal", True), ("BTC", "internal", True),
    ],
)  # fmt: skip
def test_a_rail_carries_its_currencies(
    desk: Desk, buyer: UUID, seller: UUID, currency: str, rail: str, carried: bool
) -> None:
    reply = offered(desk, buyer, seller, terms("5", rail), currency)
    if carried:
        assert (reply.status, reply.body["rail"]) == (201, rail)
    else:
        assert (reply.status, reply.code) == (422, "rail_currency")


@pytest.mark.parametrize(("tier", "most"), [(0, "200"), (1, "1000"), (2, "10000"), (3, "10000")])
def test_cards_up_to_what_the_tier_may(desk: Desk, seller: UUID, tier: int, most: str) -> None:
    buyer = of_tier(desk, tier)
    assert offered(desk, buyer, seller, terms(most, "stripe")).status == 201
    reply = offered(desk, buyer, seller, terms(f"{most}.01", "stripe"))
    assert (reply.status, reply.code) == (409, "rail_not_open")
    assert reply.body["limit"] == {
        "name": "rail_stripe", "side": "taker", "maximum": most, "left": most, "unit": "USD",
        "frees_at": None,
    }  # fmt: skip
    assert reply.body["detail"] == f"The rail stripe is open to your tier for at most {most} USD."
    # What a card cannot pay, the chain can.
    if tier:
        reply = offered(desk, buyer, seller, terms(f"{most}.01", "base"), "USDC_BASE")
        assert reply.status == 201


def test_a_rail_without_a_row_is_closed(desk: Desk, seller: UUID) -> None:
    nobody = of_tier(desk, 0)
    reply = offered(desk, nobody, seller, terms("5", "base"), "USDC_BASE")
    assert (reply.code, reply.body["limit"]["maximum"]) == ("rail_not_open", "0")
    assert "closed" in reply.body["detail"]


def test_the_tier_of_the_other_side_counts_and_stays_private(desk: Desk, buyer: UUID) -> None:
    reply = offered(desk, buyer, of_tier(desk, 0), terms("201", "stripe"))
    assert (reply.code, "limit" in reply.body) == ("counterparty_limit", False)
    assert not [each for each in reply.body["detail"] if each.isdigit()]


def test_the_tier_is_looked_at_again_at_acceptance(desk: Desk, seller: UUID) -> None:
    buyer = of_tier(desk, 2)
    made = offered(desk, buyer, seller, terms("900", "stripe")).body["offer_id"]
    desk.done(OLGA.id, f"/profiles/{buyer}/grant-tier", {"tier": 0, "reason": "papers ran out"})
    assert desk.post(seller, f"/offers/{made}/accept").code == "counterparty_limit"
    desk.done(OLGA.id, f"/profiles/{buyer}/grant-tier", {"tier": 2, "reason": "new papers"})
    desk.done(OLGA.id, f"/profiles/{seller}/grant-tier", {"tier": 0, "reason": "papers ran out"})
    assert desk.post(seller, f"/offers/{made}/accept").code == "rail_not_open"
    desk.done(OLGA.id, f"/profiles/{seller}/grant-tier", {"tier": 2, "reason": "new papers"})
    assert desk.done(seller, f"/offers/{made}/accept")["rail"] == "stripe"


def test_the_rail_is_negotiated_signed_and_not_paid_from_the_balance(
    desk: Desk, buyer: UUID, seller: UUID
) -> None:
    """The seller's counter keeps the buyer's rail, the buyer's next one names another."""
    first = offered(desk, buyer, seller, terms("300", "base"), "USDC_BASE").body["offer_id"]
    second = desk.done(seller, f"/offers/{first}/counter", terms("310"))
    assert second["rail"] == "base"
    third = desk.done(buyer, f"/offers/{second['offer_id']}/counter", terms("300", "internal"))
    assert third["rail"] == "internal"
    last = desk.done(
        seller, f"/offers/{third['offer_id']}/counter", terms("305", "base")
    )["offer_id"]  # fmt: skip
    made = desk.done(buyer, f"/offers/{last}/accept")
    assert made["rail"] == "base"
    contract = made["contract_id"]
    (row,) = desk.read(buyer, f"/contracts?id=eq.{contract}&select=rail,document,document_hash")
    assert (row["rail"], json.loads(row["document"])["rail"]) == ("base", "base")
    (part,) = made["milestones"]
    (escrow,) = desk.read(
        buyer, f"/escrow_transactions?id=eq.{part['milestone_id']}&select=rail"
    )  # fmt: skip
    assert escrow["rail"] == "base"
    desk.done(OLGA.id, "/deposits",
              {"party_id": str(buyer), "currency": "USDC_BASE", "amount": "1000",
               "reference": "slip 1"})  # fmt: skip
    for who in (seller, buyer):
        desk.done(who, f"/contracts/{contract}/sign", {"document_hash": row["document_hash"]})
    assert desk.post(buyer, f"/contracts/{contract}/fund").code == "other_rail"
    # It can still be left.
    desk.done(buyer, f"/contracts/{contract}/cancel")


def test_a_seller_says_which_rails(desk: Desk, buyer: UUID, seller: UUID) -> None:
    listed = listing(desk, seller, currency="USD", rails=["stripe"])
    path = f"/listings/{listed}/offers"
    assert desk.post(buyer, path, terms("5")).code == "rail_not_accepted"
    made = desk.done(buyer, path, terms("5", "stripe"))
    # The seller changes their mind; what is on the table stays there.
    change = {"rails": ["internal"]}
    assert desk.write(seller, "PATCH", f"/listings?id=eq.{listed}", change).status == 204
    assert desk.post(of_tier(desk, 3), path, terms("5", "stripe")).code == "rail_not_accepted"
    assert desk.done(seller, f"/offers/{made['offer_id']}/accept")["rail"] == "stripe"
    for wrong in ([], [None]):
        reply = desk.write(seller, "PATCH", f"/listings?id=eq.{listed}", {"rails": wrong})
        assert reply.body["message"] == "bad_listing"


@pytest.mark.parametrize(("category", "longest"), [("development", 51), ("goods", 56)])
def test_cards_do_not_hold_for_longer_than_the_rail_can(
    desk: Desk, buyer: UUID, seller: UUID, category: str, longest: int
) -> None:
    """90 days, and every clock of the policy at its end."""
    reply = offered(desk, buyer, seller, terms("5", "stripe", longest + 1), category=category)
    assert (reply.status, reply.code) == (409, "rail_hold_too_short")
    fits = offered(desk, buyer, seller, terms("5", "stripe", longest), category=category)
    assert fits.status == 201
    # The longest part counts.
    both = {"amount": "10", "rail": "stripe",
            "milestones": [milestone("5", days=longest + 1), milestone("5", days=1)]}  # fmt: skip
    assert offered(desk, buyer, seller, both, category=category).code == "rail_hold_too_short"
    # Others hold without end.
    assert offered(desk, buyer, seller, terms("5", days=365), category=category).status == 201


def test_everybody_reads_the_limits_of_the_rails(desk: Desk, buyer: UUID) -> None:
    query = "/rail_limits?rail=eq.stripe&currency=eq.USD&select=tier,max_amount&order=tier"
    assert desk.read(buyer, query) == [
        {"tier": 0, "max_amount": "200"}, {"tier": 1, "max_amount": "1000"},
        {"tier": 2, "max_amount": "10000"}, {"tier": 3, "max_amount": "10000"},
    ]  # fmt: skip


def parts(*amounts: str, rail: str = "stripe") -> dict[str, Any]:
    """Terms of several milestones."""
    whole = str(sum(map(Decimal, amounts)))
    return {"amount": whole, "rail": rail, "milestones": [milestone(each) for each in amounts]}


@pytest.mark.parametrize(
    ("currency", "amounts", "fits"),
    [
        ("USD", ("0.49",), False), ("USD", ("0.50",), True), ("USD", ("100", "0.01"), False),
        ("USD", ("0.01", "100"), False), ("USD", ("50", "0.50", "50"), True),
        ("EUR", ("0.49", "1"), False), ("EUR", ("0.50", "1"), True),
        ("GBP", ("0.29", "1"), False), ("GBP", ("0.30", "1"), True),
    ],
)  # fmt: skip
def test_each_milestone_is_one_payment_of_its_rail(
    desk: Desk, buyer: UUID, seller: UUID, currency: str, amounts: tuple[str, ...], fits: bool
) -> None:
    reply = offered(desk, buyer, seller, parts(*amounts), currency)
    assert (reply.status, reply.code if not fits else "") == (
        (201, "") if fits else (422, "payment_out_of_range")
    )
    # From the balance any amount goes.
    assert offered(desk, buyer, seller, parts(*amounts, rail="internal"), currency).status == 201


def test_what_a_rail_moves_is_looked_at_in_a_counteroffer_and_again_at_acceptance(
    desk: Desk, buyer: UUID, seller: UUID
) -> None:
    made = offered(desk, buyer, seller, parts("5", "5")).body["offer_id"]
    countered = desk.post(seller, f"/offers/{made}/counter", parts("9.99", "0.01"))
    assert (countered.status, countered.code) == (422, "payment_out_of_range")
    change = (
        "update public.rail_payment_ranges set min_amount = %s"
        " where rail = 'stripe' and currency = 'USD'"
    )
    with desk.stack.connect() as connection:
        connection.execute(change, ["6"])
    try:
        reply = desk.post(seller, f"/offers/{made}/accept")
    finally:
        with desk.stack.connect() as connection:
            connection.execute(change, ["0.5"])
    assert (reply.status, reply.code) == (422, "payment_out_of_range")
    desk.done(seller, f"/offers/{made}/accept")
