"""An escrow of the marketplace with no listing, offer or contract behind it, for tests of the
engine; no user can open one."""

from typing import LiteralString

# Argument: {payer_id, payee_id, policy_id, currency, amount, terms_hash, and what differs, such as
# rail or perform_within in seconds}. For the owner of the database; the id of the escrow.
OPEN: LiteralString = """
select (o.escrow).id from (
    select jsonb_populate_record(null::private.escrow_transactions, jsonb_build_object(
        'id', private.uuid_v7(n.now), 'product', 'market', 'rail', 'internal',
        'perform_within', p.perform_within, 'state', 'proposed',
        'deadline_at', n.now + p.sign_within, 'expires_at', n.now + p.sign_within,
        'last_event', 'open', 'last_actor_role', 'system', 'created_at', n.now
    ) || g.given) as escrow
    from (select %s::jsonb as given) as g
    cross join (select private.clock() as now offset 0) as n
    inner join public.escrow_policies as p on p.id = g.given ->> 'policy_id'
    offset 0
) as o cross join lateral private.escrow_open(o.escrow)
"""
