"""Payment details: what a trade was told, to whom, and for how long."""

import unicodedata
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from stack.identity import as_owner, as_role, as_user
from tests.world.all_tables import SEPA
from tests.world.escrow import Escrow
from tests.world.prices import record_price
from tests.world.refused import refused
from tests.world.trades import PRICE, draft, publish, take, take_command
from tests.world.verifications import operator_says, provider_says
from tests.world.world import World

Details = tuple[str, dict[str, str] | None, str, bool]


def account(world: World, owner: UUID, method: str = "sepa", fields: Any = SEPA) -> UUID:
    as_user(world.connection, owner, aal="aal2")
    made: UUID = world.one(
        "insert into public.payment_accounts (user_id, method, fields) "
        "values (%s, %s, %s) returning id",
        owner, method, Jsonb(fields),
    )  # fmt: skip
    as_owner(world.connection)
    return made


def attach(world: World, owner: UUID, order: UUID, account_id: UUID) -> None:
    as_user(world.connection, owner, aal="aal2")
    world.run(
        "insert into public.p2p_order_accounts (order_id, account_id) values (%s, %s)",
        order, account_id,
    )  # fmt: skip
    as_owner(world.connection)


def sold(world: World) -> tuple[Escrow, UUID]:
    """A trade on a sell order with an account, and the account."""
    maker, taker = world.user("maker"), world.user("taker")
    world.deposit(maker, "2")
    world.deposit(taker, "1")
    world.run("update public.profiles set full_name = 'Bob Buyer' where id = %s", taker)
    order = draft(world, maker)
    mine = account(world, maker)
    attach(world, maker, order, mine)
    publish(world, order, maker)
    return Escrow(world, take(world, order, taker), maker, taker), mine


def details(world: World, reader: UUID, trade: Escrow) -> list[Details]:
    as_user(world.connection, reader)
    rows = world.rows(
        "select method, fields, payer_name, payer_name_verified from public.p2p_payment_details "
        "where trade_id = %s",
        trade.id,
    )
    as_owner(world.connection)
    return [(method, fields, name, verified) for method, fields, name, verified in rows]


def test_both_sides_of_a_live_trade_see_them(world: World) -> None:
    trade, _ = sold(world)
    told = [("sepa", SEPA, "Bob Buyer", False)]
    assert details(world, trade.payee, trade) == details(world, trade.payer, trade) == told
    trade.commit("perform", "payee")
    assert details(world, trade.payee, trade) == told


@pytest.mark.parametrize(("event", "role"), [("accept", "payer"), ("concede", "payee")])
def test_nobody_sees_them_after_the_end(world: World, event: str, role: str) -> None:
    trade, _ = sold(world)
    trade.commit(event, role)
    assert details(world, trade.payee, trade) == details(world, trade.payer, trade) == []


def test_incident_29_payment_data_reaches_nobody_else(world: World) -> None:
    trade, mine = sold(world)
    trade.commit("perform", "payee")
    for other in (world.user(), world.operator, *world.arbiters):
        assert details(world, other, trade) == []
    for other in (trade.payee, world.operator, world.arbiters[0]):
        as_user(world.connection, other)
        assert world.rows("select id from public.payment_accounts where id = %s", mine) == []
        assert world.rows("select order_id from public.p2p_order_accounts") == []
        as_owner(world.connection)
    for role in ("anon", "service_role"):
        as_role(world.connection, role)
        for table in ("payment_accounts", "p2p_order_accounts", "p2p_payment_details"):
            with refused(world.connection, "42501"):
                world.connection.execute(f"select * from public.{table}".encode())
        as_owner(world.connection)
    leaks: LiteralString = (
        "select count(*) from public.audit_log "
        "where position(%s in coalesce(after, before)::text) > 0"
    )
    assert world.one(leaks, SEPA["iban"]) == 0
    leaks = "select count(*) from private.outbox where position(%s in payload::text) > 0"
    assert world.one(leaks, SEPA["iban"]) == 0


