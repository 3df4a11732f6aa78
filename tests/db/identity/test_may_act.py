"""Law 7: one function answers "may this party do this now", and everything asks it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from stack.identity import as_owner, as_user
from tests.world.access_matrix import probes_result
from tests.world.all_tables import fill_all_tables
from tests.world.bad_input.right_commands import COMMANDS
from tests.world.catalog_tables import SCHEMAS
from tests.world.market import listing, offer
from tests.world.moves import words
from tests.world.rails import claim, destination, paid_by_card, released
from tests.world.refused import refused
from tests.world.scenes import CONTRACTS, EVERY_POLICY, ONCE
from tests.world.stopping import CODES, MAY, STANDINGS, STOPS, restore, stop
from tests.world.trades import funded, p2p_trade, sell_order, take
from tests.world.world import PLATFORM, World
from tests.world.write_attempts import PROBES

_WHO_MAY = Path(__file__).with_name("who_may.txt")
BUILD = EVERY_POLICY | CONTRACTS | ONCE

# Commands whose actor is an operator of Holdfast.
STAFF = words(
    "ledger_move_external ledger_reverse outage_declare setback_decide escrow_case_close "
    "profile_verify discord_link screening_clear operator_request_confirm operator_request_close "
    "fiat_rate_set quarantine_accept receivable_write_off receivable_lift refused_report_close "
    "rail_difference_close party_suspend party_restore party_open_file halt halt_lift staff_grant "
    "staff_withdraw setting_change party_hold party_erase "
    "factor_reset_agree merchant_verify"
)
# Commands in the name of nobody: rails, providers, schedules and the functions themselves.
MACHINES = words(
    "escrow_rail_case escrow_rail_outcome verification_event discord_event "
    "payout_record payout_returned rail_report rail_cost rail_discrepancy screening_record "
    "chargeback_answered fiat_rates_record rail_compare deposit_balances_record "
    # Of whoever has the token of an invoice.
    "invoice_method_begin invoice_method_place invoice_refund_claim"
)
# Take the word of whoever decides, whose every decision is validated.
DECISIONS = words("escrow_commit escrow_commit_many contract_commit")
# Definers that read the database of the word "actor" but take no command.
_TAKES_A_COMMAND = (
    "select p.proname from pg_proc as p where p.pronamespace = 'service'::regnamespace "
    "and p.proargnames && '{command,decision,decisions}'"
)


def kinds(world: World) -> dict[str, str]:
    return {act: kind for act, kind in world.rows("select act, kind::text from private.acts")}


def code_of(error: psycopg.Error) -> str:
    return error.diag.message_primary or ""


def test_each_standing_has_exactly_its_kinds(world: World) -> None:
    every = {row[0] for row in world.rows("select unnest(enum_range(null::private.act_kind))")}
    rules = world.rows("select standing::text, kind::text, refusal from private.standing_rules")
    assert len(rules) == len(every) * (len(MAY) + 1)
    for standing, kind, refusal in rules:
        may = standing == "active" or kind in MAY[standing]
        assert refusal == (None if may else CODES[standing]), (standing, kind)


def test_every_command_of_a_person_asks(world: World) -> None:
    """A new command that takes an actor and does not ask fails here."""
    acts = kinds(world)
    for (name,) in world.rows(_TAKES_A_COMMAND):
        body = world.one(
            "select prosrc from pg_proc where proname = %s "
            "and pronamespace = 'service'::regnamespace",
            name,
        )
        if "private.begin_operator_command(" in body:
            assert name in STAFF, name
        elif name in DECISIONS or name in MACHINES:
            assert "private.command_actor" not in body or "private.escrow_apply" in body, name
        elif "actor_id" in body or "private.begin_" in body or "command_actor" in body:
            assert name in acts, f"{name} is no act"
            assert f"'{name}'" in body, f"{name} does not ask"


def test_every_way_of_writing_asks(world: World) -> None:
    """So does a new policy of inserting or updating."""
    acts = kinds(world)
    for table, name, check in world.rows(
        "select tablename, policyname, with_check from pg_policies "
        "where schemaname = any (%s) and cmd in ('INSERT', 'UPDATE', 'ALL')",
        SCHEMAS,
    ):
        assert f"{table}.write" in acts, name
        assert f"'{table}.write'" in (check or ""), f"{name} does not ask"


def test_every_move_of_a_side_asks(world: World) -> None:
    moves = world.rows(
        "select distinct 'escrow.' || event from private.state_edges "
        "where machine = 'escrow' and actor in ('payer', 'payee')"
    )
    acts = {act for act in kinds(world) if act.startswith("escrow.")}
    assert {row[0] for row in moves} == acts


def test_no_act_is_asked_by_nobody(world: World) -> None:
    asked = " ".join(
        row[0]
        for row in world.rows(
            "select prosrc from pg_proc where pronamespace::regnamespace::text = any (%s) "
            "union all select coalesce(with_check, '') || coalesce(qual, '') from pg_policies",
            SCHEMAS,
        )
    )
    commands = {act for act in kinds(world) if not act.startswith("escrow.")}
    idle = [act for act in commands if f"'{act}'" not in asked]
    assert idle == []


def test_every_command_of_whoever_is_stopped(world: World) -> None:
    """Standing and role of whoever gives each command, and what comes of it: held against
    who_may.txt, which is read by people. What differs is looked at, and then written there."""
    acts = kinds(world)
    found = []
    for name in (each for each in COMMANDS if each not in MACHINES):
        kind = acts["staff.command" if name in STAFF else name]
        for who, got in _outcomes(world, name):
            found.append(f"{name} {kind} {who} {got}")
            if who in STANDINGS:
                assert (got == "yes") == (kind in MAY[who]), (name, who, got)
                assert got in ("yes", CODES[who]), (name, who, got)
    assert sorted(found) == _WHO_MAY.read_text().splitlines()


def _outcomes(world: World, name: str) -> Iterator[tuple[str, str]]:
    """Who gives a right command, and what comes of it."""
    with world.connection.transaction(force_rollback=True):
        command = COMMANDS[name](world)
        actor = command["actor_id"]

        def given(who: UUID, **changes: Any) -> str:
            try:
                with world.connection.transaction(force_rollback=True):
                    world.command(name, **command | {"actor_id": who} | changes)
            except psycopg.Error as error:
                return code_of(error)
            return "yes"

        yield "active", given(actor)
        for standing in STANDINGS:
            with world.connection.transaction(force_rollback=True):
                stop(world, actor, standing)
                got = given(actor)
                # What it offered was paused with it.
                paused = name == "order_pause" and got == "order_not_active"
                yield standing, "yes" if paused else got
        if name in STAFF:
            person, reader = world.user(), world.user()
            world.join(PLATFORM, reader, "dispute_reader")
            yield "arbiter", given(world.arbiters[0])
            yield "dispute_reader", given(reader)
            yield "nobody", given(person)
        elif command.get("party_id") == actor:
            yield from _of_organisation(world, actor, given)


def _of_organisation(
    world: World, member: UUID, given: Callable[..., str]
) -> Iterator[tuple[str, str]]:
    """What comes of a command for an organisation, by its standing and the member's role."""
    for role in ("owner", "operator", "admin", "staff", "signer", "viewer"):
        for standing in ("active", "suspended", "closed"):
            with world.connection.transaction(force_rollback=True):
                party = world.one(
                    "insert into public.parties (kind, display_name) values ('merchant', 'Forge')"
                    " returning id"
                )
                world.join(party, member, role)
                if standing != "active":
                    stop(world, party, standing)
                yield f"{role}_of_{standing}_organisation", given(member, party_id=party)


