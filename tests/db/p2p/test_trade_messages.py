"""Messages of a trade: who writes, who reads, and for how long."""

from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from stack.identity import as_owner, as_role, as_user
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY
from tests.world.trades import draft, p2p_trade, publish, take
from tests.world.world import World

FILE = {"sha256": "ab" * 32, "name": "receipt.pdf", "media_type": "application/pdf",
        "size_bytes": 1024}  # fmt: skip


def write(world: World, author: UUID, trade: Escrow, body: Any = "Hello", files: Any = ()) -> None:
    as_user(world.connection, author)
    world.run(
        "insert into public.trade_messages (trade_id, body, attachments) values (%s, %s, %s)",
        trade.id, body, Jsonb(list(files) if isinstance(files, tuple) else files),
    )  # fmt: skip
    as_owner(world.connection)


def read(world: World, reader: UUID, trade: Escrow) -> list[tuple[str, str]]:
    as_user(world.connection, reader)
    rows = world.rows(
        "select author_role, body from public.trade_messages where trade_id = %s order by id",
        trade.id,
    )
    as_owner(world.connection)
    return [(role, body) for role, body in rows]


def test_both_sides_write_and_read(world: World) -> None:
    trade = p2p_trade(world)
    write(world, trade.payee, trade, "Where do I pay?", (FILE,))
    write(world, trade.payer, trade, "By SEPA.")
    said = [("buyer", "Where do I pay?"), ("seller", "By SEPA.")]
    assert read(world, trade.payee, trade) == read(world, trade.payer, trade) == said


def test_incident_29_nobody_else_reads_them(world: World) -> None:
    trade = EVERY_POLICY["performed"](world, "p2p_crypto")
    write(world, trade.payer, trade)
    for other in (world.user(), world.operator, *world.arbiters):
        assert read(world, other, trade) == []
    as_role(world.connection, "anon")
    with refused(world.connection, "42501"):
        world.rows("select body from public.trade_messages")
    as_owner(world.connection)


def test_the_arbiter_of_the_dispute_reads_them(world: World) -> None:
    trade = EVERY_POLICY["decide"](world, "p2p_crypto")
    write(world, trade.payer, trade)
    assert trade.arbiter
    assert read(world, trade.arbiter, trade) == [("seller", "Hello")]
    assert all(read(world, each, trade) == [] for each in world.arbiters if each != trade.arbiter)


def test_the_auto_reply_is_the_first_message(world: World) -> None:
    maker, taker = world.user("maker"), world.user("taker")
    world.deposit(maker, "2")
    order = draft(world, maker)
    world.run("insert into public.p2p_auto_replies values (%s, 'Reference: 7')", order)
    publish(world, order, maker)
    trade = Escrow(world, take(world, order, taker), maker, taker)
    assert read(world, taker, trade) == [("seller", "Reference: 7")]
    write(world, taker, trade, "Thanks")
    assert [body for _, body in read(world, maker, trade)] == ["Reference: 7", "Thanks"]


@pytest.mark.parametrize("who", ["stranger", "operator", "arbiter"])
def test_nobody_else_writes(world: World, who: str) -> None:
    trade = EVERY_POLICY["decide"](world, "p2p_crypto")
    person = {"stranger": trade.stranger, "operator": world.operator, "arbiter": trade.arbiter}[who]
    assert person
    with refused(world.connection, "trade_not_found"):
        write(world, person, trade)


def test_one_writes_until_the_time_for_claims_is_over(world: World) -> None:
    trade = p2p_trade(world)
    trade.commit("accept", "payer")
    write(world, trade.payee, trade)
    world.advance(hours=73)
    with refused(world.connection, "trade_closed"):
        write(world, trade.payee, trade)
    assert read(world, trade.payee, trade) == [("buyer", "Hello")]


@pytest.mark.parametrize("body", ["", None, "x" * 4001])
def test_a_bad_message_is_refused(world: World, body: Any) -> None:
    trade = p2p_trade(world)
    with refused(world.connection, "message_invalid"):
        write(world, trade.payee, trade, body)


@pytest.mark.parametrize(
    "files",
    [
        {}, "file", [1], [{}], [FILE] * 6, [FILE | {"sha256": "AB" * 32}], [FILE | {"url": "x"}],
        [FILE | {"size_bytes": 0}], [FILE | {"size_bytes": "-1"}], [FILE | {"name": ""}],
        [FILE | {"name": None}], [FILE | {"media_type": 7}],
    ],
)  # fmt: skip
def test_bad_attachments_are_refused(world: World, files: Any) -> None:
    trade = p2p_trade(world)
    with refused(world.connection, "attachment_invalid"):
        write(world, trade.payee, trade, files=files)


def test_author_side_and_time_are_not_the_authors_to_say(world: World) -> None:
    trade = p2p_trade(world)
    for column in ("id", "author_id", "author_role", "kind", "created_at"):
        as_user(world.connection, trade.payee)
        with refused(world.connection, "42501"):
            world.connection.execute(
                f"insert into public.trade_messages (trade_id, body, {column}) "
                f"values ('{trade.id}', 'Hi', null)".encode()
            )
        as_owner(world.connection)


def test_a_flood_ends(world: World) -> None:
    trade = p2p_trade(world)
    as_user(world.connection, trade.payee)
    world.run(
        "insert into public.trade_messages (trade_id, body) "
        "select %s, 'a' from generate_series(1, 499)",
        trade.id,
    )
    as_owner(world.connection)
    write(world, trade.payee, trade, "The last one")
    with refused(world.connection, "message_limit"):
        write(world, trade.payee, trade)
    write(world, trade.payer, trade)


def test_the_other_side_is_told_without_the_words(world: World) -> None:
    trade = p2p_trade(world)
    write(world, trade.payee, trade, "My IBAN is DE00")
    told = world.rows(
        "select parties, payload::text from private.outbox where event = 'trade.message' "
        "and payload ->> 'trade_id' = %s",
        str(trade.id),
    )
    assert [parties for parties, _ in told] == [[trade.payer]]
    assert "IBAN" not in told[0][1]