def test_the_arbiter_of_a_live_dispute_sees_them(world: World) -> None:
    trade, _ = sold(world)
    trade.commit("perform", "payee")
    trade.commit("dispute", "payer")
    trade.commit("statement", "payer")
    trade.commit("statement_reply", "payee")
    arbiter = trade.arbiter
    assert arbiter
    assert len(details(world, arbiter, trade)) == 1
    trade.commit("concede", "payee")
    assert details(world, arbiter, trade) == []


def test_incident_03_a_changed_account_does_not_redirect_a_running_trade(world: World) -> None:
    trade, mine = sold(world)
    as_user(world.connection, trade.payer, aal="aal2")
    world.run(
        "update public.payment_accounts set fields = %s, deleted_at = now() where id = %s",
        Jsonb(SEPA | {"iban": "GB33BUKB20201555555555"}), mine,
    )  # fmt: skip
    as_owner(world.connection)
    assert details(world, trade.payee, trade)[0][1] == SEPA


_GONE = "update public.payment_accounts set deleted_at = private.clock() where user_id = %s"
_PIX = {"holder": "Somebody", "key": "a"}
# At a price, and at so many basis points of the index.
PRICED: dict[str, dict[str, Any]] = {
    "fixed": {},
    "margin": {"price_type": "margin", "price": None, "margin_bps": 0},
}


def _publish(world: World, order: UUID, maker: UUID) -> None:
    world.command("order_publish", order_id=order, actor_id=maker, aal="aal2")


def _named(world: World, order: UUID) -> dict[str, UUID]:
    return dict(
        world.rows(
            "select method, account_id from public.p2p_order_accounts where order_id = %s", order
        )
    )


@pytest.mark.parametrize("priced", PRICED)
@pytest.mark.parametrize("has", ["none", "another method's", "deleted", "one of two", "two"])
def test_a_sell_order_without_an_account_is_not_published(
    world: World, priced: str, has: str
) -> None:
    record_price(world, PRICE)
    maker = world.user("maker")
    world.deposit(maker, "2")
    methods = ["sepa", "pix"] if has == "one of two" else ["sepa"]
    order = draft(world, maker, payment_methods=methods, **PRICED[priced])
    if has == "another method's":
        account(world, maker, "pix", _PIX)
    elif has != "none":
        account(world, maker)
    if has == "two":
        account(world, maker)
    if has == "deleted":
        world.run(_GONE, maker)
    with refused(world.connection, "payment_account_missing"):
        _publish(world, order, maker)
    assert world.balance(maker)[2] == 0


@pytest.mark.parametrize("priced", PRICED)
def test_the_only_account_of_a_method_need_not_be_named(world: World, priced: str) -> None:
    record_price(world, PRICE)
    maker, taker = world.user("maker"), world.user("taker")
    world.deposit(maker, "2")
    order = draft(world, maker, payment_methods=["sepa", "pix"], **PRICED[priced])
    mine, other = account(world, maker), account(world, maker)
    pix = account(world, maker, "pix", _PIX)
    attach(world, maker, order, mine)
    _publish(world, order, maker)
    assert _named(world, order) == {"sepa": mine, "pix": pix}
    # Later accounts change nothing about an order that is published.
    world.run(
        "update public.payment_accounts set deleted_at = private.clock() where id = %s", other
    )
    trade = Escrow(world, take(world, order, taker, payment_method="sepa"), maker, taker)
    assert details(world, taker, trade)[0][1] == SEPA


@pytest.mark.parametrize("priced", PRICED)
def test_an_order_whose_account_was_removed_is_neither_taken_nor_resumed(
    world: World, priced: str
) -> None:
    record_price(world, PRICE)
    maker, taker = world.user("maker"), world.user("taker")
    world.deposit(maker, "2")
    order = draft(world, maker, **PRICED[priced])
    account(world, maker)
    _publish(world, order, maker)
    world.run(_GONE, maker)
    with refused(world.connection, "payment_account_missing"):
        take(world, order, taker)
    world.command("order_pause", order_id=order, actor_id=maker)
    resume = {"order_id": order, "actor_id": maker, "aal": "aal2"}
    with refused(world.connection, "payment_account_missing"):
        world.command("order_resume", **resume)
    fresh = account(world, maker)
    world.command("order_resume", **resume)
    assert _named(world, order) == {"sepa": fresh}
    world.advance(hours=25)
    record_price(world, PRICE)
    take(world, order, taker)


