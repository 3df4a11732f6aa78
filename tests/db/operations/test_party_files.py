"""An operator reads the money of a party once its file is open, for 15 minutes."""

from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest

from stack.identity import as_owner, as_user
from tests.world.comparisons import balances
from tests.world.debts import in_debt
from tests.world.rails import claim, destination, outcome, released
from tests.world.refused import refused
from tests.world.trades import sell_order
from tests.world.wallets import paid_in, unasked_for, withdraw
from tests.world.webhooks import new_endpoint, ping, record, relay
from tests.world.world import OUTSIDE, PLATFORM, World

WALLETS: LiteralString = "select count(*) from public.wallet_balances where party_id = %s"
MONEY: tuple[LiteralString, ...] = (
    WALLETS,
    "select count(*) from public.transactions as t join public.wallets as w on w.id = t.wallet_id"
    " where w.party_id = %s",
    "select count(*) from public.ledger_entries as e join public.wallets as w on w.id = e.wallet_id"
    " where w.party_id = %s",
    "select count(*) from public.ledger_holds as h join public.wallets as w on w.id = h.wallet_id"
    " where w.party_id = %s",
)


def opened(world: World, party: UUID, **fields: Any) -> dict[str, Any]:
    answer: dict[str, Any] = world.command(
        "party_open_file",
        **{"party_id": party, "reason": "asks where a deposit is", "aal": "aal2",
           "actor_id": world.operator} | fields,
    )  # fmt: skip
    return answer


def seen(
    world: World, who: UUID, party: UUID, query: LiteralString = WALLETS, aal: str = "aal2"
) -> int:
    as_user(world.connection, who, aal)
    found: int = world.one(query, party)
    as_owner(world.connection)
    return found


def test_the_money_of_a_party_is_read_while_its_file_is_open(world: World) -> None:
    _, seller = sell_order(world)
    _, other = sell_order(world)
    assert [seen(world, world.operator, seller, query) for query in MONEY] == [0] * len(MONEY)

    opened(world, seller)
    assert all(seen(world, world.operator, seller, query) for query in MONEY)
    assert [seen(world, world.operator, other, query) for query in MONEY] == [0] * len(MONEY)

    world.advance(minutes=14)
    assert seen(world, world.operator, seller) == 1
    world.advance(minutes=1)
    assert [seen(world, world.operator, seller, query) for query in MONEY] == [0] * len(MONEY)


def test_it_is_open_to_who_opened_it_with_a_second_factor(world: World) -> None:
    _, seller = sell_order(world)
    opened(world, seller)

    assert seen(world, world.operator, seller, aal="aal1") == 0
    for who in (world.second_operator, world.arbiters[0], world.user()):
        assert seen(world, who, seller) == 0
    world.run("delete from public.party_members where user_id = %s", world.operator)
    assert seen(world, world.operator, seller) == 0


def test_every_opening_is_kept_for_operators(world: World) -> None:
    party = world.user()
    answer = opened(world, party)
    query: LiteralString = "select count(*) from public.party_files where party_id = %s"

    kept = world.rows(
        "select operator_id, reason, closes_at - opened_at = '15 minutes' from public.party_files"
        " where id = %s",
        UUID(answer["file_id"]),
    )
    assert kept == [(world.operator, "asks where a deposit is", True)]
    assert seen(world, world.second_operator, party, query) == 1
    assert [seen(world, who, party, query) for who in (party, world.arbiters[0])] == [0, 0]
    for change in ("delete from public.party_files", "update public.party_files set reason = ''"):
        with pytest.raises(psycopg.Error, match="append_only"), world.connection.transaction():
            world.connection.execute(change.encode())


def test_what_is_refused(world: World) -> None:
    party = world.user()
    world.join(party, world.operator, "viewer")
    with refused(world.connection, "not_your_move"):
        opened(world, party)
    with refused(world.connection, "party_not_found"):
        opened(world, uuid4())
    with refused(world.connection, "party_not_found"):
        opened(world, OUTSIDE)
    with refused(world.connection, "not_your_move", "party_not_found"):
        opened(world, PLATFORM)
    for reason in (" ", "x" * 501):
        with refused(world.connection, "reason_required"):
            opened(world, world.user(), reason=reason)
    with refused(world.connection, "operator_only"):
        opened(world, party, actor_id=world.arbiters[0])
    with refused(world.connection, "step_up_required"):
        opened(world, world.user(), aal="aal1")
    assert world.one("select count(*) from public.party_files") == 0


