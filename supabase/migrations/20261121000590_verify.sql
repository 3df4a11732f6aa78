-- The proofs of ledger.verify() that need more than the ledger: each product's
-- rows agree with its escrows, and the history of an escrow is unbroken.

create function private.verify_events(p_since timestamptz) returns table (problem text, subject text, detail text)
language sql stable set search_path = ''
as $$
    select 'event_chain_broken', e.escrow_id::text, e.version::text
    from public.escrow_events as e
    left join public.escrow_events as before on before.escrow_id = e.escrow_id and before.version = e.version - 1
    where (p_since is null or e.created_at >= p_since)
        and e.hash is distinct from private.escrow_event_link(
            case e.version when 1 then '\x'::bytea else before.hash end,
            e.escrow_id, e.version, e.event, e.actor_role, e.actor_id, e.to_state, e.to_phase,
            e.payer_amount, e.payee_amount, e.fee_amount, e.payload
        )
    union all
    select 'event_chain_head_differs', t.id::text, t.version::text
    from public.escrow_transactions as t
    inner join public.escrow_events as e on e.escrow_id = t.id and e.version = t.version
    where (p_since is null or t.updated_at >= p_since)
        and (e.hash, e.to_state, e.to_phase) is distinct from (t.last_hash, t.state, t.phase)
$$;
comment on function private.verify_events(timestamptz) is 'The history of escrows: every link, and that its end is the row.';

create function private.verify_disputes() returns table (problem text, subject text, detail text)
language sql stable set search_path = ''
as $$
    select 'held_by_another', e.id::text, h.wallet_id::text
    from public.ledger_holds as h
    inner join public.escrow_transactions as e on e.id = h.reference_id
    inner join public.wallets as w on w.id = h.wallet_id
    where h.amount > 0 and h.purpose <> 'order' and w.party_id <> e.payer_id
    union all
    select 'dispute_differs_from_escrow', e.id::text, e.state || ', ' || count(d.id) || ' pending'
    from public.escrow_transactions as e
    left join public.disputes as d on d.escrow_id = e.id and d.status = 'pending'
    group by e.id
    having (e.state in ('disputed', 'decided')) <> (count(d.id) = 1)
    union all
    select 'award_differs_from_decision', d.id::text, d.level::text
    from public.disputes as d
    left join public.dispute_decisions as made on made.dispute_id = d.id and made.level = d.level
    left join public.dispute_decisions as first_made on first_made.dispute_id = d.id and first_made.level = 1
    inner join public.escrow_transactions as e on e.id = d.escrow_id
    -- A rail may have left less than was awarded.
    where d.award_payee_amount is distinct from case when made.level is not null then least(made.payee_amount, e.amount) end
        or (d.level = 2 and d.first_award_payee_amount is distinct from least(first_made.payee_amount, e.amount))
$$;
comment on function private.verify_disputes() is
'Escrows hold the payer''s money, a disputed one has one pending dispute, and awards are what arbiters decided.';

create function private.verify_p2p() returns table (problem text, subject text, detail text)
language sql stable set search_path = ''
as $$
    select 'hold_differs_from_order', coalesce(o.id, h.reference_id)::text,
        format('holds %s of %s', coalesce(h.amount, 0), coalesce(o.remaining, 0))
    from (select * from public.p2p_orders where type = 'sell' and remaining > 0) as o
    full join (
        select reference_id, sum(amount) as amount from public.ledger_holds
        where purpose = 'order' and amount > 0 group by reference_id
    ) as h on h.reference_id = o.id
    where h.amount is distinct from o.remaining::numeric
    union all
    select 'order_differs_from_trades', o.id::text, format('%s reserved, %s settled', o.reserved, o.settled)
    from public.p2p_orders as o
    left join (
        select
            t.order_id,
            sum(t.amount) filter (where not private.is_terminal(e.state)) as reserved,
            sum(t.amount) filter (where e.state in ('released', 'split')) as settled,
            count(*) filter (where e.state = 'released') as completed
        from public.p2p_trades as t
        inner join public.escrow_transactions as e on e.id = t.id
        group by t.order_id
    ) as s on s.order_id = o.id
    where (o.reserved::numeric, o.settled::numeric, o.completed_trades::bigint)
        is distinct from (coalesce(s.reserved, 0), coalesce(s.settled, 0), coalesce(s.completed, 0))
    union all
    select 'trade_differs_from_escrow', e.id::text, e.state || ', ' || coalesce(t.status::text, 'no trade')
    from public.escrow_transactions as e
    left join public.p2p_trades as t on t.id = e.id
    where e.product = 'p2p' and (
        (t.buyer_id, t.seller_id, t.amount, t.cryptocurrency)
        is distinct from (e.payee_id, e.payer_id, e.amount, e.currency)
        or case t.status
            when 'cancelled' then e.state <> 'refunded'
            else t.status <> private.p2p_trade_status(e.state, 'performed')
        end
    )
$$;
comment on function private.verify_p2p() is
'Sell orders hold what remains of them, orders count their trades, and trades say what their escrows say.';

create or replace function private.verify_products(p_since timestamptz) returns table (
    problem text, subject text, detail text
)
language sql stable set search_path = ''
as $$
    select * from private.verify_events(p_since)
    union all
    select * from private.verify_disputes()
    union all
    select * from private.verify_overlay()
    union all
    select * from private.verify_p2p()
    union all
    select * from private.verify_payouts()
    union all
    select * from private.verify_debts(p_since)
    union all
    select * from private.verify_reputation(p_since)
$$;