def test_an_order_to_buy_needs_no_account_of_its_maker(world: World) -> None:
    maker = world.user("maker")
    order = draft(world, maker, "buy")
    _publish(world, order, maker)
    assert _named(world, order) == {}


@pytest.mark.parametrize("priced", PRICED)
@pytest.mark.parametrize("has", ["none", "another method's", "deleted", "two", "one"])
def test_who_sells_into_a_buy_order_has_an_account(world: World, priced: str, has: str) -> None:
    record_price(world, PRICE)
    maker, taker = world.user("maker"), world.user("taker")
    world.deposit(taker, "2")
    order = draft(world, maker, "buy", **PRICED[priced])
    _publish(world, order, maker)
    if has == "another method's":
        account(world, taker, "pix", _PIX)
    elif has != "none":
        account(world, taker)
    if has == "two":
        account(world, taker)
    if has == "deleted":
        world.run(_GONE, taker)
    command = take_command(order, taker, "0.1")
    if has == "one":
        trade = Escrow(
            world, UUID(world.command("order_take", **command)["trade_id"]), taker, maker
        )
        assert details(world, maker, trade)[0][1] == SEPA
        return
    with refused(world.connection, "payment_account_missing"):
        world.command("order_take", **command)
    assert world.balance(taker) == (2, 0, 0)


def test_who_sells_into_a_buy_order_names_the_account(world: World) -> None:
    maker, taker = world.user("maker"), world.user("taker")
    world.deposit(taker, "2")
    order = draft(world, maker, "buy")
    publish(world, order, maker)
    mine = account(world, taker)
    trade = Escrow(world, take(world, order, taker, payment_account_id=mine), taker, maker)
    assert details(world, maker, trade)[0][1] == SEPA


@pytest.mark.parametrize(
    "whose", ["nobody's", "another's", "another method's", "deleted", "buyer's"]
)
def test_a_wrong_account_is_refused(world: World, whose: str) -> None:
    maker, taker = world.user("maker"), world.user("taker")
    world.deposit(taker, "2")
    world.deposit(maker, "2")
    order = draft(world, maker, "sell" if whose == "buyer's" else "buy")
    publish(world, order, maker)
    owner = world.user() if whose == "another's" else taker
    named = (
        uuid4()
        if whose == "nobody's"
        else account(world, owner, *(("pix", _PIX) if whose == "another method's" else ()))
    )
    if whose == "deleted":
        world.run("update public.payment_accounts set deleted_at = now() where id = %s", named)
    with refused(world.connection, "payment_account_unknown"):
        take(world, order, taker, payment_account_id=named)


def test_an_order_names_accounts_of_its_maker_only(world: World) -> None:
    maker, other = world.user("maker"), world.user("other")
    theirs = account(world, other)
    for kind, owner in (("sell", other), ("buy", maker)):
        order = draft(world, maker, kind)
        mine = theirs if owner == other else account(world, maker)
        with refused(world.connection, "payment_account_unknown"):
            attach(world, maker, order, mine)


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("sepa", {}),
        ("sepa", {"holder": "A B"}),
        ("sepa", SEPA | {"iban": "not an iban"}),
        ("sepa", SEPA | {"iban": SEPA["iban"] + "\nGB33"}),
        ("sepa", SEPA | {"note": "more"}),
        ("sepa", SEPA | {"holder": 7}),
        ("sepa", SEPA | {"holder": "x" * 201}),
        ("sepa", []),
        ("sepa", None),
        ("barter", SEPA),
    ],
)
def test_fields_are_those_of_the_method(world: World, method: str, fields: Any) -> None:
    with refused(world.connection, "payment_account_invalid", "text_invalid"):
        account(world, world.user(), method, fields)


CHECKED = "Bob Q. Buyer"
_NAME = "update public.profiles set full_name = %s where id = %s"


