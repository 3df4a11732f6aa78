from demo.stage import Stage
from demo.users import balance


def two_takers(stage: Stage) -> None:
    """Two takers: bob and carol want the same remainder at the same moment"""
    alice = stage.person("alice", deposit="0.3")
    takers = [stage.person("bob"), stage.person("carol")]
    order = stage.sells(alice, "0.3")
    answers = stage.race(takers, order, "0.1")
    both = [answer.outcome for answer in answers]
    stage.claim("there was enough for both", both, ["201 pending_payment"] * 2)
    first = dict(zip(takers, answers, strict=True))
    last = dict(zip(takers, stage.race(takers, order, "0.1"), strict=True))
    stage.claim(
        "exactly one of them got the last 0.1 BTC",
        sorted(answer.outcome for answer in last.values()),
        ["201 pending_payment", "409 not_enough_remaining"],
    )
    quantities = alice.read("p2p_orders", "remaining,reserved", id=order)[0]
    stage.claim("nothing is sold twice", quantities, {"remaining": "0", "reserved": "0.3"})
    for taker in takers:
        for answer in (first[taker], last[taker]):
            if answer.status == 201:
                stage.move(
                    taker, answer.body["trade_id"], "thinks better of it and gives the trade back",
                    "concede", expect="200 refunded",
                )  # fmt: skip
    quantities = alice.read("p2p_orders", "remaining,reserved,status", id=order)[0]
    stage.claim(
        "all of it is listed again, for others", quantities,
        {"remaining": "0.3", "reserved": "0", "status": "active"},
    )  # fmt: skip
    stage.cancels(alice, order)
    stage.claim("alice has all of it again", alice.balance("BTC"), balance("0.3"))
