-- What happens to an order when a trade ends.

create function private.p2p_escrow_ends(p_moves private.escrow_move[]) returns private.escrow_move[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_ending uuid[];
    v_move private.escrow_move;
    v_order record;
begin
    foreach v_move in array p_moves loop
        if (v_move.edge).settles is not null and (v_move.escrow).product = 'p2p' then
            v_ending := v_ending || (v_move.decision).escrow_id;
        end if;
    end loop;
    if v_ending is null then
        return p_moves;
    end if;
    -- Orders before wallets, in id order: the order every command keeps.
    perform from public.p2p_orders as o
    where o.id in (select t.order_id from public.p2p_trades as t where t.id = any (v_ending))
    order by o.id
    for no key update;
    for i in 1..cardinality(p_moves) loop
        v_move := p_moves[i];
        continue when (v_move.edge).settles is null or (v_move.edge).to_state <> 'refunded'
            or (v_move.escrow).product <> 'p2p';
        select o.id, o.type, o.status into v_order
        from public.p2p_trades as t join public.p2p_orders as o on o.id = t.order_id
        where t.id = (v_move.decision).escrow_id;
        if v_order.type = 'sell' and v_order.status in ('active', 'paused') then
            v_move.refund_hold_id := v_order.id;
            v_move.refund_purpose := 'order';
            p_moves[i] := v_move;
        end if;
    end loop;
    return p_moves;
end
$$;
comment on function private.p2p_escrow_ends(private.escrow_move[]) is
'Locks the orders of trades that end, in id order, and names the order to whose hold a refund goes back while it stands.';

create function private.p2p_escrow_moved(p_changes private.escrow_change[]) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_change private.escrow_change;
    v_ends boolean := false;
begin
    foreach v_change in array p_changes loop
        v_ends := v_ends or (v_change.new_row).completed_at is not null;
    end loop;
    update public.p2p_trades as t set
        status = private.p2p_trade_status((c.new_row).state, (c.old_row).state), updated_at = (c.new_row).updated_at,
        ended_as = private.p2p_trade_end((c.new_row).state, (c.new_row).last_event),
        given_up_by = private.gave_up(
            t, private.p2p_trade_end((c.new_row).state, (c.new_row).last_event), (c.new_row).last_actor_role
        )
    from unnest(p_changes) as c
    where t.id = (c.new_row).id and (c.new_row).state <> (c.old_row).state;
    if v_ends then
        with ended as (
            select
                t.order_id,
                sum(t.amount) as reserved,
                coalesce(sum(t.amount) filter (where (c.new_row).state <> 'refunded'), 0) as settled,
                coalesce(sum(t.amount) filter (
                    where (c.new_row).state = 'refunded' and o.status in ('active', 'paused')
                        and t.given_up_by is distinct from o.user_id
                ), 0) as relisted,
                count(*) filter (where (c.new_row).state = 'released') as completed
            from unnest(p_changes) as c
            join public.p2p_trades as t on t.id = (c.new_row).id
            join public.p2p_orders as o on o.id = t.order_id
            where (c.new_row).completed_at is not null
            group by t.order_id
        ),
        counted as (
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
        from counted as e
        where o.id = e.order_id;
    end if;
end
$$;
comment on function private.p2p_escrow_moved(private.escrow_change[]) is
'Trades follow their escrow; an order moves what an ended trade had reserved to settled; what was not traded goes back to remaining while the order stands, and to withdrawn when it does not or its own maker gave the trade up (I7).';
