"""Writes to try in every table that a person may write to at all."""

from collections.abc import Callable
from typing import Any

from tests.world.all_tables import Filled

OWN = "own"

Probe = tuple[str, Callable[[Filled], list[Any]]]

_NEW_ORDER = (
    "insert into public.p2p_orders (user_id, type, cryptocurrency, fiat_currency, amount, price, "
    "min_order_amount, max_order_amount, payment_methods) "
    "values (%s, 'sell', 'BTC', 'USD', 1, 1, 1, 1, '{sepa}')"
)
_NEW_REPLY = "insert into public.p2p_auto_replies (order_id, auto_reply) values (%s, 'IBAN')"
_NEW_BLOCK = "insert into public.p2p_blocks (blocker_id, blocked_id) values (%s, %s)"
_DELETED_BLOCK = "delete from public.p2p_blocks where blocker_id = %s"
_NEW_MESSAGE = "insert into public.trade_messages (trade_id, body) values (%s, 'Hello')"
_NEW_ACCOUNT = (
    "insert into public.payment_accounts (user_id, method, fields) "
    """values (%s, 'pix', '{"holder": "Somebody", "key": "a"}')"""
)
_CHANGED_ACCOUNT = "update public.payment_accounts set label = 'new' where id = %s"
_NEW_ORDER_ACCOUNT = "insert into public.p2p_order_accounts (order_id, account_id) values (%s, %s)"
_DELETED_ORDER_ACCOUNT = "delete from public.p2p_order_accounts where order_id = %s"
_NEW_RATING = "insert into public.p2p_ratings (trade_id, score) values (%s, 5)"
_CHANGED_ORDER = "update public.p2p_orders set terms = 'changed' where id = %s"
_DELETED_ORDER = "delete from public.p2p_orders where id = %s"


def _of(query: str, *names: str) -> dict[str, Probe]:
    return {
        f"{whose} {kind}": (query, getter)
        for whose in (OWN, "another's")
        for kind, getter in (
            ("draft", lambda who: [who.draft]),
            ("published order", lambda who: [who.published]),
        )
        if kind in names
    }


_NEW_CAPACITY = "insert into public.arbiter_capacities (user_id, max_open) values (%s, 9)"
_NEW_LISTING = (
    "insert into public.listings (seller_id, category, title, price, currency) "
    "values (%s, 'groups', 'A group', 1, 'USDC_BASE')"
)
_CHANGED_CAPACITY = "update public.arbiter_capacities set max_open = 9"


