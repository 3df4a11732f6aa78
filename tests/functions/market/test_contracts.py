"""A contract from the offer to its end, through the address that clients use."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial

import pytest

from stack.people import OLGA
from tests.world.http.desk import RULING, Desk
from tests.world.http.market import CURRENCY, Contract, contract, funded, listing, offer

NOTE = {"note": "The group is yours: see the audit log.", "files": ["ab" * 32]}


def _owns(desk: Desk, made: Contract) -> tuple[object, ...]:
    """What buyer and seller can spend, and what is held."""
    found: list[object] = []
    for who in (made.buyer, made.seller):
        query = f"/wallet_balances?party_id=eq.{who}&currency=eq.{CURRENCY}&type=eq.spot"
        rows = desk.read(who, query)
        found += [Decimal(rows[0][name]) if rows else Decimal() for name in ("available", "locked")]
    return tuple(found[:3])


def test_three_milestones_from_the_offer_to_the_last_payment(desk: Desk) -> None:
    made = contract(desk, ("100", "150", "50"))
    (row,) = desk.read(made.buyer, f"/contracts?id=eq.{made.id}")
    assert hashlib.sha256(row["document"].encode()).hexdigest() == made.document_hash
    document = json.loads(row["document"])
    assert [each["amount"] for each in document["milestones"]] == ["100", "150", "50"]
    assert (document["total"], document["buyer"]["id"]) == ("300", str(made.buyer))
    assert made.status() == "proposed"
    made.sign(made.seller)
    assert made.status() == "proposed"
    made.sign(made.buyer)
    assert made.status() == "awaiting_funds"
    assert {each["state"] for each in made.fund()["milestones"]} == {"funded"}
    assert _owns(desk, made) == (700, 300, 0)
    for number in (1, 2, 3):
        assert made.status() == "active"
        made.done(made.seller, number, "deliver", NOTE)
        made.done(made.buyer, number, "release")
    assert made.status() == "completed"
    # 5 percent of each part.
    assert _owns(desk, made) == (700, 0, 285)
    signatures = desk.read(made.seller, f"/contract_signatures?contract_id=eq.{made.id}")
    assert {(each["role"], each["document_hash"]) for each in signatures} == {
        ("buyer", made.document_hash), ("seller", made.document_hash)
    }  # fmt: skip
    deliveries = desk.read(made.buyer, f"/deliveries?milestone_id=eq.{made.milestones[0]}")
    assert [(each["revision"], each["files"]) for each in deliveries] == [(0, NOTE["files"])]


def test_a_dispute_leaves_the_other_milestones_alone(desk: Desk) -> None:
    made = funded(desk, ("100", "200"))
    made.done(made.seller, 1, "deliver", NOTE)
    made.done(made.buyer, 1, "dispute", {"reason": "not_as_described"})
    made.done(made.seller, 2, "deliver", NOTE)
    made.done(made.buyer, 2, "release")
    assert made.status() == "disputed"
    for who in (made.buyer, made.seller):
        made.done(who, 1, "statement", {"body": "This is how it was."})
    (dispute,) = desk.read(
        made.buyer, f"/disputes?select=arbiter_id&escrow_id=eq.{made.milestones[0]}"
    )
    arbiter = dispute["arbiter_id"]
    made.done(arbiter, 1, "acknowledge")
    ruling = {**RULING, "payer_amount": "40", "payee_amount": "60", "reason": "partly_delivered"}
    made.done(arbiter, 1, "decide", ruling)
    for who in (made.buyer, made.seller):
        made.done(who, 1, "accept-decision")
    assert made.status() == "completed"
    assert _owns(desk, made) == (740, 0, Decimal("247"))


def test_a_revision_is_another_delivery_and_they_are_counted(desk: Desk) -> None:
    made = funded(desk, category="design")
    wanted = {"reason": "The logo is missing."}
    for _ in range(2):
        made.done(made.seller, 1, "deliver", NOTE)
        assert made.done(made.buyer, 1, "request-revision", wanted)["state"] == "funded"
    made.done(made.seller, 1, "deliver", NOTE)
    path = f"/escrows/{made.milestones[0]}/request-revision"
    assert desk.post(made.buyer, path, wanted).code == "no_revisions_left"
    deliveries = desk.read(made.buyer, f"/deliveries?milestone_id=eq.{made.milestones[0]}")
    assert [each["revision"] for each in deliveries] == [0, 1, 2]
    made.done(made.buyer, 1, "release")
    assert made.status() == "completed"


def test_words_of_the_other_product_are_refused(desk: Desk) -> None:
    made = funded(desk)
    path = f"/escrows/{made.milestones[0]}"
    assert desk.post(made.seller, f"{path}/mark-paid").code == "illegal_move"
    assert desk.post(made.buyer, f"{path}/deliver", NOTE).code == "not_your_move"


def test_signing_needs_a_second_factor_and_the_same_bytes(desk: Desk) -> None:
    made = contract(desk)
    path, body = f"/contracts/{made.id}/sign", {"document_hash": made.document_hash}
    assert desk.post(made.seller, path, body, aal="aal1").code == "step_up_required"
    assert desk.post(made.seller, path, {"document_hash": "0" * 64}).code == "terms_differ"
    assert desk.post(made.buyer, f"/contracts/{made.id}/fund").code == "illegal_move"
    made.sign(made.seller)
    assert desk.post(made.seller, path, body).code == "already_signed"
    made.sign(made.buyer)
    assert desk.post(made.seller, f"/contracts/{made.id}/fund").code == "not_your_move"
    assert (
        desk.post(made.buyer, f"/contracts/{made.id}/fund", aal="aal1").code == "step_up_required"
    )


def test_all_milestones_are_paid_in_or_none(desk: Desk) -> None:
    made = contract(desk, ("600", "600"))
    made.sign(made.seller, made.buyer)
    path = f"/contracts/{made.id}/fund"
    assert desk.post(made.buyer, path).code == "insufficient_funds"
    assert _owns(desk, made) == (1000, 0, 0)
    body = {"party_id": str(made.buyer), "currency": CURRENCY, "amount": "200",
            "reference": f"slip {made.buyer}"}  # fmt: skip
    desk.done(OLGA.id, "/deposits", body)
    first = desk.post(made.buyer, path, key="once")
    again = desk.post(made.buyer, path, key="once")
    assert (first.body, again.body, again.replayed) == (first.body, first.body, True)
    assert _owns(desk, made) == (0, 1200, 0)


def test_strangers_see_and_move_nothing(desk: Desk) -> None:
    made, stranger = funded(desk), desk.stack.create_user()
    for table in ("contracts", "contract_milestones", "contract_progress", "deliveries", "offers"):
        assert desk.read(stranger, f"/{table}") == []
    for word in ("sign", "fund", "cancel"):
        body = {"document_hash": made.document_hash} if word == "sign" else {}
        reply = desk.post(stranger, f"/contracts/{made.id}/{word}", body)
        assert (reply.status, reply.code) == (404, "contract_not_found")
    reply = desk.post(stranger, f"/escrows/{made.milestones[0]}/release")
    assert (reply.status, reply.code) == (404, "escrow_not_found")


@pytest.mark.parametrize("paid", [False, True])
def test_a_contract_that_comes_to_nothing_gives_its_unit_back(desk: Desk, paid: bool) -> None:
    made = funded(desk, ("100", "200")) if paid else contract(desk, ("100", "200"))
    (row,) = desk.read(made.seller, f"/listings?id=eq.{made.listing_id}")
    assert (row["status"], row["units_left"]) == ("sold_out", 0)
    if paid:
        made.done(made.seller, 1, "concede")
        (row,) = desk.read(made.seller, f"/listings?id=eq.{made.listing_id}")
        assert row["status"] == "sold_out"
        made.done(made.seller, 2, "concede")
    else:
        desk.done(made.buyer, f"/contracts/{made.id}/cancel")
    (row,) = desk.read(made.seller, f"/listings?id=eq.{made.listing_id}")
    assert (row["status"], row["units_left"]) == ("active", 1)
    assert made.status() == ("cancelled" if paid else "void")
    assert _owns(desk, made) == (1000, 0, 0)


def test_milestones_that_end_at_once_give_one_unit_back(desk: Desk) -> None:
    made = funded(desk, ("50",) * 4)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda n: made.done(made.seller, n, "concede"), (1, 2, 3, 4)))
    assert {each["state"] for each in done} == {"refunded"}
    (row,) = desk.read(made.seller, f"/listings?id=eq.{made.listing_id}")
    assert (row["status"], row["units_left"], row["units"]) == ("active", 1, 1)
    assert _owns(desk, made) == (1000, 0, 0)


def test_both_sign_and_both_cancel_at_once(desk: Desk) -> None:
    """Whatever comes first, the milestones stay together: they are never signed and void."""
    for _ in range(5):
        made = contract(desk, ("100", "200"))
        path, signed = f"/contracts/{made.id}", {"document_hash": made.document_hash}
        commands = [
            partial(desk.post, who, f"{path}/{word}", body)
            for who in (made.buyer, made.seller)
            for word, body in (("sign", signed), ("cancel", {}))
        ]
        with ThreadPoolExecutor(4) as pool:
            replies = [each.result() for each in [pool.submit(each) for each in commands]]
        assert {reply.status for reply in replies} <= {200, 409}
        assert made.status() == "void"


def test_a_buyer_who_stays_silent_pays_and_a_seller_who_does_pays_back(desk: Desk) -> None:
    made = funded(desk, ("100", "200"))
    made.done(made.seller, 1, "deliver", NOTE)
    try:
        desk.stack.clock.advance(days=17)
        desk.stack.tick("EscrowExpireFunction")
        desk.stack.settle()
        assert made.status() == "completed"
        assert _owns(desk, made) == (900, 0, 95)
    finally:
        desk.stack.clock.reset()


def test_an_offer_that_was_accepted_twice_makes_one_contract(desk: Desk) -> None:
    seller, buyer = desk.stack.create_user(), desk.stack.create_user()
    offer_id = offer(desk, buyer, listing(desk, seller))
    first = desk.post(seller, f"/offers/{offer_id}/accept", key="twice")
    again = desk.post(seller, f"/offers/{offer_id}/accept", key="twice")
    assert (first.status, again.body, again.replayed) == (201, first.body, True)
    assert desk.post(seller, f"/offers/{offer_id}/accept").code == "offer_not_pending"
    assert len(desk.read(buyer, f"/contracts?offer_id=eq.{offer_id}")) == 1