@pytest.mark.parametrize("standing", STANDINGS)
def test_every_row_that_whoever_is_stopped_may_write(world: World, standing: str) -> None:
    acts = kinds(world)
    couple = fill_all_tables(world)
    wrong = []
    before = {
        (table, verb, name): probes_result(world, couple.payer, query, values(couple))
        for (table, verb), probes in PROBES.items()
        for name, (query, values) in probes.items()
        if name.startswith("own") and verb in ("insert", "update")
    }
    assert "done" in " ".join(before.values())
    stop(world, couple.payer, standing)
    for (table, verb, name), done in before.items():
        query, values = PROBES[table, verb][name]
        kind = acts[f"{table.removeprefix('public.')}.write"]
        got = probes_result(world, couple.payer, query, values(couple))
        if (
            table == "public.listings"
            and verb == "update"
            and standing not in ("anonymous", "recovered")
        ):
            # Paused with its seller, it offers nothing, whatever its words.
            kind = acts["listings.close"]
        may = kind in MAY[standing]
        if not done.startswith("done"):
            continue
        if standing == "deleted" and table == "public.profiles":
            may = False
        if may != got.startswith("done"):
            wrong.append((table, verb, name, kind, done, got))
    assert wrong == []


# What a stopped side still gives: scene, policy, move, role.
_STILL = (
    ("funded", "p2p_crypto", "perform", "payee"),
    ("funded", "market_goods", "perform", "payee"),
    ("funded", "p2p_crypto", "concede", "payee"),
    ("funded", "p2p_crypto", "accept", "payer"),
    ("performed", "p2p_crypto", "accept", "payer"),
    ("performed", "p2p_crypto", "dispute", "payer"),
    ("performed", "market_service", "request_revision", "payer"),
    ("funded", "p2p_crypto", "offer_split", "payer"),
    ("funded_with_offers", "p2p_crypto", "accept_split", "payee"),
    ("funded_with_offers", "p2p_crypto", "withdraw_offer", "payer"),
    ("statements", "p2p_crypto", "statement", "payee"),
    ("decided", "p2p_crypto", "appeal", "payee"),
    ("decided", "p2p_crypto", "accept_decision", "payee"),
    ("funding_exception", "market_goods", "return_funds", "payer"),
    ("proposed", "market_goods", "cancel", "payer"),
)
_NO_LONGER = (
    ("proposed", "market_goods", "sign", "payer"),
    ("half_signed", "market_goods", "countersign", "payee"),
    ("funding_exception", "market_goods", "top_up", "payer"),
    ("funding_exception", "market_goods", "propose_partial", "payer"),
    ("partial_by_payer", "market_goods", "accept_partial", "payee"),
)