PROBES: dict[tuple[str, str], dict[str, Probe]] = {
    ("public.p2p_orders", "insert"): {
        "own draft": (_NEW_ORDER, lambda who: [who.payer]),
        "another's draft": (_NEW_ORDER, lambda who: [who.payer]),
    },
    ("public.p2p_orders", "update"): _of(_CHANGED_ORDER, "draft", "published order"),
    ("public.p2p_orders", "delete"): _of(_DELETED_ORDER, "draft", "published order"),
    ("public.p2p_auto_replies", "insert"): _of(_NEW_REPLY, "draft"),
    ("public.arbiter_capacities", "insert"): {
        "own capacity": (_NEW_CAPACITY, lambda who: [who.payer]),
    },
    ("public.arbiter_capacities", "update"): {
        "another's capacity": (_CHANGED_CAPACITY, lambda who: []),
    },
    ("public.p2p_blocks", "insert"): {
        f"{whose} block": (_NEW_BLOCK, lambda who: [who.payer, who.payee])
        for whose in (OWN, "another's")
    },
    ("public.p2p_blocks", "delete"): {
        f"{whose} block": (_DELETED_BLOCK, lambda who: [who.payer]) for whose in (OWN, "another's")
    },
    ("public.message_settings", "insert"): {
        f"{whose} settings": (
            "insert into public.message_settings (user_id, language) values (%s, 'fr') "
            "on conflict (user_id) do update set language = excluded.language",
            lambda who: [who.payer],
        )
        for whose in (OWN, "another's")
    },
    ("public.message_settings", "update"): {
        f"{whose} settings": (
            "update public.message_settings set language = 'fr' where user_id = %s",
            lambda who: [who.payer],
        )
        for whose in (OWN, "another's")
    },
    ("public.message_settings", "delete"): {
        f"{whose} settings": (
            "delete from public.message_settings where user_id = %s",
            lambda who: [who.payer],
        )
        for whose in (OWN, "another's")
    },
    ("public.message_preferences", "insert"): {
        f"{whose} preference": (
            "insert into public.message_preferences (user_id, kind, channel, is_wanted) "
            "values (%s, 'trade.opened', 'email', false)",
            lambda who: [who.payer],
        )
        for whose in (OWN, "another's")
    },
    ("public.message_preferences", "update"): {
        f"{whose} preference": (
            "update public.message_preferences set is_wanted = false where user_id = %s",
            lambda who: [who.payer],
        )
        for whose in (OWN, "another's")
    },
    ("public.message_preferences", "delete"): {
        f"{whose} preference": (
            "delete from public.message_preferences where user_id = %s",
            lambda who: [who.payer],
        )
        for whose in (OWN, "another's")
    },
    ("public.trade_messages", "insert"): {
        "own trade": (_NEW_MESSAGE, lambda who: [who.trade.id]),
        "another's trade": (_NEW_MESSAGE, lambda who: [who.trade.id]),
    },
    ("public.payment_accounts", "insert"): {
        "own account": (_NEW_ACCOUNT, lambda who: [who.payer]),
        "another's account": (_NEW_ACCOUNT, lambda who: [who.payer]),
    },
    ("public.payment_accounts", "update"): {
        "own account": (_CHANGED_ACCOUNT, lambda who: [who.account]),
        "another's account": (_CHANGED_ACCOUNT, lambda who: [who.account]),
    },
    ("public.p2p_order_accounts", "insert"): {
        "own order": (_NEW_ORDER_ACCOUNT, lambda who: [who.draft, who.account]),
        "another's order": (_NEW_ORDER_ACCOUNT, lambda who: [who.draft, who.account]),
    },
    ("public.p2p_order_accounts", "delete"): {
        "own order": (_DELETED_ORDER_ACCOUNT, lambda who: [who.published]),
        "another's order": (_DELETED_ORDER_ACCOUNT, lambda who: [who.published]),
    },
    ("public.p2p_ratings", "insert"): {
        "own trade": (_NEW_RATING, lambda who: [who.rated.id]),
        "another's trade": (_NEW_RATING, lambda who: [who.rated.id]),
    },
    ("public.webhook_endpoints", "update"): {
        f"{whose} endpoint": (
            "update public.webhook_endpoints set description = 'New' where id = %s",
            lambda who: [who.endpoint],
        )
        for whose in (OWN, "another's")
    },
    ("public.merchants", "update"): {
        f"{whose} merchant": (
            "update public.merchants set website = 'https://new.example' where id = %s",
            lambda who: [who.merchant],
        )
        for whose in (OWN, "another's")
    },
    ("public.merchant_settings", "update"): {
        f"{whose} settings": (
            "update public.merchant_settings set late_policy = 'hold' where merchant_id = %s",
            lambda who: [who.merchant],
        )
        for whose in (OWN, "another's")
    },
    ("public.notifications", "update"): {
        f"{whose} notifications": (
            "update public.notifications set read_at = private.clock() where user_id = %s",
            lambda who: [who.payer],
        )
        for whose in (OWN, "another's")
    },
    ("public.profiles", "update"): {
        "own profile": (
            "update public.profiles set full_name = 'New' where id = %s",
            lambda who: [who.payer],
        ),
        "another's profile": (
            "update public.profiles set full_name = 'New' where id = %s",
            lambda who: [who.payer],
        ),
    },
    ("public.guilds", "insert"): {
        "own guild": ("insert into public.guilds (name) values ('New')", lambda who: []),
    },
    ("public.guilds", "update"): {
        f"{whose} guild": (
            "update public.guilds set name = 'New' where id = %s",
            lambda who: [who.guild],
        )
        for whose in (OWN, "another's")
    },
    ("public.guild_members", "insert"): {
        f"{whose} guild": (
            "insert into public.guild_members (guild_id, user_id, role) values (%s, %s, 'member')",
            lambda who: [who.guild, who.trade.stranger],
        )
        for whose in (OWN, "another's")
    },
    ("public.guild_invitations", "insert"): {
        f"{whose} guild": (
            "insert into public.guild_invitations (guild_id, user_id) values (%s, %s)",
            lambda who: [who.guild, who.trade.stranger],
        )
        for whose in (OWN, "another's")
    },
    ("public.guild_invitations", "delete"): {
        f"{whose} guild": (
            "delete from public.guild_invitations where guild_id = %s",
            lambda who: [who.guild],
        )
        for whose in (OWN, "another's")
    },
    ("public.guild_members", "update"): {
        f"{whose} guild": (
            "update public.guild_members set role = 'admin' where guild_id = %s and user_id = %s",
            lambda who: [who.guild, who.payee],
        )
        for whose in (OWN, "another's")
    },
    ("public.guild_members", "delete"): {
        f"{whose} guild": (
            "delete from public.guild_members where guild_id = %s and user_id = %s",
            lambda who: [who.guild, who.payee],
        )
        for whose in (OWN, "another's")
    },
    ("public.listings", "insert"): {
        f"{whose} listing": (_NEW_LISTING, lambda who: [who.payer]) for whose in (OWN, "another's")
    },
    ("public.listings", "update"): {
        f"{whose} listing": (
            "update public.listings set title = 'Changed' where id = %s",
            lambda who: [who.listing],
        )
        for whose in (OWN, "another's")
    },
    ("public.listings", "delete"): {
        f"{whose} listing": ("delete from public.listings where id = %s", lambda who: [who.listing])
        for whose in (OWN, "another's")
    },
}
