-- Whether the chains work: every look at one says so, and ends by itself what a standstill has stopped.

-- Definer: rails have no user.
create function service.chain_looked(look service.command) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_network text;
    v_patience interval;
    v_old public.network_health;
    v_new public.network_health;
    v_lost interval;
begin
    select n.id, r.stale_after_blocks * n.block_seconds * interval '1 second' into v_network, v_patience
    from public.networks as n inner join public.chain_rules as r on r.chain_id = n.chain_id
    where n.chain_id = (look ->> 'chain_id')::bigint;
    if not found or num_nonnulls(look ->> 'number', look ->> 'time') not in (0, 2)
        or (look ->> 'number' is null) <> (look ->> 'problem' is not distinct from 'no_answer')
        or coalesce(look ->> 'problem', 'no_answer') not in ('no_answer', 'answers_differ') then
        raise sqlstate 'PT422' using message = 'bad_look', detail = 'A look is a block, or says what was wrong.';
    end if;
    select * into v_old from public.network_health as h where h.network_id = v_network for no key update;
    v_new := private.network_looked(
        v_network, (look ->> 'number')::bigint, (look ->> 'time')::timestamptz, look ->> 'problem', v_patience, v_now
    );
    if v_new.state = 'up' and v_old.state <> 'up' then
        v_lost := private.end_standstill(v_network, v_old.since, v_now);
        update public.deposit_requests as d set active_until = d.active_until + v_lost
        where d.active_until > v_old.since and d.rail in (select r.id from public.rails as r where r.network_id = v_network);
    end if;
    return v_new.state;
end
$$;
comment on function service.chain_looked(service.command) is
'A chain was asked {chain_id, number and time of its last block | problem no_answer; with a block also problem answers_differ} -> its state in network_health. When it works again, the time in which it did not becomes an outage, and its deposit addresses are looked at for so much longer. Raises bad_look (422).';
