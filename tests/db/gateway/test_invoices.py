"""Invoices: what becomes of them when money comes: in time, late, too little, too much, or not."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.world.chain import CHAIN, fresh_hash, judged, look, proof_of, transfer
from tests.world.merchants import (
    CURRENCY,
    held_payment,
    invoice,
    join,
    merchant,
    open_method,
    pay,
    row,
    settings,
    told,
    verify,
)
from tests.world.reading_as import seeing
from tests.world.refused import refused
from tests.world.stopping import stop
from tests.world.wallets import BRIDGED, BRIDGED_TOKEN
from tests.world.world import PLATFORM, World

Shop = tuple[UUID, UUID]


@pytest.fixture
def shop(world: World) -> Shop:
    """An owner, and a verified merchant."""
    owner = world.user("owner")
    return owner, merchant(world, owner)


def accept(world: World, owner: UUID, made: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = world.command(
        "invoice_payment_accept",
        payment_id=held_payment(world, made),
        actor_id=owner,
    )
    return answer


def state(world: World, made: dict[str, Any]) -> tuple[str, list[str]]:
    found = row(world, made)
    return found["status"], found["exceptions"]


def expire(world: World) -> int:
    done: int = world.one("select service.invoices_expire()")
    return done


def test_paid_in_full_it_is_processing_then_settled_and_in_the_balance(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_, merchant_order_id="A-1")
    assert (made["status"], made["number"][4:]) == ("open", "-000001")
    deposit = pay(world, made, "100", sure=False)
    assert state(world, made) == ("processing", [])
    assert world.balance(id_, CURRENCY)[:2] == (0, 0)
    judged(world, deposit, "credit")
    assert state(world, made) == ("settled", [])
    # Half a percent is ours.
    assert world.balance(id_, CURRENCY)[:2] == (Decimal("99.5"), 0)
    assert world.balance(PLATFORM, CURRENCY, "fees")[0] == Decimal("0.5")
    assert told(world, made) == ["invoice.created", "invoice.processing", "invoice.settled"]
    assert world.problems() == []


def test_complaint_13_each_event_has_a_sequence_of_its_own(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    pay(world, made, "40")
    pay(world, made, "80")
    events = world.rows("select sequence from private.outbox where object_id = %s order by 1",
                        made["invoice_id"])  # fmt: skip
    numbers = [number for (number,) in events]
    assert numbers == sorted(set(numbers))
    assert row(world, made)["sequence"] == numbers[-1]


def test_complaints_1_and_2_money_400_days_late_is_booked_told_and_held(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    open_method(world, made)
    world.advance(days=400)
    assert expire(world) == 1
    pay(world, made, "100")
    assert state(world, made) == ("expired", ["late"])
    assert world.balance(id_, CURRENCY)[:2] == (0, 100)
    assert told(world, made)[-2:] == ["invoice.expired", "invoice.paid_late"]
    assert world.problems() == []
    accept(world, owner, made)
    assert state(world, made) == ("settled", ["late"])
    assert world.balance(id_, CURRENCY)[:2] == (Decimal("99.5"), 0)
    assert world.problems() == []


def test_held_money_that_nobody_decides_about_is_kept(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    open_method(world, made)
    world.advance(hours=2)
    pay(world, made, "100")
    world.advance(days=91)
    expire(world)
    assert world.balance(id_, CURRENCY)[:2] == (Decimal("99.5"), 0)
    assert state(world, made) == ("expired", ["late"])
    assert world.problems() == []


@pytest.mark.parametrize(
    ("policy", "hours", "status", "held"),
    [("old_rate", 1.5, "settled", 0), ("old_rate", 3, "open", 100),
     ("current_rate", 3, "settled", 0), ("hold", 1.5, "open", 100)],
)  # fmt: skip
def test_complaint_1_late_money_does_what_the_merchant_has_set(
    world: World, shop: Shop, policy: str, hours: float, status: str, held: int
) -> None:
    owner, id_ = shop
    settings(world, id_, late_policy=policy)
    made = invoice(world, owner, id_)
    open_method(world, made)
    world.advance(hours=hours)
    pay(world, made, "100")
    assert state(world, made) == (status, ["late"])
    assert world.balance(id_, CURRENCY)[1] == held
    assert "invoice.paid_late" in told(world, made)
    assert world.problems() == []


def test_complaint_4_what_an_exchange_takes_off_is_within_the_tolerance(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    settings(world, id_, tolerance_bps=50, tolerance_amount="2", tolerance_currency="USD")
    made = invoice(world, owner, id_)
    pay(world, made, "97.99")
    assert state(world, made) == ("open", ["underpaid"])
    assert told(world, made)[-1] == "invoice.partially_paid"
    pay(world, made, "0.01")
    assert state(world, made) == ("settled", [])


def test_complaint_5_a_rest_that_nobody_can_send_is_none(world: World, shop: Shop) -> None:
    """0.01 USDC is the least that Base counts by itself."""
    owner, id_ = shop
    made = invoice(world, owner, id_)
    pay(world, made, "99.98")
    assert state(world, made)[0] == "open"
    other = invoice(world, owner, id_)
    pay(world, other, "99.99")
    assert state(world, other) == ("settled", [])


def test_complaint_7_a_tolerance_is_a_tenth_at_most(world: World, shop: Shop) -> None:
    owner, id_ = shop
    with refused(world.connection, "merchant_settings_tolerance_bps_check"):
        settings(world, id_, tolerance_bps=1001)
    settings(world, id_, tolerance_amount="50", tolerance_currency="USD")
    made = invoice(world, owner, id_)
    assert row(world, made)["tolerance"] == 10
    pay(world, made, "89.99")
    assert state(world, made)[0] == "open"


def test_complaint_8_each_payment_is_for_one_invoice(world: World, shop: Shop) -> None:
    """Sum over invoices is sum over deposits: private.verify_invoices."""
    owner, id_ = shop
    first, second = (invoice(world, owner, id_) for _ in range(2))
    pay(world, first, "100")
    assert (state(world, first)[0], state(world, second)[0]) == ("settled", "open")
    world.run("alter table public.invoice_payments disable trigger _500_guard")
    world.run("update public.invoice_payments set amount = 90")
    assert "report_without_invoice_payment" in world.problems()


def test_complaint_9_the_same_order_is_the_same_invoice(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_, merchant_order_id="A-1")
    again = invoice(world, owner, id_, merchant_order_id="A-1")
    assert again["invoice_id"] == made["invoice_id"]
    with refused(world.connection, "order_id_taken"):
        invoice(world, owner, id_, merchant_order_id="A-1", amount="101")
    other = merchant(world, owner, name="Other")
    assert invoice(world, owner, other, merchant_order_id="A-1")["invoice_id"] != made["invoice_id"]
    assert told(world, made) == ["invoice.created"]


def test_complaint_10_after_a_cancel_nothing_expires_and_money_is_late(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    settings(world, id_, late_policy="old_rate")
    made = invoice(world, owner, id_)
    open_method(world, made)
    world.command("invoice_cancel", invoice_id=made["invoice_id"], actor_id=owner)
    world.advance(hours=1.5)
    assert expire(world) == 0
    pay(world, made, "100")
    assert state(world, made) == ("cancelled", ["late"])
    assert told(world, made) == ["invoice.created", "invoice.cancelled", "invoice.paid_late"]
    with refused(world.connection, "invoice_not_payable"):
        world.command("invoice_cancel", invoice_id=made["invoice_id"], actor_id=owner)
    assert world.problems() == []


def test_complaint_10_what_is_paid_is_not_cancelled(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    pay(world, made, "100", sure=False)
    with refused(world.connection, "invoice_has_money"):
        world.command("invoice_cancel", invoice_id=made["invoice_id"], actor_id=owner)


def test_complaint_11_it_goes_back_only_when_the_rail_takes_money_back(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    deposit = pay(world, made, "100")
    assert judged(world, deposit | {"state": "credited"}, "lose") == 1
    assert state(world, made) == ("open", ["reorged"])
    assert told(world, made)[-1] == "invoice.reorged"
    # Our fee is given back; what was taken is gone from the balance.
    assert world.balance(id_, CURRENCY)[:2] == (0, 0)
    assert world.rows("select * from public.receivables where recovered_amount < amount") == []
    assert world.problems() == []


def test_complaint_11_what_was_seen_and_is_gone(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    deposit = pay(world, made, "100", sure=False)
    assert judged(world, deposit, "drop") == 1
    assert state(world, made) == ("open", ["reorged"])
    assert told(world, made)[-2:] == ["invoice.processing", "invoice.reorged"]


def test_complaints_14_and_15_expired_once_and_by_the_clock(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    world.advance(minutes=61)
    assert (row(world, made)["status"], row(world, made)["now"]) == ("open", "expired")
    page = world.one("select public.invoice_page(%s)", made["token"])
    assert (page["status"], page["seconds_left"]) == ("expired", 0)
    with refused(world.connection, "invoice_not_payable"):
        open_method(world, made)
    assert (expire(world), expire(world)) == (1, 0)
    assert told(world, made) == ["invoice.created", "invoice.expired"]


def test_what_is_paid_in_time_and_found_later_is_not_late(world: World, shop: Shop) -> None:
    """The rail's clock says when."""
    owner, id_ = shop
    made = invoice(world, owner, id_)
    open_method(world, made)
    paid_at = world.now().isoformat()
    world.advance(hours=2)
    expire(world)
    pay(world, made, "100", block_time=paid_at)
    assert state(world, made) == ("settled", [])
    assert world.problems() == []