OTHER_MONEY: tuple[LiteralString, ...] = (
    "select count(*) from public.payouts where party_id = %s",
    "select count(*) from public.payout_events as e join public.payouts as p on p.id = e.payout_id"
    " where p.party_id = %s",
    "select count(*) from public.payout_destinations where party_id = %s",
    "select count(*) from public.withdrawals where party_id = %s",
    "select count(*) from public.deposit_requests where party_id = %s",
    "select count(*) from public.webhook_deliveries where party_id = %s",
)
WAITING: tuple[LiteralString, ...] = (
    "select count(*) from public.unmatched_deposits where party_id = %s",
    "select count(*) from public.chain_deposits as d join public.deposit_requests as r"
    " on r.id = d.request_id where r.party_id = %s",
)


def test_payouts_and_deposits_of_a_party_are_in_its_file(world: World) -> None:
    party = world.user()
    new_endpoint(world, party)
    paid_in(world, party, "20")
    withdraw(world, party, "5")
    every = (*OTHER_MONEY, WAITING[1])
    relay(world)
    assert [seen(world, party, party, query) > 0 for query in every] == [True] * len(every)
    assert [seen(world, world.operator, party, query) for query in every] == [0] * len(every)
    opened(world, party)
    assert [seen(world, world.operator, party, query) > 0 for query in every] == [True] * len(every)
    assert [seen(world, world.second_operator, party, query) for query in every] == [0] * len(every)


DEBTS: LiteralString = "select count(*) from public.receivables where party_id = %s"
ADDRESSES: LiteralString = (
    "select count(*) from public.deposit_balances as b join public.deposit_requests as d"
    " on d.id = b.request_id where d.party_id = %s"
)
REPORTS: LiteralString = (
    "select count(*) from public.rail_reports where reference_id = %s and applied_as is not null"
)


def test_what_a_file_opens(world: World) -> None:
    """Debts of a party, what rails said of its money, what its addresses hold."""
    party, debtor = world.user(), world.user()
    in_debt(world, debtor)
    paid_in(world, party, "20")
    request, currency = world.rows(
        "select id, currency from public.deposit_requests where party_id = %s", party
    )[0]
    assert balances(world, (request, currency, "20")) == 1
    assert world.one(REPORTS, party) == 1
    assert (seen(world, debtor, debtor, DEBTS), seen(world, party, party, ADDRESSES)) == (1, 0)
    kept = ((debtor, DEBTS), (party, ADDRESSES), (party, REPORTS))
    # Whose money it is, is in no query without one: a file shut, each is empty.
    for who, query in kept:
        assert seen(world, world.operator, who, query) == 0
    as_user(world.connection, world.operator)
    assert world.one("select count(*) from public.deposit_balances") == 0
    (holding,) = world.one("select public.deposit_holdings()")
    as_owner(world.connection)
    assert holding.keys() == {"address", "rail", "currency", "amount", "as_of"}
    assert (holding["amount"], holding["currency"]) == ("20", currency)
    for who, query in kept:
        opened(world, who)
        assert seen(world, world.operator, who, query) == 1
        assert seen(world, world.second_operator, who, query) == 0
    as_user(world.connection, party)
    with refused(world.connection, "operator_only"):
        world.one("select public.deposit_holdings()")
    as_owner(world.connection)


def test_operators_see_what_needs_one_of_them(world: World) -> None:
    party = world.user()
    deposit = unasked_for(world, party)
    assert seen(world, world.operator, party, WAITING[0]) == 1
    world.command("unmatched_deposit_take", actor_id=party, deposit_id=deposit)
    assert seen(world, world.operator, party, WAITING[0]) == 0
    made = released(world)
    assert made.payee
    destination(world, made.payee)
    (taken,) = (each for each in claim(world) if each["group_id"] == str(made.id))
    assert seen(world, world.operator, made.payee, OTHER_MONEY[0]) == 0
    outcome(world, taken, "fail", reason="account_closed")
    assert [seen(world, world.operator, made.payee, query) > 0 for query in OTHER_MONEY[:2]] == [
        True, True,
    ]  # fmt: skip
    assert seen(world, world.arbiters[0], made.payee, OTHER_MONEY[0]) == 0


def test_operators_see_which_endpoints_fail(world: World) -> None:
    owner = world.user()
    endpoint = new_endpoint(world, owner, url="https://hooks.example.com/secret")
    failing = "select public.failing_endpoints()"
    as_user(world.connection, world.operator)
    assert world.one(failing) == []
    as_owner(world.connection)
    message = ping(world, owner, endpoint)
    record(world, message, "retry", status_code=500)
    as_user(world.connection, world.operator)
    (found,) = world.one(failing)
    as_owner(world.connection)
    assert (found["endpoint_id"], found["origin"]) == (str(endpoint), "https://hooks.example.com")
    assert found["consecutive_failures"] == 1
    with refused(world.connection, "operator_only"), world.connection.transaction():
        as_user(world.connection, owner)
        world.one(failing)
