import hashlib
from collections.abc import Sequence
from uuid import uuid4

from tests.stories.stage import Stage
from tests.stories.users import Answer, User, balance

_CURRENCY = "USDC_BASE"


def group_sold_in_parts(stage: Stage) -> None:
    """Contract: a group sold for 330 USDC in three milestones, one of them disputed"""
    stage.count_in(_CURRENCY)
    alice = stage.person("alice")
    bob = stage.person("bob", deposit="330")
    listing = _lists(stage, alice)
    offered = stage.command(
        bob, "offers 300 USDC in three parts", f"/listings/{listing}/offers",
        _terms("100", "100", "100"), expect="201 pending",
    )  # fmt: skip
    countered = stage.command(
        alice, "wants 330", f"/offers/{offered.body['offer_id']}/counter",
        _terms("110", "110", "110"), expect="201 pending",
    )  # fmt: skip
    contract = stage.command(
        bob, "accepts: a contract is made", f"/offers/{countered.body['offer_id']}/accept",
        expect="201",
    )  # fmt: skip
    parts = [str(each["milestone_id"]) for each in contract.body["milestones"]]
    for each in parts:
        stage.watch(each)
    first, second, third = parts
    _sign(stage, contract, (alice, bob))
    stage.command(
        bob, "pays all three parts in", f"/contracts/{contract.body['contract_id']}/fund",
        aal="aal2", expect="200",
    )  # fmt: skip
    stage.claim("330 USDC are held", bob.balance(_CURRENCY), balance("0", "330"))
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
    stage.claim("alice has 275 USDC less 5% fee", alice.balance(_CURRENCY), balance("261.25"))
    stage.claim("bob has half of the second part", bob.balance(_CURRENCY), balance("55"))


def _lists(stage: Stage, seller: User) -> str:
    listing = str(uuid4())
    seller.write(
        "listings", id=listing, seller_id=seller.id, category="groups", currency=_CURRENCY,
        title="A group with 10k members", description="Since 2019.", price="330",
    )  # fmt: skip
    seller.rest.table("listings").update({"status": "active"}).eq("id", listing).execute()
    stage.tell(seller.name, "lists a group for 330 USDC", "active", "POST /rest/v1/listings")
    return listing


def _terms(*amounts: str) -> dict[str, object]:
    titles = ("Ownership", "Group funds", "Roles")
    return {
        "amount": str(sum(map(int, amounts))),
        "milestones": [
            {"title": title, "description": "", "amount": amount, "days": 7}
            for title, amount in zip(titles, amounts, strict=True)
        ],
    }


def _sign(stage: Stage, contract: Answer, who: Sequence[User]) -> None:
    name, told = contract.body["contract_id"], contract.body["document_hash"]
    for person in who:
        (row,) = person.read("contracts", "document", id=str(name))
        read = hashlib.sha256(str(row["document"]).encode()).hexdigest()
        stage.claim(f"{person.name} has read the bytes that are signed", read, told)
        stage.command(
            person, "signs them", f"/contracts/{name}/sign", {"document_hash": read},
            aal="aal2", expect="200",
        )  # fmt: skip


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
