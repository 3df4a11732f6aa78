-- What happens to an order when a trade ends.

create or replace function private.escrow_ends(p_moves private.escrow_move[]) returns private.escrow_move[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_ending uuid[];
    v_move private.escrow_move;
    v_order record;
begin
    foreach v_move in array p_moves loop
        if v_move.settles is not null then
            v_ending := v_ending || v_move.escrow_id;
        end if;
    end loop;
    -- Orders before wallets, in id order: the order every command keeps.
    perform from public.p2p_orders as o
    where o.id in (select t.order_id from public.p2p_trades as t where t.id = any (v_ending))
    order by o.id
    for no key update;
    for i in 1..cardinality(p_moves) loop
        v_move := p_moves[i];
        continue when v_move.settles is null or v_move.to_state <> 'refunded';
        select o.id, o.type, o.status into v_order
        from public.p2p_trades as t join public.p2p_orders as o on o.id = t.order_id
        where t.id = v_move.escrow_id;
        if v_order.type = 'sell' and v_order.status in ('active', 'paused') then
            v_move.refund_hold_id := v_order.id;
            p_moves[i] := v_move;
        end if;
    end loop;
    return p_moves;
end
$$;

-- Set-based: a sweep ends thousands of trades in one statement. Definer: the
-- escrow moves for whoever was allowed to move it.
create function private.tg_escrow_transactions__p2p() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.p2p_trades as t set
        status = private.p2p_trade_status(n.state, o.state), updated_at = n.updated_at,
        ended_as = private.p2p_trade_end(n.state, n.last_event),
        given_up_by = private.gave_up(t, private.p2p_trade_end(n.state, n.last_event), n.last_actor_role)
    from new_rows as n
    join old_rows as o on o.id = n.id
    where t.id = n.id and n.state <> o.state;
    if exists (select from new_rows as n where n.completed_at is not null and n.product = 'p2p') then
        with ended as (
            select
                t.order_id,
                sum(t.amount) as reserved,
                coalesce(sum(t.amount) filter (where n.state <> 'refunded'), 0) as settled,
                coalesce(sum(t.amount) filter (
                    where n.state = 'refunded' and o.status in ('active', 'paused')
                        and t.given_up_by is distinct from o.user_id
                ), 0) as relisted,
                count(*) filter (where n.state = 'released') as completed
            from new_rows as n
            join public.p2p_trades as t on t.id = n.id
            join public.p2p_orders as o on o.id = t.order_id
            where n.completed_at is not null
            group by t.order_id
        ),
        judged as (
            select
                e.*,
                case
                    when o.status not in ('active', 'paused') or o.reserved <> e.reserved or o.remaining + e.relisted > 0
                        then 'trade_ended'
                    when o.settled + e.settled > 0 then 'fill'
                    else 'lapse'
                end as event
            from ended as e
            join public.p2p_orders as o on o.id = e.order_id
        )
        update public.p2p_orders as o set
            reserved = o.reserved - e.reserved,
            settled = o.settled + e.settled,
            remaining = o.remaining + e.relisted,
            withdrawn = o.withdrawn + e.reserved - e.settled - e.relisted,
            completed_trades = o.completed_trades + e.completed,
            version = o.version + 1,
            last_actor_role = 'system',
            last_event = e.event,
            status = case e.event when 'fill' then 'completed' when 'lapse' then 'cancelled' else o.status end
        from judged as e
        where o.id = e.order_id;
    end if;
    return null;
end
$$;
comment on function private.tg_escrow_transactions__p2p() is
'Trades follow their escrow; an order moves what an ended trade had reserved to settled; what was not traded goes back to remaining while the order stands, and to withdrawn when it does not or its own maker gave the trade up (I7).';
create trigger _530_p2p after update on public.escrow_transactions
referencing new table as new_rows old table as old_rows
for each statement execute function private.tg_escrow_transactions__p2p();