def test_it_is_overpaid_and_several_payments_add_up(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    pay(world, made, "60")
    pay(world, made, "60")
    assert state(world, made) == ("settled", ["overpaid"])
    assert told(world, made)[-3:] == [
        "invoice.processing", "invoice.overpaid", "invoice.settled"
    ]  # fmt: skip
    assert row(world, made)["paid_amount"] == 120


def test_complaint_21_another_token_is_wrong_and_waits_in_suspense(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    pay(world, made, "100", token=BRIDGED_TOKEN)
    assert state(world, made) == ("open", ["wrong_asset"])
    assert world.balance(id_, BRIDGED)[:2] == (0, 100)
    assert world.rows("select party_id from public.unmatched_deposits") == [(id_,)]
    assert world.problems() == []
    (deposit,) = world.one("select service.chain_due(%s, 1000)", CHAIN)["deposits"]
    judged(world, deposit, "lose")
    assert state(world, made) == ("open", ["reorged"])
    assert world.problems() == []


def test_a_merchant_that_takes_the_risk_settles_at_sight(world: World, shop: Shop) -> None:
    owner, id_ = shop
    settings(world, id_, speed="seen")
    made = invoice(world, owner, id_)
    deposit = pay(world, made, "100", sure=False)
    assert state(world, made)[0] == "settled"
    assert world.balance(id_, CURRENCY)[0] == 0
    judged(world, deposit, "credit")
    assert told(world, made) == ["invoice.created", "invoice.settled"]
    assert world.problems() == []


def test_marked_by_hand_with_a_reason_by_an_admin(world: World, shop: Shop) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    mark = {"invoice_id": made["invoice_id"], "status": "settled"}
    with refused(world.connection, "reason_required"):
        world.command("invoice_mark", **mark, reason=" ", actor_id=owner)
    staff = join(world, id_, owner, "staff")
    with refused(world.connection, "merchant_role_refused"):
        world.command("invoice_mark", **mark, reason="cash", actor_id=staff)
    world.command("invoice_mark", **mark, reason="cash", actor_id=owner)
    assert state(world, made) == ("settled", ["marked_by_hand"])
    assert world.problems() == []


def test_roles_viewers_read_staff_make_and_nobody_else_sees_anything(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    viewer, staff = (join(world, id_, owner, role) for role in ("viewer", "staff"))
    made = invoice(world, staff, id_)
    with refused(world.connection, "merchant_role_refused"):
        invoice(world, viewer, id_)
    with refused(world.connection, "merchant_role_refused"):
        world.command("invoice_cancel", invoice_id=made["invoice_id"], actor_id=viewer)
    pay(world, made, "1")
    stranger = world.user()
    for who, seen in ((viewer, 1), (staff, 1), (stranger, 0)):
        with seeing(world, who):
            for table in ("invoices", "invoice_methods", "invoice_payments", "merchants",
                          "merchant_settings"):  # fmt: skip
                count = sql.SQL("select count(*) from public.{}").format(sql.Identifier(table))
                assert world.one(count) == seen
    with refused(world.connection, "invoice_not_found"):
        world.command("invoice_cancel", invoice_id=made["invoice_id"], actor_id=stranger)
    with refused(world.connection, "merchant_not_found"):
        invoice(world, stranger, id_)


def test_the_page_tells_what_a_payer_needs_and_nothing_else(world: World, shop: Shop) -> None:
    """Complaint 6: whom to ask, with every state."""
    owner, id_ = shop
    made = invoice(world, owner, id_, metadata={"secret": "x"}, customer_email="a@b.example")
    pay(world, made, "40", sure=False)
    page = world.one("select public.invoice_page(%s)", made["token"])
    assert page["merchant"]["support_email"] == "help@forge.example"
    (payment,), (method,) = page["payments"], page["methods"]
    assert (payment["state"], payment["confirmations"], payment["needs"]) == ("seen", 1, "safe")
    assert (method["amount"], method["due_amount"], page["rest_amount"]) == ("100", "60", "60")
    for word in ("secret", "a@b.example", str(owner), str(id_), made["token"]):
        assert word not in str(page)
    with refused(world.connection, "invoice_not_found"):
        world.one("select public.invoice_page(%s)", "0" * 32)


def test_lines_add_up_with_their_tax(world: World, shop: Shop) -> None:
    owner, id_ = shop
    lines = [
        {"description": "Tea", "quantity": "3", "unit_amount": "3.33", "tax_rate": "7"},
        {"description": "Cup", "quantity": "1", "unit_amount": "9.99", "tax_rate": "19"},
    ]
    made = invoice(world, owner, id_, amount=None, lines=lines)
    # 9.99 with 7 % in it, 9.99 with 19 % in it.
    assert (made["amount"], made["tax_amount"]) == ("19.98", "2.25")
    settings(world, id_, prices_include_tax=False)
    made = invoice(world, owner, id_, amount=None, lines=lines)
    assert (made["amount"], made["tax_amount"]) == ("22.58", "2.6")
    with refused(world.connection, "invoice_lines_differ"):
        invoice(world, owner, id_, amount="20", lines=lines)


def test_who_is_not_verified_asks_for_little_and_who_is_rejected_for_nothing(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    fresh = merchant(world, owner, verified=False, name="Fresh")
    invoice(world, owner, fresh, amount="500")
    with refused(world.connection, "invoice_too_large"):
        invoice(world, owner, fresh, amount="500.01")
    verify(world, id_, "rejected")
    with refused(world.connection, "invoice_too_large"):
        invoice(world, owner, id_, amount="1")


def test_who_is_stopped_or_closed_makes_none_and_what_is_open_goes_on(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    made, other = invoice(world, owner, id_), invoice(world, owner, id_)
    stop(world, id_)
    with refused(world.connection, "party_suspended"):
        invoice(world, owner, id_)
    pay(world, made, "100")
    assert state(world, made)[0] == "settled"
    closed = merchant(world, owner, name="Second")
    world.command("merchant_close", merchant_id=closed, actor_id=owner, aal="aal2")
    with refused(world.connection, "merchant_closed"):
        invoice(world, owner, closed)
    pay(world, other, "100")
    assert state(world, other)[0] == "settled"
    assert world.problems() == []


def test_complaint_21_the_right_coin_over_another_chain_is_wrong_and_goes_back(
    world: World, shop: Shop
) -> None:
    owner, id_ = shop
    made = invoice(world, owner, id_)
    to = open_method(world, made)["address"]
    block = {"block_number": 7, "block_hash": fresh_hash(), "block_time": world.now().isoformat()}
    token = world.one("select contract_address from public.currencies where code = 'USDC_POLYGON'")
    sent = transfer(to, "100", token=token) | block
    last = {"number": 7, "hash": fresh_hash(), "time": block["block_time"]}
    scan = {"chain_id": 137, "cursor": None, "last": last, "transfers": [sent]}
    assert world.one("select service.chain_scanned(%s)", Jsonb(scan))
    (deposit,) = world.one("select service.chain_due(137)")["deposits"]
    credit = deposit | {"event": "credit", "proof": proof_of(deposit)}
    assert world.one("select service.chain_verdicts_record(137, %s)", Jsonb([credit])) == 1
    assert state(world, made) == ("open", ["wrong_asset"])
    assert world.rows("select party_id, rail, currency from public.unmatched_deposits") == [
        (id_, "polygon", "USDC_POLYGON")
    ]
    (payment,) = world.one("select public.invoice_page(%s)", made["token"])["payments"]
    assert (payment["state"], payment["rail"]) == ("wrong_asset", "polygon")
    assert world.problems() == []


def test_complaint_16_an_invoice_gets_the_time_of_its_network_back(
    world: World, shop: Shop
) -> None:
    """An hour to pay: the chain stands still from the fiftieth minute on, for three hours."""
    made, unopened = invoice(world, *shop), invoice(world, *shop)
    open_method(world, made)
    world.advance(minutes=50)
    look(world, 7)
    stood_still_from = world.now()
    world.advance(minutes=60)
    assert look(world, 7, stood_still_from) == "no_blocks"
    assert expire(world) == 1
    assert [row(world, each)["now"] for each in (made, unopened)] == ["open", "expired"]
    with refused(world.connection, "network_down"):
        open_method(world, invoice(world, *shop))
    world.advance(minutes=120)
    assert look(world, 8) == "up"
    assert expire(world) == 0
    # Of its hour ten minutes are left.
    world.advance(minutes=9)
    assert row(world, made)["now"] == "open"
    world.advance(minutes=2)
    assert expire(world) == 1
    assert state(world, made) == ("expired", [])


def test_several_small_parts_add_up(world: World, shop: Shop) -> None:
    """At 3 dollars and a bit, each third alone is rounded down to a cent less."""
    owner, id_ = shop
    # No rest is too little to be sent.
    world.run("update public.chain_tokens set dust_below = 0")
    world.run("insert into public.prices (cryptocurrency, fiat_currency, price, sources, as_of,"
              " fetched_at) values ('USDC_BASE', 'USD', 3.3331, '{a,b}', private.clock(),"
              " private.clock())")  # fmt: skip
    made = invoice(world, owner, id_, amount="10")
    assert open_method(world, made)["amount"] == "3.000211"
    for part in ("1.000071", "1.00007", "1.00007"):
        pay(world, made, part)
    assert state(world, made) == ("settled", [])
    assert world.problems() == []


def test_receipts_are_numbered_without_a_gap_once_each(world: World, shop: Shop) -> None:
    owner, _ = shop
    paid = [invoice(world, *shop) for _ in range(3)]
    unpaid, by_hand = invoice(world, *shop), invoice(world, *shop)
    for made in reversed(paid):
        pay(world, made, "100")
    world.command("invoice_mark", invoice_id=by_hand["invoice_id"], status="settled",
                  reason="paid in cash", actor_id=owner)  # fmt: skip
    assert expire(world) == 3
    assert expire(world) == 0
    numbers = [row(world, made)["receipt_number"] for made in (*reversed(paid), unpaid, by_hand)]
    year = world.now().year
    assert numbers == [f"R-{year}-00000{n}" for n in (1, 2, 3)] + [None, None]
    # Its status is what it was: who is told of a sequence is told of no number.
    assert {row(world, made)["sequence"] for made in paid} == {
        row(world, paid[0])["sequence"]
    }  # fmt: skip
    with refused(world.connection, "append_only"):
        world.run("update public.invoices set receipt_number = 'R-1' where id = %s",
                  paid[0]["invoice_id"])  # fmt: skip


def test_what_is_exactly_paid_settles_at_any_rate_and_with_any_decimals(
    world: World, shop: Shop
) -> None:
    """A quotient of eighteen decimals is rounded: the amount asked for is worth the price all the
    same, and one unit less is not."""
    for rate in ("0.9998", "0.99973", "1.00013", "0.3", "3", "2345.67", "0.000123457"):
        for price in ("100", "0.01", "99.99", "12345.67"):
            for currency in ("USDC_BASE", "ETH_BASE"):
                asked, worth, less = world.rows(
                    "select a, a * %s::numeric >= %s::numeric, (a - u) * %s::numeric >= %s::numeric"
                    " from private.amount_worth(%s::numeric, %s::numeric, %s) as a,"
                    " cast('1e-' || private.decimals_of(%s) as numeric) as u",
                    rate, price, rate, price, price, rate, currency, currency,
                )[0]  # fmt: skip
                assert (worth, less) == (True, False), (rate, price, currency, asked)


def test_held_money_costs_the_fee_whichever_way_it_becomes_the_merchants(
    world: World, shop: Shop
) -> None:
    """A merchant who cancels, takes the late money and pays no fee would pay none ever."""
    made = invoice(world, *shop)
    open_method(world, made)
    world.command("invoice_cancel", invoice_id=made["invoice_id"], actor_id=shop[0])
    world.advance(minutes=1)
    pay(world, made, "100")
    world.advance(days=91)
    assert expire(world) >= 1
    fee, state_ = world.rows(
        "select fee_amount::text, state from public.invoice_payments where invoice_id = %s",
        made["invoice_id"],
    )[0]  # fmt: skip
    assert (Decimal(fee), state_) == (Decimal("0.5"), "kept")
    assert world.problems() == []


@pytest.mark.parametrize("seconds", [299, 30 * 86400 + 1, 0, -1])
def test_an_invoice_has_five_minutes_to_thirty_days(world: World, shop: Shop, seconds: int) -> None:
    with refused(world.connection, "invoice_time"):
        invoice(world, *shop, expires_in=seconds)


def test_what_is_not_offered_and_what_does_not_wait(world: World, shop: Shop) -> None:
    made = invoice(world, *shop, currencies=["USDC_BASE"])
    with refused(world.connection, "currency_not_offered"):
        open_method(world, made, "ETH_BASE")
    with refused(world.connection, "currency_not_offered"):
        invoice(world, *shop, currencies=["EUR"])
    pay(world, made, "100")
    counts = world.one("select id from public.invoice_payments where state = 'credited'")
    with refused(world.connection, "invoice_payment_not_found"):
        world.command("invoice_payment_accept", payment_id=counts, actor_id=shop[0])
