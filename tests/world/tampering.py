"""Ways to tamper with the books, and what ledger.verify() must call each."""

from typing import LiteralString

# Subqueries that pick what is tampered with.
_TRADER: LiteralString = (
    "(select id from public.wallets where kind = 'normal' order by seq desc limit 1)"
)
_SHARED: LiteralString = (
    "(select wallet_id from private.wallet_rollups group by wallet_id "
    "order by max(seq) desc limit 1)"
)
_MIDDLE: LiteralString = f"(wallet_id, seq) = ({_TRADER}, 3)"
_LAST: LiteralString = (
    "(wallet_id, seq) = (select id, seq from public.wallets where kind = 'normal' "
    "order by seq desc limit 1)"
)
_ROLLED: LiteralString = (
    f"id = (select min(id) from public.ledger_entries where wallet_id = {_SHARED})"
)
_ESCROW: LiteralString = (
    "(select id from private.escrow_transactions"
    " where state = 'funded' and product = 'p2p' limit 1)"
)

# name: (tables whose triggers are off, statements, problems that must be named)
CASES: dict[str, tuple[tuple[LiteralString, ...], tuple[LiteralString, ...], set[str]]] = {
    "an amount changed": (
        ("public.ledger_entries",),
        (f"update public.ledger_entries set amount = amount + 1 where {_MIDDLE}",),
        {"transfer_not_zero_sum", "wallet_differs_from_entries", "chain_broken"},
    ),
    "two amounts changed against each other": (
        ("public.ledger_entries",),
        (
            "update public.ledger_entries set amount = amount * 2, "
            "balance_after = balance_after + amount where transfer_id = (select transfer_id from "
            f"public.ledger_entries where {_MIDDLE})",
        ),
        {"chain_broken", "running_balance_broken"},
    ),
    "an entry removed from the middle": (
        ("public.ledger_entries",),
        (f"delete from public.ledger_entries where {_MIDDLE}",),
        {"transfer_not_zero_sum", "sequence_broken", "chain_broken"},
    ),
    "the last entry removed, and the wallet set back": (
        ("public.ledger_entries",),
        (
            "create temp table gone on commit drop as "
            f"select * from public.ledger_entries where {_LAST}",
            "update public.wallets as w set seq = w.seq - 1, "
            "available = w.available - case gone.bucket when 'available' then gone.amount "
            "else 0 end, locked = w.locked - case gone.bucket when 'locked' then gone.amount "
            "else 0 end, "
            "last_hash = (select hash from public.ledger_entries as e "
            "where e.wallet_id = w.id and e.seq = w.seq - 1) from gone where w.id = gone.wallet_id",
            "delete from public.ledger_entries where id in (select id from gone)",
        ),
        {"transfer_not_zero_sum"},
    ),
    "a whole transfer removed": (
        ("public.ledger_entries", "private.ledger_transfers"),
        (
            "create temp table gone on commit drop as select transfer_id from "
            f"public.ledger_entries where {_MIDDLE}",
            "delete from public.ledger_entries where transfer_id in (table gone)",
            "delete from private.ledger_transfers where id in (table gone)",
        ),
        {"sequence_broken", "wallet_differs_from_entries"},
    ),
    "only the transfer of entries removed": (
        ("private.ledger_transfers",),
        (
            "delete from private.ledger_transfers where id = (select transfer_id from "
            f"public.ledger_entries where {_MIDDLE})",
        ),
        {"entry_without_transfer"},
    ),
    "only the entries of a transfer removed": (
        ("public.ledger_entries",),
        (
            "delete from public.ledger_entries where transfer_id = (select transfer_id from "
            f"public.ledger_entries where {_MIDDLE})",
        ),
        {"transfer_without_entries", "sequence_broken"},
    ),
    "two entries swapped": (
        ("public.ledger_entries",),
        (
            "update public.ledger_entries set seq = case seq when 2 then 3 else 2 end "
            f"where wallet_id = {_TRADER} and seq in (2, 3)",
        ),
        {"chain_broken"},
    ),
    "an entry given to another wallet": (
        ("public.ledger_entries",),
        (
            "update public.ledger_entries set wallet_id = (select id from public.wallets where "
            f"kind = 'normal' order by seq limit 1) where {_MIDDLE}",
        ),
        {"chain_broken", "wallet_differs_from_entries"},
    ),
    "an entry given to a wallet that is not there": (
        ("public.ledger_entries",),
        (f"update public.ledger_entries set wallet_id = gen_random_uuid() where {_MIDDLE}",),
        {"entry_without_wallet"},
    ),
    "a hash changed": (
        ("public.ledger_entries",),
        (f"update public.ledger_entries set hash = '\\x00' where {_MIDDLE}",),
        {"chain_broken"},
    ),
    "the last hash changed": (
        ("public.ledger_entries",),
        (f"update public.ledger_entries set hash = '\\x00' where {_LAST}",),
        {"chain_head_differs", "chain_broken"},
    ),
    "the purpose of an entry changed": (
        ("public.ledger_entries",),
        (
            "update public.ledger_entries set hold_id = gen_random_uuid() where id = (select "
            "min(id) from public.ledger_entries where hold_id is not null "
            f"and wallet_id = {_TRADER})",
        ),
        {"chain_broken", "hold_differs_from_entries"},
    ),
    "an entry inserted past the ledger": (
        (),
        (
            "insert into public.ledger_entries (transfer_id, wallet_id, currency, bucket, amount, "
            "seq, balance_after, hash, created_at) select e.transfer_id, w.id, w.currency, "
            "'available', sign.n, w.seq + sign.n + 2, 0, '\\x00', now() "
            "from public.ledger_entries as e "
            "join public.wallets as w on w.id = e.wallet_id "
            "cross join (values (1), (-1)) as sign (n) "
            f"where (e.wallet_id, e.seq) = ({_TRADER}, 3)",
        ),
        {"sequence_broken", "chain_broken"},
    ),
    "a balance changed": (
        (),
        (f"update public.wallets set available = available + 1 where id = {_TRADER}",),
        {"wallet_differs_from_entries"},
    ),
    "money moved between two wallets": (
        (),
        (
            "update public.wallets set available = available + case when id = "
            f"{_TRADER} then 0.01 else -0.01 end where kind = 'normal' and available > 0.01",
        ),
        {"wallet_differs_from_entries"},
    ),
    "locked money made available": (
        (),
        (
            "update public.wallets set available = available + locked, locked = 0 "
            "where id = (select wallet_id from public.ledger_holds where amount > 0 limit 1)",
        ),
        {"wallet_differs_from_entries", "holds_differ_from_wallet"},
    ),
    "the head of a chain changed": (
        (),
        (f"update public.wallets set last_hash = '\\x00' where id = {_TRADER}",),
        {"chain_head_differs"},
    ),
    "the number of entries changed": (
        (),
        (f"update public.wallets set seq = seq + 1 where id = {_TRADER}",),
        {"sequence_broken"},
    ),
    "the balance of a shared wallet changed": (
        (),
        (f"update public.wallets set available = available + 1 where id = {_SHARED}",),
        {"wallet_differs_from_entries"},
    ),
    "a rolled entry changed": (
        ("public.ledger_entries",),
        (f"update public.ledger_entries set amount = amount - 1 where {_ROLLED}",),
        {"rollup_differs", "transfer_not_zero_sum"},
    ),
    "a roll-up changed": (
        ("private.wallet_rollups",),
        ("update private.wallet_rollups set hash = '\\x00'",),
        {"rollup_differs"},
    ),
    "the head of a shared wallet changed": (
        (),
        (f"update public.wallets set last_hash = '\\x00' where id = {_SHARED}",),
        {"chain_head_differs"},
    ),
    "a hold changed": (
        ("public.ledger_holds",),
        ("update public.ledger_holds set amount = amount + 1 where purpose = 'escrow'",),
        {"holds_differ_from_wallet", "hold_differs_from_entries", "held_differs_from_escrow"},
    ),
    "a hold removed": (
        ("public.ledger_holds",),
        ("delete from public.ledger_holds where purpose = 'order' and amount > 0",),
        {"holds_differ_from_wallet", "hold_differs_from_entries"},
    ),
    "all holds truncated": (
        (),
        ("truncate public.ledger_holds",),
        {"holds_differ_from_wallet", "hold_differs_from_entries", "held_differs_from_escrow"},
    ),
    "an escrow ended past the ledger": (
        ("private.escrow_transactions",),
        (
            "update private.escrow_transactions set state = 'void', deadline_at = null, "
            f"expires_at = null, completed_at = now() where id = {_ESCROW}",
        ),
        {"held_differs_from_escrow"},
    ),
    "an escrow made larger": (
        ("private.escrow_transactions",),
        (f"update private.escrow_transactions set amount = amount * 2 where id = {_ESCROW}",),
        {"held_differs_from_escrow"},
    ),
    "an escrow given to other parties": (
        ("private.escrow_transactions",),
        (
            "update private.escrow_transactions set payer_id = payee_id, payee_id = payer_id "
            f"where id = {_ESCROW}",
        ),
        {"held_by_another"},
    ),
    "an event removed": (
        ("private.escrow_events",),
        (f"delete from private.escrow_events where escrow_id = {_ESCROW}",),
        {"events_differ_from_version"},
    ),
    "an event changed": (
        ("private.escrow_events",),
        ("update private.escrow_events set payload = '{\"a\": 1}' where event = 'accept'",),
        {"event_chain_broken"},
    ),
    "the hash of an event changed": (
        ("private.escrow_events",),
        ("update private.escrow_events set hash = '\\x00' where version = 1",),
        {"event_chain_broken"},
    ),
    "the award of a dispute changed": (
        (),
        ("update public.disputes set award_payee_amount = award_payee_amount + 1",),
        {"award_differs_from_decision"},
    ),
    "a dispute closed behind the back of its escrow": (
        (),
        ("update public.disputes set status = 'resolved'",),
        {"dispute_differs_from_escrow"},
    ),
    "the remainder of an order changed": (
        ("public.p2p_orders",),
        (
            "update public.p2p_orders set remaining = remaining - 0.1, "
            "withdrawn = withdrawn + 0.1 where type = 'sell'",
        ),
        {"hold_differs_from_order"},
    ),
    "the reserve of an order changed": (
        ("public.p2p_orders",),
        (
            "update public.p2p_orders set reserved = reserved - 0.1, settled = settled + 0.1 "
            "where reserved > 0",
        ),
        {"order_differs_from_trades"},
    ),
    "an order removed": (
        (),
        ("delete from public.p2p_orders where reserved + settled = 0",),
        {"hold_differs_from_order"},
    ),
    "all orders and trades truncated": (
        ("public.p2p_payment_details", "public.p2p_ratings", "public.p2p_rating_reveals"),
        ("truncate public.p2p_orders cascade",),
        {"hold_differs_from_order", "trade_differs_from_escrow"},
    ),
    "the status of a trade changed": (
        (),
        ("update public.p2p_trades set status = 'completed'",),
        {"trade_differs_from_escrow"},
    ),
    "a trade sold to somebody else": (
        (),
        ("update public.p2p_trades set buyer_id = seller_id, seller_id = buyer_id",),
        {"trade_differs_from_escrow"},
    ),
    "a reputation improved": (
        (),
        ("update public.trader_profiles set score = score + 1",),
        {"reputation_differs_from_trades"},
    ),
    "a flag of a trader set in public only": (
        (),
        ("update public.trader_profiles set biometric_verified = not biometric_verified",),
        {"profile_differs_from_user"},
    ),
}
