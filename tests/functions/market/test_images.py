"""Pictures of listings: announced by hash, uploaded directly, submitted, listed, read by all."""

import hashlib
import json
import struct
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from stack.template import load, resources
from tests.world.http.desk import Desk
from tests.world.http.market import listing


def picture(kind: str = "PNG", sides: tuple[int, int] = (2, 2)) -> bytes:
    """A new picture: a dot more."""
    made = BytesIO()
    Image.new("RGB", sides, tuple(uuid4().bytes[:3])).save(made, kind)
    # What follows the end of a picture is no part of it.
    return made.getvalue() + uuid4().bytes


def told(content: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(content).hexdigest(), "media_type": "image/png",
        "size_bytes": len(content), **changes,
    }  # fmt: skip


def put(address: dict[str, Any], content: bytes) -> int:
    return httpx.request(
        address["method"], address["url"], content=content, headers=address["headers"], timeout=60
    ).status_code


def upload(desk: Desk, who: UUID, content: bytes, **changes: Any) -> str:
    """Announce, upload and submit; its hash."""
    address = desk.done(who, "/image-uploads", told(content, **changes))
    assert put(address, content) == 200
    sha256 = str(address["sha256"])
    desk.done(who, "/images", {"sha256": sha256})
    return sha256


def opened_bucket(desk: Desk) -> str:
    """The bucket of pictures, opened as the template opens it; anybody may read there."""
    resolve, aws = desk.stack.aws.resolver.text, desk.stack.aws
    policy = resources(load(), "AWS::S3::BucketPolicy")["ImagesBucketPolicy"]
    # The emulator is not reached over TLS: the statement that demands it stays out.
    (allowed,) = [each for each in policy["PolicyDocument"]["Statement"] if "Condition" not in each]
    bucket = resolve(policy["Bucket"])
    statement = {**allowed, "Resource": resolve(allowed["Resource"])}
    aws.client("s3").put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    return bucket


@pytest.fixture
def seller(desk: Desk) -> UUID:
    return desk.stack.create_user()


def test_a_picture_that_was_handed_in_is_listed_and_read_by_everybody(
    desk: Desk, seller: UUID
) -> None:
    content = picture()
    sha256 = upload(desk, seller, content)
    made = listing(desk, seller, images=[sha256])
    (row,) = desk.read(desk.stack.create_user(), f"/listings?id=eq.{made}")
    assert row["images"] == [sha256]
    address = f"{desk.stack.aws.endpoint}/{opened_bucket(desk)}/images/{seller}/{sha256}"
    answer = httpx.get(address, timeout=60)
    assert (answer.content, answer.headers["content-type"]) == (content, "image/png")


def test_the_address_is_for_exactly_these_bytes_once(desk: Desk, seller: UUID) -> None:
    content = picture()
    address = desk.done(seller, "/image-uploads", told(content))
    signed = httpx.URL(address["url"]).params["X-Amz-SignedHeaders"].split(";")
    assert {name.lower() for name in address["headers"]} <= set(signed)
    assert put(address, content) == 200
    assert put(address, content[:-1] + b"x") == 412


@pytest.mark.parametrize("state", ["unknown", "announced", "another's"])
def test_what_was_not_handed_in_is_not_listed(desk: Desk, seller: UUID, state: str) -> None:
    content = picture()
    if state == "announced":
        assert put(desk.done(seller, "/image-uploads", told(content)), content) == 200
    elif state == "another's":
        upload(desk, desk.stack.create_user(), content)
    made = listing(desk, seller)
    path, images = f"/listings?id=eq.{made}", [told(content)["sha256"]]
    reply = desk.write(seller, "PATCH", path, {"images": images})
    assert (reply.status, reply.body["message"]) == (422, "bad_listing")
    if state != "unknown":
        # Whoever has the same picture hands it in as well: each party keeps its own.
        again = desk.done(seller, "/image-uploads", told(content))
        assert put(again, content) == (412 if state == "announced" else 200)
        desk.done(seller, "/images", {"sha256": images[0]})
        assert desk.write(seller, "PATCH", path, {"images": images}).status == 204


