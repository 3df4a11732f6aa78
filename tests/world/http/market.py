"""Scenes of the marketplace: a listing, an offer, a contract that is signed and paid in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from stack.people import OLGA
from tests.world.http.desk import Desk

CURRENCY = "USDC_BASE"


def milestone(amount: str, title: str = "The whole", days: int = 14) -> dict[str, Any]:
    return {"title": title, "description": "As agreed.", "amount": amount, "days": days}


def listing(desk: Desk, seller: UUID, *, publish: bool = True, **fields: Any) -> str:
    """A listing of a group for 300 USDC, open for offers."""
    row = {
        "id": str(uuid4()),
        "seller_id": str(seller),
        "category": "groups",
        "title": "A group with 10k members",
        "description": "Active since 2019, all roles included.",
        "price": "300",
        "currency": CURRENCY,
        **fields,
    }
    answer = desk.write(seller, "POST", "/listings", row)
    assert answer.status == 201, answer.body
    if publish:
        assert (
            desk.write(seller, "PATCH", f"/listings?id=eq.{row['id']}", {"status": "active"}).status
            == 204
        )
    return str(row["id"])


def offer(
    desk: Desk, buyer: UUID, listing_id: str, amounts: Sequence[str] = ("300",), **terms: Any
) -> str:
    """An offer of the buyer with a milestone for each amount, or with terms of its own."""
    body = {
        "milestones": [milestone(each, f"Part {n}") for n, each in enumerate(amounts, 1)],
        **terms,
    }
    body["amount"] = str(sum(Decimal(each["amount"]) for each in body["milestones"]))
    return str(desk.done(buyer, f"/listings/{listing_id}/offers", body)["offer_id"])


@dataclass(frozen=True)
class Contract:
    """A contract and who is in it."""

    desk: Desk
    id: str
    listing_id: str
    document_hash: str
    milestones: tuple[str, ...]
    buyer: UUID
    seller: UUID

    def sign(self, *who: UUID) -> Any:
        """Sign as each of them; the last answer."""
        body = {"document_hash": self.document_hash}
        return [self.desk.done(each, f"/contracts/{self.id}/sign", body) for each in who][-1]

    def fund(self) -> Any:
        return self.desk.done(self.buyer, f"/contracts/{self.id}/fund")

    def done(self, who: UUID, number: int, word: str, body: Any = None, **options: Any) -> Any:
        """A command about one milestone, counted from 1, that must succeed."""
        path = f"/escrows/{self.milestones[number - 1]}/{word}"
        return self.desk.done(who, path, body, **options)

    def status(self) -> str:
        (row,) = self.desk.read(self.buyer, f"/contract_progress?contract_id=eq.{self.id}")
        return str(row["status"])


def contract(
    desk: Desk,
    amounts: Sequence[str] = ("300",),
    terms: Mapping[str, Any] | None = None,
    snapshots: Callable[[UUID], list[str]] | None = None,
    seller: UUID | None = None,
    **fields: Any,
) -> Contract:
    """An accepted offer; nobody has signed. The buyer owns 1,000 USDC.

    terms: of the offer, besides the amounts. snapshots: takes the listing's, as its seller.
    seller: somebody new if none is named. fields: of the listing.
    """
    seller, buyer = seller or desk.stack.create_user(), desk.stack.create_user()
    body = {
        "party_id": str(buyer),
        "currency": CURRENCY,
        "amount": "1000",
        "reference": str(uuid4()),
    }
    desk.done(OLGA.id, "/deposits", body)
    if snapshots:
        fields["snapshots"] = snapshots(seller)
    listing_id = listing(desk, seller, **fields)
    offer_id = offer(desk, buyer, listing_id, amounts, **(terms or {}))
    made = desk.done(seller, f"/offers/{offer_id}/accept")
    return Contract(
        desk, made["contract_id"], listing_id, made["document_hash"],
        tuple(each["milestone_id"] for each in made["milestones"]), buyer, seller,
    )  # fmt: skip


def funded(desk: Desk, amounts: Sequence[str] = ("300",), **fields: Any) -> Contract:
    """A contract that both signed and the buyer paid in."""
    made = contract(desk, amounts, **fields)
    made.sign(made.seller, made.buyer)
    made.fund()
    return made
