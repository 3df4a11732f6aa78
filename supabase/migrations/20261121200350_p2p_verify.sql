-- The proofs of ledger.verify() about orders and trades.

create function private.verify_p2p() returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
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
        inner join private.escrow_transactions as e on e.id = t.id
        group by t.order_id
    ) as s on s.order_id = o.id
    where (o.reserved::numeric, o.settled::numeric, o.completed_trades::bigint)
        is distinct from (coalesce(s.reserved, 0), coalesce(s.settled, 0), coalesce(s.completed, 0))
    union all
    select 'trade_differs_from_escrow', e.id::text, e.state || ', ' || coalesce(t.status::text, 'no trade')
    from private.escrow_transactions as e
    left join public.p2p_trades as t on t.id = e.id
    where e.product = 'p2p' and (
        (t.buyer_id, t.seller_id, t.amount, t.cryptocurrency)
        is distinct from (e.payee_id, e.payer_id, e.amount, e.currency)
        or case t.status
            when 'cancelled' then e.state <> 'refunded'
            else t.status <> private.p2p_trade_status(e.state, 'performed')
        end
    );
end
$$;
comment on function private.verify_p2p() is
'Sell orders hold what remains of them, orders count their trades, and trades say what their escrows say.';
