from demo.stage import Stage
from demo.users import balance


def dispute_divided(stage: Stage) -> None:
    """Dispute: only 70% of the bank money came, an arbiter divides 70/30"""
    alice = stage.person("alice", deposit="0.1")
    bob = stage.person("bob")
    trade = stage.takes(bob, stage.sells(alice, "0.1"), "0.1")
    stage.move(bob, trade, "says he sent 5000 USD", "mark-paid", expect="200 performed")
    stage.wait(hours=2)
    stage.move(
        alice, trade, "found 3500 USD and opens a dispute", "dispute",
        {"reason": "underpaid", "description": "3500 of 5000 USD arrived."},
        expect="200 disputed · statements",
    )  # fmt: skip
    stage.move(
        alice, trade, "states her side", "statement",
        {"body": "My bank shows one transfer of 3500 USD."},
        expect="200 disputed · statements",
    )  # fmt: skip
    unread = bob.read("dispute_statements", "author_role")
    stage.claim("bob cannot read it before he has spoken himself", unread, [])
    stage.move(
        bob, trade, "states his side", "statement",
        {"body": "My bank's daily limit is 3500 USD; the rest bounced."},
        expect="200 disputed · acknowledge",
    )  # fmt: skip
    arbiter = stage.arbiter(alice, trade)
    read = len(arbiter.read("dispute_statements", "author_role,body"))
    stage.claim(f"{arbiter.name} was given the case and reads both", read, 2)
    stage.move(arbiter, trade, "takes the case", "acknowledge", expect="200 disputed · decide")
    stage.wait(hours=5)
    stage.move(
        arbiter, trade, "decides 70/30, second factor", "decide",
        {
            "payer_amount": "0.03",
            "payee_amount": "0.07",
            "reason": "partly_paid",
            "grounds": "Both banks agree: 70% of the price arrived.",
        },
        aal="aal2", expect="200 decided",
    )  # fmt: skip
    stage.timer(alice, trade, "looks: either side may still appeal", "decided")
    stage.wait(days=1, minutes=1)
    stage.timer(alice, trade, "carries the decision out", "split")
    stage.claim("bob has 70%, less 0.5% fee", bob.balance("BTC"), balance("0.06965"))
    stage.claim("alice has 30%, no fee", alice.balance("BTC"), balance("0.03"))
