-- Outages as operators declare them; escrows get their time back in batches.

-- Definer: service_role may give commands, not write the tables.
create function service.outage_declare(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_operator_command('outage', command, '{}');
    v_now timestamptz := private.clock();
    v_from timestamptz := (command ->> 'from_at')::timestamptz;
    v_to timestamptz := (command ->> 'to_at')::timestamptz;
    v_reason text := coalesce(command ->> 'reason', '');
    v_id uuid := private.uuid_v7(v_now);
begin
    if v_answer is not null then
        return v_answer;
    end if;
    if not coalesce(v_from < v_to and v_to <= v_now and v_from >= v_now - interval '90 days', false)
        or length(v_reason) > 500 or not private.has_words(v_reason) then
        perform private.refuse('bad_outage');
    end if;
    -- Two that are declared at once: the second sees the first.
    perform pg_advisory_xact_lock(hashtextextended('outages', 0));
    if exists (select from public.outages where network_id is null and tstzrange(from_at, to_at) && tstzrange(v_from, v_to)) then
        perform private.refuse('outage_overlaps');
    end if;
    insert into public.outages (id, from_at, to_at, reason, created_at)
    values (v_id, v_from, v_to, v_reason, v_now);
    return private.finish_command(
        command, jsonb_build_object('outage_id', v_id, 'from_at', v_from, 'to_at', v_to), v_now
    );
end
$$;
comment on function service.outage_declare(service.command) is
'Operator command: declares an outage of Holdfast itself that is over {from_at, to_at, reason, actor_id, aal, idempotency_key, request_hash}. Raises bad_outage (422), outage_overlaps (409).';

create function private.credit_many(p_decisions private.escrow_decision[], p_now timestamptz) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_moved record;
    v_done integer := 0;
begin
    for v_moved in select a.escrow_id, a.refusal from private.escrow_apply(p_decisions) as a loop
        if v_moved.refusal is null then
            perform private.went_through('outage', v_moved.escrow_id::text);
            v_done := v_done + 1;
        elsif v_moved.refusal <> 'stale_version' then
            -- Who was moved meanwhile is met again in the next batch; anything else would head each of them.
            perform private.put_off('outage', v_moved.escrow_id::text, v_moved.refusal, p_now);
        end if;
    end loop;
    return v_done;
end
$$;
comment on function private.credit_many(private.escrow_decision[], timestamptz) is
'Gives escrows the time of an outage back; how many. Those that refuse are put off.';

create function private.credit_escrows(p_outage public.outages, p_max_rows integer) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_escrow private.escrow_transactions;
    v_lost interval;
    v_decisions private.escrow_decision[] := '{}';
    v_decision private.escrow_decision;
    v_now timestamptz := private.clock();
    v_done integer := 0;
begin
    for v_escrow in
        select e.* from private.escrow_transactions as e
        where e.expires_at is not null and e.created_at < p_outage.to_at
            and private.outage_reaches(p_outage, e)
            and not exists (
                select from private.outage_credits as c where c.outage_id = p_outage.id and c.object_id = e.id
            )
            and not private.is_put_off('outage', e.id::text, v_now)
        order by e.expires_at
        limit p_max_rows
    loop
        v_lost := private.time_lost(v_escrow, p_outage);
        if v_lost > '0' then
            v_decision.escrow_id := v_escrow.id;
            v_decision.expected_version := v_escrow.version;
            v_decision.event := 'outage_credit';
            v_decision.actor_kind := 'system';
            v_decision.payload := jsonb_build_object('outage_id', p_outage.id);
            v_decisions := v_decisions || v_decision;
        else
            -- A clock that did not run then never will have.
            insert into private.outage_credits (outage_id, object_id, credited) values (p_outage.id, v_escrow.id, '0')
            on conflict do nothing;
            v_done := v_done + 1;
        end if;
    end loop;
    if v_decisions <> '{}' then
        begin
            v_done := v_done + private.credit_many(v_decisions, v_now);
        exception when others then
            -- One that cannot be moved: each alone, and that one waits.
            foreach v_decision in array v_decisions loop
                begin
                    v_done := v_done + private.credit_many(array[v_decision], v_now);
                exception when others then
                    perform private.put_off('outage', v_decision.escrow_id::text, sqlerrm, v_now);
                end;
            end loop;
        end;
    end if;
    return v_done;
end
$$;
comment on function private.credit_escrows(public.outages, integer) is
'Gives a batch of live escrows the lost time back, those due first; how many were dealt with.';

-- Definer: timers have no user.
create function service.outage_credit(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_outage public.outages;
    v_done integer;
begin
    perform set_config('holdfast.actor_id', '', true);
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    for v_outage in
        select * from public.outages where credited_at is null order by from_at for update skip locked
    loop
        v_done := private.credit_escrows(v_outage, least(greatest(max_rows, 1), 2000));
        if v_done = 0 then
            v_done := private.credit_outage(v_outage, least(greatest(max_rows, 1), 2000));
        end if;
        if v_done = 0 and not exists (
            select from private.escrow_transactions as e
            where e.expires_at is not null and e.created_at < v_outage.to_at
                and private.outage_reaches(v_outage, e)
                and not exists (
                    select from private.outage_credits as c where c.outage_id = v_outage.id and c.object_id = e.id
                )
        ) then
            update public.outages set credited_at = private.clock() where id = v_outage.id;
            v_done := 1;
        end if;
        -- One that waits for an escrow that cannot be moved holds up no other.
        exit when v_done > 0;
    end loop;
    return coalesce(v_done, 0);
end
$$;
comment on function service.outage_credit(integer) is
'Gives a batch of escrows, or of what a product offers, the time of the oldest open outage back, or closes that outage; how many it dealt with, 0 when there is nothing to do.';
