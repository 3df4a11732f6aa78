-- What a function reads before it decides about an order.

-- Definer: an order with a trigger is in the book but not in the table that others read.
create function private.order_before_take(p_order_id uuid) returns setof public.p2p_orders
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query select o.* from public.p2p_orders as o
    where o.id = p_order_id and (o.status = 'active' or o.user_id = any(array(select private.my_parties())));
end
$$;
comment on function private.order_before_take(uuid) is
'An order that is active or the caller''s own; its trigger is for order_snapshot only, which tells no more than whether it sleeps.';

-- Invoker: the caller sees active orders and their own.
create function public.order_snapshot(order_id uuid, idempotency_key text default null, request_hash text default null)
returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_stored jsonb;
    v_snapshot jsonb;
begin
    select jsonb_build_object(
        'now', private.clock(),
        'actor', jsonb_build_object('id', private.caller(), 'aal', private.caller_aal()),
        'order', jsonb_build_object(
            'id', o.id, 'type', o.type, 'status', o.status,
            'cryptocurrency', o.cryptocurrency, 'crypto_decimals', c.decimals,
            'fiat_currency', o.fiat_currency, 'fiat_decimals', f.decimals,
            'price', trim_scale((priced.now).price)::text, 'price_refusal', (priced.now).refusal,
            'remaining', trim_scale(o.remaining)::text,
            'min_order_amount', trim_scale(o.min_order_amount)::text,
            'max_order_amount', trim_scale(o.max_order_amount)::text,
            'payment_methods', (
                select jsonb_agg(jsonb_build_object(
                    'id', m.id,
                    'pay_within', coalesce(o.time_limit * 60, extract(epoch from m.pay_within)::bigint)
                ) order by array_position(o.payment_methods, m.id))
                from public.payment_methods as m where m.id = any (o.payment_methods)
            ),
            'is_mine', o.user_id = any (array(select private.my_parties()))
        ),
        'policy', jsonb_build_object('perform_grace', extract(epoch from p.perform_grace)::bigint)
    ) into v_snapshot
    from private.order_before_take(order_snapshot.order_id) as o
    join public.currencies as c on c.code = o.cryptocurrency
    join public.currencies as f on f.code = o.fiat_currency
    join public.escrow_policies as p on p.id = 'p2p_crypto'
    cross join lateral (select private.price_of_order(o, private.clock()) as now) as priced;
    -- The key after the row: a twin that commits between the two is found by its answer.
    if idempotency_key is not null then
        v_stored := private.my_answer(idempotency_key, request_hash);
        if v_stored is not null then
            return jsonb_build_object('answer', v_stored);
        end if;
    end if;
    if v_snapshot is null then
        raise sqlstate 'PT404' using message = 'order_not_found', detail = 'No such order.';
    end if;
    return v_snapshot;
end
$$;
comment on function public.order_snapshot(uuid, text, text) is
'What the caller may know of an order to take, publish or cancel it, or {answer} when the key was answered before. Raises order_not_found (404).';
