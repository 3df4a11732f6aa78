"""Refunds: never more than came in, to where the payer wants it, once."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.world.chain import judged
from tests.world.merchants import (
    CURRENCY,
    claim_refund,
    invoice,
    join,
    merchant,
    open_method,
    pay,
    refund,
    row,
    settings,
    told,
)
from tests.world.rails import ADDRESS, claim, outcome
from tests.world.refused import refused
from tests.world.stopping import restore, stop
from tests.world.wallets import BRIDGED
from tests.world.world import PLATFORM, World

OTHER = "0x" + "7" * 39 + "8"
Shop = tuple[UUID, UUID]


@pytest.fixture
def shop(world: World) -> Shop:
    """An owner, and a verified merchant that has 1,000 USDC beside its invoices."""
    owner = world.user("owner")
    id_ = merchant(world, owner)
    world.deposit(id_, "1000", CURRENCY)
    return owner, id_


def paid(world: World, shop: Shop, amount: str = "100", **fields: Any) -> dict[str, Any]:
    made = invoice(world, *shop, **fields)
    pay(world, made, amount)
    return made


def confirm(world: World) -> dict[str, Any]:
    """A worker sends the only payout."""
    (taken,) = claim(world)
    outcome(world, taken, "submit", provider_reference=taken["id"])
    outcome(world, taken | {"version": taken["version"] + 1}, "confirm")
    return taken


def refunds(world: World) -> list[tuple[Any, ...]]:
    return world.rows("select state, number is not null from public.invoice_refunds order by id")


def test_complaint_23_all_of_it_goes_back_to_where_the_payer_wants_it(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    made = paid(world, shop)
    told_ = refund(world, made, owner)
    assert (told_["amount"], told_["sent_amount"], told_["network_cost"]) == ("100", "100", "0.1")
    assert world.balance(id_, CURRENCY)[:2] == (Decimal("999.4"), Decimal("100.1"))
    assert world.problems() == []
    claimed = claim_refund(world, told_)
    assert claimed == claim_refund(world, told_)
    assert world.problems() == []
    taken = confirm(world)
    assert (taken["destination"], taken["amount"]) == (ADDRESS, "100")
    assert row(world, made)["status"] == "refunded"
    assert told(world, made)[-1] == "invoice.refunded"
    number = world.one("select number from public.invoice_refunds")
    assert (number[:3], number[-7:]) == ("CN-", "-000001")
    assert world.balance(id_, CURRENCY)[:2] == (Decimal("999.4"), 0)
    assert world.balance(PLATFORM, CURRENCY, "costs")[0] == Decimal("0.1")
    assert world.problems() == []
    # What was paid has its receipt, also where it went back before the receipt had its number.
    assert world.one("select service.invoices_expire()") == 1
    assert row(world, made)["receipt_number"].endswith("-000001")


def test_a_part_leaves_it_settled_and_the_rest_can_go_back_too(world: World, shop: Shop) -> None:
    owner, _ = shop
    made = paid(world, shop)
    claim_refund(world, refund(world, made, owner, what="amount", amount="30"))
    confirm(world)
    assert (row(world, made)["status"], told(world, made)[-1]) == ("settled", "invoice.refunded")
    with refused(world.connection, "refund_too_large"):
        refund(world, made, owner, what="amount", amount="70.01")
    claim_refund(world, refund(world, made, owner))
    confirm(world)
    assert row(world, made)["status"] == "refunded"
    with refused(world.connection, "refund_too_large"):
        refund(world, made, owner)
    assert world.problems() == []


def test_what_came_too_much(world: World, shop: Shop) -> None:
    owner, _ = shop
    made = paid(world, shop, "130")
    assert refund(world, made, owner, what="overpaid")["amount"] == "30"
    with refused(world.connection, "refund_too_large"):
        refund(world, made, owner, what="overpaid")


def test_the_payer_bears_the_network_where_the_merchant_has_said_so(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    settings(world, id_, refund_cost="payer")
    made = paid(world, shop)
    assert refund(world, made, owner, what="amount", amount="10")["sent_amount"] == "9.9"
    with refused(world.connection, "network_cost_exceeds"):
        refund(world, made, owner, what="amount", amount="0.1")


def test_late_money_that_is_held_goes_back_and_is_decided_by_it(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = invoice(world, *shop)
    open_method(world, made)
    world.advance(hours=2)
    pay(world, made, "100")
    assert world.balance(id_, CURRENCY)[:2] == (1000, 100)
    claim_refund(world, refund(world, made, owner))
    confirm(world)
    # Less our fee, and what the network takes.
    assert world.balance(id_, CURRENCY)[:2] == (Decimal("999.4"), 0)
    assert world.rows("select state from public.invoice_payments") == [("kept",)]
    assert world.problems() == []
    # More of it comes: that is late, whatever the policy.
    pay(world, made, "5")
    assert (row(world, made)["status"], world.balance(id_, CURRENCY)[1]) == ("refunded", 5)
    assert world.problems() == []


def test_only_who_has_the_secret_names_an_address_and_it_is_checked(
    world: World, shop: Shop
) -> None:
    owner, _ = shop
    made = paid(world, shop)
    told_ = refund(world, made, owner)
    for fields, code in (
        ({"claim_secret": "0" * 32}, "refund_not_found"),
        ({"invoice_token": "0" * 32}, "invoice_not_found"),
        ({"address": "nowhere"}, "bad_address"),
        ({"address": "0x" + "0" * 40}, "bad_destination"),
    ):
        with refused(world.connection, code):
            claim_refund(world, told_, **fields)
    claim_refund(world, told_)
    with refused(world.connection, "refund_claimed"):
        claim_refund(world, told_, address=OTHER)


def test_what_is_not_sent_is_claimed_anew(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = paid(world, shop)
    told_ = refund(world, made, owner)
    claim_refund(world, told_)
    (taken,) = claim(world)
    outcome(world, taken, "fail", reason="the token refuses the address")
    assert refunds(world) == [("claimable", False)]
    assert world.balance(id_, CURRENCY)[1] == Decimal("100.1")
    assert world.problems() == []
    claim_refund(world, told_, address=OTHER)
    assert confirm(world)["destination"] == OTHER
    assert refunds(world) == [("paid", True)]
    assert world.problems() == []


def test_who_is_stopped_refunds_later(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = paid(world, shop)
    told_ = refund(world, made, owner)
    stop(world, id_)
    with refused(world.connection, "refund_waits"):
        claim_refund(world, told_)
    restore(world, id_)
    claim_refund(world, told_)
    stop(world, id_)
    assert claim(world) == []
    assert refunds(world) == [("claimable", False)]
    assert world.problems() == []


def test_a_refund_is_taken_back_or_runs_out_and_the_money_is_there(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    made = paid(world, shop)
    before = world.balance(id_, CURRENCY)[:2]
    told_ = refund(world, made, owner)
    cancel = {"refund_id": told_["refund_id"], "actor_id": owner}
    world.command("invoice_refund_cancel", **cancel)
    with refused(world.connection, "refund_closed"):
        world.command("invoice_refund_cancel", **cancel)
    with refused(world.connection, "refund_closed"):
        claim_refund(world, told_)
    assert world.balance(id_, CURRENCY)[:2] == before
    refund(world, made, owner)
    world.advance(days=91)
    assert world.one("select service.invoice_refunds_expire()") == 1
    assert world.balance(id_, CURRENCY)[:2] == before
    assert refunds(world) == [("cancelled", False), ("expired", False)]
    assert world.problems() == []


def test_at_the_rate_of_now_never_more_than_came(world: World, shop: Shop) -> None:
    owner, _ = shop
    world.run("insert into public.prices (cryptocurrency, fiat_currency, price, sources, as_of,"
              " fetched_at) values ('USDC_BASE', 'USD', 0.5, '{a,b}', private.clock(),"
              " private.clock())")  # fmt: skip
    made = paid(world, shop, "200")
    assert row(world, made)["status"] == "settled"
    world.run("update public.prices set price = 1, as_of = private.clock()")
    assert refund(world, made, owner, rate_of="now")["amount"] == "100"
    other = paid(world, shop, "100")
    world.run("update public.prices set price = 0.25, as_of = private.clock()")
    assert refund(world, other, owner, rate_of="now")["amount"] == "100"
    assert world.problems() == []


def test_roles_only_admins_refund_with_a_second_factor(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = paid(world, shop)
    with refused(world.connection, "step_up_required"):
        refund(world, made, owner, aal="aal1")
    with refused(world.connection, "merchant_role_refused"):
        refund(world, made, join(world, id_, owner, "staff"))
    refund(world, made, join(world, id_, owner, "admin"), what="amount", amount="1")


def test_money_that_the_rail_takes_back_after_a_refund_is_owed(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = invoice(world, *shop)
    deposit = pay(world, made, "2000", sure=True)
    claim_refund(world, refund(world, made, owner))
    confirm(world)
    judged(world, deposit | {"state": "credited"}, "lose")
    assert row(world, made)["status"] == "refunded"
    owed = world.one("select owed::numeric from public.wallets where party_id = %s and currency = "
                     "%s and type = 'spot'", id_, CURRENCY)  # fmt: skip
    assert owed > 0
    assert world.problems() == []


def test_of_two_currencies_a_refund_says_which(world: World, shop: Shop) -> None:
    owner, _ = shop
    made = paid(world, shop)
    # As if a part had come over another way that the payer opened.
    world.run(
        "insert into public.invoice_payments select r.* from public.invoice_payments as p "
        "cross join lateral jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), "
        "'currency', %s::text)) as r", BRIDGED,
    )  # fmt: skip
    with refused(world.connection, "refund_currency_required"):
        refund(world, made, owner)
    assert refund(world, made, owner, currency=CURRENCY)["currency"] == CURRENCY


def test_a_refund_waits_for_money_that_the_chain_took_back(world: World, shop: Shop) -> None:
    """Else the payer would have the money of the merchant's other sales for money that is gone."""
    owner, id_ = shop
    world.deposit(id_, "1000")
    made = invoice(world, *shop)
    deposit = pay(world, made, "100")
    told_ = refund(world, made, owner)
    assert judged(world, deposit | {"state": "credited"}, "lose") == 1
    with refused(world.connection, "refund_waits"):
        claim_refund(world, told_)
    assert world.problems() == []