@pytest.mark.parametrize("wrong", ["missing", "size", "type", "checksum"])
def test_what_is_not_stored_as_announced_is_not_handed_in(
    desk: Desk, seller: UUID, wrong: str
) -> None:
    content = picture()
    address = desk.done(seller, "/image-uploads", told(content))
    bucket, key = httpx.URL(address["url"]).path.strip("/").split("/", 1)
    stored: dict[str, Any] = {
        "Body": content, "ContentType": "image/png", "ChecksumAlgorithm": "SHA256",
    }  # fmt: skip
    change: dict[str, Any] = {
        "size": {"Body": content + b"more"},
        "type": {"ContentType": "text/html"},
        "checksum": {"Body": b"x" * len(content)},
    }
    if wrong != "missing":
        store = desk.stack.aws.client("s3")
        store.put_object(Bucket=bucket, Key=key, **stored | change[wrong])
    reply = desk.post(seller, "/images", {"sha256": address["sha256"]})
    assert (reply.status, reply.code) == (409, "file_not_stored")
    assert desk.read(seller, "/images") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"media_type": "image/svg+xml"}, "media_type_refused"),
        ({"media_type": "text/html"}, "media_type_refused"),
        ({"media_type": "application/pdf"}, "media_type_refused"),
        ({"media_type": "image/heic"}, "media_type_refused"),
        ({"size_bytes": 5_242_881}, "file_too_large"),
        ({"sha256": "x"}, "invalid_request"),
        ({"size_bytes": 0}, "invalid_request"),
        ({"key": "../other"}, "invalid_request"),
    ],
)
def test_what_is_accepted(desk: Desk, seller: UUID, change: dict[str, Any], code: str) -> None:
    reply = desk.post(seller, "/image-uploads", told(picture(), **change))
    assert (reply.status, reply.code) == (422, code)


def test_a_picture_is_announced_in_one_way_and_handed_in_by_its_party(
    desk: Desk, seller: UUID
) -> None:
    content = picture()
    first = desk.done(seller, "/image-uploads", told(content), key="announce")
    again = desk.post(seller, "/image-uploads", told(content), key="announce")
    assert (again.status, again.replayed, again.body["sha256"]) == (201, True, first["sha256"])
    assert put(again.body, content) == 200
    stranger = desk.stack.create_user()
    asked = {"sha256": first["sha256"], "party_id": str(seller)}
    assert desk.post(stranger, "/images", asked).code == "image_not_found"
    assert desk.post(stranger, "/image-uploads", told(content) | asked).code == "not_your_party"
    done = desk.done(seller, "/images", asked, key="hand-in")
    repeated = desk.post(seller, "/images", asked, key="hand-in")
    assert (repeated.replayed, repeated.body) == (True, done)
    other = desk.post(seller, "/image-uploads", told(content, media_type="image/webp"))
    assert (other.status, other.code) == (409, "file_announced_otherwise")


@pytest.mark.parametrize("sent", ["uploaded", "announced"])
@pytest.mark.parametrize(
    "wrong", [{"media_type": "image/webp"}, {"media_type": "image/jpeg"}, {"size_bytes": 7}]
)
def test_a_picture_that_was_announced_wrongly_is_announced_anew(
    desk: Desk, seller: UUID, wrong: dict[str, Any], sent: str
) -> None:
    content = picture()
    first = desk.done(seller, "/image-uploads", told(content, **wrong))
    if sent == "uploaded" and "media_type" in wrong:
        assert put(first, content) == 200
        asked = {"sha256": first["sha256"]}
        assert desk.post(seller, "/images", asked).code == "not_a_picture"
    sha256 = upload(desk, seller, content)
    (row,) = desk.read(seller, f"/image_uploads?sha256=eq.{sha256}&select=media_type,size_bytes")
    assert row == {"media_type": "image/png", "size_bytes": len(content)}
    assert listing(desk, seller, images=[sha256])


