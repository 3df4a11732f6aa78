"""Asset snapshots: asked of a provider that misbehaves, listed, frozen, compared with others."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from stack.stack import Stack
from stack.stand_ins.roblox import Roblox
from tests.world.http.desk import Desk
from tests.world.http.market import Contract, contract, funded, listing

GROUP = {"kind": "group", "asset_id": "4199740"}
_COLUMNS = "select=id,party_id,provider,kind,asset_id,document,sha256,taken_at"
PATH = "/asset-snapshots"


@pytest.fixture(scope="module")
def roblox(stack: Stack) -> Iterator[Roblox]:
    with Roblox() as roblox:
        stack.configure(**roblox.variables())
        roblox.user(1, "alice")
        roblox.user(2, "bob")
        yield roblox


@pytest.fixture(autouse=True)
def group(roblox: Roblox) -> None:
    """Alice's group; nothing is wrong with Roblox."""
    roblox.behave()
    roblox.group(4199740, owner=1)


def sold(desk: Desk, *, paid: bool = False) -> tuple[Contract, dict[str, Any]]:
    """A contract about the group, and the snapshot it freezes."""
    taken: dict[str, Any] = {}

    def snapshots(seller: UUID) -> list[str]:
        taken.update(desk.done(seller, PATH, GROUP))
        return [taken["snapshot_id"]]

    return (funded if paid else contract)(desk, snapshots=snapshots), taken


def test_what_the_provider_says_is_kept_by_hash(desk: Desk) -> None:
    who = desk.stack.create_user()
    taken = desk.done(who, PATH, GROUP)
    assert hashlib.sha256(taken["document"].encode()).hexdigest() == taken["sha256"]
    assert json.loads(taken["document"]).items() >= {
        "id": "4199740", "name": "Group 4199740", "owner_id": "1", "owner_name": "alice",
        "members": 10_000, "public_entry": True,
    }.items()  # fmt: skip
    (row,) = desk.read(
        who,
        f"/asset_snapshots?{_COLUMNS}&id=eq.{taken['snapshot_id']}",
    )
    assert row["document"] == taken["document"]


@pytest.mark.parametrize(
    ("kind", "owner"), [("game", "2"), ("item", "2"), ("user", None), ("group", "1")]
)
def test_every_kind(desk: Desk, roblox: Roblox, kind: str, owner: str | None) -> None:
    roblox.game(77, owner=2)
    roblox.item(77, creator=2)
    roblox.user(77, "eve")
    roblox.group(77, owner=1)
    who = desk.stack.create_user()
    taken = desk.done(who, PATH, {"kind": kind, "asset_id": "77"})
    told = json.loads(taken["document"])
    assert (told["id"], told.get("owner_id")) == ("77", owner)


@pytest.mark.parametrize("kind", ["group", "game", "item", "user"])
def test_what_is_not_there_is_not_kept(desk: Desk, kind: str) -> None:
    who = desk.stack.create_user()
    reply = desk.post(who, PATH, {"kind": kind, "asset_id": "99"})
    assert (reply.status, reply.code) == (404, "asset_not_found")
    assert desk.read(who, "/asset_snapshots?select=id") == []


@pytest.mark.parametrize(
    "fault", ["fail", "limit", "hang", "drop_out", "talk_nonsense", "flood", "send_elsewhere"]
)
def test_a_provider_that_fails_is_asked_again_with_the_same_key(
    desk: Desk, roblox: Roblox, fault: str
) -> None:
    who = desk.stack.create_user()
    getattr(roblox, fault)()
    reply = desk.post(who, PATH, GROUP, key="again")
    assert (reply.status, reply.code) == (503, "provider_unavailable")
    assert desk.read(who, "/asset_snapshots?select=id") == []
    roblox.behave()
    assert desk.done(who, PATH, GROUP, key="again")["asset_id"] == GROUP["asset_id"]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"id": 5}, {"id": "4199740"}, {"memberCount": -1}, {"memberCount": 1.5},
        {"memberCount": 10**20}, {"memberCount": True}, {"name": 7}, {"name": "x" * 20_000},
        {"name": "a\0b"}, {"owner": {"userId": None}}, {"owner": [1]}, {"isLocked": "no"},
    ],
)  # fmt: skip
def test_nonsense_is_not_kept(desk: Desk, roblox: Roblox, nonsense: dict[str, Any]) -> None:
    roblox.say(4199740, **nonsense)
    who = desk.stack.create_user()
    assert desk.post(who, PATH, GROUP).code == "provider_unavailable"
    assert desk.read(who, "/asset_snapshots?select=id") == []


def test_a_group_may_have_no_owner_and_any_name(desk: Desk, roblox: Roblox) -> None:
    roblox.hand_over(4199740, None)
    roblox.say(4199740, name='日本 "quoted" \\ \u2028 😀')
    taken = desk.done(desk.stack.create_user(), PATH, GROUP)
    told = json.loads(taken["document"])
    assert (told["owner_id"], told["name"]) == (None, '日本 "quoted" \\ \u2028 😀')


def test_a_repeated_command_asks_nobody_again(desk: Desk, roblox: Roblox) -> None:
    who = desk.stack.create_user()
    first = desk.done(who, PATH, GROUP, key="once")
    asked = len(roblox.received)
    roblox.hand_over(4199740, 2)
    again = desk.post(who, PATH, GROUP, key="once")
    assert (again.status, again.replayed, again.body) == (201, True, first)
    assert len(roblox.received) == asked
    other = desk.post(who, PATH, {**GROUP, "asset_id": "1"}, key="once")
    assert other.code == "idempotency_key_reused"


