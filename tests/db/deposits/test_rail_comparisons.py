"""Law 14: books are compared with every rail, and each difference is a case that a person sees."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from stack.identity import as_owner, as_user
from tests.world.chain import (
    CHAIN,
    WALLET,
    deposit_address,
    judged,
    read,
    signed_for,
    transfer,
    watched,
)
from tests.world.comparisons import balances, close, compare, differences, found, open_one
from tests.world.debts import booked, change
from tests.world.operators import confirm
from tests.world.rails import (
    apply,
    awaiting,
    card,
    claim,
    cost,
    destination,
    outcome,
    paid_by_card,
    released,
    report,
)
from tests.world.refused import refused
from tests.world.screenings import screened, watch
from tests.world.world import World


def told(world: World) -> list[str]:
    return [
        row[0]
        for row in world.rows(
            "select kind from public.security_events where kind like 'rail_differ%' order by id"
        )
    ]


def remind(world: World) -> dict[str, int]:
    with world.acting("service_role"):
        answer: dict[str, int] = world.one("select service.rail_differences_remind()")
    return answer


def test_books_and_rail_that_agree_are_no_case(world: World) -> None:
    card(world)
    for _ in range(2):
        assert found(world, "100") == "0"
        world.advance(days=1)
    assert (differences(world), told(world)) == ([], [])
    rows = world.rows("select booked::numeric, held::numeric, difference::numeric"
                      " from public.rail_comparisons order by day")  # fmt: skip
    assert rows == [(100, 100, 0)] * 2
    assert world.problems() == []


@pytest.mark.parametrize(("held", "amount"), [("99.99", "-0.01"), ("107", "7"), ("-3", "-103")])
def test_each_difference_is_one_case(world: World, held: str, amount: str) -> None:
    card(world)
    assert found(world, held) == amount
    for _ in range(2):
        assert found(world, held) == "0"
        world.advance(days=1)
    assert differences(world) == [(Decimal(amount), None)]
    assert told(world) == ["rail_differs"]
    sent = world.one("select payload from private.outbox where event = 'security.rail_differs'")
    assert (sent["amount"], sent["currency"], sent["rail"]) == (amount, "USD", "stripe")


def test_only_what_is_new_is_another_case(world: World) -> None:
    card(world)
    assert [found(world, held) for held in ("99", "99", "96", "100.5")] == ["-1", "0", "-3", "4.5"]
    assert [row[0] for row in differences(world)] == [-1, -3, Decimal("4.5")]
    # The three are there again, the one is not.
    assert found(world, "103.5") == "0"
    assert [row[1] for row in differences(world)] == [None, "vanished", None]


def test_one_that_goes_away_by_itself_says_so(world: World) -> None:
    card(world)
    for held in ("99", "92"):
        found(world, held)
    assert found(world, "93") == "0"
    assert differences(world) == [(-1, "vanished"), (-7, None)]
    found(world, "90")
    assert found(world, "100") == "0"
    assert differences(world) == [(-1, "vanished"), (-7, "vanished"), (-3, "vanished")]
    assert told(world).count("rail_difference_vanished") == 3
    assert world.rows("select distinct closed_by, remind_at, reason from public.rail_differences"
                      ) == [(None, None, "")]  # fmt: skip
    # Gone once more it is another.
    assert found(world, "99") == "-1"


def test_own_money_is_explained_and_counted_with_from_then_on(world: World) -> None:
    card(world)
    before = booked(world)
    assert found(world, "1100") == "1000"
    answer = close(world, open_one(world), "explain", "1000")
    assert (answer["outcome"], answer["rest_id"]) == ("explained", None)
    assert (change(world, before), found(world, "1100")) == ({}, "0")
    # Taken out again it is another difference, explained in the same way.
    assert found(world, "700") == "-400"
    close(world, open_one(world), "explain", "400")
    assert found(world, "700") == "0"
    assert found(world, "699.5") == "-0.5"


@pytest.mark.parametrize(("held", "lost"), [("58", 42), ("142", -42)])
def test_booked_it_is_a_loss_or_too_much(world: World, held: str, lost: int) -> None:
    card(world)
    before = booked(world)
    found(world, held)
    assert close(world, open_one(world), "book", "42")["outcome"] == "booked"
    assert change(world, before) == {"clearing": lost, "losses": -lost}
    assert found(world, held) == "0"
    assert world.problems() == []


def test_the_rest_of_what_is_closed_in_part_stays_open(world: World) -> None:
    """A theft beside own money that was put in on the same day."""
    card(world)
    found(world, "95")
    answer = close(world, open_one(world), "explain", "3")
    rest = open_one(world)
    assert answer["rest_id"] == str(rest)
    assert (differences(world), found(world, "95")) == ([(-5, "explained"), (-2, None)], "0")
    close(world, rest, "book", "2")
    assert (found(world, "95"), remind(world)["open"]) == ("0", 0)


def test_an_operator_reads_and_closes_it_once(world: World) -> None:
    made = card(world)
    found(world, "90")
    row = open_one(world)
    for user, seen in ((made.payer, 0), (made.payee, 0), (world.operator, 1)):
        as_user(world.connection, user, aal="aal2")
        for table in ("rail_differences", "rail_comparisons"):
            assert len(world.rows(f"select from public.{table}".encode())) == seen  # type: ignore[arg-type]
        as_owner(world.connection)
    for changes, code in (
        ({"reason": " "}, "reason_required"), ({"event": "vanish"}, "illegal_move"),
        ({"amount": "10.01"}, "more_than_differs"), ({"amount": "-10"}, "more_than_differs"),
        ({"amount": "0"}, "more_than_differs"), ({"amount": "0.001"}, "more_than_differs"),
        ({"amount": None}, "more_than_differs"),
        ({"rail_difference_id": uuid4()}, "rail_difference_not_found"),
        ({"actor_id": made.payer}, "operator_only"), ({"aal": "aal1"}, "step_up_required"),
    ):  # fmt: skip
        with refused(world.connection, code):
            close(world, **{"row": row, "event": "explain", "amount": "10"} | changes)  # type: ignore[arg-type]
    close(world, row, "explain", "10")
    with refused(world.connection, "rail_difference_closed"):
        close(world, row, "book", "10")
    with refused(world.connection, "append_only"):
        world.run("update public.rail_differences set reason = 'another'")
    with refused(world.connection, "append_only"):
        world.run("delete from public.rail_differences")
    with refused(world.connection, "append_only"):
        world.run("update public.rail_comparisons set as_of = as_of - interval '1 hour'")


def test_a_large_one_is_closed_by_two(world: World) -> None:
    card(world)
    world.run("update public.operator_limits set above = 9 where kind = 'rail_difference'")
    found(world, "90")
    row = open_one(world)
    asked = close(world, row, "book", "10")
    assert (asked["state"], differences(world)) == ("open", [(-10, None)])
    confirm(world, asked)
    assert differences(world) == [(-10, "booked")]


def test_operators_are_told_again_each_day(world: World) -> None:
    card(world)
    found(world, "90")
    world.advance(days=1, seconds=1)
    assert [remind(world)["open"] for _ in range(2)] == [1, 1]
    assert told(world) == ["rail_differs", "rail_difference_open"]
    close(world, open_one(world), "explain", "10")
    world.advance(days=3)
    assert (remind(world)["open"], len(told(world))) == (0, 2)


def test_a_rail_that_is_not_compared_for_a_day_is_counted(world: World) -> None:
    paid_by_card(world, awaiting(world, "stripe"), "pi_1")
    assert remind(world)["overdue"] == 0
    world.advance(hours=27)
    assert remind(world)["overdue"] == 1
    compare(world, {"USD": "0"})
    assert remind(world)["overdue"] == 0
    world.advance(hours=27)
    assert remind(world)["overdue"] == 1


def test_what_operators_booked_by_hand_is_no_rails(world: World) -> None:
    card(world)
    party = world.user()
    for kind, amount in (("deposit", "50"), ("withdrawal", "20")):
        world.command("ledger_move_external", kind=kind, party_id=party, currency="USD",
                      amount=amount, reference=str(uuid4()), actor_id=world.operator,
                      aal="aal2")  # fmt: skip
    assert found(world, "100") == "0"
    wrong = world.deposit(party, "8", "USD")
    world.command("ledger_reverse", transfer_id=wrong, reason="mistake", aal="aal2",
                  actor_id=world.operator)  # fmt: skip
    assert found(world, "100") == "0"


def test_what_is_reported_and_not_booked_yet_is_under_way(world: World) -> None:
    paid, lost = awaiting(world, "stripe"), card(world)
    report(world, paid, "ch_new")
    assert found(world, "200") == "0"
    report(world, lost, "re_1", "reversal_lost", amount="30", reference="re_1")
    assert found(world, "170") == "0"
    apply(world)
    assert found(world, "170") == "0"
    assert differences(world) == []


def test_what_a_chargeback_on_a_live_escrow_withholds_is_under_way(world: World) -> None:
    made, won = card(world), card(world)
    for escrow in (made, won):
        report(world, escrow, f"dp_{escrow.id}:opened", "reversal_opened",
               reference=f"dp_{escrow.id}")  # fmt: skip
    assert found(world, "0") == "0"
    apply(world)
    assert found(world, "0") == "0"
    report(world, made, f"dp_{made.id}:lost", "reversal_lost", reference=f"dp_{made.id}")
    report(world, won, f"dp_{won.id}:won", "reversal_won", reference=f"dp_{won.id}")
    assert found(world, "100") == "0"
    apply(world)
    assert found(world, "100") == "0"
    assert differences(world) == []


def move(reference: str, amount: str, fee: str = "0", **fields: Any) -> dict[str, Any]:
    return {"reference": reference, "currency": "USD", "amount": amount,
            "fee_reference": reference, "fee_amount": fee} | fields  # fmt: skip


def test_what_stripe_moved_and_nobody_has_followed_yet_is_under_way(world: World) -> None:
    made = card(world)
    new = [move("ch_new", "50", "1.75"), move("re_new", "-20"), move(f"ch_{made.id}", "100", "3.2")]
    # The fee of the first is not booked either.
    assert found(world, "125.05", moves=new) == "0"
    cost(world, f"ch_{made.id}", "3.2")
    assert found(world, "125.05", moves=new) == "0"
    # What nobody tells of any more should have been booked by now.
    assert found(world, "125.05") == "28.25"


def test_a_refund_that_the_bank_has_not_taken_yet_has_left(world: World) -> None:
    made = card(world)
    made.commit("accept", "payer")
    destination(world, made.payee, "stripe", "acct_1")
    world.advance(days=8)
    (payment,) = claim(world, "stripe")
    outcome(world, payment, "submit", provider_reference="tr_1")
    sent = [move("tr_1", f"-{payment['amount']}")]
    left = str(100 - Decimal(payment["amount"]))
    assert found(world, left, moves=sent) == "0"
    assert found(world, "100", moves=[]) == "0"
    assert found(world, left, moves=sent) == "0"
    world.one(
        "select service.payout_record(%s)",
        Jsonb({"id": payment["id"], "event": "confirm", "version": payment["version"] + 1,
               "provider_reference": "tr_1"}),
    )  # fmt: skip
    assert found(world, left, moves=sent) == "0"
    assert found(world, left) == "0"
    # It comes back, and nobody has booked that yet.
    back = [*sent, move("tr_1", "10")]
    assert found(world, str(Decimal(left) + 10), moves=back) == "0"
    assert differences(world) == []


def position(world: World) -> dict[str, Any]:
    with world.acting("service_role"):
        answer: dict[str, Any] = world.one("select service.rail_position('stripe')")
    return answer


def test_figures_count_only_if_the_books_rested(world: World) -> None:
    paid_by_card(world, card(world), "pi_1")
    mark = position(world)["mark"]
    assert compare(world, {"USD": "100"}, mark=mark)
    report(world, awaiting(world, "stripe"), "ch_new")
    assert compare(world, {"USD": "100"}, mark=mark) is None
    mark = position(world)["mark"]
    apply(world)
    assert compare(world, {"USD": "100"}, mark=mark) is None
    assert differences(world) == []


def test_an_older_look_than_the_last_is_not_compared(world: World) -> None:
    card(world)
    before = world.now().isoformat()
    assert compare(world, {"USD": "100"})
    assert compare(world, {"USD": "90"}, as_of=before) is None
    assert differences(world) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rail": "paper"}, "no_such_rail"),
        ({"rail": "internal"}, "bad_figures"),
        ({"as_of": None}, "bad_figures"),
        ({"held": None}, "bad_figures"),
        ({"held": [{"currency": "USD", "amount": "0.001"}]}, "bad_figures"),
        ({"held": [{"currency": "USD", "amount": "1"}] * 2}, "bad_figures"),
        ({"held": [{"currency": "USD"}]}, "bad_figures"),
        ({"held": [{"amount": "1"}]}, "bad_figures"),
        ({"held": [{"currency": "USD", "amount": "NaN"}]}, "bad_type"),
        ({"held": [{"currency": "USD", "amount": 1}]}, "bad_type"),
        ({"held": "1"}, "bad_type"),
        ({"as_of": "infinity"}, "bad_type"),
        ({"rail": "base"}, "bad_figures"),
        ({"rail": "base", "chain_id": 1, "block_number": 1}, "bad_figures"),
    ],
)
def test_figures_that_are_none_are_refused(world: World, fields: dict[str, Any], code: str) -> None:
    card(world)
    with refused(world.connection, code):
        compare(world, {"USD": "100"}, **fields)
    assert world.one("select count(*) from public.rail_comparisons") == 0


def test_money_in_a_currency_that_the_books_do_not_know_is_told(world: World) -> None:
    card(world)
    answer = compare(world, {"USD": "100", "XTS": "5", "XXX": "0", "USDC_BASE": "1"})
    assert answer
    assert answer["unknown"] == ["USDC_BASE", "XTS"]
    assert differences(world) == []


# --- a chain -----------------------------------------------------------------------------------


def chain(world: World, held: str, block: int, **fields: Any) -> str:
    told = {"rail": "base", "chain_id": CHAIN, "block_number": block} | fields
    return found(world, held, "USDC_BASE", **told)


def test_a_block_of_the_chain_is_compared_with_what_the_books_have_of_it(world: World) -> None:
    made, late = awaiting(world), awaiting(world)
    for escrow in (made, late):
        destination(world, escrow.payer)
    first, second = deposit_address(world, made), deposit_address(world, late)
    read(world)
    read(world, transfer(first, "100"))
    read(world, transfer(second, "100"))
    # Seen, and not credited yet.
    assert [chain(world, "200", 3), chain(world, "100", 2), chain(world, "0", 1)] == ["0"] * 3
    for escrow in (made, late):
        (deposit,) = watched(world, escrow)
        judged(world, deposit, "credit")
    for _ in range(2):
        assert [chain(world, "200", 3), chain(world, "100", 2), chain(world, "0", 1)] == ["0"] * 3
        apply(world)
    # What another answer contradicts is no money until it is settled.
    read(world, transfer(first, "7"))
    (doubted,) = [each for each in watched(world, made) if each["state"] == "seen"]
    judged(world, doubted, "doubt", reason="no_log")
    assert chain(world, "200", 4) == "0"
    assert differences(world) == []


def test_a_payout_has_left_once_its_block_counts(world: World) -> None:
    made = released(world)
    destination(world, made.payee)
    (payment,) = [e for e in claim(world) if e["group_id"] == str(made.id)]
    assert signed_for(world, payment)
    amount = Decimal(payment["amount"])
    usdc = "select trim_scale((private.rail_booked('USDC_BASE')).booked)::text"
    all_of_it = str(world.one(usdc))
    left = str(Decimal(all_of_it) - amount)
    used, unused = ([{"address": WALLET, "nonce": n}] for n in (1, 0))
    paid = [{"address": WALLET, "nonce": 0, "is_paid": True}]
    assert chain(world, all_of_it, 5, wallets=unused) == "0"
    assert chain(world, left, 5, wallets=used, paid=paid) == "0"
    # Its nonce is used, and nothing was paid: the token refused it.
    assert chain(world, all_of_it, 5, wallets=used) == "0"
    outcome(world, payment, "confirm", provider_reference="0x1")
    assert chain(world, left, 6, wallets=used, paid=paid) == "0"
    # The block that is compared is one before it.
    assert chain(world, all_of_it, 6, wallets=unused) == "0"
    assert differences(world) == []


def test_what_to_sweep_is_a_list_biggest_first(world: World) -> None:
    requests = []
    for _ in range(3):
        made = awaiting(world)
        destination(world, made.payer)
        deposit_address(world, made)
        requests.append(world.one("select id from public.deposit_requests where reference_id = %s",
                                  made.id))  # fmt: skip
    before = world.now().isoformat()
    given = list(zip(requests, ("5", "0", "9.5"), strict=True))
    rows = [(request, "USDC_BASE", amount) for request, amount in given]
    assert [balances(world, *rows), balances(world, *rows)] == [2, 0]
    listed = "select amount::numeric, amount_so_far::numeric from public.deposits_to_sweep"
    as_user(world.connection, world.operator, aal="aal2")
    assert world.rows(listed) == [(Decimal("9.5"), Decimal("9.5")), (5, Decimal("14.5"))]
    as_user(world.connection, made.payer, aal="aal2")
    assert world.rows(listed) == []
    as_owner(world.connection)
    # Swept; and what was read earlier comes too late.
    assert balances(world, (requests[2], "USDC_BASE", "0")) == 1
    assert balances(world, (requests[2], "USDC_BASE", "9.5"), as_of=before) == 0
    as_user(world.connection, world.operator, aal="aal2")
    assert world.rows(listed) == [(5, 5)]
    as_owner(world.connection)
    for bad in ((uuid4(), "USDC_BASE", "1"), (requests[0], "USDC_BASE", "-1"),
                (requests[0], "NONE", "1"), (requests[0], "USDC_BASE", "0.0000001")):  # fmt: skip
        with refused(world.connection, "bad_figures"):
            balances(world, bad)


def to_sweep(world: World) -> int:
    """How many addresses an operator is told of."""
    as_user(world.connection, world.operator, aal="aal2")
    found: int = world.one("select count(*) from public.deposits_to_sweep")
    as_owner(world.connection)
    return found


def test_money_of_an_address_that_is_warned_of_is_not_swept(world: World) -> None:
    made = awaiting(world)
    destination(world, made.payer)
    deposit_address(world, made)
    request = world.one("select id from public.deposit_requests where reference_id = %s", made.id)
    balances(world, (request, "USDC_BASE", "5"))
    assert to_sweep(world) == 1
    address = world.one("select address from public.deposit_requests where id = %s", request)
    read(world)
    sender = "0x" + "ab" * 20
    watch(world, sender, made.payer)
    screened(world, sender, "hit")
    read(world, transfer(address, "5", sender=sender))
    (deposit,) = watched(world, made)
    judged(world, deposit, "credit")
    assert to_sweep(world) == 0
