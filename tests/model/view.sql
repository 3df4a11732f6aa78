select jsonb_build_object(
    'escrows', (
        select coalesce(jsonb_object_agg(e.id, jsonb_build_object(
            'state', e.state, 'phase', e.phase, 'version', e.version, 'state_version', e.state_version,
            'deadline_at', e.deadline_at, 'expires_at', e.expires_at, 'frozen_at', e.frozen_at,
            'performed_at', e.performed_at, 'revisions', e.revision_count, 'signed_by', e.signed_by,
            'amount', e.amount, 'taken', coalesce(e.taken_amount, 0), 'payer_amount', e.payer_amount, 'payee_amount', e.payee_amount,
            'fee_amount', e.fee_amount, 'claim_until', e.claim_until,
            'trade_status', (select t.status from public.p2p_trades as t where t.id = e.id),
            'ended_as', (select t.ended_as from public.p2p_trades as t where t.id = e.id),
            'given_up_by', (select t.given_up_by from public.p2p_trades as t where t.id = e.id),
            'events', (select count(*) from private.escrow_events as v where v.escrow_id = e.id),
            'settlements', (
                select count(*) from private.escrow_events as v where v.escrow_id = e.id and v.payer_amount is not null
            ),
            'payments', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'id', i.id, 'escrow_version', i.reference_version,
                    'case_id', case i.purpose when 'escrow_case' then i.reference_id::text else 'None' end,
                    'kind', i.kind, 'party', i.party_id, 'currency', i.currency, 'amount', i.amount,
                    'state', i.state, 'version', i.version, 'attempt', i.attempt, 'tries', i.tries,
                    'destination', i.destination, 'reference', i.provider_reference,
                    'next_at', i.next_at, 'deadline_at', i.deadline_at
                )), '[]')
                from public.payouts as i where i.id in (select private.payouts_of(e.id))
            ),
            'told_cases', (
                select coalesce(jsonb_object_agg(c.provider_event_id, c.id), '{}')
                from public.escrow_cases as c where c.escrow_id = e.id
                    and (c.kind = 'payout' or c.kind = 'discrepancy' and c.provider_event_id like 'evt_%%:%%')
            ),
            'debts', (
                select coalesce(jsonb_agg(
                    jsonb_build_array(r.reference_id, r.party_id, r.amount, r.recovered_amount, r.cancelled_amount)
                    order by r.reference_id::text, r.party_id::text
                ), '[]')
                from public.receivables as r join public.escrow_cases as c on c.id = r.reference_id
                where c.escrow_id = e.id
            ),
            'holds', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'id', h.id, 'kind', h.kind, 'reference', h.reference, 'amount', h.amount,
                    'opened_version', h.opened_version, 'ends_at', h.ends_at,
                    'closed_version', h.closed_version, 'closed_event', h.closed_event
                ) order by h.opened_version), '[]')
                from public.escrow_holds as h where h.escrow_id = e.id
            ),
            'offers', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'id', o.id, 'kind', o.kind, 'author', o.author_role, 'payee_amount', o.payee_amount,
                    'state_version', o.state_version, 'expires_at', o.expires_at, 'status', o.status
                )), '[]')
                from public.escrow_offers as o where o.escrow_id = e.id
            ),
            'disputes', (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'id', d.id, 'raised_by', d.raised_by, 'level', d.level, 'arbiter', d.arbiter_id,
                    'asked', (
                        select coalesce(jsonb_agg(a.arbiter_id order by a.number), '[]')
                        from public.dispute_assignments as a where a.dispute_id = d.id
                    ),
                    'reassignments', d.reassignments, 'appellant', d.appellant_role, 'accepted_by', d.accepted_by,
                    'award', d.award_payee_amount, 'first_award', d.first_award_payee_amount,
                    'proposal', (
                        select (p.ruling ->> 'payee_amount')::numeric(38, 18)
                        from private.dispute_proposals as p where p.dispute_id = d.id
                    ),
                    'statements', (
                        select count(*) from public.dispute_statements as s where s.dispute_id = d.id
                    ),
                    'evidence', (
                        select count(*) from public.dispute_evidence as v where v.dispute_id = d.id
                    ),
                    'decisions', (
                        select count(*) from public.dispute_decisions as c where c.dispute_id = d.id
                    ),
                    'pending', d.status = 'pending'
                )), '[]')
                from public.disputes as d where d.escrow_id = e.id
            )
        )), '{}')
        from private.escrow_transactions as e where e.id = any(%(escrows)s)
    ),
    'orders', (
        select coalesce(jsonb_object_agg(o.id, jsonb_build_object(
            'status', o.status, 'version', o.version, 'remaining', o.remaining, 'reserved', o.reserved,
            'settled', o.settled, 'withdrawn', o.withdrawn, 'completed', o.completed_trades,
            'price', o.price, 'smallest', o.min_order_amount, 'largest', o.max_order_amount
        )), '{}')
        from public.p2p_orders as o where o.id = any(%(orders)s)
    ),
    'cases', (
        select coalesce(jsonb_object_agg(c.id, jsonb_build_object(
            'state', c.state, 'kind', c.kind, 'amount', c.amount, 'paid_amount', c.paid_amount,
            'deadline_at', c.deadline_at, 'currency', c.currency, 'fee_amount', c.fee_amount, 'loss_amount', c.loss_amount,
            'raised_by', c.raised_by
        )), '{}')
        from public.escrow_cases as c where c.id = any(%(cases)s)
    ),
    'wallets', (
        select coalesce(jsonb_agg(jsonb_build_array(
            w.party_id, w.currency, w.type, w.available, w.pending, w.locked
        )), '[]')
        from public.wallet_balances as w
        where w.party_id = any(%(parties)s)
    ),
    'holds', (
        select coalesce(jsonb_agg(jsonb_build_array(
            h.reference_id, w.party_id, w.currency, h.bucket, h.amount
        )), '[]')
        from public.ledger_holds as h
        join public.wallets as w on w.id = h.wallet_id
        where w.party_id = any(%(parties)s) and h.amount > 0
    )
)
