from demo.stage import Stage
from demo.users import balance

_TAKES = 20


def limit_reached(stage: Stage) -> None:
    """Limit: the twenty-first take of a day is stopped, and told when it frees"""
    alice = stage.person("alice", deposit="0.1")
    bob = stage.person("bob", limited=True)
    stage.command(
        stage.olga, "has checked bob's phone: tier 1", f"/profiles/{bob.id}/verify",
        {"flag": "phone", "reason": "He answered the code."}, aal="aal2", expect="200",
    )  # fmt: skip
    with stage.market() as market:
        # Takes count at the index when it is above their price.
        market.set("BTC", "USD", "50000")
        stage.wait(minutes=20)
        stage.schedule("PricesFunction", "asks two sources: 50000 USD", ["indexes"])
    order = stage.drafts(alice, "0.1", min_order_amount="0.001")
    stage.publishes(alice, order, "0.1")
    for _ in range(_TAKES):
        stage.completes(bob, order, "0.003", alice)
    stage.tell("bob", f"buys for 150 USD, {_TAKES} times", "200 released")
    take = {"amount": "0.003", "expected_price": "50000"}
    refused = stage.command(
        bob, "wants more", f"/orders/{order}/take", take, expect="409 limit_exceeded"
    ).body
    stage.table(["bob is told"], [[str(refused["detail"])]])
    limit = refused["limit"]
    stage.claim(
        "of the day's 3000 USD nothing is left", (limit["name"], limit["left"]), ("daily", "0")
    )
    stage.wait(hours=24)
    stage.completes(bob, order, "0.003", alice)
    stage.tell("bob", "buys again a day later", "200 released")
    stage.claim("bob has 21 times 0.003 BTC less fee", bob.balance("BTC"), balance("0.062685"))
    alice.post(f"/orders/{order}/cancel")
