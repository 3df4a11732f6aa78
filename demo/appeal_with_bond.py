from demo.stage import Stage
from demo.users import User, balance

_ALL_TO_ALICE = {"payer_amount": "0.1", "payee_amount": "0", "reason": "not_paid"}
_ALL_TO_BOB = {"payer_amount": "0", "payee_amount": "0.1", "reason": "paid"}


def appeal_with_bond(stage: Stage) -> None:
    """Appeal: a second arbiter finds the transfer that the first one missed"""
    alice = stage.person("alice", deposit="0.1")
    bob = stage.person("bob", deposit="0.01")
    trade = _disputed(stage, alice, bob)
    first = stage.arbiter(alice, trade)
    stage.move(first, trade, "takes the case", "acknowledge", expect="200 disputed · decide")
    stage.move(
        first, trade, "gives all back to alice", "decide",
        {**_ALL_TO_ALICE, "grounds": "The statement shows no incoming transfer."},
        aal="aal2", expect="200 decided",
    )  # fmt: skip
    stage.move(
        alice, trade, "tries to appeal though she got all", "appeal",
        expect="409 appeal_not_open",
    )  # fmt: skip
    stage.wait(hours=20)
    stage.move(
        bob, trade, "appeals with a bond of 2%", "appeal", expect="200 disputed · acknowledge"
    )
    stage.claim("bob's bond is locked", bob.balance("BTC"), balance("0.008", "0.002"))
    second = stage.arbiter(alice, trade)
    stage.claim(f"{second.name} decides now", second.id == first.id, False)
    stage.move(second, trade, "takes the case", "acknowledge", expect="200 disputed · decide")
    stage.move(
        first, trade, "tries to decide once more", "decide",
        {**_ALL_TO_ALICE, "grounds": "I have not changed my mind about this."},
        aal="aal2", expect="404 escrow_not_found",
    )  # fmt: skip
    stage.move(
        second, trade, "gives all to bob", "decide",
        {**_ALL_TO_BOB, "grounds": "The transfer is booked under alice's second account."},
        aal="aal2", expect="200 decided",
    )  # fmt: skip
    stage.move(alice, trade, "tries to appeal the appeal", "appeal", expect="409 appeal_not_open")
    stage.move(bob, trade, "accepts", "accept-decision", expect="200 decided")
    stage.move(alice, trade, "accepts: no need to wait", "accept-decision", expect="200 released")
    stage.claim("bob has all less fee, and his bond back", bob.balance("BTC"), balance("0.1095"))
    stage.claim("alice has sold her crypto", alice.balance("BTC"), balance("0"))


def _disputed(stage: Stage, alice: User, bob: User) -> str:
    trade = stage.takes(bob, stage.sells(alice, "0.1"), "0.1")
    stage.move(bob, trade, "says he sent 5000 USD", "mark-paid", expect="200 performed")
    stage.wait(minutes=40)
    stage.move(
        bob, trade, "hears nothing and opens a dispute", "dispute",
        {"reason": "not_released"}, expect="200 disputed · statements",
    )  # fmt: skip
    stage.move(
        bob, trade, "states his side", "statement", {"body": "My bank confirms the transfer."},
        expect="200 disputed · statements",
    )  # fmt: skip
    stage.move(
        alice, trade, "states her side", "statement", {"body": "Nothing has arrived."},
        expect="200 disputed · acknowledge",
    )  # fmt: skip
    return trade
