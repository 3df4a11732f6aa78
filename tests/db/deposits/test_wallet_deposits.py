"""A party pays into its own wallet: an address for each currency, credited once it is proved."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.world.chain import CHAIN, USDC, judged, read, transfer
from tests.world.rails import FINGERPRINT
from tests.world.refused import refused
from tests.world.stopping import stop
from tests.world.wallets import (
    CURRENCY,
    RAIL,
    ask_address,
    paid_in,
    place_address,
    seen,
    wallet_address,
)
from tests.world.world import PLATFORM, World

CARRIED = (
    "with made as (update public.currencies set is_active = true where code = 'USDBC_BASE')"
    " insert into public.rail_limits (rail, tier, currency) values ('base', 1, 'USDBC_BASE')"
)


def test_an_address_is_one_for_each_party_and_currency_and_stays(world: World) -> None:
    world.run(CARRIED)
    one, other = world.user(), world.user()
    mine = wallet_address(world, one)
    assert wallet_address(world, one) == mine
    assert wallet_address(world, other) != mine
    assert wallet_address(world, one, currency="USDBC_BASE") != mine


def test_indexes_of_a_key_are_given_once_and_a_new_key_begins_anew(world: World) -> None:
    first = ask_address(world, world.user())["address_index"]
    assert ask_address(world, world.user())["address_index"] == first + 1
    party = world.user()
    assert ask_address(world, party)["address_index"] == first + 2
    # Shown to nobody yet: it comes from the key that the function has now.
    assert ask_address(world, party, key_fingerprint="e" * 64)["address_index"] == 0
    placed = wallet_address(world, party, key_fingerprint="e" * 64)
    again = ask_address(world, party, key_fingerprint=FINGERPRINT)
    assert (again["address"], again["address_index"]) == (placed, 0)


def test_a_key_that_changes_on_the_way_leaves_the_row_with_the_key_of_its_address(
    world: World,
) -> None:
    """Between the request and its address another function already has the new key."""
    party = world.user()
    old = ask_address(world, party)
    new = ask_address(world, party, key_fingerprint="e" * 64)
    placed = place_address(world, party, old)
    named = world.rows(
        "select d.address, k.fingerprint, d.address_index from public.deposit_requests as d"
        " join public.deposit_keys as k on k.id = d.key_id"
    )
    assert named == [(placed, FINGERPRINT, old["address_index"])]
    # Who derived from the new key is refused, and told on the next try.
    with refused(world.connection, "deposit_request_fixed"):
        place_address(world, party, new, "e" * 64)
    assert ask_address(world, party, key_fingerprint="e" * 64)["address"] == placed


@pytest.mark.parametrize(
    "derived",
    [{"key_fingerprint": "0" * 64}, {"key_fingerprint": None}, {"address_index": None},
     {"address_index": 10**9}, {"address_index": -1}],
)  # fmt: skip
def test_an_address_says_what_it_was_derived_from(world: World, derived: dict[str, Any]) -> None:
    party = world.user()
    begun = ask_address(world, party)
    where = {"address": "0x" + "1" * 40, "chain_id": CHAIN, "token": USDC,
             "key_fingerprint": FINGERPRINT, "address_index": begun["address_index"]}  # fmt: skip
    with refused(world.connection, "reference_required"):
        world.command("wallet_deposit_place", request_id=begun["request_id"], actor_id=party,
                      **where | derived)  # fmt: skip


def test_a_deposit_is_seen_first_and_available_once_it_is_proved(world: World) -> None:
    """Law 14."""
    party = world.user()
    deposit = seen(world, wallet_address(world, party), "25")
    assert world.balance(party, CURRENCY)[0] == 0
    assert judged(world, deposit, "credit", proof=None) == 1
    assert world.balance(party, CURRENCY)[0] == 0
    world.advance(hours=1)
    assert judged(world, deposit, "credit") == 1
    assert world.balance(party, CURRENCY)[0] == 25
    assert world.rows("select purpose, reference_id, applied_as from public.rail_reports") == [
        ("wallet", party, "credited")
    ]
    assert world.problems() == []


def test_every_deposit_counts_and_each_once(world: World) -> None:
    party = world.user()
    address = wallet_address(world, party)
    first = seen(world, address, "10")
    second = seen(world, address, "5")
    for each in (first, second, first):
        judged(world, each, "credit")
    assert world.balance(party, CURRENCY)[0] == 15
    assert world.problems() == []


def test_what_the_chain_takes_back_leaves_the_wallet(world: World) -> None:
    party = world.user()
    deposit = paid_in(world, party, "40")
    assert judged(world, deposit | {"state": "credited"}, "lose") == 1
    assert world.balance(party, CURRENCY)[0] == 0
    assert world.rows("select purpose, amount::numeric, recovered_amount::numeric"
                      " from public.receivables") == [("wallet", 40, 40)]  # fmt: skip
    assert world.problems() == []


def test_what_was_spent_before_the_chain_took_it_back_is_owed_and_set_off(world: World) -> None:
    party = world.user()
    deposit = paid_in(world, party, "40")
    world.command("ledger_move_external", kind="withdrawal", party_id=party, currency=CURRENCY,
                  amount="30", actor_id=world.operator, aal="aal2")  # fmt: skip
    judged(world, deposit | {"state": "credited"}, "lose")
    assert world.balance(party, CURRENCY)[0] == 0
    assert world.balance(PLATFORM, CURRENCY, "receivables")[0] == -30
    paid_in(world, party, "100")
    assert world.balance(party, CURRENCY)[0] == 70
    assert world.balance(PLATFORM, CURRENCY, "receivables")[0] == 0
    assert world.problems() == []


def test_dust_waits_for_an_operator(world: World) -> None:
    party = world.user()
    deposit = seen(world, wallet_address(world, party), "0.001")
    judged(world, deposit, "credit")
    assert world.balance(party, CURRENCY)[0] == 0
    (waiting,) = world.rows("select id from public.deposit_quarantines where outcome is null")
    told = world.command("quarantine_accept", quarantine_id=waiting[0], reason="theirs",
                         actor_id=world.operator, aal="aal2")  # fmt: skip
    assert (told["purpose"], told["reference_id"]) == ("wallet", str(party))
    assert world.balance(party, CURRENCY)[0] == Decimal("0.001")
    assert world.problems() == []


def test_nobody_asks_for_another_and_who_was_stopped_asks_for_nothing(world: World) -> None:
    party, other = world.user(), world.user()
    begun = ask_address(world, party)
    with refused(world.connection, "not_your_move"):
        ask_address(world, other, party_id=party)
    with refused(world.connection, "not_your_move"):
        world.command("wallet_deposit_place", request_id=begun["request_id"], actor_id=other,
                      address="0x" + "1" * 40, chain_id=CHAIN, token=USDC)  # fmt: skip
    stop(world, other)
    with refused(world.connection, "party_suspended"):
        ask_address(world, other)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rail": "nowhere"}, "no_such_rail"),
        ({"rail": "stripe", "currency": "USD"}, "rail_currency"),
        ({"rail": "internal"}, "rail_currency"), ({"currency": "BTC"}, "rail_currency"),
        ({"currency": None}, "rail_currency"), ({"key_fingerprint": None}, "reference_required"),
    ],
)  # fmt: skip
def test_bad_input(world: World, fields: dict[str, str | None], code: str) -> None:
    with refused(world.connection, code):
        ask_address(world, world.user(), **fields)


def test_addresses_of_one_person_are_counted(world: World) -> None:
    """Quota: nobody has the rail watch addresses without end."""
    world.run(CARRIED)
    world.run("update private.quotas set max_open = 1 where kind = 'deposit_address'")
    party = world.user(limited=True)
    wallet_address(world, party)
    assert wallet_address(world, party)
    with refused(world.connection, "quota_exceeded", "PGRST"):
        ask_address(world, party, currency="USDBC_BASE")


def test_money_of_another_chain_or_to_a_stranger_counts_for_nobody(world: World) -> None:
    party = world.user()
    wallet_address(world, party)
    read(world)
    read(world, transfer("0x" + "9" * 40, "50"))
    assert world.one("select count(*) from public.chain_deposits") == 0


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"kind": "reversal_opened"}, "no_reversals"), ({"currency": "USD"}, "rail_currency"),
        ({"amount": "100000001"}, "report_too_large"),
        ({"kind": "reversal_lost", "amount": "41"}, "report_too_large"),
    ],
)  # fmt: skip
def test_what_a_rail_says_of_a_wallet_is_bounded(
    world: World, fields: dict[str, str], refusal: str
) -> None:
    """Law 14: what it takes back is at most what it brought."""
    party = world.user()
    paid_in(world, party, "40")
    said = {"rail": RAIL, "provider_event_id": str(uuid4()), "purpose": "wallet",
            "reference_id": str(party), "kind": "funds", "currency": CURRENCY, "amount": "1",
            "reference": "x", "provider_time": world.now().isoformat()} | fields  # fmt: skip
    assert world.one("select service.rail_report(%s)", Jsonb(said)) is False
    assert world.one("select refusal from public.refused_reports") == refusal
    assert world.balance(party, CURRENCY)[0] == 40


def test_a_party_is_told(world: World) -> None:
    party = world.user()
    deposit = paid_in(world, party, "40")
    judged(world, deposit | {"state": "credited"}, "lose")
    told = world.rows(
        "select event, payload ->> 'amount' from private.outbox where %s = any(parties)"
        " and event like 'deposit.%%' order by id", party,
    )  # fmt: skip
    assert told == [("deposit.credited", "40"), ("deposit.lost", "40")]
