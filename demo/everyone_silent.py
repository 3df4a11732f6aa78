from demo.stage import Stage
from demo.users import balance


def everyone_silent(stage: Stage) -> None:
    """Everyone silent: the dispute ends by itself, no row waits for ever"""
    alice = stage.person("alice", deposit="0.1")
    bob = stage.person("bob")
    trade = stage.takes(bob, stage.sells(alice, "0.1"), "0.1")
    stage.move(bob, trade, "says he sent 5000 USD", "mark-paid", expect="200 performed")
    stage.wait(days=1, minutes=1)
    stage.timer(alice, trade, "opens a dispute: alice said nothing", "disputed · statements")
    stage.wait(days=1, minutes=1)
    stage.timer(alice, trade, "closes the file: nobody stated", "disputed · acknowledge")
    asked = []
    for _ in range(3):
        arbiter = stage.arbiter(alice, trade).name
        asked.append(arbiter)
        stage.wait(hours=2, minutes=1)
        stage.timer(
            alice, trade, f"takes the case away from {arbiter}, who is silent",
            "disputed · acknowledge",
        )  # fmt: skip
    stage.claim("three arbiters were asked, nobody twice", len(set(asked)), 3)
    stage.wait(hours=2, minutes=1)
    stage.timer(alice, trade, "divides as the policy says: half each", "split")
    stage.claim("bob has half less 0.5% fee", bob.balance("BTC"), balance("0.04975"))
    stage.claim("alice has half", alice.balance("BTC"), balance("0.05"))
