"""A person asks to be erased: what is in the way, the wait, and what is left afterwards."""

import hashlib
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from stack.identity import as_owner, as_user
from tests.world.accounts import signed_in
from tests.world.bad_input.right_commands import COMMANDS
from tests.world.erasures import begun, steps, where
from tests.world.escrow import Escrow
from tests.world.market import listing, offer
from tests.world.operators import confirm
from tests.world.ratings import open_between, rate
from tests.world.refused import refused
from tests.world.trades import draft, publish
from tests.world.webhooks import new_endpoint, relay
from tests.world.world import World

# Each is written by the buyer, in another place.
WORDS = {
    "full_name": "Zebulon Quixote", "avatar": "zebulon-portrait", "preferences": "purple theme",
    "display_name": "Zebulon Buys", "chat": "My flat is behind the bakery.", "file": "zeb-id.png",
    "reference": "ZEBREF 1907", "rating": "Quick and kind said Zeb", "iban": "NL91ABNA0417164300",
    "label": "Zebs savings", "terms": "Zeb sells to friends only", "reply": "Zeb answers at noon",
    "endpoint": "zebhooks.example.com", "about": "Zebs own endpoint",
    "mail": "zebulon@quixote.example",
}  # fmt: skip


def _write(world: World, who: UUID, query: LiteralString, *values: Any) -> None:
    as_user(world.connection, who, aal="aal2")
    world.run(query, *values)
    as_owner(world.connection)


def _chat(world: World, author: UUID, trade: Escrow, body: str, *files: dict[str, Any]) -> None:
    _write(world, author,
           "insert into public.trade_messages (trade_id, body, attachments) values (%s, %s, %s)",
           trade.id, body, Jsonb(files))  # fmt: skip


def _pay_out(world: World, party: UUID) -> None:
    for currency, available in world.rows(
        "select currency, available::text from public.wallets "
        "where party_id = %s and available > 0",
        party,
    ):
        world.command("ledger_move_external", kind="withdrawal", party_id=party, currency=currency,
                      amount=available, actor_id=world.operator, aal="aal2")  # fmt: skip


def _lived(world: World, mail: str = WORDS["mail"]) -> Escrow:
    """A trade that has ended, and nothing else in the way; the buyer has left words everywhere."""
    seller, buyer = world.user("seller"), world.user("buyer")
    world.run("update auth.users set email = %s where id = %s", mail, buyer)
    signed_in(world, buyer)
    new_endpoint(world, buyer, url=f"https://{WORDS['endpoint']}/in", description=WORDS["about"])
    _write(world, buyer,
           "update public.profiles set full_name = %s, avatar_url = %s, preferences = %s "
           "where id = %s", WORDS["full_name"], f"https://x.example/{WORDS['avatar']}",
           Jsonb({"theme": WORDS["preferences"]}), buyer)  # fmt: skip
    world.run("update public.parties set display_name = %s where id = %s",
              WORDS["display_name"], buyer)  # fmt: skip
    _write(world, buyer,
           "insert into public.payment_accounts (user_id, method, label, fields) "
           "values (%s, 'sepa', %s, %s)", buyer, WORDS["label"],
           Jsonb({"holder": WORDS["full_name"], "iban": WORDS["iban"]}))  # fmt: skip
    order = draft(world, buyer, terms=WORDS["terms"])
    world.run("insert into public.p2p_auto_replies values (%s, %s)", order, WORDS["reply"])
    trade = open_between(world, seller, buyer)
    _chat(
        world,
        buyer,
        trade,
        WORDS["chat"],
        {"sha256": "ab" * 32, "name": WORDS["file"], "media_type": "image/png", "size_bytes": 9},
    )
    _chat(world, seller, trade, "I am the seller.")
    trade.commit("perform", "payee", payload={"reference": WORDS["reference"]})
    trade.commit("accept", "payer")
    rate(world, trade.id, buyer, comment=WORDS["rating"])
    _pay_out(world, buyer)
    world.advance(days=200)
    return trade


def _ask(world: World, who: UUID, **more: Any) -> Any:
    return world.command("erasure_ask", actor_id=who, aal="aal2", **more)


def _state(world: World, erasure: Any) -> Any:
    return world.one("select state from public.erasure_requests where id = %s",
                     erasure["erasure_id"])  # fmt: skip


