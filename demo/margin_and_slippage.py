from demo.stage import Stage
from demo.users import balance


def margin_and_slippage(stage: Stage) -> None:
    """Margin order: the price follows the market, a take says how far it may go"""
    alice = stage.person("alice", deposit="0.2")
    bob = stage.person("bob")
    with stage.market() as market:
        market.set("BTC", "USD", "50000")
        stage.wait(minutes=20)
        stage.schedule("PricesFunction", "asks two sources: 50000 USD", ["indexes"])
        order = stage.drafts(
            alice, "0.2", "the index and 1%", price_type="margin", price=None, margin_bps=100
        )
        stage.publishes(alice, order, "0.2")
        stage.claim("the book says 50500", _in_the_book(stage, order), "50500")
        market.set("BTC", "USD", "50200")
        stage.schedule("PricesFunction", "the market moves to 50200", ["indexes"])
        stage.claim(
            "the order moved along, no row was written", _in_the_book(stage, order), "50702"
        )
        take = {"amount": "0.1", "expected_price": "50500"}
        stage.command(
            bob, "takes 0.1 BTC at 50500 or better", f"/orders/{order}/take", take,
            expect="409 price_changed",
        )  # fmt: skip
        market.coinbase.lie("BTC", "USD")
        done = stage.schedule("PricesFunction", "one source says ten times as much", ["indexes"])
        stage.claim("no index is made of sources that disagree", done["indexes"], 0)
        market.coinbase.behave()
        trade = stage.takes(bob, order, "0.1", expected_price="50500", max_slippage_bps=50)
    told = bob.read("p2p_trades", "price,price_source,fiat_amount", id=trade)
    stage.claim(
        "within 0.5% of what he saw: 50702, with its sources",
        told, [{"price": "50702", "price_source": "coinbase,coingecko", "fiat_amount": "5070.2"}],
    )  # fmt: skip
    stage.move(bob, trade, "says he sent 5070.20 USD", "mark-paid", expect="200 performed")
    stage.move(
        alice, trade, "has it from bob's own account", "release", {"payer_name_matches": True},
        aal="aal2", expect="200 released",
    )  # fmt: skip
    stage.wait(minutes=20)
    late = {"amount": "0.1", "expected_price": "50500", "max_slippage_bps": 50}
    stage.command(
        bob, "wants more, but the sources are gone", f"/orders/{order}/take", late,
        expect="409 price_stale",
    )  # fmt: skip
    stage.claim("bob has 0.1 BTC less 0.5% fee", bob.balance("BTC"), balance("0.0995"))


def _in_the_book(stage: Stage, order: str) -> str:
    lines = stage.olga.call("p2p_book", side="sell", cryptocurrency="BTC", fiat_currency="USD")
    return next(str(line["price"]) for line in lines if line["id"] == order)
