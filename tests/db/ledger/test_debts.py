"""Who bears what a rail takes back, what that leaves owed, and how it is collected."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from tests.world.debts import USD, booked, cases, change, dispute, in_debt, owed, owing_and_paid
from tests.world.escrow import Escrow
from tests.world.prices import record_price
from tests.world.rails import (
    applied,
    apply,
    awaiting,
    card,
    claim,
    destination,
    ended,
    keep_all,
    outcome,
    paid_by_card,
    payments,
    report,
    sweep,
    withdraw,
)
from tests.world.refused import refused
from tests.world.trades import contract, draft, publish
from tests.world.world import World


def borne(world: World) -> list[tuple[Any, ...]]:
    """Party, amount, recovered and cancelled of what parties bear."""
    return world.rows(
        "select r.party_id, r.amount::numeric, r.recovered_amount::numeric,"
        " r.cancelled_amount::numeric from public.receivables as r"
        " join public.escrow_cases as c on c.id = r.reference_id"
        " join private.escrow_transactions as e on e.id = c.escrow_id"
        " order by r.created_at, r.party_id <> e.payer_id"
    )


def split(world: World, payee_amount: str = "1") -> Escrow:
    """Paid by card and divided: the payee's part, less the fee, and the rest back."""
    made = card(world)
    made.commit("offer_split", "payer", payload={"payee_amount": payee_amount})
    made.commit("offer_split", "payee", payload={"payee_amount": payee_amount})
    made.commit("accept_split", "payer")
    assert made.place == ("split", "")
    return made


def sent(world: World, escrow: Escrow) -> None:
    """The rail pays what waits."""
    for payment in world.one("select service.payouts_claim('stripe', 50)"):
        assert payment["group_id"] == str(escrow.id)
        outcome(world, payment, "confirm", provider_reference=payment["id"])


def _waits(world: World, escrow: Escrow) -> None:
    pass


def _kept(world: World, escrow: Escrow) -> None:
    keep_all(world, escrow)


def _taken_out(world: World, escrow: Escrow) -> None:
    keep_all(world, escrow)
    withdraw(world, escrow.payer, "399")


def _sent_back(world: World, escrow: Escrow) -> None:
    paid_by_card(world, escrow, "pi_1")
    sent(world, escrow)
    withdraw(world, escrow.payer, "300")


@pytest.mark.parametrize(
    ("how", "payer_owes"), [(_waits, 0), (_kept, 0), (_taken_out, 99), (_sent_back, 99)]
)
def test_a_chargeback_is_charged_first_to_the_refund(
    world: World, how: Callable[[World, Escrow], None], payer_owes: int
) -> None:
    """One hundred paid: one for the seller, ninety-nine back, and the bank takes all of it."""
    escrow = split(world)
    how(world, escrow)
    before = booked(world)
    seller = sum(world.balance(escrow.payee, USD))
    dispute(world, escrow, "opened")
    assert [row[:2] for row in borne(world)] == [
        (escrow.payer, 99), (escrow.payee, Decimal("0.95")),
    ]  # fmt: skip
    assert owed(world, escrow.payer) == payer_owes
    assert sum(world.balance(escrow.payee, USD)) == seller - Decimal("0.95")
    wanted = {"clearing": 100, "fees": Decimal("-0.05"), "receivables": -payer_owes}
    assert change(world, before) == {kind: value for kind, value in wanted.items() if value}
    # No way leads to the money a second time.
    assert world.one("select count(*) from public.payouts "
                     "where state not in ('kept', 'confirmed')") == 0  # fmt: skip
    with refused(world.connection, "debt_open", "insufficient_funds"):
        withdraw(world, escrow.payer, "300.01")
    dispute(world, escrow, "won")
    assert change(world, before) == {}
    assert owed(world, escrow.payer) == 0


