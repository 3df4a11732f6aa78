"""The timeline of a trade: everything that happened, in order, as far as the reader may know."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from stack.identity import as_owner, as_role, as_user
from tests.world.escrow import BODY, FILE_HASH, GROUNDS, Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.trades import funded, sell_order, take
from tests.world.world import World

_COLUMNS = (
    "number", "at", "kind", "event", "actor_role", "version", "from_state", "from_phase",
    "to_state", "to_phase", "deadline_at", "payer_amount", "payee_amount", "fee_amount",
    "body", "detail",
)  # fmt: skip
Line = dict[str, Any]


def timeline(escrow: Escrow, reader: UUID | None) -> list[Line]:
    """The lines a person reads."""
    world = escrow.world
    as_user(world.connection, reader) if reader else as_role(world.connection, "anon")
    rows = world.rows("select * from public.trade_timeline(%s)", escrow.id)
    as_owner(world.connection)
    return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]


def only(lines: list[Line], event: str) -> Line:
    (line,) = (line for line in lines if line["event"] == event)
    return line


def _decided(world: World) -> Escrow:
    """A trade that was disputed, decided, appealed and settled."""
    escrow = EVERY_POLICY["performed_for_a_while"](world, "p2p_crypto")
    for event, role in (
        ("offer_split", "payee"), ("dispute", "payee"), ("evidence", "payee"),
        ("statement", "payer"), ("statement_reply", "payee"), ("acknowledge", "arbiter"),
        ("decide", "arbiter"), ("appeal", "payee"), ("acknowledge", "arbiter"),
        ("decide", "arbiter"), ("accept_decision", "payer"), ("settle_decision", "payee"),
    ):  # fmt: skip
        escrow.commit(event, role)
    return escrow


def test_a_timeline_holds_every_version_and_what_it_brought(world: World) -> None:
    escrow = _decided(world)
    lines = timeline(escrow, escrow.payer)
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    history = world.rows(
        "select version, event, actor_role::text, from_state::text, to_state::text "
        "from private.escrow_events where escrow_id = %s order by version",
        escrow.id,
    )
    names = ("version", "event", "actor_role", "from_state", "to_state")
    assert [tuple(line[n] for n in names) for line in lines if line["version"]] == history
    offer = only(lines, "offer_split")
    assert (offer["kind"], offer["detail"]["offer_status"]) == ("offer", "open")
    assert only(lines, "evidence")["detail"]["sha256"] == FILE_HASH
    assert only(lines, "dispute")["body"] == "Nothing has arrived."
    assert [line["body"] for line in lines if line["kind"] == "statement"] == [BODY, BODY]
    decisions = [line for line in lines if line["kind"] == "decision"]
    assert [line["detail"]["level"] for line in decisions] == [1, 2]
    assert {line["body"] for line in decisions} == {GROUNDS}
    assert {line["detail"]["payee_amount"] for line in decisions} == {"0.025"}
    # Each assignment stands right behind the move that caused it.
    given = [n for n, line in enumerate(lines) if line["kind"] == "assignment"]
    assert [lines[n - 1]["event"] for n in given] == ["statement_reply", "appeal"]
    assert lines[-1]["event"] == "settle_decision"
    parts = [Decimal(lines[-1][f"{part}_amount"]) for part in ("payer", "payee", "fee")]
    assert sum(parts) == escrow.row().amount


def test_a_decision_by_two_shows_its_grounds_when_both_agree(world: World) -> None:
    escrow = ONCE["approve"](world, "market_service")
    proposed = only(timeline(escrow, escrow.payer), "propose_decision")
    assert (proposed["body"], proposed["detail"]) == (None, {})
    escrow.commit("approve_decision", "other_arbiter")
    approved = only(timeline(escrow, escrow.payer), "approve_decision")
    assert (approved["body"], approved["detail"]["payee_amount"]) == (GROUNDS, "25")


def test_a_statement_is_read_by_its_author_until_the_file_is_closed(world: World) -> None:
    escrow = EVERY_POLICY["one_statement"](world, "p2p_crypto")
    for reader, body in ((escrow.payer, BODY), (escrow.payee, None), (world.operator, None)):
        assert only(timeline(escrow, reader), "statement")["body"] == body
    escrow.commit("statement_reply", "payee")
    assert escrow.arbiter
    for reader in (escrow.payer, escrow.payee, world.operator, escrow.arbiter):
        assert only(timeline(escrow, reader), "statement")["body"] == BODY


def test_strangers_find_no_timeline(world: World) -> None:
    escrow = EVERY_POLICY["decide"](world, "p2p_crypto")
    idle = next(one for one in world.arbiters if one != escrow.arbiter)
    for reader in (world.user("stranger"), idle):
        with refused(world.connection, "escrow_not_found"):
            timeline(escrow, reader)
    with refused(world.connection, "42501"):
        timeline(escrow, None)
    nowhere = Escrow(world, uuid4(), escrow.payer, escrow.payee)
    with refused(world.connection, "escrow_not_found"):
        timeline(nowhere, escrow.payer)


def test_a_timeline_names_no_staff_but_the_assigned_arbiter(world: World) -> None:
    escrow = _decided(world)
    escrow_two = ONCE["frozen_decide"](world, "market_service")
    given = {str(row[0]) for row in world.rows("select arbiter_id from public.dispute_assignments")}
    staff = {str(world.operator), *map(str, world.arbiters)}
    for each in (escrow, escrow_two):
        lines = timeline(each, each.payee)
        named = {word for word in staff if word in str([line["detail"] for line in lines])}
        assert named <= given
        assert not any(
            word in str(line) for line in lines if line["kind"] != "assignment" for word in staff
        )


def test_an_offer_shows_what_became_of_it(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "market_service")
    for author, end in (("payer", "withdrawn"), ("payee", "accepted")):
        escrow.commit("offer_split", author)
        if end == "withdrawn":
            escrow.commit("withdraw_offer", author)
    escrow.commit("accept_split", "payer")
    lines = timeline(escrow, escrow.payee)
    offers = [line for line in lines if line["event"] == "offer_split"]
    assert [line["detail"]["offer_status"] for line in offers] == ["withdrawn", "accepted"]
    accepted = only(lines, "accept_split")
    assert accepted["detail"]["offer_id"] == offers[1]["detail"]["offer_id"]
    assert {line["kind"] for line in lines[-2:]} == {"offer"}


@pytest.mark.parametrize(("event", "end"), [("uphold", "upheld"), ("dismiss", "dismissed")])
def test_what_comes_after_the_end_is_on_it(world: World, event: str, end: str) -> None:
    escrow = funded(world, "market_goods")
    escrow.commit("concede", "payee")
    case = world.command("escrow_claim", escrow_id=escrow.id, actor_id=escrow.payer,
                         reason="broken", description="It broke.")  # fmt: skip
    world.advance_to(world.now() + timedelta(days=1))
    world.command("escrow_case_close", case_id=case["case_id"], event=event, resolution="Seen.",
                  actor_id=world.operator, aal="aal2")  # fmt: skip
    claim, closed = timeline(escrow, escrow.payee)[-2:]
    assert (claim["event"], claim["actor_role"], claim["body"]) == ("claim", "payer", "It broke.")
    assert (closed["event"], closed["actor_role"], closed["body"]) == (event, "operator", "Seen.")
    assert claim["detail"]["case_id"] == closed["detail"]["case_id"] == case["case_id"]
    assert world.one("select state from public.escrow_cases where id = %s", case["case_id"]) == end


def _says(world: World, escrow: Escrow, who: UUID, text: str, *files: dict[str, Any]) -> None:
    as_user(world.connection, who)
    world.run(
        "insert into public.trade_messages (trade_id, body, attachments) values (%s, %s, %s)",
        escrow.id, text, Jsonb(list(files)),
    )  # fmt: skip
    as_owner(world.connection)


def _messages(escrow: Escrow, reader: UUID) -> list[tuple[Any, ...]]:
    return [
        (line["actor_role"], line["body"], line["detail"].get("attachments"))
        for line in timeline(escrow, reader)
        if line["kind"] == "message"
    ]


def test_messages_stand_between_the_moves_with_text_for_who_may_read_it(world: World) -> None:
    """Incident 29: an operator learns that there was a message, never what it says."""
    escrow = funded(world, "p2p_crypto")
    receipt = {"sha256": FILE_HASH, "name": "a.pdf", "media_type": "application/pdf",
               "size_bytes": 1}  # fmt: skip
    _says(world, escrow, escrow.payee, "Which account?")
    escrow.commit("perform", "payee")
    _says(world, escrow, escrow.payer, "IBAN DE00 1234", receipt)
    full = [("payee", "Which account?", None), ("payer", "IBAN DE00 1234", [receipt])]
    for reader in (escrow.payer, escrow.payee):
        assert _messages(escrow, reader) == full
    told = [(role, None, None) for role, _, _ in full]
    assert _messages(escrow, world.operator) == told
    assert "DE00" not in str(timeline(escrow, world.operator))
    assert [line["event"] for line in timeline(escrow, world.operator)] == [
        "take", "message", "perform", "message",
    ]  # fmt: skip
    for event, role in (("dispute", "payer"), ("statement", "payer"), ("statement_reply", "payee")):
        escrow.commit(event, role)
    assert escrow.arbiter
    assert _messages(escrow, escrow.arbiter) == full
    assert _messages(escrow, world.operator) == told


def test_an_auto_reply_follows_the_take(world: World) -> None:
    order, maker = sell_order(world)
    world.rows(
        "insert into public.p2p_auto_replies values (%s, 'Pay within the hour.') returning 1", order
    )
    taker = world.user("taker")
    escrow = Escrow(world, take(world, order, taker), maker, taker)
    first, second = timeline(escrow, taker)
    assert (first["event"], second["event"], second["kind"]) == ("take", "auto_reply", "message")
    assert (second["actor_role"], second["body"]) == ("payer", "Pay within the hour.")


def test_a_rating_is_on_it_when_the_reader_may_know(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "p2p_crypto")
    escrow.commit("accept", "payer")
    both = [("payer", "Fast.", {"score": 5}), ("payee", None, {"score": 2})]

    def ratings(reader: UUID) -> list[tuple[Any, ...]]:
        lines = timeline(escrow, reader)
        return [
            (line["actor_role"], line["body"], line["detail"])
            for line in lines
            if line["kind"] == "rating"
        ]

    _rates(world, escrow, escrow.payer, 5, "Fast.")
    for reader, seen in ((escrow.payer, both[:1]), (escrow.payee, []), (world.operator, [])):
        assert ratings(reader) == seen
    _rates(world, escrow, escrow.payee, 2, "")
    for reader in (escrow.payer, escrow.payee):
        assert ratings(reader) == both
    # Others read each at a time that does not tie it to the other: within three days.
    world.advance(days=3)
    assert ratings(world.operator) == both


def _rates(world: World, escrow: Escrow, who: UUID, score: int, comment: str) -> None:
    as_user(world.connection, who)
    world.run(
        "insert into public.p2p_ratings (trade_id, score, comment) values (%s, %s, %s)",
        escrow.id, score, comment,
    )  # fmt: skip
    as_owner(world.connection)