@pytest.mark.parametrize(("scene", "policy", "event", "role"), _STILL)
@pytest.mark.parametrize("standing", ["suspended", "banned"])
def test_nobody_waits_for_a_stopped_side(
    world: World, scene: str, policy: str, event: str, role: str, standing: str
) -> None:
    made = BUILD[scene](world, policy)
    side = getattr(made, role)
    stop(world, side, standing)
    made.commit(event, role)
    assert world.problems() == []


@pytest.mark.parametrize(("scene", "policy", "event", "role"), _NO_LONGER)
@pytest.mark.parametrize("standing", ["suspended", "closed", "anonymous"])
def test_a_stopped_side_begins_nothing(
    world: World, scene: str, policy: str, event: str, role: str, standing: str
) -> None:
    made = BUILD[scene](world, policy)
    stop(world, getattr(made, role), standing)
    with refused(world.connection, CODES[standing]):
        made.commit(event, role)


def test_the_other_side_and_the_timers_go_on(world: World) -> None:
    first, second, third = p2p_trade(world), p2p_trade(world), p2p_trade(world)
    for trade in (first, second):
        trade.commit("perform", "payee")
        stop(world, trade.payee)
    first.commit("accept", "payer")
    assert first.place == ("released", "")
    second.commit("dispute", "payer")
    second.commit("statement", "payer")
    second.commit("statement_reply", "payee")
    stop(world, third.payee, "closed")
    world.advance(hours=2)
    third.commit("timeout_refund", "timer")
    assert third.place == ("refunded", "")
    assert world.problems() == []


