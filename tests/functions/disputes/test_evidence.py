"""Files: announced, uploaded to object storage, submitted with a receipt, read by few."""

import hashlib
from typing import Any
from uuid import UUID

import httpx
import pytest

from stack.people import OLGA
from tests.world.http.desk import Desk, Trade, open_trade

PNG = b"\x89PNG a picture of a bank statement"


def announcement(content: bytes = PNG, **changes: Any) -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "name": "receipt.png",
        "media_type": "image/png",
        "size_bytes": len(content),
        **changes,
    }


def put(address: dict[str, Any], content: bytes, **headers: str) -> int:
    """Upload as a client does, to the address it was given."""
    sent = address["headers"] | headers
    return httpx.request(
        address["method"], address["url"], content=content, headers=sent, timeout=60
    ).status_code


def upload(trade: Trade, who: UUID, content: bytes = PNG, **changes: Any) -> str:
    """Announce and upload a file; its hash."""
    file = announcement(content, **changes)
    address = trade.done(who, "evidence-uploads", file)
    assert put(address, content) == 200
    return str(file["sha256"])


def read(trade: Trade, who: UUID, sha256: str) -> bytes:
    address = trade.done(who, "evidence-downloads", {"sha256": sha256})
    answer = httpx.get(address["url"], timeout=60)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.content


@pytest.fixture
def disputed(desk: Desk) -> Trade:
    trade = open_trade(desk)
    trade.done(trade.buyer, "mark-paid")
    trade.done(trade.seller, "dispute", {"reason": "not_paid"})
    return trade


def test_a_file_is_handed_in_and_gets_a_receipt(disputed: Trade) -> None:
    """Wanted list 3: a place to submit evidence, and a receipt for it."""
    sha256 = upload(disputed, disputed.buyer)
    done = disputed.done(disputed.buyer, "evidence", {"sha256": sha256})
    receipt = done["receipt"]
    assert receipt.items() >= {
        "sha256": sha256, "name": "receipt.png", "media_type": "image/png",
        "size_bytes": len(PNG), "author_role": "payee", "event_version": done["version"],
    }.items()  # fmt: skip
    query = f"/escrow_events?escrow_id=eq.{disputed.id}&version=eq.{receipt['event_version']}"
    (event,) = disputed.desk.read(disputed.seller, query + "&select=event,hash")
    assert (event["event"], event["hash"]) == ("evidence", "\\x" + receipt["event_hash"])
    (row,) = disputed.desk.read(disputed.seller, f"/evidence_receipts?escrow_id=eq.{disputed.id}")
    assert row == receipt
    assert read(disputed, disputed.seller, sha256) == PNG


def test_a_repeated_command_gets_the_same_receipt(disputed: Trade) -> None:
    file = announcement()
    first = disputed.done(disputed.buyer, "evidence-uploads", file, key="announce")
    again = disputed.post(disputed.buyer, "evidence-uploads", file, key="announce")
    assert (again.status, again.replayed) == (201, True)
    assert again.body["upload_id"] == first["upload_id"]
    assert put(again.body, PNG) == 200
    body = {"sha256": file["sha256"]}
    done = disputed.done(disputed.buyer, "evidence", body, key="hand-in")
    repeated = disputed.post(disputed.buyer, "evidence", body, key="hand-in")
    assert (repeated.replayed, repeated.body) == (True, done)


def test_a_file_is_written_once(disputed: Trade) -> None:
    file = announcement()
    address = disputed.done(disputed.buyer, "evidence-uploads", file)
    assert put(address, PNG) == 200
    assert put(address, b"x" * len(PNG)) == 412
    disputed.done(disputed.buyer, "evidence", {"sha256": file["sha256"]})
    assert read(disputed, disputed.buyer, file["sha256"]) == PNG


def test_the_address_is_for_exactly_these_bytes(disputed: Trade) -> None:
    """Object storage itself refuses others: size, type, checksum and no overwriting are signed."""
    address = disputed.done(disputed.buyer, "evidence-uploads", announcement())
    signed = httpx.URL(address["url"]).params["X-Amz-SignedHeaders"].split(";")
    assert {name.lower() for name in address["headers"]} <= set(signed)
    assert httpx.URL(address["url"]).params["X-Amz-Expires"] == str(address["expires_in"])


