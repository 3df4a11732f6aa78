"""Whoever has only the session: what leads money, news or evidence elsewhere needs aal2."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from stack.identity import as_owner, as_user
from tests.db.identity.test_may_act import DECISIONS, MACHINES, STAFF
from tests.db.p2p.test_payment_accounts import account, attach, details, sold
from tests.world.access_matrix import probes_result
from tests.world.all_tables import SEPA, fill_all_tables
from tests.world.bad_input.right_commands import COMMANDS
from tests.world.moves import words
from tests.world.prices import record_price
from tests.world.refused import refused
from tests.world.trades import draft, payable, publish, take
from tests.world.world import World
from tests.world.write_attempts import PROBES

# Commands of a person that need the second factor, and those that do not.
NEED = words(
    "payout_destination_set payout_destination_remove payout_retry payout_keep "
    "webhook_endpoint_create "
    "webhook_secret_rotate webhook_endpoint_enable withdrawal_request "
    "unmatched_deposit_send_back recovery_codes_make erasure_ask data_export_ask "
    "merchant_close merchant_invite merchant_member_remove invoice_refund_make "
    "api_key_create api_key_rotate"
)
# Where the pair has no index, as here, nobody knows whether a price is a ruinous one.
NEED_WITHOUT_INDEX = words("order_publish order_resume order_reprice")
DO_NOT = words(
    "order_pause order_cancel order_take evidence_upload escrow_claim webhook_ping webhook_resend "
    "webhook_delivery_resend offer_make offer_counter offer_decline offer_accept "
    "asset_snapshot_take image_announce image_hand_in asset_prove escrow_deposit_begin "
    "escrow_deposit_place wallet_deposit_begin wallet_deposit_place unmatched_deposit_take "
    "session_revoke sessions_revoke_others device_name device_revoke recovery_code_use "
    "erasure_cancel factor_reset_ask factor_reset_cancel merchant_create merchant_join "
    "invoice_create invoice_cancel invoice_mark invoice_payment_accept invoice_refund_cancel "
    "api_key_revoke"
)
TABLES = words(
    "payment_accounts p2p_order_accounts p2p_auto_replies webhook_endpoints profiles "
    "arbiter_capacities"
)


def test_every_command_is_classified(world: World) -> None:
    people = set(COMMANDS) - set(MACHINES) - set(DECISIONS)
    classified = set(STAFF) | set(NEED) | set(NEED_WITHOUT_INDEX) | set(DO_NOT)
    assert people == classified, "each stands in NEED or in DO_NOT"


@pytest.mark.parametrize("aal", ["aal1", None, "aal0", "aal3", ""])
def test_every_command_without_a_second_factor(world: World, aal: str | None) -> None:
    wrong = []
    for name in (*STAFF, *NEED, *NEED_WITHOUT_INDEX, *DO_NOT):
        needs = name not in DO_NOT
        if aal == "aal0" and not needs:
            continue
        with world.connection.transaction(force_rollback=True):
            command = COMMANDS[name](world)
            got = None
            try:
                with world.connection.transaction():
                    world.command(name, **{**command, "aal": aal})
            except psycopg.Error as error:
                got = error.diag.message_primary
            if got != ("step_up_required" if needs else None) and not (
                aal == "aal0" and got == "sign_in_required"
            ):
                wrong.append((name, got))
    assert wrong == []


def _written(world: World, user: UUID, query: str, values: list[Any]) -> str | None:
    """The code of the refusal of a row that a person writes with the password alone."""
    as_user(world.connection, user)
    try:
        with world.connection.transaction(force_rollback=True):
            world.connection.execute(query.encode(), values)
    except psycopg.Error as error:
        return error.diag.message_primary
    finally:
        as_owner(world.connection)
    return None


def test_every_table_without_a_second_factor(world: World) -> None:
    couple = fill_all_tables(world)
    wrong = []
    for (table, verb), probes in PROBES.items():
        for name, (query, values) in probes.items():
            given = values(couple)
            if not name.startswith("own"):
                continue
            if probes_result(world, couple.payer, query, given) != "done":
                continue
            needs = table.removeprefix("public.") in TABLES
            got = _written(world, couple.payer, query, given)
            if got != ("step_up_required" if needs else None):
                wrong.append((table, verb, name, got))
    assert wrong == []


def test_the_rest_of_a_profile_needs_none(world: World) -> None:
    person = world.user()
    set_ = "update public.profiles set {} where id = %s"
    assert _written(world, person, set_.format("preferences = '{}'"), [person]) is None
    assert _written(world, person, set_.format("full_name = full_name"), [person]) is None
    name = set_.format("full_name = 'Somebody Else'")
    assert _written(world, person, name, [person]) == "step_up_required"


def test_an_endpoint_is_switched_off_without(world: World) -> None:
    couple = fill_all_tables(world)
    set_ = "update public.webhook_endpoints set {} where id = %s"
    on, off = set_.format("event_types = '{*}'"), set_.format("status = 'disabled'")
    assert _written(world, couple.payer, on, [couple.endpoint]) == "step_up_required"
    assert _written(world, couple.payer, off, [couple.endpoint]) is None


@pytest.mark.parametrize(
    ("side", "fields", "free"),
    [
        ("sell", {"price": "50000"}, True),
        ("sell", {"price": "47500"}, True),
        ("sell", {"price": "47499.99"}, False),
        ("sell", {"price": "1"}, False),
        ("sell", {"price": "90000"}, True),
        ("buy", {"price": "52500"}, True),
        ("buy", {"price": "52500.01"}, False),
        ("buy", {"price": "1"}, True),
        ("sell", {"price": None, "price_type": "margin", "margin_bps": -500}, True),
        ("sell", {"price": None, "price_type": "margin", "margin_bps": -501}, False),
        ("buy", {"price": None, "price_type": "margin", "margin_bps": 500}, True),
        ("buy", {"price": None, "price_type": "margin", "margin_bps": 501}, False),
    ],
)
def test_a_ruinous_price_needs_it(world: World, side: str, fields: Any, free: bool) -> None:
    record_price(world, "50000")
    maker = world.user("maker")
    world.deposit(maker, "2")
    order = draft(world, maker, side, **fields)
    payable(world, order, "maker", maker)
    given = {"order_id": order, "actor_id": maker, "aal": "aal1"}
    if not free:
        with refused(world.connection, "step_up_required"):
            world.command("order_publish", **given)
        given["aal"] = "aal2"
    world.command("order_publish", **given)


def test_so_does_a_price_that_nobody_can_compare(world: World) -> None:
    """No index, or one that is stale; also an order that is taken up again later."""
    record_price(world, "50000")
    maker = world.user("maker")
    world.deposit(maker, "2")
    order = draft(world, maker)
    payable(world, order, "maker", maker)
    mine = {"order_id": order, "actor_id": maker, "aal": "aal1"}
    world.advance(minutes=11)
    with refused(world.connection, "step_up_required"):
        world.command("order_publish", **mine)
    record_price(world, "50000")
    world.command("order_publish", **mine)
    world.command("order_pause", **mine)
    record_price(world, "60000")
    with refused(world.connection, "step_up_required"):
        world.command("order_resume", **mine)
    world.run("update public.price_rules set step_up_bps = 5000 where cryptocurrency = 'BTC'")
    world.command("order_resume", **mine)


NEW = SEPA | {"iban": "GB33BUKB20201555555555"}
_CHANGE = "update public.payment_accounts set fields = %s where id = %s"


def _changed(world: World, owner: UUID, mine: UUID) -> None:
    as_user(world.connection, owner, aal="aal2")
    world.run(_CHANGE, Jsonb(NEW), mine)
    as_owner(world.connection)


def test_a_changed_account_waits_before_new_buyers_are_told(world: World) -> None:
    trade, mine = sold(world)
    order = world.one("select order_id from public.p2p_trades where id = %s", trade.id)
    _changed(world, trade.payer, mine)
    with refused(world.connection, "payment_account_waiting"):
        take(world, order, world.user("late"))
    assert details(world, trade.payee, trade)[0][1] == SEPA
    world.advance(hours=23)
    with refused(world.connection, "payment_account_waiting"):
        take(world, order, world.user("late"))
    world.advance(hours=1.1)
    late = world.user("late")
    made = take(world, order, late)
    told = world.one("select fields from public.p2p_payment_details where trade_id = %s", made)
    assert told == NEW


def test_so_does_another_account_in_its_place(world: World) -> None:
    """Also when the first was taken away before: else a change would be two steps."""
    maker = world.user("maker")
    world.deposit(maker, "2")
    first = account(world, maker)
    world.run(
        "update public.payment_accounts set deleted_at = private.clock() where id = %s", first
    )
    order = draft(world, maker)
    attach(world, maker, order, account(world, maker, fields=NEW))
    publish(world, order, maker)
    with refused(world.connection, "payment_account_waiting"):
        take(world, order, world.user("taker"))


def test_so_does_one_that_the_taker_names(world: World) -> None:
    maker, taker = world.user("maker"), world.user("taker")
    world.deposit(taker, "2")
    order = draft(world, maker, "buy")
    publish(world, order, maker)
    mine = account(world, taker)
    _changed(world, taker, mine)
    with refused(world.connection, "payment_account_waiting"):
        take(world, order, taker, payment_account_id=mine)


def test_a_label_or_another_method_does_not_wait(world: World) -> None:
    maker = world.user("maker")
    mine = account(world, maker)
    account(world, maker, "pix", {"holder": "Somebody", "key": "a"})
    as_user(world.connection, maker, aal="aal2")
    world.run("update public.payment_accounts set label = 'savings' where id = %s", mine)
    waiting = world.one(
        "select count(*) from public.payment_accounts where shown_from > private.clock()"
    )
    as_owner(world.connection)
    assert waiting == 0


def test_the_wait_is_the_methods(world: World) -> None:
    world.run("update public.payment_methods set account_wait = '1 hour' where id = 'sepa'")
    maker = world.user("maker")
    mine = account(world, maker)
    _changed(world, maker, mine)
    shown = world.one("select shown_from from public.payment_accounts where id = %s", mine)
    assert 3590 < (shown - world.now()).total_seconds() <= 3600


def test_the_owner_is_told_of_every_change_but_not_what_it_says(world: World) -> None:
    maker = world.user("maker")
    mine = account(world, maker)
    _changed(world, maker, mine)
    events = world.rows(
        "select sequence, parties, payload from private.outbox "
        "where event = 'payment_account.changed' and object_id = %s order by sequence",
        mine,
    )
    assert [(number, parties) for number, parties, _ in events] == [(1, [maker]), (2, [maker])]
    assert NEW["iban"] not in str(events)
    assert events[1][2]["shown_from"] > events[0][2]["shown_from"]


def test_nobody_writes_when_it_is_shown(world: World) -> None:
    maker = world.user("maker")
    mine = account(world, maker)
    as_user(world.connection, maker, aal="aal2")
    for column in ("shown_from", "version"):
        with refused(world.connection, "42501"):
            world.connection.execute(
                f"update public.payment_accounts set {column} = default where id = %s".encode(),
                [mine],
            )
    as_owner(world.connection)