@pytest.mark.parametrize("order", ["won lost", "lost won", "won won", "lost lost"])
def test_several_disputes_on_one_charge_share_what_was_paid(world: World, order: str) -> None:
    escrow = split(world, "50")
    before = booked(world)
    for number, amount in enumerate(("40", "40", "30")):
        dispute(world, escrow, "opened", of=f"dp_{number}", amount=amount)
    # 50 were the payer's, 47.5 the payee's, 2.5 our fee; ten were never paid in.
    assert [row[:2] for row in borne(world)] == [
        (escrow.payer, 40), (escrow.payer, 10), (escrow.payee, 30),
        (escrow.payee, Decimal("17.5")),
    ]  # fmt: skip
    assert change(world, before) == {"clearing": 110, "fees": Decimal("-2.5"), "losses": -10}
    first, second = order.split()
    dispute(world, escrow, first, of="dp_0", amount="40")
    dispute(world, escrow, second, of="dp_2", amount="30")
    gone = 110 - (40 if first == "won" else 0) - (30 if second == "won" else 0)
    assert change(world, before)["clearing"] == gone
    if second == "won":
        assert change(world, before) == {"clearing": gone}


def test_whoever_was_charged_is_who_has_it_back(world: World) -> None:
    """Each part to who bore it, to the cent, also when a part was set off since."""
    escrow = split(world, "50")
    keep_all(world, escrow)
    withdraw(world, escrow.payer, "350")
    withdraw(world, escrow.payee, "330")
    before = booked(world)
    dispute(world, escrow, "opened", amount="104.5")
    assert borne(world) == [
        (escrow.payer, 50, 0, 0), (escrow.payee, Decimal("47.5"), Decimal("17.5"), 0)
    ]  # fmt: skip
    world.deposit(escrow.payer, "20", USD)
    assert (owed(world, escrow.payer), world.balance(escrow.payer, USD)[0]) == (30, 0)
    dispute(world, escrow, "lost", "won", amount="104.5")
    back = {row[1]: row[3] for row in payments(world, escrow) if row[0] == "reinstate"}
    assert back == {escrow.payer: 20, escrow.payee: Decimal("17.5")}
    assert change(world, before) == {"clearing": -20}
    assert owed(world, escrow.payer) == owed(world, escrow.payee) == 0


# --- a debt is collected -----------------------------------------------------------------------


def _deposit(world: World, debtor: UUID) -> Callable[[], Any]:
    return lambda: world.deposit(debtor, "60", USD)


def _withdrawal_undone(world: World, debtor: UUID) -> Callable[[], Any]:
    world.deposit(debtor, "60", USD)
    done = world.command("ledger_move_external", kind="withdrawal", party_id=debtor, currency=USD,
                         amount="60", actor_id=world.operator, aal="aal2")  # fmt: skip
    return lambda: world.command("ledger_reverse", transfer_id=done["transfer_id"], reason="sent "
                                 "back", actor_id=world.operator, aal="aal2")  # fmt: skip


def _internal(world: World, debtor: UUID, event: str) -> Callable[[], Any]:
    """A trade in balances that ends for the debtor: as payer refunded, as payee paid."""
    other = world.user("other")
    parties = (debtor, other) if event != "accept" else (other, debtor)
    world.deposit(parties[0], "60", USD)
    made = contract(world, rail="internal", currency=USD, amount="60", parties=parties, times=0)
    for step, role in (("sign", "payer"), ("countersign", "payee"), ("fund", "payer")):
        made.commit(step, role)
    return lambda: made.commit(event, "payer" if event == "accept" else "payee")


def _payment_kept(world: World, debtor: UUID) -> Callable[[], Any]:
    made = card(world, amount="60", times=0, parties=(world.user("payer"), debtor))
    made.commit("accept", "payer")
    return lambda: keep_all(world, made)


def _payment_claimed(world: World, debtor: UUID) -> Callable[[], Any]:
    destination(world, debtor, "stripe", "acct_1")
    made = card(world, amount="60", times=0, parties=(world.user("payer"), debtor))
    made.commit("accept", "payer")
    return lambda: world.one("select service.payouts_claim('stripe', 50)")


def _card_refunded(world: World, debtor: UUID) -> Callable[[], Any]:
    made = card(world, amount="60", times=0, parties=(debtor, world.user("payee")))
    return lambda: made.commit("concede", "payee")


