"""From a listing to a contract that both sides have signed."""

import hashlib
from collections.abc import Sequence
from uuid import uuid4

from demo.stage import Stage
from demo.users import Answer, User


def lists(stage: Stage, seller: User, title: str, price: str, currency: str) -> str:
    """An active listing; its id."""
    listing = str(uuid4())
    seller.write(
        "listings", id=listing, seller_id=seller.id, category="groups", currency=currency,
        title=title, description="Since 2019.", price=price,
    )  # fmt: skip
    seller.rest.table("listings").update({"status": "active"}).eq("id", listing).execute()
    what = f"lists {title[0].lower()}{title[1:]} for {price} {currency}"
    stage.tell(seller.name, what, "active", "POST /rest/v1/listings")
    return listing


def terms(titles: Sequence[str], amounts: Sequence[str], rail: str) -> dict[str, object]:
    """An offer: a part for each amount."""
    return {
        "amount": str(sum(map(int, amounts))),
        "rail": rail,
        "milestones": [
            {"title": title, "description": "", "amount": amount, "days": 7}
            for title, amount in zip(titles, amounts, strict=True)
        ],
    }


def sign(stage: Stage, contract: Answer, who: Sequence[User]) -> None:
    """Each reads the document, and signs what was read."""
    name, told = contract.body["contract_id"], contract.body["document_hash"]
    for person in who:
        (row,) = person.read("contracts", "document", id=str(name))
        read = hashlib.sha256(str(row["document"]).encode()).hexdigest()
        stage.claim(f"{person.name} has read the bytes that are signed", read, told)
        stage.command(
            person, "signs them", f"/contracts/{name}/sign", {"document_hash": read},
            aal="aal2", expect="200",
        )  # fmt: skip


def milestones(stage: Stage, contract: Answer) -> list[str]:
    """The escrows of a contract, in their order; what they pay the platform is the story's."""
    parts = [str(each["milestone_id"]) for each in contract.body["milestones"]]
    for each in parts:
        stage.watch(each)
    return parts


def made_contract(
    stage: Stage, seller: User, buyer: User, amounts: Sequence[str], *, rail: str, currency: str
) -> list[str]:
    """A whole sale up to the signatures; the escrows."""
    price = str(sum(map(int, amounts)))
    listing = lists(stage, seller, "A limited hat", price, currency)
    offered = stage.command(
        buyer, f"offers {price} {currency}", f"/listings/{listing}/offers",
        terms([f"Part {n}" for n, _ in enumerate(amounts, 1)], amounts, rail),
        expect="201 pending",
    )  # fmt: skip
    contract = stage.command(
        seller, "accepts: a contract is made", f"/offers/{offered.body['offer_id']}/accept",
        expect="201",
    )  # fmt: skip
    sign(stage, contract, (seller, buyer))
    return milestones(stage, contract)