def test_nobody_reads_a_picture_that_was_not_looked_at(desk: Desk, seller: UUID) -> None:
    content = b"<html><script>alert(1)</script></html>" + uuid4().bytes
    address = desk.done(seller, "/image-uploads", told(content))
    assert put(address, content) == 200
    assert desk.post(seller, "/images", {"sha256": address["sha256"]}).code == "not_a_picture"
    bucket = opened_bucket(desk)
    for key in (address["key"], httpx.URL(address["url"]).path.removeprefix(f"/{bucket}/")):
        assert httpx.get(f"{desk.stack.aws.endpoint}/{bucket}/{key}").status_code in (403, 404)


def test_twins_hand_in_once(desk: Desk, seller: UUID) -> None:
    content = picture()
    with ThreadPoolExecutor(6) as pool:
        opened = list(
            pool.map(lambda _: desk.post(seller, "/image-uploads", told(content)), range(6))
        )
        assert {each.status for each in opened} == {201}
        assert put(opened[0].body, content) == 200
        asked = {"sha256": opened[0].body["sha256"]}
        handed = list(pool.map(lambda _: desk.post(seller, "/images", asked), range(6)))
    assert {each.status for each in handed} == {201}
    assert len(desk.read(seller, "/images")) == len(desk.read(seller, "/image_uploads")) == 1
    assert desk.read(desk.stack.create_user(), "/images") == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_each_type_is_known_by_its_bytes(desk: Desk, seller: UUID, kind: str) -> None:
    upload(desk, seller, picture(kind), media_type=f"image/{kind.lower()}")


def refused(desk: Desk, who: UUID, content: bytes, media_type: str) -> str:
    """The code with which bytes are refused when they are submitted."""
    address = desk.done(who, "/image-uploads", told(content, media_type=media_type))
    assert put(address, content) == 200
    reply = desk.post(who, "/images", {"sha256": address["sha256"]})
    assert reply.status == 422
    assert desk.read(who, "/images") == []
    return reply.code


def enormous(wide: int, high: int) -> bytes:
    """A PNG that says so of itself."""
    return picture()[:16] + struct.pack(">II", wide, high) + picture()[24:]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<html><script>alert(1)</script></html>", "image/png"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 16, "image/png"),
        (b"\x89PNG", "image/png"),
        (b"%PDF-1.7 ", "image/jpeg"),
        (b"\xff\xd8\xff" + b"\x00" * 20, "image/jpeg"),
        (b"\xff\xd8\xff\xe0\x00\x00" * 50, "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPnothing" + b"x" * 20, "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt " + b"x" * 20, "image/webp"),
        (b"GIF89a\x01\x00\x01\x00", "image/png"),
        (picture("JPEG"), "image/png"),
        (picture("PNG"), "image/webp"),
        (picture("WEBP"), "image/jpeg"),
    ],
    # Not by their bytes: a picture differs from run to run.
    ids=lambda given: given if isinstance(given, str) else "bytes",
)
def test_what_is_no_picture_is_not_handed_in(
    desk: Desk, seller: UUID, content: bytes, media_type: str
) -> None:
    assert refused(desk, seller, content + uuid4().bytes, media_type) == "not_a_picture"


@pytest.mark.parametrize("sides", [(8_193, 1), (1, 8_193), (7_000, 7_000), (2**32 - 1, 1), (0, 5)])
def test_a_picture_that_nobody_can_show(desk: Desk, seller: UUID, sides: tuple[int, int]) -> None:
    assert refused(desk, seller, enormous(*sides), "image/png") == "picture_too_large"


@pytest.mark.parametrize("media_type", ["image/webp", "image/jpeg", "image/png"])
def test_another_who_was_first_shuts_nobody_out(desk: Desk, seller: UUID, media_type: str) -> None:
    content = picture()
    first = desk.stack.create_user()
    address = desk.done(first, "/image-uploads", told(content, media_type=media_type))
    assert put(address, content) == 200
    sha256 = upload(desk, seller, content)
    assert listing(desk, seller, images=[sha256])