def test_nothing_that_a_person_wrote_is_left(world: World) -> None:
    trade = _lived(world)
    buyer, seller = trade.payee, trade.payer
    kept = where(world, WORDS.values())
    # The log of changes has hashes from the beginning, and events say nothing.
    assert [table for table in kept if "audit_log" in table or "outbox" in table] == []
    assert {word for words in kept.values() for word in words} == set(WORDS.values())
    salts: LiteralString = "select count(*) from private.personal_salts where party_id = %s"
    assert world.one(salts, buyer) == 1
    told = world.one("select count(*) from public.trade_messages where author_id = %s", seller)
    asked = _ask(world, buyer)
    relay(world)
    assert world.one(
        "select count(*) from public.message_deliveries where user_id = %s "
        "and kind = 'security.erasure'", buyer,
    ) == 1  # fmt: skip
    assert steps(world) == []
    world.advance(days=14)
    done = steps(world)
    assert [done[0]["state"], done[-1]["state"]] == ["erasing", "erased"]
    assert where(world, WORDS.values()) == {}
    # Nobody is told of it but the operators, not even of what was on its way.
    world.run(
        "select private.emit_event('trade.rated', 'trade_rating', %s, 1, %s, '{}', "
        "private.clock())", trade.id, [buyer, seller],
    )  # fmt: skip
    relay(world)
    assert world.rows(
        "select distinct event from public.notifications where user_id = %s", buyer
    ) == []  # fmt: skip
    operators = (
        "select distinct event from public.notifications where event like 'erasure.%' order by 1"
    )
    assert [event for (event,) in world.rows(operators)] == ["erasure.begin", "erasure.finish"]
    assert world.problems() == []
    # Nobody can try names against the hashes of the audit log.
    assert world.one(salts, buyer) == 0
    # The other side still reads the trade, its own words, and whom it was with.
    as_user(world.connection, seller)
    read = world.rows("select author_role, body from public.trade_messages where trade_id = %s "
                      "order by id", trade.id)  # fmt: skip
    name = world.one("select display_name from public.party(%s)", buyer)
    state = world.one("select status from public.p2p_trades where id = %s", trade.id)
    as_owner(world.connection)
    assert read == [("buyer", None), ("seller", "I am the seller.")]
    assert (name, state) == ("erased", "completed")
    assert told == world.one("select count(*) from public.trade_messages where author_id = %s "
                             "and body is not null", seller)  # fmt: skip
    assert world.one("select email from auth.users where id = %s", buyer) is None
    # Again: there is nothing to do, and nothing to ask for.
    assert steps(world) == []
    assert _state(world, asked) == "erased"


def test_who_kept_the_words_still_proves_them(world: World) -> None:
    trade = _lived(world)
    query: LiteralString = (
        "select seals from public.trade_messages where trade_id = %s and author_role = 'buyer'"
    )
    before = world.one(query, trade.id)["body"]
    _ask(world, trade.payee)
    world.advance(days=14)
    steps(world)
    after = world.one(query, trade.id)["body"]
    assert after == {"hash": before["hash"]}
    proof = hashlib.sha256((before["salt"] + WORDS["chat"]).encode()).hexdigest()
    assert proof == after["hash"]


def test_an_erasure_waits_and_is_cancelled(world: World) -> None:
    trade = _lived(world)
    asked = _ask(world, trade.payee, idempotency_key="k", request_hash="h")
    again = _ask(world, trade.payee, idempotency_key="k", request_hash="h")
    assert again == asked | {"replayed": True}
    with refused(world.connection, "erasure_open"):
        _ask(world, trade.payee)
    with refused(world.connection, "erasure_not_found"):
        world.command("erasure_cancel", actor_id=trade.payer, aal="aal2",
                      erasure_id=asked["erasure_id"])  # fmt: skip
    # Whoever has no second factor any more cancels all the same.
    world.command("erasure_cancel", actor_id=trade.payee, aal="aal1",
                  erasure_id=asked["erasure_id"])  # fmt: skip
    with refused(world.connection, "erasure_closed"):
        world.command("erasure_cancel", actor_id=trade.payee, aal="aal1",
                      erasure_id=asked["erasure_id"])  # fmt: skip
    world.advance(days=20)
    assert steps(world) == []
    assert _state(world, asked) == "cancelled"
    assert _ask(world, trade.payee)["state"] == "waiting"


def _in_the_way(world: World, who: UUID) -> set[str]:
    found: list[str] = world.one("select private.in_the_way_of_erasure(%s, private.clock())", who)
    return set(found)


