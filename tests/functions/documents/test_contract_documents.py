"""Documents of contracts: drawn by a schedule, read by who is in them, found out when changed."""

import hashlib
import io
import unicodedata
from typing import Any
from uuid import UUID

import httpx
import pytest
from pypdf import PdfReader

from stack.people import OLGA
from stack.stack import Stack
from tests.world.http.desk import Desk
from tests.world.http.market import Contract, contract, listing, milestone, offer

FUNCTION = "DocumentsFunction"


def draw_all(stack: Stack) -> int:
    """Draw until nothing is due; how many."""
    made = 0
    while (done := stack.tick(FUNCTION)) != {"made": 0, "failed": 0}:
        assert done["failed"] == 0
        made += int(done["made"])
    return made


def opened(made: Contract, who: Any, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = made.desk.done(who, f"/contracts/{made.id}/document-downloads", body)
    return answer


def read(address: dict[str, Any]) -> bytes:
    """The bytes behind an address."""
    answer = httpx.get(address["url"], timeout=60)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(answer.content) == address["size_bytes"]
    assert hashlib.sha256(answer.content).hexdigest() == address["sha256"]
    return answer.content


def text_of(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def letters(text: str) -> str:
    """A glyph without a character, such as the dots of an Arabic letter, reads as a sign."""
    return "".join(each for each in text if each in "{}" or unicodedata.category(each)[0] in "LM")


def stored(desk: Desk, made: Contract) -> Any:
    with desk.stack.connect() as connection:
        return connection.execute(
            "select edition, object_key, sha256 from public.contract_documents "
            "where contract_id = %s order by edition",
            [made.id],
        ).fetchall()


def test_a_contract_is_a_document_before_and_after_it_is_signed(desk: Desk) -> None:
    made = contract(desk, ("100", "200"))
    path = f"/contracts/{made.id}/document-downloads"
    assert desk.post(made.buyer, path).code == "document_not_ready"
    draw_all(desk.stack)
    before = read(opened(made, made.buyer))
    made.sign(made.seller)
    draw_all(desk.stack)
    assert [row[0] for row in stored(desk, made)] == ["unsigned"]
    made.sign(made.buyer)
    draw_all(desk.stack)
    address = opened(made, made.seller)
    assert address["edition"] == "signed"
    signed = text_of(read(address))
    for words in (made.document_hash, "Part 1", "Part 2", "300", "A group with 10k members"):
        assert words in text_of(before)
        assert words in signed
    assert "Nobody had signed" in text_of(before)
    assert signed.count("signed on 2") == 2
    assert str(made.buyer) in signed
    assert read(opened(made, made.buyer, edition="unsigned")) == before


def test_the_signed_document_is_in_it_to_the_byte(desk: Desk) -> None:
    """Whatever script its words are in."""
    title = "Gruppe Żółw · Группа · 一组 · 그룹 · ᏣᎳᎩ · 😀"
    made = contract(desk, title=title)
    draw_all(desk.stack)
    content = read(opened(made, made.buyer))
    attached = PdfReader(io.BytesIO(content)).attachments["contract.json"][0]
    assert hashlib.sha256(attached).hexdigest() == made.document_hash
    shown = "".join(each for each in text_of(content) if each not in " \n\0")
    assert "GruppeŻółw·Группа·一组·그룹·\\u{13E3}" in shown
    assert "\\u{1F600}" in shown


def test_a_contract_is_drawn_in_scripts_that_are_joined_or_come_from_the_right(desk: Desk) -> None:
    words = ("مجموعة من اللاعبين", "קבוצה של שחקנים", "กลุ่มผู้เล่น", "समूह")
    title, description, conditions, part = words
    made = contract(
        desk,
        title=title,
        terms={
            "conditions": conditions,
            "milestones": [milestone("300", part) | {"description": description}],
        },
    )
    draw_all(desk.stack)
    shown = letters(text_of(read(opened(made, made.buyer))))
    assert all(letters(each) in shown for each in words)
    assert "u{" not in shown


def test_who_dies_between_storing_and_recording_is_followed_by_another(
    desk: Desk, advanced: Stack
) -> None:
    """The same contract gives the same bytes, so there is one object in the end."""
    made = contract(desk, title="Group 日本")
    record = "execute on function service.contract_document_record(uuid, text, text, text, integer)"
    with advanced.connect() as connection:
        connection.execute(f"revoke {record} from service_role")
    try:
        assert advanced.tick(FUNCTION) == {"made": 0, "failed": 1}
    finally:
        with advanced.connect() as connection:
            connection.execute(f"grant {record} to service_role")
    assert stored(desk, made) == []
    assert advanced.tick(FUNCTION) == {"made": 0, "failed": 0}
    advanced.clock.advance(minutes=5)
    assert draw_all(advanced) == 1
    ((_, key, _),) = stored(desk, made)
    bucket = advanced.aws.resolver.text({"Ref": "EvidenceBucket"})
    store = advanced.aws.client("s3")
    versions = store.list_object_versions(Bucket=bucket, Prefix=f"contracts/{made.id}/")
    assert [each["Key"] for each in versions["Versions"]] == [key]
    read(opened(made, made.buyer))


def test_a_document_is_recorded_once(desk: Desk) -> None:
    made = contract(desk)
    draw_all(desk.stack)
    (row,) = stored(desk, made)
    with desk.stack.connect() as connection:
        again = connection.execute(
            "select service.contract_document_record(%s, 'unsigned', 'other', repeat('a', 64), 1)",
            [made.id],
        ).fetchone()
    assert again == (False,)
    assert stored(desk, made) == [row]


@pytest.mark.parametrize("how", ["changed", "longer"])
def test_a_changed_byte_is_found_when_it_is_handed_out(desk: Desk, how: str) -> None:
    made = contract(desk)
    draw_all(desk.stack)
    content = read(opened(made, made.buyer))
    changed = {"changed": b"%PDF-0" + content[6:], "longer": content + b" "}[how]
    ((_, key, _),) = stored(desk, made)
    bucket = desk.stack.aws.resolver.text({"Ref": "EvidenceBucket"})
    desk.stack.aws.client("s3").put_object(
        Bucket=bucket, Key=key, Body=changed, ContentType="application/pdf",
        ChecksumAlgorithm="SHA256",
    )  # fmt: skip
    reply = desk.post(made.buyer, f"/contracts/{made.id}/document-downloads")
    assert (reply.status, reply.code) == (409, "document_damaged")


def test_who_is_in_it_reads_it(desk: Desk) -> None:
    made = contract(desk)
    draw_all(desk.stack)
    for who in (made.buyer, made.seller, OLGA.id):
        read(opened(made, who))
    stranger = desk.stack.create_user()
    path = f"/contracts/{made.id}/document-downloads"
    assert desk.post(stranger, path).code == "contract_not_found"
    assert desk.read(stranger, f"/contract_documents?contract_id=eq.{made.id}") == []
    (row,) = desk.read(made.seller, f"/contract_documents?contract_id=eq.{made.id}")
    assert row["sha256"] == opened(made, made.seller)["sha256"]


def test_a_long_contract_is_drawn_whole(desk: Desk) -> None:
    parts = [
        milestone("1", f"Part {n}") | {"description": f"{n}: " + "words and more words " * 230}
        for n in range(1, 11)
    ]
    made = contract(desk, terms={"milestones": parts, "conditions": "On condition. " * 300})
    assert draw_all(desk.stack) == 1
    shown = text_of(read(opened(made, made.buyer)))
    assert all(f"{n}: words" in shown for n in range(1, 11))
    assert "Nobody had signed" in shown


WORDS = {
    "Tibetan": "\u0f5a\u0f7c\u0f42\u0f66",
    "Armenian": "\u056d\u0578\u0582\u0574\u0562",
    "Bengali": "\u09a6\u09b2",
    "Tamil": "\u0b95\u0bc1\u0bb4\u0bc1",
    "Khmer": "\u1780\u17d2\u179a\u17bb\u1798",
    "Georgian": "\u10ef\u10d2\u10e3\u10e4\u10d8",
}


@pytest.mark.parametrize("script", WORDS)
@pytest.mark.parametrize("place", ["title", "description", "conditions", "milestone", "its words"])
def test_words_that_no_document_can_show_are_refused_with_the_offer(
    desk: Desk, people: tuple[UUID, UUID], script: str, place: str
) -> None:
    buyer, seller = people
    word = f"A group: {WORDS[script]}"
    part = milestone("300") | {
        "milestone": {"title": word},
        "its words": {"description": word},
    }.get(place, {})
    fields: dict[str, Any] = {place: word} if place in ("title", "description") else {}
    body: dict[str, Any] = {"amount": "300", "milestones": [part]}
    if place == "conditions":
        body["conditions"] = word
    reply = desk.post(buyer, f"/listings/{listing(desk, seller, **fields)}/offers", body)
    assert (reply.status, reply.code) == (422, "unsupported_script")
    assert reply.body["script"] == script
    assert script in reply.body["detail"]


@pytest.fixture(scope="module")
def people(desk: Desk) -> tuple[UUID, UUID]:
    return desk.stack.create_user(), desk.stack.create_user()


def test_neither_does_a_counteroffer_bring_them_in(desk: Desk, people: tuple[UUID, UUID]) -> None:
    buyer, seller = people
    made = offer(desk, buyer, listing(desk, seller))
    body = {"amount": "300", "milestones": [milestone("300", WORDS["Tibetan"])]}
    assert desk.post(seller, f"/offers/{made}/counter", body).code == "unsupported_script"
    desk.done(seller, f"/offers/{made}/accept")


@pytest.mark.parametrize(
    "word",
    [
        "Żółw", "Группа", "Ομάδα", "一组", "グループ", "그룹", "😀", "Nhóm",
        "مجموعة", "קבוצה", "กลุ่ม", "समूह",
    ],
)  # fmt: skip
def test_words_that_a_document_shows(desk: Desk, people: tuple[UUID, UUID], word: str) -> None:
    buyer, seller = people
    assert offer(desk, buyer, listing(desk, seller, title=f"A group: {word}"), conditions=word)
