"""A contract of two milestones through the wheel: one is released, one goes to an arbiter."""

import json
import os
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

from holdfast import Holdfast
from holdfast.commands import (
    ContractSign,
    EscrowDecide,
    EscrowDeliver,
    EscrowDispute,
    EscrowStatement,
    ListingOffers,
    Milestone,
)
from holdfast.database import ContractProgress, Disputes, Listings, WalletBalances

ENV = os.environ
ARBITERS = json.loads(ENV["ARBITERS"])

with ExitStack() as open_clients:

    def person(token: str) -> Holdfast:
        client = Holdfast(ENV["URL"], ENV["API_URL"], ENV["KEY"], lambda: token)
        return open_clients.enter_context(client)

    seller, buyer = person(ENV["SELLER"]), person(ENV["BUYER"])
    listing = seller.insert(
        Listings,
        seller_id=ENV["SELLER_ID"],
        category="groups",
        title="A group with 10k members",
        description="Active since 2019.",
        price="300",
        currency="USDC_BASE",
    )
    seller.db.table("listings").update({"status": "active"}).eq("id", str(listing.id)).execute()
    shown: Any = buyer.db.rpc("listing", {"listing_id": str(listing.id)}).execute().data
    milestones = [
        Milestone(title=title, description="As agreed.", amount=Decimal(amount), days=14)
        for title, amount in (("Half", "100"), ("The rest", "200"))
    ]
    offer = buyer.commands.listing_offers(
        listing.id, ListingOffers(amount=Decimal(300), milestones=milestones)
    )
    made = seller.commands.offer_accept(offer.offer_id)
    for each in (seller, buyer):
        each.commands.contract_sign(
            made.contract_id, ContractSign(document_hash=made.document_hash)
        )
    buyer.commands.contract_fund(made.contract_id)

    first, second = (each.milestone_id for each in made.milestones)
    for milestone in (first, second):
        seller.commands.escrow_deliver(milestone, EscrowDeliver(note="It is in the group."))
    released = buyer.commands.escrow_release(first)

    buyer.commands.escrow_dispute(second, EscrowDispute(reason="not_as_described"))
    for each in (buyer, seller):
        each.commands.escrow_statement(second, EscrowStatement(body="This is how it was."))
    (dispute,) = buyer.rows(Disputes, escrow_id=second)
    arbiter = person(ARBITERS[str(dispute.arbiter_id)])
    arbiter.commands.escrow_acknowledge(second)
    arbiter.commands.escrow_decide(
        second,
        EscrowDecide(
            payer_amount=Decimal(80),
            payee_amount=Decimal(120),
            reason="partly_delivered",
            grounds="The log shows a part of what was promised.",
        ),
    )
    for each in (buyer, seller):
        each.commands.escrow_accept_decision(second)
    (progress,) = buyer.rows(ContractProgress, contract_id=made.contract_id)
    (held,) = seller.rows(WalletBalances, currency="USDC_BASE")

print(
    json.dumps(
        {
            "price": shown[0]["price"],
            "released": released.state,
            "payee": str(released.payee_amount),
            "reason": dispute.reason,
            "status": progress.status,
            "available": str(held.available),
        }
    )
)