def _claim_paid(world: World, debtor: UUID) -> Callable[[], Any]:
    made = card(world, amount="60", times=0, parties=(debtor, world.user("payee")))
    made.commit("accept", "payer")
    case = world.command("escrow_claim", escrow_id=made.id, actor_id=debtor, reason="broken")
    return lambda: world.command(
        "escrow_case_close", case_id=case["case_id"], event="uphold", amount="60",
        resolution="A refund.", actor_id=world.operator, aal="aal2",
    )  # fmt: skip


WAYS: dict[str, Callable[[World, UUID], Callable[[], Any]]] = {
    "deposit": _deposit, "withdrawal undone": _withdrawal_undone,
    "refunded on the internal rail": lambda w, d: _internal(w, d, "concede"),
    "released on the internal rail": lambda w, d: _internal(w, d, "accept"),
    "payment kept": _payment_kept, "payment claimed": _payment_claimed,
    "card refunded": _card_refunded, "claim paid": _claim_paid,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("debt", ["95", "20"])
def test_whatever_becomes_available_is_set_off(world: World, way: str, debt: str) -> None:
    debtor = world.user("debtor")
    world.deposit(debtor, "1", USD)
    happens = WAYS[way](world, debtor)
    in_debt(world, debtor, debt)
    before = booked(world)
    happens()
    comes = Decimal(57) if way in ("released on the internal rail", "payment kept",
                                   "payment claimed") else Decimal(60)  # fmt: skip
    left = max(Decimal(debt) - comes, Decimal(0))
    assert owed(world, debtor) == left
    pending = sum(row[3] for row in world.rows(
        "select kind, party_id, currency, amount::numeric from public.payouts"
        " where party_id = %s and state = 'created'", debtor,
    ))  # fmt: skip
    assert world.balance(debtor, USD)[0] + pending == max(comes - Decimal(debt), Decimal(0))
    assert change(world, before)["receivables"] == Decimal(debt) - left
    assert world.rows(
        "select t.reference_type, -sum(n.amount)::numeric from public.transactions as n"
        " join private.ledger_transfers as t on t.id = n.transfer_id"
        " join public.wallets as w on w.id = n.wallet_id"
        " where t.kind = 'debt.set_off' and w.party_id = %s group by 1", debtor,
    ) == [("receivable", Decimal(debt) - left)]  # fmt: skip
    assert world.problems() == []


def test_money_of_an_order_that_is_cancelled_is_set_off(world: World) -> None:
    """On the chain, in a currency that orders are in."""
    escrow = awaiting(world)
    report(world, escrow, "log-1")
    apply(world)
    escrow.commit("accept", "payer")
    keep_all(world, escrow)
    order = draft(world, escrow.payee, "sell", "95", cryptocurrency="USDC_BASE", price=Decimal(1),
                  min_order_amount="20")  # fmt: skip
    publish(world, order, escrow.payee)
    withdraw(world, escrow.payee, "300", "USDC_BASE")
    dispute(world, escrow, "lost")
    assert owed(world, escrow.payee, "USDC_BASE") == 95
    world.command("order_cancel", order_id=order, actor_id=escrow.payee)
    assert owed(world, escrow.payee, "USDC_BASE") == 0
    assert world.balance(escrow.payee, "USDC_BASE") == (0, 0, 0)
    assert world.problems() == []


def test_the_oldest_debt_is_paid_first(world: World) -> None:
    debtor = world.user("debtor")
    destination(world, debtor, "stripe", "acct_1")
    sales = [card(world, times=0, parties=(world.user("payer"), debtor)) for _ in range(2)]
    for sale in sales:
        sale.commit("accept", "payer")
    for payment in world.one("select service.payouts_claim('stripe', 50)"):
        outcome(world, payment, "confirm", provider_reference=payment["id"])
    for sale, amount in zip(sales, ("30", "50"), strict=True):
        dispute(world, sale, "opened", of=f"dp_{amount}", amount=amount)
        world.advance(seconds=1)
    for deposit, wanted in (("20", [20, 0]), ("35", [30, 25]), ("100", [30, 50])):
        world.deposit(debtor, deposit, USD)
        assert [row[2] for row in borne(world)] == wanted
    assert world.balance(debtor, USD)[0] == 75
    assert world.problems() == []


def _at_commit(world: World, by_hand: sql.Composed | sql.SQL, debtor: UUID) -> None:
    world.connection.execute(by_hand, [debtor])
    world.settle()


def test_no_transaction_ends_with_money_available_to_who_owes(world: World) -> None:
    debtor = world.user("debtor")
    world.deposit(debtor, "1", USD)
    in_debt(world, debtor)
    for by_hand in (
        "update public.wallets set available = 1 where party_id = %s and currency = 'USD'",
        "update public.wallets set owed = -1 where party_id = %s and currency = 'USD'",
        "update public.receivables set amount = amount + 1 where party_id = %s",
        "update public.receivables set recovered_amount = 96 where party_id = %s",
        "delete from public.receivables where party_id = %s",
    ):
        with pytest.raises(psycopg.Error), world.connection.transaction():
            _at_commit(world, sql.SQL(by_hand), debtor)
    assert owed(world, debtor) == 95


# --- in another currency -----------------------------------------------------------------------


def test_a_debt_stops_withdrawals(world: World) -> None:
    debtor = world.user("debtor")
    world.deposit(debtor, "1", USD)
    in_debt(world, debtor)
    world.deposit(debtor, "1", "BTC")
    for amount, currency in (("1", USD), ("1", "BTC"), ("0.00000001", "BTC")):
        with refused(world.connection, "debt_open"):
            withdraw(world, debtor, amount, currency)
    with refused(world.connection, "insufficient_funds"):
        withdraw(world, debtor, "2", "BTC")
    # 95 of 50,000, rounded up to the last satoshi.
    record_price(world, Decimal(50000))
    with refused(world.connection, "debt_open"):
        withdraw(world, debtor, "0.99810001", "BTC")
    withdraw(world, debtor, "0.9", "BTC")
    with refused(world.connection, "debt_open"):
        withdraw(world, debtor, "0.1", "BTC")
    # A price of last week is not known.
    world.advance(days=7, seconds=1)
    with refused(world.connection, "debt_open"):
        withdraw(world, debtor, "0.01", "BTC")
    world.deposit(debtor, "95", USD)
    withdraw(world, debtor, "0.1", "BTC")
    assert world.problems() == []


def test_a_debt_in_another_currency_stops_payments_until_it_is_settled(world: World) -> None:
    debtor = world.user("debtor")
    world.deposit(debtor, "1", USD)
    destination(world, debtor)
    made = awaiting(world, parties=(world.user("payer"), debtor))
    report(world, made, "log-1")
    apply(world)
    in_debt(world, debtor)
    made.commit("accept", "payer")
    assert claim(world) == []
    # 300 are in the balance; 95 USD are worth as many USDC: the payment of 95 may go.
    record_price(world, Decimal(1), ("USDC_BASE", "USD"))
    withdraw(world, debtor, "205", "USDC_BASE")
    with refused(world.connection, "debt_open"):
        withdraw(world, debtor, "0.000001", "USDC_BASE")
    world.advance(hours=1)
    record_price(world, Decimal(1), ("USDC_BASE", "USD"))
    assert len(claim(world)) == 1
    assert world.problems() == []


def test_a_payment_waits_when_nothing_else_covers_the_debt(world: World) -> None:
    debtor, _ = owing_and_paid(world)
    for _ in range(3):
        record_price(world, Decimal(1), ("USDC_BASE", "USD"))
        assert claim(world) == []
        world.advance(hours=1)
    world.deposit(debtor, "95", USD)
    assert len(claim(world)) == 1
    assert world.problems() == []


@pytest.mark.parametrize("price", [None, 50000])
def test_a_debt_is_kept_once_and_not_in_each_currency(world: World, price: int | None) -> None:
    """95 USD are 0.0019 BTC or 95 USDC: whichever stays, the other may go."""
    debtor = world.user("debtor")
    world.deposit(debtor, "1", USD)
    in_debt(world, debtor)
    world.deposit(debtor, "0.002", "BTC")
    world.deposit(debtor, "300", "USDC_BASE")
    record_price(world, Decimal(1), ("USDC_BASE", "USD"))
    if price is None:
        # What nobody can value covers nothing, and goes nowhere.
        with refused(world.connection, "debt_open"):
            withdraw(world, debtor, "205.01", "USDC_BASE")
        withdraw(world, debtor, "205", "USDC_BASE")
        with refused(world.connection, "debt_open"):
            withdraw(world, debtor, "0.00000001", "BTC")
        return
    record_price(world, Decimal(price))
    # All of the USDC: 100 in BTC are left, and 95 are owed.
    withdraw(world, debtor, "300", "USDC_BASE")
    with refused(world.connection, "debt_open"):
        withdraw(world, debtor, "0.00010001", "BTC")
    withdraw(world, debtor, "0.0001", "BTC")
    world.deposit(debtor, "95", "USDC_BASE")
    withdraw(world, debtor, "0.0019", "BTC")
    with refused(world.connection, "debt_open"):
        withdraw(world, debtor, "0.000001", "USDC_BASE")
    assert world.problems() == []


def test_releases_of_one_sweep_pay_a_debt_once(world: World) -> None:
    """Two escrows of one debtor end in the same call: the second pays what the first left."""
    debtor = world.user("debtor")
    world.deposit(debtor, "1", USD)
    sales = [card(world, times=0, parties=(world.user("payer"), debtor)) for _ in range(3)]
    for sale in sales:
        sale.commit("perform", "payee")
    in_debt(world, debtor)
    before = booked(world)
    world.advance(days=30)
    assert sweep(world).count("timeout_release") == 3
    assert owed(world, debtor) == 0
    paid = [row[3] for sale in sales for row in payments(world, sale)]
    assert paid == [95, 95]
    assert world.balance(debtor, USD)[0] == 0
    assert change(world, before)["receivables"] == 95
    assert world.problems() == []


# --- new payees --------------------------------------------------------------------------------


def _new(world: World) -> Escrow:
    """A card sale of a payee that nobody knows yet."""
    made = card(world)
    world.run("delete from public.payout_reserves where party_id = %s", made.payee)
    destination(world, made.payee, "stripe", "acct_1")
    made.commit("accept", "payer")
    return made


def test_what_a_new_payee_earns_by_card_waits(world: World) -> None:
    made = _new(world)
    ends = world.one("select not_before from public.payouts")
    assert ends == world.one("select created_at from public.payouts") + timedelta(7)
    destination(world, made.payee, "stripe", "acct_2")
    world.advance(days=6)
    assert world.one("select service.payouts_claim('stripe', 50)") == []
    with refused(world.connection, "payout_reserved"):
        keep_all(world, made)
    # The bank finds it where it is.
    dispute(world, made, "opened", amount="60")
    assert (owed(world, made.payee), world.balance(made.payee, USD)) == (0, (335, 0, 0))


def test_it_waits_no_longer_than_its_row_says(world: World) -> None:
    made = _new(world)
    world.advance(days=7, seconds=1)
    sent(world, made)
    assert payments(world, made)[0][4] == "confirmed"
    for days, waits in ((89, True), (1, False)):
        world.advance(days=days, seconds=2)
        later = card(world, times=0, parties=(made.payer, made.payee))
        later.commit("accept", "payer")
        assert (
            world.one(
                "select not_before is not null from public.payouts where reference_id = %s",
                later.id,
            )
            is waits
        )


def test_a_row_of_a_payee_goes_before_that_of_the_rail(world: World) -> None:
    made = card(world)
    world.run("update public.payout_reserves set new_for = '1 year', hold_for = '20 days' "
              "where party_id = %s", made.payee)  # fmt: skip
    made.commit("accept", "payer")
    assert world.one("select not_before - created_at from public.payouts") == (
        timedelta(20)
    )  # fmt: skip
    # Only what a payee earns waits, and only on rails that have a row.
    back = card(world)
    back.commit("concede", "payee")
    chain = awaiting(world)
    report(world, chain, "log-1")
    apply(world)
    chain.commit("accept", "payer")
    assert world.one("select count(*) from public.payouts "
                     "where reference_id = any(%s) and not_before is null",
                     [back.id, chain.id]) == 2  # fmt: skip


# --- what does not fit -------------------------------------------------------------------------


@pytest.mark.parametrize("taken", ["104.5", "100.01", "140"])
def test_what_a_rail_takes_beyond_a_live_escrow_is_a_named_loss(world: World, taken: str) -> None:
    escrow = card(world)
    before = booked(world)
    dispute(world, escrow, "opened", "lost", amount=taken)
    assert escrow.place == ("refunded", "")
    more = Decimal(taken) - 100
    assert change(world, before) == {"clearing": Decimal(taken), "losses": -more}
    assert cases(world) == [("discrepancy", "beyond_escrow", more, "review")]
    assert borne(world) == []
    # The bank changes its mind: the move stands, the money is there for whom an operator says.
    dispute(world, escrow, "won", amount=taken)
    assert change(world, before) == {"losses": 100}
    assert cases(world)[1:] == [("discrepancy", "rail_gave", -Decimal(taken), "review")]


@pytest.mark.parametrize(
    ("stages", "amounts", "clearing", "losses"),
    [
        ("opened", {}, "104.5", "-4.5"),
        ("opened lost", {}, "104.5", "-4.5"),
        ("opened won", {}, "0", "0"),
        ("opened lost won", {}, "0", "0"),
        ("opened won lost", {}, "104.5", "-4.5"),
        ("opened won lost won", {}, "0", "0"),
        ("opened won", {"won": "100"}, "4.5", "-4.5"),
        ("opened won", {"won": "110"}, "-5.5", "5.5"),
        ("opened lost", {"lost": "110"}, "110", "-10"),
        ("opened lost", {"lost": "99"}, "99", "1"),
        ("lost", {}, "104.5", "-4.5"),
    ],
)
def test_books_and_rail_agree_to_the_cent_after_the_end(
    world: World, stages: str, amounts: dict[str, str], clearing: str, losses: str
) -> None:
    escrow = ended(world)
    before = booked(world)
    dispute(world, escrow, *stages.split(), amount="104.5", **amounts)
    found = change(world, before)
    assert found.get("clearing", 0) == Decimal(clearing)
    assert found.get("losses", 0) == Decimal(losses)
    assert all(row[1] <= 95 for row in borne(world))
    if Decimal(losses):
        assert "discrepancy" in {row[0] for row in cases(world)}
    # What the end differs by from what was said before is a case of its own.
    more = {"won": -1, "lost": 1}
    told = [more[end] * (Decimal(said) - Decimal("104.5")) for end, said in amounts.items()]
    assert [row[2] for row in cases(world) if row[1].endswith("_differs")] == told
    assert "noted" not in applied(world)


@pytest.mark.parametrize("end", ["won", "lost", "lost won"])
def test_a_reversal_is_booked_also_after_its_case_ran_out_of_time(world: World, end: str) -> None:
    escrow = ended(world)
    before = booked(world)
    dispute(world, escrow, "opened")
    world.advance(days=181)
    assert world.one("select service.escrow_cases_expire(500)") == 1
    dispute(world, escrow, *end.split())
    won = end.endswith("won")
    assert change(world, before).get("clearing", 0) == (0 if won else 100)
    assert (owed(world, escrow.payee), cases(world)[0][3]) == (
        (0, "dismissed") if won else (95, "upheld")
    )  # fmt: skip


def test_claims_of_both_sides_share_the_amount(world: World) -> None:
    escrow = card(world)
    escrow.commit("accept", "payer")
    raised = [
        world.command("escrow_claim", escrow_id=escrow.id, actor_id=party, reason="broken")
        for party in (escrow.payer, escrow.payee)
    ]

    def uphold(number: int, amount: str) -> Any:
        return world.command(
            "escrow_case_close", case_id=raised[number]["case_id"], event="uphold", amount=amount,
            resolution="A refund.", actor_id=world.operator, aal="aal2",
        )  # fmt: skip

    uphold(0, "70")
    for amount in ("100", "30.01"):
        with refused(world.connection, "claims_exceed_escrow"):
            uphold(1, amount)
    uphold(1, "30")
    assert world.problems() == []


def test_what_a_case_says_of_money_is_what_the_books_say(world: World) -> None:
    """At the end of its transaction, whoever writes it."""
    escrow = ended(world)
    dispute(world, escrow, "opened", "lost")
    with refused(world.connection, "books_differ"):
        world.run("update public.escrow_cases set state = 'dismissed', last_event = 'reversal_won',"
                  " last_actor_role = 'rail', deadline_at = null")  # fmt: skip
        world.settle()
    assert world.problems() == []