def _taken(world: World, taker: UUID) -> tuple[str, bool, str | None]:
    """What the seller of a new trade is told of the buyer's name."""
    maker = world.user("maker")
    world.deposit(maker, "2")
    order = draft(world, maker)
    publish(world, order, maker)
    trade = take(world, order, taker)
    as_user(world.connection, maker)
    told = world.rows(
        "select payer_name, payer_name_verified, verified_name "
        "from public.p2p_payment_details where trade_id = %s",
        trade,
    )[0]
    as_owner(world.connection)
    return told


@pytest.mark.parametrize(
    ("name", "document", "verified"),
    [
        (CHECKED, CHECKED, True),
        ("  bob  q. BUYER ", CHECKED, True),
        ("Jos\u00e9 Roja", "Jose\u0301 Roja", True),
        ("", CHECKED, False),
        ("   ", CHECKED, False),
        ("Somebody Else", CHECKED, False),
        (CHECKED, None, False),
        ("", None, False),
    ],
)
@pytest.mark.parametrize("source", ["operator", "provider"])
def test_only_the_name_that_was_compared_is_verified(
    world: World, name: str, document: str | None, verified: bool, source: str
) -> None:
    taker = world.user("taker")
    world.run(_NAME, name, taker)
    if source == "operator":
        answer = operator_says(world, taker, "verify", flag="id_document", name=document)
        assert answer["name_verified"] is verified
    else:
        assert provider_says(world, taker, flag="id_document", name=document) == "applied"
    kept = document and unicodedata.normalize("NFC", document)
    assert _taken(world, taker)[1:] == (verified, kept)


def test_a_changed_name_is_not_verified_until_it_is_compared_again(world: World) -> None:
    taker = world.user("taker")
    world.run(_NAME, CHECKED, taker)
    operator_says(world, taker, "verify", flag="id_document", name=CHECKED)
    as_user(world.connection, taker, aal="aal2")
    world.run(_NAME, "Somebody Else", taker)
    as_owner(world.connection)
    assert _taken(world, taker) == ("Somebody Else", False, CHECKED)
    # Another check that compares no name says nothing of it.
    provider_says(world, taker, flag="id_document")
    provider_says(world, taker, flag="address", name="Somebody Else")
    assert _taken(world, taker)[1] is False
    provider_says(world, taker, flag="id_document", name="somebody else")
    assert _taken(world, taker)[1:] == (True, "somebody else")


def test_a_name_that_was_changed_while_the_document_was_checked(world: World) -> None:
    """The event comes late: what it compared is what it says, not what the profile says now."""
    taker = world.user("taker")
    world.run(_NAME, "Somebody Else", taker)
    early = world.now()
    world.advance(minutes=5)
    operator_says(world, taker, "verify", flag="id_document", name="Somebody Else")
    provider_says(world, taker, flag="id_document", name=CHECKED, occurred_at=early)
    assert _taken(world, taker)[1:] == (True, "Somebody Else")


def test_a_revoked_document_verifies_no_name(world: World) -> None:
    taker = world.user("taker")
    world.run(_NAME, CHECKED, taker)
    operator_says(world, taker, "verify", flag="id_document", name=CHECKED)
    operator_says(world, taker, "revoke", flag="id_document")
    assert _taken(world, taker) == (CHECKED, False, None)
    operator_says(world, taker, "verify", flag="id_document")
    assert _taken(world, taker) == (CHECKED, False, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"change": "verify", "flag": "phone", "name": CHECKED},
        {"change": "revoke", "flag": "id_document", "name": CHECKED},
        {"change": "verify", "flag": "id_document", "name": " \t"},
        {"change": "verify", "flag": "id_document", "name": "x" * 121},
        {"change": "grant_tier", "tier": 1, "name": CHECKED},
    ],
)
def test_a_name_belongs_to_a_document(world: World, fields: dict[str, Any]) -> None:
    taker = world.user("taker")
    change = fields.pop("change")
    with refused(world.connection, "bad_verification"):
        operator_says(world, taker, change, **fields)
