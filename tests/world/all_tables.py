"""All that two people can have with each other: a row of theirs in every table."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.types.json import Jsonb

from tests.world.accounts import signed_in, sprayed
from tests.world.api_keys import every_scope, exchanged, made
from tests.world.asset_snapshots import about_a_group, prove
from tests.world.chain import onchain
from tests.world.coins import bitcoin_address, waiting
from tests.world.erasures import cancelled
from tests.world.escrow import FILE_HASH, Escrow
from tests.world.halts import halt
from tests.world.market import accepted, delivered, drawn, guild, listing, offer, pictured
from tests.world.merchants import shop
from tests.world.operators import limit
from tests.world.prices import record_price, set_rate
from tests.world.rails import rails
from tests.world.ratings import rate, settled
from tests.world.screenings import address, screened, warned_of, watch
from tests.world.staff import change_role
from tests.world.trades import PRICE, draft, funded, publish, take
from tests.world.verifications import discord_link, provider_says
from tests.world.wallets import wallets
from tests.world.webhooks import enqueue, new_endpoint, record, relay
from tests.world.world import World

SEPA = {"holder": "Alice Example", "iban": "DE89370400440532013000"}


@dataclass(frozen=True)
class Filled:
    """Two people, the escrow they dispute, one that has ended, a trade, orders, and a trade
    that only the payee has rated."""

    payer: UUID
    payee: UUID
    disputed: Escrow
    ended: Escrow
    trade: Escrow
    draft: UUID
    published: UUID
    case: UUID
    account: UUID
    rated: Escrow
    endpoint: UUID
    guild: UUID
    listing: UUID
    milestone: Escrow
    merchant: UUID
    key: UUID


def fill_all_tables(world: World) -> Filled:
    """Made by commands only, without moving the clock."""
    payer, payee = world.user("payer"), world.user("payee")
    endpoint = new_endpoint(world, payer)
    parties = (payer, payee)
    world.join(payer, world.user("colleague"), "viewer")
    transfer = world.deposit(payer, "1")
    world.command("ledger_reverse", transfer_id=transfer, reason="mistake", aal="aal2",
                  actor_id=world.operator)  # fmt: skip
    with limit(world, "deposit", "ETH", "0"):
        world.command("ledger_move_external", kind="deposit", party_id=payer, currency="ETH",
                      amount="1", actor_id=world.operator, aal="aal2")  # fmt: skip
    set_rate(world, "KES", "0.0077")
    disputed = funded(world, "market_service", parties=parties)
    for event, role in (
        ("perform", "payee"), ("dispute", "payer"), ("offer_split", "payer"),
        ("evidence", "payer"), ("statement", "payer"), ("statement_reply", "payee"),
        ("acknowledge", "arbiter"), ("decide", "arbiter"), ("appeal", "payee"),
        ("acknowledge", "arbiter"),
    ):  # fmt: skip
        disputed.commit(event, role)
    disputed.commit("freeze", "operator")
    disputed.commit("unfreeze", "operator")
    ended = funded(world, "market_goods", parties=parties)
    ended.commit("accept", "payer")
    case = world.command("escrow_claim", escrow_id=ended.id, actor_id=payer, reason="broken")
    provider_says(world, payer, "approved", "phone")
    world.deposit(payer, "2")
    published = draft(world, payer)
    world.run("insert into public.p2p_auto_replies values (%s, 'IBAN DE00')", published)
    account = world.one(
        "insert into public.payment_accounts (user_id, method, fields) "
        "values (%s, 'sepa', %s) returning id",
        payer,
        Jsonb(SEPA),
    )
    world.run(
        "insert into public.p2p_order_accounts (order_id, account_id) values (%s, %s)",
        published,
        account,
    )
    publish(world, published, payer)
    trade = Escrow(world, take(world, published, payee), payer, payee)
    revealed, rated = settled(world, *parties), settled(world, *parties)
    for settlement, author in ((revealed, payer), (revealed, payee), (rated, payee)):
        rate(world, settlement.id, author)
    world.run("update public.security_rules set threshold = 1 where id = 'repeated_disputes'")
    world.command("evidence_upload", escrow_id=disputed.id, actor_id=payer, purpose="evidence",
                  sha256=FILE_HASH, name="receipt.pdf", media_type="application/pdf",
                  size_bytes=1024)  # fmt: skip
    world.run("insert into public.outages (id, from_at, to_at, reason, created_at) "
              "select gen_random_uuid(), private.clock() - interval '3 h', "
              "private.clock() - interval '2 h', 'a fire', private.clock() "
              "where not exists (select from public.outages)")  # fmt: skip
    world.run("select private.put_off('case', 'odd', 'cannot be closed', private.clock())")
    world.run("insert into public.arbiter_capacities values (%s, 9) on conflict do nothing",
              disputed.arbiter)  # fmt: skip
    world.run("insert into public.p2p_blocks values (%s, %s)", payer, world.user("unwanted"))
    world.run("insert into public.message_settings (user_id, language) values (%s, 'sw')", payer)
    world.run(
        "insert into public.message_preferences values (%s, 'trade.paid', 'sms', true)", payer
    )
    world.command("party_open_file", party_id=world.user("asks"), reason="a question",
                  actor_id=world.operator, aal="aal2")  # fmt: skip
    cancelled(world, payer)
    world.command("data_export_ask", actor_id=payer, aal="aal2")
    world.command("party_hold", party_id=world.user("held"), reason="a court asks",
                  until=world.now(), actor_id=world.operator, aal="aal2")  # fmt: skip
    halt(world, "pair", "LTC/IDR")
    change_role(world, "grant", world.user("reader"), "dispute_reader")
    world.command("setting_change", setting="quotas", row={"kind": "offer", "min_tier": "0"},
                  values={"max_open": "50"}, reason="as decided", actor_id=world.operator,
                  aal="aal2")  # fmt: skip
    record_price(world, PRICE)
    with world.acting("service_role"):
        world.run("select service.ledger_rollup()")
        world.run("select service.book_count()")
        world.run("select service.security_watch()")
        world.run("select service.reputation_refresh()")
    # A unit is left, for which the buyer has an open offer.
    community = guild(world, payer, payee)
    world.run(
        "insert into public.guild_invitations (guild_id, user_id, invited_by) values (%s, %s, %s)",
        community, world.user("invited"), payer,
    )  # fmt: skip
    listed = listing(world, payer, units=2, guild_id=community)
    milestone = delivered(world, payee, payer, listed)
    accepted(world, payee, payer, listed).commit("cancel", "payer")
    pictured(world, payer)
    world.command("discord_link", **discord_link(world, payer))
    prove(world, about_a_group(world, payee, payer, community))
    drawn(world, milestone)
    offer(world, payee, listed)
    rails(world, payer, payee)
    onchain(world, payer, payee)
    wallets(world, payer)
    merchant = shop(world, payer, payee)
    waiting(world, bitcoin_address(world, payer))
    for each in parties:
        signed_in(world, each)
    sprayed(world)
    where = address()
    watch(world, where, payer)
    screened(world, where, "clear")
    warned_of(world)
    key = made(world, payer, *every_scope(world))
    exchanged(world, key)
    for rolled in (True, False):
        with world.acting("service_role"):
            world.run("select service.api_request_note(%s, 'POST', '/orders', 200, 9)", key.id)
            if rolled:
                world.run("select service.api_usage_roll_up()")
    relay(world)
    record(world, enqueue(world)[0], "succeed", status_code=200)
    return Filled(
        payer, payee, disputed, ended, trade, draft(world, payer), published,
        UUID(case["case_id"]), account, rated, endpoint, community, listed, milestone,
        merchant,
        key.id,
    )  # fmt: skip