def test_twins_get_one_snapshot(desk: Desk) -> None:
    who = desk.stack.create_user()
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: desk.post(who, PATH, GROUP, key="twins"), range(8)))
    assert {each.status for each in replies} == {201}
    assert len({each.body["snapshot_id"] for each in replies}) == 1
    assert len(desk.read(who, "/asset_snapshots?select=id")) == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"asset_id": "../../secrets"}, {"asset_id": "1/../2"}, {"asset_id": "0"},
        {"asset_id": "1" * 16}, {"asset_id": 1}, {"kind": "castle"}, {"provider": "http://x"},
        {"url": "http://169.254.169.254/"},
    ],
)  # fmt: skip
def test_a_request_cannot_choose_whom_we_ask(desk: Desk, roblox: Roblox, bad: Any) -> None:
    asked = len(roblox.received)
    reply = desk.post(desk.stack.create_user(), PATH, {**GROUP, **bad})
    assert (reply.status, reply.code) == (422, "invalid_request")
    assert len(roblox.received) == asked


def test_nobody_takes_a_snapshot_for_another_party(desk: Desk) -> None:
    other = desk.stack.create_user()
    reply = desk.post(desk.stack.create_user(), PATH, {**GROUP, "party_id": str(other)})
    assert reply.code == "not_your_party"


def test_a_listing_shows_snapshots_of_its_seller_only(desk: Desk) -> None:
    seller, buyer = desk.stack.create_user(), desk.stack.create_user()
    mine = desk.done(seller, PATH, GROUP)["snapshot_id"]
    assert (
        desk.read(
            buyer,
            f"/asset_snapshots?{_COLUMNS}&id=eq.{mine}",
        )
        == []
    )
    listed = listing(desk, seller, snapshots=[mine])
    assert (
        len(
            desk.read(
                buyer,
                f"/asset_snapshots?{_COLUMNS}&id=eq.{mine}",
            )
        )
        == 1
    )
    theirs = desk.done(buyer, PATH, GROUP)["snapshot_id"]
    for wrong in ([theirs], [mine] * 6, ["00000000-0000-4000-8000-000000000000"]):
        reply = desk.write(seller, "PATCH", f"/listings?id=eq.{listed}", {"snapshots": wrong})
        assert (reply.status, reply.body["message"]) == (422, "bad_listing")


def test_the_contract_freezes_id_and_hash(desk: Desk) -> None:
    made, taken = sold(desk)
    (row,) = desk.read(made.buyer, f"/contracts?id=eq.{made.id}")
    (frozen,) = json.loads(row["document"])["listing"]["snapshots"]
    assert frozen == {
        "id": taken["snapshot_id"], "sha256": taken["sha256"], "provider": "roblox", **GROUP,
    }  # fmt: skip
    # The listing may forget it; who is in the contract reads it on.
    query = f"/listings?id=eq.{made.listing_id}"
    assert desk.write(made.seller, "PATCH", query, {"status": "closed"}).status == 204
    (kept,) = desk.read(
        made.buyer,
        f"/asset_snapshots?{_COLUMNS}&id=eq.{taken['snapshot_id']}",
    )
    assert kept["document"] == taken["document"]
    stranger = desk.stack.create_user()
    assert (
        desk.read(
            stranger,
            f"/asset_snapshots?{_COLUMNS}&id=eq.{taken['snapshot_id']}",
        )
        == []
    )


def test_a_later_snapshot_shows_that_the_group_was_handed_over(desk: Desk, roblox: Roblox) -> None:
    made, taken = sold(desk, paid=True)
    roblox.hand_over(4199740, 2)
    after = desk.done(made.seller, PATH, GROUP)["snapshot_id"]
    proof = made.done(made.seller, 1, "asset-proofs", {"snapshot_id": after})
    assert proof == {
        "escrow_id": made.milestones[0], "snapshot_id": after,
        "compared_to": taken["snapshot_id"],
        "differences": [
            {"field": "owner_id", "before": "1", "after": "2"},
            {"field": "owner_name", "before": "alice", "after": "bob"},
        ],
    }  # fmt: skip
    (row,) = desk.read(made.buyer, f"/asset_proofs?escrow_id=eq.{made.milestones[0]}")
    assert (row["author_role"], row["differences"]) == ("seller", proof["differences"])
    assert (
        len(
            desk.read(
                made.buyer,
                f"/asset_snapshots?{_COLUMNS}&id=eq.{after}",
            )
        )
        == 1
    )
    again = made.done(made.buyer, 1, "asset-proofs", {"snapshot_id": after})
    assert again == proof
    stranger = desk.stack.create_user()
    assert desk.read(stranger, f"/asset_proofs?escrow_id=eq.{made.milestones[0]}") == []


def test_what_proves_nothing(desk: Desk, roblox: Roblox) -> None:
    made, taken = sold(desk, paid=True)
    path = f"/escrows/{made.milestones[0]}/asset-proofs"
    roblox.group(55, owner=1)
    other = desk.done(made.seller, PATH, {**GROUP, "asset_id": "55"})["snapshot_id"]
    stranger = desk.stack.create_user()
    theirs = desk.done(stranger, PATH, GROUP)["snapshot_id"]
    for who, snapshot, code in (
        (made.seller, other, "asset_not_in_contract"),
        (made.seller, taken["snapshot_id"], "snapshot_too_old"),
        (made.seller, theirs, "snapshot_not_found"),
        (stranger, theirs, "escrow_not_found"),
    ):
        assert desk.post(who, path, {"snapshot_id": snapshot}).code == code
    later = desk.done(made.buyer, PATH, GROUP)["snapshot_id"]
    made.done(made.seller, 1, "concede")
    assert desk.post(made.buyer, path, {"snapshot_id": later}).code == "escrow_closed"
