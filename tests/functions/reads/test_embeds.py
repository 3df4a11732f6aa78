"""What a client reads along with a row over PostgREST: no obvious embed is refused, and each gives
what its reader may read by itself."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.infra.docs import DOCS, section, table, words
from tests.world.http.desk import Desk, Trade, open_trade
from tests.world.http.market import Contract, funded


@dataclass(frozen=True)
class Lives:
    """A disputed trade and a contract with a delivery."""

    desk: Desk
    trade: Trade
    contract: Contract

    def people(self) -> dict[str, UUID]:
        return {
            "seller": self.trade.seller, "buyer": self.trade.buyer,
            "vendor": self.contract.seller, "client": self.contract.buyer,
        }  # fmt: skip


@pytest.fixture(scope="module")
def lives(desk: Desk) -> Lives:
    trade, contract = open_trade(desk), funded(desk, ("100", "200"))
    message = {"trade_id": trade.id, "body": "On its way."}
    assert desk.write(trade.buyer, "POST", "/trade_messages", message).status == 201
    trade.dispute()
    contract.done(contract.seller, 1, "deliver", {"note": "All is there."})
    blocked = {"blocker_id": str(trade.seller), "blocked_id": str(contract.seller)}
    assert desk.write(trade.seller, "POST", "/p2p_blocks", blocked).status == 201
    guild = {"id": str(uuid4()), "name": f"Guild {uuid4().hex[:8]}"}
    assert desk.write(contract.seller, "POST", "/guilds", guild).status == 201
    invited = {"guild_id": guild["id"], "user_id": str(contract.buyer)}
    assert desk.write(contract.seller, "POST", "/guild_invitations", invited).status == 201
    return Lives(desk, trade, contract)


# Who reads which table with what: each has something to show.
EMBEDS = [
    ("seller", "p2p_orders", "p2p_trades(id)"),
    ("seller", "p2p_orders", "maker(id,display_name)"),
    ("seller", "p2p_orders", "p2p_order_accounts(payment_accounts(label))"),
    ("buyer", "p2p_trades", "seller(id,kind,display_name)"),
    ("seller", "p2p_trades", "buyer(id,kind,display_name)"),
    ("seller", "p2p_trades", "p2p_orders(terms)"),
    ("buyer", "p2p_trades", "payment_methods(name,fields)"),
    ("buyer", "p2p_trades", "p2p_payment_details(fields)"),
    ("seller", "p2p_trades", "trade_messages(body)"),
    ("buyer", "p2p_trades", "escrow_next_steps(next_action)"),
    ("buyer", "p2p_trades", "escrow_transactions(state,disputes(reason,dispute_statements(body)))"),
    ("seller", "payment_accounts", "payment_methods(name)"),
    ("seller", "p2p_blocks", "blocked(display_name)"),
    ("buyer", "p2p_trades", "escrow_transactions(state,escrow_events(event),payee(display_name))"),
    ("buyer", "escrow_transactions", "*,disputes(reason),p2p_trades(price)"),
    ("client", "escrow_transactions", "contract_milestones(contracts(id))"),
    ("client", "contract_milestones", "escrow_transactions(state,escrow_events(event))"),
    ("buyer", "disputes", "escrow_transactions(state,escrow_policies(description))"),
    ("buyer", "escrow_transactions", "payer(display_name)"),
    ("seller", "escrow_transactions", "payee(display_name)"),
    ("buyer", "escrow_transactions", "escrow_events(version,event,created_at)"),
    ("buyer", "escrow_transactions", "escrow_policies(description)"),
    ("buyer", "escrow_transactions", "currencies(decimals)"),
    ("buyer", "escrow_transactions", "escrow_next_steps(next_action)"),
    ("buyer", "escrow_transactions", "p2p_trades(price)"),
    ("buyer", "disputes", "escrow_transactions(state)"),
    ("buyer", "dispute_queue", "escrow_transactions(state)"),
    ("seller", "wallet_balances", "transactions(kind,amount)"),
    ("client", "listings", "seller(display_name)"),
    ("client", "listings", "listing_categories(id)"),
    ("vendor", "listings", "offers(amount)"),
    ("vendor", "listings", "contracts(id)"),
    ("vendor", "offers", "buyer(display_name)"),
    ("client", "offers", "seller(display_name)"),
    ("client", "offers", "listings(title)"),
    ("client", "offers", "contracts(id)"),
    ("vendor", "contracts", "buyer(display_name)"),
    ("client", "contracts", "seller(display_name)"),
    ("client", "contracts", "listings(title)"),
    ("client", "contracts", "offers(conditions)"),
    ("client", "contracts", "contract_progress(status)"),
    ("client", "contracts", "contract_signatures(role)"),
    ("client", "contracts", "contract_milestones(escrow_transactions(state),deliveries(note))"),
    ("vendor", "contract_milestones", "contracts(id)"),
    ("vendor", "contract_milestones", "escrow_next_steps(next_action)"),
    ("vendor", "guilds", "guild_members(role,member(display_name))"),
    ("client", "guild_invitations", "guilds(name),invited(display_name)"),
]  # fmt: skip


def _shown(value: Any) -> bool:
    """Whether there is something at every level of what was read along."""
    if isinstance(value, list):
        return any(map(_shown, value))
    if isinstance(value, dict):
        return all(_shown(each) for each in value.values() if isinstance(each, list | dict))
    return value is not None


@pytest.mark.parametrize(("who", "what", "along"), EMBEDS, ids=[f"{a}-{b}" for _, a, b in EMBEDS])
def test_it_comes_along(lives: Lives, who: str, what: str, along: str) -> None:
    rows = lives.desk.read(lives.people()[who], f"/{what}?select={along}&limit=100")
    assert isinstance(rows, list), rows
    assert any(_shown(list(row.values())) for row in rows), rows


def test_two_ways_to_one_table_are_named(lives: Lives) -> None:
    """Where two columns refer to one table, the column says which: an order has two currencies."""
    along = "paid:currencies!fiat_currency(code),sold:currencies!cryptocurrency(code)"
    path = f"/p2p_orders?select={along}&id=eq.{lives.trade.order_id}"
    (row,) = lives.desk.read(lives.trade.seller, path)
    assert (row["paid"]["code"], row["sold"]["code"]) == ("USD", "BTC")


def test_nothing_comes_along_that_is_not_read_by_itself(lives: Lives) -> None:
    desk, trade = lives.desk, lives.trade
    stranger = desk.stack.create_user()
    for _, what, along in EMBEDS:
        rows = desk.read(stranger, f"/{what}?select={along}&limit=100")
        assert isinstance(rows, list), (what, along, rows)
    # Who acted is not in a row of the history, and a name is all there is of a party.
    path = "/escrow_transactions?select=escrow_events(*)"
    events = [each for row in desk.read(trade.buyer, path) for each in row["escrow_events"]]
    assert events
    assert not any({"actor_id", "request_id"} & each.keys() for each in events)
    (row,) = desk.read(trade.buyer, f"/p2p_trades?select=seller(*)&id=eq.{trade.id}")
    assert {key for key, value in row["seller"].items() if value is not None} == {
        "id", "kind", "display_name",
    }  # fmt: skip
    assert desk.read(stranger, "/p2p_trades?select=trade_messages(body)") == []


def test_the_page_names_each(lives: Lives) -> None:
    """docs/reading.md has every embed that is a function of ours."""
    with lives.desk.stack.connect() as owner:
        ours = owner.execute(
            "select p.proname, t.relname from pg_proc as p "
            "join pg_class as t on t.reltype = p.proargtypes[0] "
            "where p.pronamespace = 'public'::regnamespace and p.pronargs = 1 and t.relkind <> 'c'"
        ).fetchall()
    told = {
        (along, what)
        for row in table(section(DOCS / "reading.md", "Embedded rows"))
        for what in words(row[0])
        for along in words(row[1])
    }
    assert set(ours) <= told