def test_a_stopped_arbiter_and_operator_decide_nothing(world: World) -> None:
    made = EVERY_POLICY["decide"](world, "p2p_crypto")
    arbiter = made.arbiter
    assert arbiter
    stop(world, arbiter)
    with refused(world.connection, "party_suspended"):
        made.commit("decide", "arbiter")
    stop(world, world.operator, "banned")
    with refused(world.connection, "user_banned"):
        made.commit("freeze", "operator")


@pytest.mark.parametrize("standing", STOPS)
def test_what_a_stopped_maker_offers_is_not_taken(world: World, standing: str) -> None:
    order, maker = sell_order(world)
    stop(world, maker, standing)
    with refused(world.connection, "order_unavailable", "order_not_found"):
        take(world, order, world.user("taker"))


@pytest.mark.parametrize("standing", [each for each in STOPS if each != "anonymous"])
def test_what_a_stopped_party_offers_is_paused(world: World, standing: str) -> None:
    order, maker = sell_order(world)
    listed = listing(world, maker)
    stop(world, maker, standing)
    assert world.one("select status from public.p2p_orders where id = %s", order) == "paused"
    assert world.one("select status from public.listings where id = %s", listed) == "paused"
    assert world.one("select count(*) from private.p2p_book_lines where order_id = %s", order) == 0
    with refused(world.connection, CODES[standing]):
        world.command("order_resume", order_id=order, actor_id=maker, aal="aal2")
    world.command("order_cancel", order_id=order, actor_id=maker)
    assert world.balance(maker)[2] == 0
    assert world.problems() == []


def test_restored_it_puts_its_orders_back_itself(world: World) -> None:
    order, maker = sell_order(world)
    stop(world, maker)
    restore(world, maker)
    assert world.one("select status from public.p2p_orders where id = %s", order) == "paused"
    world.command("order_resume", order_id=order, actor_id=maker, aal="aal2")
    take(world, order, world.user("taker"))


@pytest.mark.parametrize("stopped", ["buyer", "seller"])
def test_an_offer_of_or_to_a_stopped_side_is_not_accepted(world: World, stopped: str) -> None:
    buyer, seller = world.user("buyer"), world.user("seller")
    listed = listing(world, seller)
    made = offer(world, buyer, listed)
    stop(world, buyer if stopped == "buyer" else seller)
    with refused(world.connection, "seller_unavailable", "party_suspended"):
        world.command("offer_accept", offer_id=made, actor_id=seller)
    if stopped == "seller":
        with refused(world.connection, "listing_not_active", "seller_unavailable"):
            offer(world, world.user("another"), listed)
    world.command("offer_decline", offer_id=made, actor_id=buyer, event="withdraw")


def merchant(world: World) -> UUID:
    made: UUID = world.one(
        "insert into public.parties (kind, display_name) values ('merchant', 'A shop') returning id"
    )
    return made


def test_a_merchant_and_whoever_acts_for_it(world: World) -> None:
    """Suspended through either: the party itself, or the one person who gives the command."""
    shop, owner, clerk = merchant(world), world.user("owner"), world.user("clerk")
    world.join(shop, owner, "owner")
    world.join(shop, clerk, "operator")
    set_ = {"rail": "base", "address": "0x" + "5a" * 20, "aal": "aal2", "party_id": shop}
    stop(world, clerk)
    with refused(world.connection, "party_suspended"):
        world.command("payout_destination_set", actor_id=clerk, **set_)
    world.command("payout_destination_set", actor_id=owner, **set_)
    stop(world, shop, "closed")
    with refused(world.connection, "party_closed"):
        world.command("payout_destination_set", actor_id=owner, **set_)
    # The owner's own business goes on.
    world.command("payout_destination_set", actor_id=owner, **{**set_, "party_id": owner})


def test_an_operator_moves_no_money_out_for_a_stopped_party(world: World) -> None:
    party = world.user()
    world.deposit(party, "1")
    stop(world, party)
    world.deposit(party, "1")
    with refused(world.connection, "party_suspended"):
        world.command(
            "ledger_move_external", kind="withdrawal", party_id=party, currency="BTC",
            amount="1", actor_id=world.operator, aal="aal2",
        )  # fmt: skip
    assert world.balance(party)[0] == 2


