"""Tables and partitions of the product, as the catalog lists them."""

from typing import LiteralString

from tests.world.world import World

SCHEMAS = ["public", "private", "ledger", "service"]

# History: no role changes it, the owner included (law 10).
APPEND_ONLY: tuple[LiteralString, ...] = (
    "public.asset_proofs",
    "public.asset_snapshots",
    "public.audit_log",
    "public.chain_payouts",
    "public.chain_sweeps",
    "public.chain_transactions",
    "private.signed_transactions",
    "public.contract_milestones",
    "public.contract_documents",
    "public.contract_signatures",
    "public.contract_snapshots",
    "public.contracts",
    "public.deliveries",
    "public.discord_links",
    "public.dispute_assignments",
    "public.dispute_decisions",
    "public.dispute_evidence",
    "public.dispute_statements",
    "public.evidence_uploads",
    "private.escrow_events",
    "public.images",
    "public.invoice_lines",
    "public.invoice_methods",
    "public.ledger_entries",
    "public.login_attempts",
    "public.session_audits",
    "public.ledger_reversals",
    "private.ledger_transfers",
    "public.p2p_payment_details",
    "public.p2p_rating_reveals",
    "public.p2p_ratings",
    "public.party_files",
    "public.setting_changes",
    "public.staff_changes",
    "public.price_history",
    "public.profile_verifications",
    "public.screening_clearances",
    "public.security_events",
    "public.payout_events",
    "private.chargeback_evidence",
    "private.operator_amounts",
    "private.outage_credits",
    "private.rail_costs",
    "private.returned_units",
    "public.trade_messages",
    "public.wallet_screenings",
    "public.webhook_attempts",
    "public.withdrawals",
    "private.wallet_rollups",
)


def tables(world: World, *, partitions: bool = True) -> list[str]:
    """Every table, as schema.name."""
    return [
        row[0]
        for row in world.rows(
            "select n.nspname || '.' || c.relname from pg_class as c "
            "join pg_namespace as n on n.oid = c.relnamespace "
            "where n.nspname = any (%s) and c.relkind in ('r', 'p') "
            "and (%s or not c.relispartition) order by 1",
            SCHEMAS, partitions,
        )
    ]  # fmt: skip


def partitions_of(world: World, table: str) -> list[str]:
    """The partitions of a table, as schema.name."""
    return [
        row[0]
        for row in world.rows(
            "select n.nspname || '.' || c.relname from pg_inherits as i "
            "join pg_class as c on c.oid = i.inhrelid "
            "join pg_namespace as n on n.oid = c.relnamespace "
            "where i.inhparent = %s::regclass order by 1",
            table,
        )
    ]
