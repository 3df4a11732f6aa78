-- Orders, too, get the time back that nobody could take them. Drafts were not on the
-- book: nothing of theirs was lost, and what they offer need no longer hold.

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note)
select distinct 9, 'p2p_order', from_state, 'outage_credit', 'system', from_state,
    'the time of a declared outage is added to its expiry'
from private.state_edges
where machine = 'p2p_order' and event = 'expire' and from_state <> 'draft';

create function private.credit_orders(p_outage public.outages, p_max_rows integer) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_done integer;
begin
    with due as (
        select o.id, p_outage.to_at - greatest(p_outage.from_at, o.created_at) as lost
        from public.p2p_orders as o
        where o.status::text in (
            select x.from_state from private.state_edges as x where x.machine = 'p2p_order' and x.event = 'outage_credit'
        )
            and o.created_at < p_outage.to_at and o.expires_at > p_outage.from_at
            and not exists (
                select from private.outage_credits as c where c.outage_id = p_outage.id and c.object_id = o.id
            )
        order by o.id
        limit p_max_rows
        for no key update
    ), moved as (
        update public.p2p_orders as o set
            expires_at = o.expires_at + due.lost, version = o.version + 1,
            last_event = 'outage_credit', last_actor_role = 'system'
        from due where o.id = due.id
    )
    insert into private.outage_credits (outage_id, object_id, credited)
    select p_outage.id, due.id, due.lost from due;
    get diagnostics v_done = row_count;
    return v_done;
end
$$;
comment on function private.credit_orders(public.outages, integer) is
'Gives a batch of published orders the time back that nobody could take them; how many.';
