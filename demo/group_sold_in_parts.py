from demo.chains import CURRENCY
from demo.selling import lists, milestones, sign, terms
from demo.stage import Stage
from demo.users import User, balance

_PARTS = ("Ownership", "Group funds", "Roles")


def group_sold_in_parts(stage: Stage) -> None:
    """Contract: a group sold for 330 USDC on Base in three milestones, one of them disputed"""
    stage.count_in(CURRENCY)
    alice, bob = stage.person("alice"), stage.person("bob")
    base = stage.chain()
    base.account(alice)
    base.account(bob, "330")
    listing = lists(stage, alice, "A group with 10k members", "330", CURRENCY)
    offered = stage.command(
        bob, "offers 300 USDC in three parts", f"/listings/{listing}/offers",
        terms(_PARTS, ("100", "100", "100"), "base"), expect="201 pending",
    )  # fmt: skip
    countered = stage.command(
        alice, "wants 330", f"/offers/{offered.body['offer_id']}/counter",
        terms(_PARTS, ("110", "110", "110"), "base"), expect="201 pending",
    )  # fmt: skip
    contract = stage.command(
        bob, "accepts: a contract is made", f"/offers/{countered.body['offer_id']}/accept",
        expect="201",
    )  # fmt: skip
    first, second, third = milestones(stage, contract)
    sign(stage, contract, (alice, bob))
    for part in (first, second, third):
        base.send(bob, part, "110")
    base.settle("credits what is final")
    stage.claim("330 USDC are held", bob.balance(CURRENCY), balance("0", "330"))
    for part, what in ((first, "the ownership"), (second, "the funds"), (third, "the roles")):
        stage.move(
            alice, part, f"hands over {what}", "deliver", {"note": f"See the log: {what}."},
            expect="200 performed",
        )  # fmt: skip
    stage.move(bob, first, "is content", "release", aal="aal2", expect="200 released")
    _disputed(stage, alice, bob, second)
    stage.claim("the third part was never stopped", stage.state(bob, third), "performed")
    stage.wait(days=1)
    stage.timer(bob, third, "bob said nothing for three days", "released")
    (progress,) = bob.read("contract_progress", contract_id=contract.body["contract_id"])
    stage.claim("the contract is completed", progress["status"], "completed")
    base.pay_out("signs and sends what everybody gets")
    paid = alice.read("payouts", "state", party_id=alice.id)
    stage.claim("all is final", {each["state"] for each in paid}, {"confirmed"})


def _disputed(stage: Stage, alice: User, bob: User, part: str) -> None:
    stage.move(
        bob, part, "finds half of the funds only", "dispute", {"reason": "not_as_described"},
        expect="200 disputed · statements",
    )  # fmt: skip
    for person, phase in ((bob, "statements"), (alice, "acknowledge")):
        stage.move(
            person, part, "states a side", "statement", {"body": "This is what I see."},
            expect=f"200 disputed · {phase}",
        )  # fmt: skip
    arbiter = stage.arbiter(bob, part)
    stage.move(arbiter, part, "takes the case", "acknowledge", expect="200 disputed · decide")
    ruling = {
        "payer_amount": "55", "payee_amount": "55", "reason": "partly_delivered",
        "grounds": "The log shows half of the promised funds.",
    }  # fmt: skip
    stage.move(
        arbiter, part, "divides it in halves", "decide", ruling, aal="aal2", expect="200 decided"
    )
    stage.wait(days=2, minutes=1)
    stage.timer(bob, part, "nobody appealed", "split")