def test_what_is_in_the_way(world: World) -> None:
    trade = _lived(world)
    buyer = trade.payee
    assert _in_the_way(world, buyer) == set()
    world.deposit(buyer, "1")
    assert _in_the_way(world, buyer) == {"money"}
    with refused(world.connection, "erasure_in_the_way"):
        _ask(world, buyer)
    _pay_out(world, buyer)
    other = open_between(world, trade.payer, buyer)
    assert _in_the_way(world, buyer) == {"escrows"}
    other.commit("accept", "payer")
    assert _in_the_way(world, buyer) == {"money", "time_for_claims"}
    _pay_out(world, buyer)
    case = world.command("escrow_claim", escrow_id=other.id, actor_id=trade.payer, reason="late")
    assert _in_the_way(world, buyer) == {"time_for_claims", "cases"}
    assert case
    assert "memberships" in _in_the_way(world, world.operator)
    buyer = world.user()
    world.deposit(buyer, "2")
    publish(world, draft(world, buyer), buyer)
    listing(world, buyer)
    offer(world, buyer, listing(world, trade.payer))
    assert _in_the_way(world, buyer) == {"money", "orders", "listings", "offers"}
    for command, code in (
        ("withdrawal_request", "payouts"), ("unmatched_deposit_take", "deposits"),
    ):  # fmt: skip
        made = COMMANDS[command](world)
        if code == "payouts":
            world.command(command, **made)
        assert code in _in_the_way(world, made["actor_id"])
    debt = COMMANDS["receivable_write_off"](world)["receivable_id"]
    debtor = world.one("select party_id from public.receivables where id = %s", debt)
    assert "debts" in _in_the_way(world, debtor)


def test_what_comes_into_the_way_meanwhile_refuses_it(world: World) -> None:
    trade = _lived(world)
    asked = _ask(world, trade.payee)
    world.deposit(trade.payee, "1")
    world.advance(days=14)
    assert [step["state"] for step in steps(world)] == ["refused"]
    assert world.one("select in_the_way from public.erasure_requests where id = %s",
                     asked["erasure_id"]) == ["money"]  # fmt: skip
    assert where(world, [WORDS["chat"]]) != {}
    assert world.rows("select parties from private.outbox where event = 'erasure.refuse'") == [
        ([trade.payee],)
    ]


def test_a_legal_hold_keeps_what_was_written(world: World) -> None:
    trade = _lived(world)
    hold = {"party_id": trade.payee, "reason": "asked for by a court", "actor_id": world.operator,
            "aal": "aal2"}  # fmt: skip
    asked = _ask(world, trade.payee)
    world.command("party_hold", until=world.now().replace(year=2030), **hold)
    world.advance(days=14)
    steps(world)
    assert _state(world, asked) == "refused"
    world.command("party_hold", until=world.now(), **hold)
    assert _ask(world, trade.payee)["state"] == "waiting"
    for change, code in (
        ({"party_id": UUID(int=1)}, "party_not_found"), ({"reason": " "}, "reason_required"),
        ({"until": world.now().replace(year=2050)}, "hold_end_invalid"),
        ({"actor_id": trade.payer}, "operator_only"),
    ):  # fmt: skip
        with refused(world.connection, code):
            world.command("party_hold", **{"until": world.now()} | hold | change)


def test_small_steps_and_a_crash_in_the_middle_come_to_the_same(world: World) -> None:
    trade = _lived(world)
    for n in range(5):
        _chat_late(world, trade, f"Zebulon again, number {n}")
    asked = _ask(world, trade.payee)
    world.advance(days=14)
    assert len(steps(world, most=3, max_rows=2)) == 3
    # What a crash takes back, a later step does again.
    with world.connection.transaction(force_rollback=True):
        steps(world, most=5, max_rows=2)
    done = steps(world, max_rows=2)
    assert max(step["rows"] for step in done) <= 2
    assert _state(world, asked) == "erased"
    assert where(world, ["Zebulon"]) == {}


def _chat_late(world: World, trade: Escrow, body: str) -> None:
    """A message as the owner writes it: the time for claims is over."""
    world.run(
        "insert into public.trade_messages (trade_id, kind, author_id, author_role, body, "
        "created_at) values (%s, 'auto_reply', %s, 'buyer', %s, private.clock())",
        trade.id, trade.payee, body,
    )  # fmt: skip


def test_one_that_fails_is_put_off_and_the_rest_goes_on(world: World) -> None:
    first, second = _lived(world), _lived(world, "other@quixote.example")
    for trade in (first, second):
        _ask(world, trade.payee)
    world.advance(days=14)
    world.run("create function pg_temp.fail() returns trigger language plpgsql as "
              "$$begin raise exception 'no'; end$$")  # fmt: skip
    world.run(sql.SQL(
        "create trigger fail before update on public.profiles for each row "
        "when (old.id = {}) execute function pg_temp.fail()"
    ).format(sql.Literal(first.payee)))  # fmt: skip
    steps(world)
    states = dict(world.rows("select party_id, state from public.erasure_requests"))
    assert states == {first.payee: "waiting", second.payee: "erased"}
    assert world.one("select failures from public.setbacks where queue = 'erasure'") == 1
    world.run("drop trigger fail on public.profiles")
    world.advance(hours=1)
    steps(world)
    assert dict(world.rows("select party_id, state from public.erasure_requests"))[
        first.payee
    ] == "erased"  # fmt: skip


