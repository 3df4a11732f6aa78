-- Operators halt and let go on: one halts at once, two lift.

insert into private.refusals (code, status, detail, hint) values
('halt_unknown', 422, 'There is no such pair, price source, rail or network.', 'A pair is written BTC/EUR.'),
('halt_not_found', 404, 'No such halt, or it is over.', 'Read halts.'),
('bad_halt_end', 422, 'A halt ends at a time to come, within 31 days.', 'Leave the end out for none.');
insert into public.operator_commands (kind, function_name, title) values
('halt', 'halt', 'halt a pair, a price source, a rail or a network'),
('halt_lift', 'halt_lift', 'let go on what was halted');

create function private.can_be_halted(p_kind text, p_name text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(case p_kind
        when 'pair' then exists (
            select from public.price_rules as r where r.cryptocurrency || '/' || r.fiat_currency = p_name
        )
        when 'price_source' then exists (select from public.price_sources as s where s.source = p_name)
        when 'rail' then exists (select from public.rails as r where r.id = p_name)
        when 'network' then exists (select from public.networks as n where n.id = p_name)
    end, false);
end
$$;
comment on function private.can_be_halted(text, text) is 'Whether there is such a pair, price source, rail or network.';

create function private.tell_halt(p_halt public.halts, p_event text, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    -- The reason is for operators only.
    perform private.emit_event(
        'halt.' || p_event, 'halt', p_halt.id, case p_event when 'begun' then 1 else 2 end,
        array(select private.platform_party() union select private.reached_by_halt(p_halt.kind, p_halt.name)),
        jsonb_build_object('kind', p_halt.kind, 'name', p_halt.name, 'ends_at', p_halt.ends_at), p_now
    );
end
$$;
comment on function private.tell_halt(public.halts, text, timestamptz) is
'Tells operators, and the parties whose orders, escrows or payouts it reaches, that a halt has begun, was lifted, or is over by the clock.';

-- Definer: service_role may give the command, not write the tables.
create function service.halt(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_operator_command('halt', command, '{}');
    v_now timestamptz := private.clock();
    v_halt public.halts;
begin
    if v_answer is not null then
        return v_answer;
    elsif not private.can_be_halted(command ->> 'kind', command ->> 'name') then
        perform private.refuse('halt_unknown');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    elsif (command ->> 'ends_at')::timestamptz not between v_now + interval '1 second' and v_now + interval '31 days' then
        perform private.refuse('bad_halt_end');
    end if;
    insert into public.halts (id, kind, name, reason, halted_by, halted_at, ends_at)
    values (
        private.uuid_v7(v_now), command ->> 'kind', command ->> 'name', command ->> 'reason',
        (command ->> 'actor_id')::uuid, v_now, (command ->> 'ends_at')::timestamptz
    )
    returning * into v_halt;
    perform private.tell_halt(v_halt, 'begun', v_now);
    return private.finish_command(command, jsonb_build_object(
        'halt_id', v_halt.id, 'kind', v_halt.kind, 'name', v_halt.name, 'ends_at', v_halt.ends_at
    ), v_now);
end
$$;
comment on function service.halt(service.command) is
'Operator command: nothing new in a pair, over a rail or a network, nothing believed of a price source; what runs goes on {kind, name, reason, ends_at?, actor_id, aal, idempotency_key, request_hash} -> {halt_id, kind, name, ends_at}. Raises operator_only (403), halt_unknown, reason_required, bad_halt_end (422), and what private.ask raises.';

-- Definer: as halt.
create function service.halt_lift(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    -- Quick to halt, slow to go on: who did not halt it agrees that its reason is gone.
    v_answer jsonb := private.begin_operator_command('halt_lift', command, '{}', p_second => true);
    v_now timestamptz := private.clock();
    v_halt public.halts;
begin
    if v_answer is not null then
        return v_answer;
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    end if;
    perform from public.halts where id = (command ->> 'halt_id')::uuid for no key update;
    update public.halts set
        lifted_by = (command ->> 'actor_id')::uuid, lifted_at = v_now, lift_reason = command ->> 'reason'
    where id = (select h.id from private.open_halts as h where h.id = (command ->> 'halt_id')::uuid)
    returning * into v_halt;
    if not found then
        perform private.refuse('halt_not_found');
    end if;
    perform private.tell_halt(v_halt, 'lifted', v_now);
    return private.finish_command(command, jsonb_build_object(
        'halt_id', v_halt.id, 'kind', v_halt.kind, 'name', v_halt.name, 'lifted_at', v_now,
        'still_halted', private.is_halted(v_halt.kind, v_halt.name)
    ), v_now);
end
$$;
comment on function service.halt_lift(service.command) is
'Operator command, always of two: ends a halt {halt_id, reason, actor_id, aal, idempotency_key, request_hash} -> {halt_id, kind, name, lifted_at, still_halted by another halt}. Raises operator_only (403), halt_not_found (404), reason_required (422), and what private.ask raises.';

-- Definer: timers have no user.
create function service.halts_end(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_halt public.halts;
    v_ended integer := 0;
begin
    perform set_config('holdfast.actor_id', '', true);
    for v_halt in
        select h.* from public.halts as h
        where h.lifted_at is null and h.ended_at is null and h.ends_at <= private.clock()
        order by h.ends_at limit least(greatest(max_rows, 1), 2000) for no key update skip locked
    loop
        v_now := private.clock();
        update public.halts set ended_at = v_now where id = v_halt.id returning * into v_halt;
        perform private.tell_halt(v_halt, 'ended', v_now);
        v_ended := v_ended + 1;
    end loop;
    return v_ended;
end
$$;
comment on function service.halts_end(integer) is
'Tells of halts that are over by the clock, once each; how many. They were over at their end, whenever this runs.';