@pytest.mark.parametrize("standing", ["suspended", "closed", "banned"])
def test_a_payment_to_a_stopped_party_is_held_in_its_balance(world: World, standing: str) -> None:
    made = released(world)
    destination(world, made.payee)
    stop(world, made.payee, standing)
    assert [each for each in claim(world) if each["group_id"] == str(made.id)] == []
    state, amount = world.rows(
        "select state::text, amount::numeric from public.payouts "
        "where id in (select private.payouts_of(%s))",
        made.id,
    )[0]
    assert state == "kept"
    assert world.balance(made.payee, made.row().currency)[0] >= amount
    assert world.problems() == []


def test_a_refund_to_the_card_goes_on(world: World) -> None:
    made = funded(world, "market_goods", rail="stripe")
    paid_by_card(world, made, f"pi_{uuid4().hex}")
    stop(world, made.payer)
    made.commit("concede", "payee")
    (taken,) = (each for each in claim(world, "stripe") if each["group_id"] == str(made.id))
    assert taken["state"] == "claimed"


def test_a_stopped_party_reads_its_own(world: World) -> None:
    trade = p2p_trade(world)
    stop(world, trade.payee, "closed")
    as_user(world.connection, trade.payee)
    assert world.one("select count(*) from public.p2p_trades where id = %s", trade.id) == 1
    assert (
        world.one("select count(*) from private.escrow_transactions where id = %s", trade.id) == 1
    )
    (mine,) = world.one("select public.my_standing()")
    as_owner(world.connection)
    assert mine == {
        "party_id": str(trade.payee), "standing": "closed", "may": ["read", "receive", "settle"],
    }  # fmt: skip


def test_a_status_has_a_reason_of_its_own(world: World) -> None:
    party = world.user()
    say = "select set_config('holdfast.reason', %s, true)"
    for reason in ("", "  "):
        world.one(say, reason)
        with refused(world.connection, "reason_required"):
            world.run("update public.parties set status = 'suspended' where id = %s", party)
    world.one(say, "reported by three")
    world.run("update public.parties set status = 'suspended' where id = %s", party)
    logged = world.one(
        "select reason from public.audit_log "
        "where table_name = 'parties' and row_id = %s order by id desc limit 1",
        str(party),
    )
    assert logged == "reported by three"
    with refused(world.connection, "parties_the_house_acts"):
        world.run("update public.parties set status = 'closed' where kind = 'platform'")


def test_a_party_reads_its_status_and_writes_none(world: World) -> None:
    party = world.user()
    stop(world, party)
    as_user(world.connection, party, aal="aal2")
    for query in (
        "update public.parties set status = 'active' where true",
        "select private.standing_of(gen_random_uuid())",
    ):
        with refused(world.connection, "42501"):
            world.connection.execute(query.encode())
    assert world.rows("select id, status::text from public.parties") == [(party, "suspended")]
    as_owner(world.connection)


def test_a_token_of_an_anonymous_sign_in(world: World) -> None:
    """Also where Auth's row does not say so: the token does."""
    person = world.user()
    as_user(world.connection, person, aal="aal2", is_anonymous=True)
    assert world.one("select public.whoami() ->> 'aal'") == "aal0"
    with refused(world.connection, "sign_in_required"):
        world.run(
            "insert into public.guilds (name) values ('Mine')",
        )
    as_owner(world.connection)
    order, _ = sell_order(world)
    with refused(world.connection, "sign_in_required"):
        take(world, order, person, aal="aal0")


def test_a_ban_that_is_over_is_none(world: World) -> None:
    order, _ = sell_order(world)
    taker = world.user("taker")
    stop(world, taker, "banned")
    with refused(world.connection, "user_banned"):
        take(world, order, taker)
    world.advance(hours=25)
    take(world, order, taker)


def test_who_is_no_party_may_nothing(world: World) -> None:
    order, _ = sell_order(world)
    with refused(world.connection, "party_closed"):
        take(world, order, uuid4())