@pytest.mark.parametrize("wrong", ["missing", "size", "type", "checksum"])
def test_what_is_not_there_as_announced_is_not_handed_in(disputed: Trade, wrong: str) -> None:
    file = announcement()
    address = disputed.done(disputed.buyer, "evidence-uploads", file)
    store = disputed.desk.stack.aws.client("s3")
    bucket, key = httpx.URL(address["url"]).path.strip("/").split("/", 1)
    stored: dict[str, Any] = {
        "Body": PNG, "ContentType": "image/png", "ChecksumAlgorithm": "SHA256",
    }  # fmt: skip
    change: dict[str, Any] = {
        "size": {"Body": PNG + b"more"},
        "type": {"ContentType": "text/html"},
        "checksum": {"Body": b"x" * len(PNG)},
    }
    if wrong != "missing":
        store.put_object(Bucket=bucket, Key=key, **stored | change[wrong])
    for word, who in (("evidence", disputed.buyer), ("evidence-downloads", disputed.seller)):
        reply = disputed.post(who, word, {"sha256": file["sha256"]})
        assert (reply.status, reply.code) == (409, "file_not_stored")
    assert disputed.desk.read(disputed.buyer, "/evidence_receipts") == []


def test_a_file_is_handed_in_by_who_announced_it(disputed: Trade) -> None:
    sha256 = upload(disputed, disputed.buyer)
    assert disputed.post(disputed.seller, "evidence", {"sha256": sha256}).code == "file_not_stored"
    assert disputed.post(disputed.seller, "evidence", {"sha256": "c" * 64}).code == (
        "file_not_found"
    )


def test_who_may_read_a_file(disputed: Trade) -> None:
    """The parties and the assigned arbiter; no other arbiter, no operator, no stranger."""
    sha256 = upload(disputed, disputed.buyer)
    wanted = {"sha256": sha256}
    disputed.done(disputed.buyer, "evidence", wanted)
    for side, text in ((disputed.seller, "Nothing came."), (disputed.buyer, "I paid.")):
        disputed.done(side, "statement", {"body": text})
    arbiter = disputed.arbiter()
    for who in (disputed.buyer, disputed.seller, arbiter):
        assert read(disputed, who, sha256) == PNG
    with disputed.desk.stack.connect() as connection:
        others = connection.execute(
            "select user_id from public.party_members where role = 'arbiter' and user_id <> %s",
            [arbiter],
        ).fetchall()
    for (other,) in others:
        assert disputed.post(other, "evidence-downloads", wanted).code == "escrow_not_found"
    assert disputed.post(OLGA.id, "evidence-downloads", wanted).code == "file_not_found"
    stranger = disputed.desk.stack.create_user()
    assert disputed.post(stranger, "evidence-downloads", wanted).code == "escrow_not_found"


def test_an_attachment_of_a_message_needs_no_dispute(desk: Desk) -> None:
    trade = open_trade(desk)
    sha256 = upload(trade, trade.seller, purpose="message")
    assert read(trade, trade.buyer, sha256) == PNG
    assert trade.post(trade.seller, "evidence", {"sha256": sha256}).code == "illegal_move"
    trade.done(trade.buyer, "concede")
    late = announcement(b"after the end", purpose="message")
    assert trade.done(trade.seller, "evidence-uploads", late)["author_role"] == "payer"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"media_type": "text/html"}, "media_type_refused"),
        ({"media_type": "image/svg+xml"}, "media_type_refused"),
        ({"media_type": "text/plain", "size_bytes": 1_048_577}, "file_too_large"),
    ],
)
def test_what_is_accepted(disputed: Trade, change: dict[str, Any], code: str) -> None:
    reply = disputed.post(disputed.buyer, "evidence-uploads", announcement(**change))
    assert (reply.status, reply.code) == (422, code)


def test_a_file_is_announced_in_one_way(disputed: Trade) -> None:
    disputed.done(disputed.buyer, "evidence-uploads", announcement())
    disputed.done(disputed.buyer, "evidence-uploads", announcement())
    other = announcement(name="other.png")
    reply = disputed.post(disputed.buyer, "evidence-uploads", other)
    assert (reply.status, reply.code) == (409, "file_announced_otherwise")