@pytest.mark.parametrize("pretend", ["", "set", "begun"])
def test_law_10_nobody_else_takes_words_away(world: World, pretend: str) -> None:
    """Not by the setting, and in a transaction of an erasure nothing but that."""
    trade = _lived(world)
    if pretend:
        world.run("select set_config('holdfast.erasing', 'x', true)")
    if pretend == "begun":
        world.run("insert into private.erasing values (pg_current_xact_id(), %s)", trade.payee)
    changes: tuple[LiteralString, ...] = (
        "body = 'I owe you everything.'", "seals = '{}'", "author_id = trade_id", "body = null",
        "body = null, seals = '{}'",
    )  # fmt: skip
    for change in changes:
        with refused(world.connection, "append_only"):
            world.run(sql.SQL("update public.trade_messages set {}").format(sql.SQL(change)))
    right: LiteralString = (
        "update public.trade_messages set body = null, seals = private.unsealed(seals, 'body')"
    )
    if pretend == "begun":
        with world.connection.transaction(force_rollback=True):
            assert world.run(right) == 2
    else:
        with refused(world.connection, "append_only"):
            world.run(right)
    with refused(world.connection, "append_only"):
        world.run("delete from public.trade_messages")
    with refused(world.connection, "append_only", "illegal_move", "escrow_closed"):
        world.run("update private.escrow_events set payload = '{}'")
    if pretend == "begun":
        with refused(world.connection, "append_only"):
            world.run("update public.parties set status_since = private.clock()")


def test_words_and_seals_that_do_not_fit_are_found(world: World) -> None:
    trade = _lived(world)
    assert world.problems() == []
    world.run("alter table public.trade_messages disable trigger _000_append_only")
    world.run("update public.trade_messages set body = 'I never said that.' where trade_id = %s",
              trade.id)  # fmt: skip
    assert "words_differ_from_seal" in world.problems()


def _letter(world: World) -> UUID:
    """Somebody whose sign-in is gone, as Auth's soft delete leaves it."""
    person = world.user()
    world.run("update auth.users set email = null, deleted_at = now() where id = %s", person)
    return person


def test_two_operators_have_somebody_without_a_sign_in_erased(world: World) -> None:
    person = _letter(world)
    command = {"party_id": person, "reason": "asked by letter", "actor_id": world.operator}
    asked = world.command("party_erase", aal="aal2", **command)
    assert asked["state"] == "open"
    assert world.one("select count(*) from public.erasure_requests") == 0
    assert confirm(world, asked)["answer"]["state"] == "waiting"
    assert world.one("select last_actor_role from public.erasure_requests") == "operator"
    why = "select asked_for ->> 'reason' from public.operator_requests"
    assert world.one(why) == "asked by letter"
    world.advance(days=14)
    assert steps(world)[-1]["state"] == "erased"


def test_who_can_sign_in_asks_alone(world: World) -> None:
    world.run("update public.operator_rules set one_operator = true")
    person = world.user()
    world.run("update auth.users set email = 'ada@lovelace.example' where id = %s", person)
    command = {"party_id": person, "reason": "asked by letter", "actor_id": world.operator}
    with refused(world.connection, "erasure_signs_in"):
        world.command("party_erase", aal="aal2", **command)
    rich = _letter(world)
    world.deposit(rich, "1")
    with refused(world.connection, "erasure_in_the_way"):
        world.command("party_erase", aal="aal2", **{**command, "party_id": rich})
    with refused(world.connection, "reason_required"):
        world.command("party_erase", aal="aal2", **{**command, "party_id": rich, "reason": " "})
    with refused(world.connection, "party_not_found"):
        world.command("party_erase", aal="aal2", **{**command, "party_id": uuid4()})


def test_a_token_that_outlived_the_erasure_does_nothing(world: World) -> None:
    person = world.user()
    begun(world, person)
    # Made by a machine, it names no session that could have been ended.
    for name, fields in (
        ("erasure_ask", {}), ("data_export_ask", {}), ("sessions_revoke_others", {}),
        ("recovery_codes_make", {"code_hashes": [f"{number:064x}" for number in range(10)]}),
    ):  # fmt: skip
        with refused(world.connection, "party_closed"):
            world.command(name, actor_id=person, aal="aal2", **fields)
    refusals = "select distinct private.act_refusal(%s, %s, a.act, 'aal2') from private.acts as a"
    assert set(world.rows(refusals + " where a.kind <> 'receive'", person, person)) == {
        ("party_closed",)
    }


def test_words_of_a_person_in_events_are_found_by_an_index(world: World) -> None:
    world.run("set local enable_seqscan = off")
    plan = world.rows(
        "explain select from private.escrow_events as r "
        "where (case when r.payload ? 'seals' then r.actor_id end) = %s", world.user(),
    )  # fmt: skip
    text = str(plan)
    assert "Seq Scan" not in text
    assert text.count("case_idx") + text.count("words_idx") > 0
