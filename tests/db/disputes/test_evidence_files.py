"""Announced files: what is accepted, from whom, until when, and who may ask for them."""

from typing import Any
from uuid import UUID

import pytest

from stack.identity import as_owner, as_user
from tests.world.escrow import FILE_HASH, Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY
from tests.world.world import World


def _announce(escrow: Escrow, who: UUID, **changes: Any) -> dict[str, Any]:
    command = {
        "escrow_id": escrow.id, "actor_id": who, "purpose": "evidence", "sha256": FILE_HASH,
        "name": "receipt.pdf", "media_type": "application/pdf", "size_bytes": 1024,
    } | changes  # fmt: skip
    answer: dict[str, Any] = escrow.world.command("evidence_upload", **command)
    return answer


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"media_type": "text/html"}, "media_type_refused"),
        ({"media_type": None}, "media_type_refused"),
        ({"media_type": "text/plain", "size_bytes": 1_048_577}, "file_too_large"),
        ({"size_bytes": 20_971_521}, "file_too_large"),
        ({"size_bytes": 0}, "23514"),
        ({"size_bytes": None}, "23502"),
        ({"name": None}, "23514"),
        ({"purpose": "fun"}, "23514"),
        ({"sha256": "F" * 64}, "hash_required"),
        ({"sha256": None}, "hash_required"),
        ({"escrow_id": None}, "escrow_not_found"),
        ({"actor_id": None}, "idempotency_key_required"),
    ],
)
def test_what_is_refused(world: World, change: dict[str, Any], code: str) -> None:
    escrow = EVERY_POLICY["statements"](world, "p2p_crypto")
    with refused(world.connection, code):
        _announce(escrow, escrow.payer, **change)
    assert world.rows("select from public.evidence_uploads") == []


def test_only_a_side_announces(world: World) -> None:
    escrow = EVERY_POLICY["decide"](world, "market_service")
    for who in (escrow.stranger, escrow.arbiter or escrow.stranger, world.operator):
        with refused(world.connection, "not_your_move"):
            _announce(escrow, who)


def test_a_file_is_announced_in_one_way_and_a_side_has_room_for_a_hundred(world: World) -> None:
    escrow = EVERY_POLICY["statements"](world, "p2p_crypto")
    first = _announce(escrow, escrow.payer)
    assert _announce(escrow, escrow.payer)["upload_id"] == first["upload_id"]
    with refused(world.connection, "file_announced_otherwise"):
        _announce(escrow, escrow.payer, size_bytes=1)
    for number in range(99):
        _announce(escrow, escrow.payer, sha256=f"{number:064x}")
    with refused(world.connection, "evidence_limit"):
        _announce(escrow, escrow.payer, sha256="a" * 64)
    _announce(escrow, escrow.payee, size_bytes=1)


def test_after_the_end_only_inside_the_claim_window(world: World) -> None:
    escrow = EVERY_POLICY["funded"](world, "p2p_crypto")
    escrow.commit("concede", "payee")
    _announce(escrow, escrow.payer, purpose="message")
    world.advance(hours=73)
    with refused(world.connection, "escrow_closed"):
        _announce(escrow, escrow.payer, purpose="message", sha256="a" * 64)


def test_files_are_for_the_sides_and_their_arbiter(world: World) -> None:
    escrow = EVERY_POLICY["decide"](world, "market_service")
    _announce(escrow, escrow.payer)
    spare = escrow.spare_arbiter()
    query = "select public.evidence_files(%s, %s)"

    def ask(who: UUID | None) -> list[dict[str, Any]]:
        assert who is not None
        as_user(world.connection, who)
        files: list[dict[str, Any]] = world.one(query, escrow.id, FILE_HASH)
        return files

    assert [file["mine"] for file in ask(escrow.payer)] == [True]
    as_owner(world.connection)
    for who in (escrow.payee, escrow.arbiter):
        assert [file["mine"] for file in ask(who)] == [False]
        as_owner(world.connection)
    for who, code in (
        (world.operator, "file_not_found"), (spare, "escrow_not_found"),
        (escrow.stranger, "escrow_not_found"),
    ):  # fmt: skip
        with refused(world.connection, code):
            ask(who)
        as_owner(world.connection)
