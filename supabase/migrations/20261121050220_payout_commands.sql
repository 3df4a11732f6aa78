-- Payouts on their way: claimed by one worker, recorded by compare-and-set. Unknown is not failed.

create function private.may_go_to(p_rail text, p_address text, p_now timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return not exists (select from public.screening_rules as r where r.rail = p_rail)
        or private.address_is_clear(p_rail, p_address, p_now) = 'clear';
end
$$;
comment on function private.may_go_to(text, text, timestamptz) is
'Whether money may go to an address now: on a rail whose addresses are screened only to one that is clear.';

create function private.destination_of(p_payout public.payouts) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_address text;
begin
    if p_payout.to_source then
        return private.payout_source(p_payout);
    elsif p_payout.destination is not null then
        -- As it was ordered. That of a claim that sent nothing is over with the claim: it may have been named anew.
        v_address := (
            select e.destination from public.payout_events as e
            where e.payout_id = p_payout.id and e.attempt = p_payout.attempt order by e.version limit 1
        );
    end if;
    v_address := coalesce(v_address, (private.default_destination(p_payout.party_id, p_payout.rail, p_payout.currency, private.clock())).address);
    -- It may have become ours, or nobody's, since it was named.
    return case when private.unpayable(p_payout.rail, v_address) is null then v_address end;
end
$$;
comment on function private.destination_of(public.payouts) is
'Where a payout goes if it is claimed now: a card is refunded to its charge, what was ordered to a destination goes there, all else goes to the party''s destination of now; null when there is none that can be paid.';

create function private.left_after(p_payout public.payouts) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select w.available + coalesce((
            select sum(i.amount) from public.payouts as i
            where i.party_id = w.party_id and i.currency = w.currency and i.state in ('created', 'failed_final')
                and i.id <> p_payout.id
        ), 0)
        from public.wallets as w
        where w.party_id = p_payout.party_id and w.currency = p_payout.currency and w.type = 'spot'
    );
end
$$;
comment on function private.left_after(public.payouts) is
'What its party has left in the currency of a payout once it is sent: available, and not sent yet.';

create function private.payout_wait(p_tries integer) returns interval
language plpgsql immutable set search_path = ''
as $$
begin
    return least(make_interval(secs => 10 * 2 ^ least(p_tries, 12)), interval '1 hour');
end
$$;
comment on function private.payout_wait(integer) is
'Time to the next poll of a payout: 10 seconds, then twice as long each time, at most an hour.';

create function private.payouts_reached_by_halt(p_kind text, p_name text) returns setof uuid
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select i.party_id from public.payouts as i
    inner join public.rails as r on r.id = i.rail
    where i.state = 'created'
        and case p_kind when 'rail' then i.rail = p_name when 'network' then r.network_id = p_name else false end;
end
$$;
comment on function private.payouts_reached_by_halt(text, text) is 'Parties whose money is not sent while something is halted.';

-- Definer: rails have no user.
create function service.payouts_claim(rail text, max_rows integer default 50) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_payout public.payouts;
    v_destination text;
    v_held_back numeric;
    v_taken jsonb := '[]';
    v_due uuid[];
    v_halted boolean := private.way_is_halted(rail, null);
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    v_due := array(
        select i.id from public.payouts as i
        where i.rail = payouts_claim.rail and i.next_at <= v_now and i.state in ('created', 'claimed', 'submitted', 'unknown')
            -- What was sent is followed; what was not is left as it is, and goes when the halt is over.
            and not (v_halted and i.state = 'created')
        order by i.next_at, i.id
        limit least(greatest(payouts_claim.max_rows, 1), 500)
        for no key update skip locked
    );
    perform private.lock_debtors(array(
        select i.party_id from public.payouts as i where i.id = any (v_due) and i.state = 'created'
    ));
    for v_payout in
        select * from public.payouts as i where i.id = any (v_due) order by i.next_at, i.id
    loop
        if v_payout.state = 'created' then
            if private.owed_by(v_payout.party_id, v_payout.currency) > 0 then
                perform private.keep_payout(v_payout, 'system', 'its party owes in this currency', v_now);
                continue;
            end if;
            v_held_back := private.held_back(v_payout.party_id, v_payout.currency, v_now);
            v_destination := private.destination_of(v_payout);
            -- A card is refunded to itself, which is where its money came from.
            if not v_payout.to_source and not private.other_side_may(v_payout.party_id, 'payout') then
                perform private.keep_payout(
                    v_payout, 'system', 'the party moves no money out', v_now
                );
                continue;
            end if;
            if v_destination is null
                or v_held_back > private.left_after(v_payout)
                or not private.may_go_to(v_payout.rail, v_destination, v_now) then
                update public.payouts set
                    next_at = v_now + private.payout_wait(v_payout.tries), tries = v_payout.tries + 1
                where id = v_payout.id;
                continue;
            end if;
            update public.payouts set
                state = 'claimed', last_event = 'claim', last_actor_role = 'system', destination = v_destination,
                claims = claims + 1, provider_reference = null, reason = '', tries = 0, next_at = v_now + interval '2 minutes', deadline_at = null,
                updated_at = v_now
            where id = v_payout.id
            returning * into v_payout;
        else
            -- A claim that is over: whoever had it may have sent it.
            update public.payouts set
                state = case v_payout.state when 'claimed' then 'unknown' else v_payout.state end,
                last_event = case v_payout.state when 'claimed' then 'lose' else 'poll' end, last_actor_role = 'system',
                reason = case v_payout.state when 'claimed' then 'the worker did not come back' else v_payout.reason end,
                tries = v_payout.tries + 1, next_at = v_now + private.payout_wait(v_payout.tries + 1), updated_at = v_now
            where id = v_payout.id
            returning * into v_payout;
        end if;
        v_taken := v_taken || jsonb_build_object(
            'id', v_payout.id, 'purpose', v_payout.purpose, 'reference_id', v_payout.reference_id, 'kind', v_payout.kind, 'rail', v_payout.rail,
            'party_id', v_payout.party_id, 'currency', v_payout.currency, 'amount', trim_scale(v_payout.amount)::text,
            'state', v_payout.state, 'version', v_payout.version, 'attempt', v_payout.attempt,
            'claims', v_payout.claims, 'destination', v_payout.destination, 'provider_reference', v_payout.provider_reference,
            'group_id', private.payout_group(v_payout), 'to_source', v_payout.to_source, 'source_reference', private.payout_source(v_payout),
            'created_at', v_payout.created_at, 'updated_at', v_payout.updated_at, 'now', v_now
        );
    end loop;
    return v_taken;
end
$$;
comment on function service.payouts_claim(text, integer) is
'Payouts a worker takes on, oldest first; while the rail or its network is halted none that was not sent yet; one to who owes in its currency is kept instead, and set off. In state claimed: send it, once, with the key payout:id:claims; it is this worker''s for 2 minutes. In state submitted or unknown: ask the rail what became of it. What is answered goes to payout_record.';

-- Definer: as above.
create function service.payout_record(outcome service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_payout public.payouts;
    v_event text := outcome ->> 'event';
    v_version integer := (outcome ->> 'version')::integer;
    v_next_in double precision := (outcome ->> 'next_in')::double precision;
    v_transfer uuid;
    v_reference text := outcome ->> 'provider_reference';
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_payout from public.payouts
    where id = (outcome ->> 'id')::uuid for no key update;
    v_now := private.clock();
    if not found then
        perform private.refuse('payout_not_found');
    elsif v_event is null or v_event not in ('submit', 'confirm', 'fail', 'postpone', 'lose', 'poll')
        or v_version is null or v_next_in not between 0 and 30 * 86400 then
        perform private.refuse('illegal_move');
    -- Compare and set: of two workers the second finds that it has moved on.
    elsif v_payout.version <> v_version then
        return jsonb_build_object('recorded', false, 'state', v_payout.state);
    end if;
    update public.payouts set
        state = case v_event
            when 'submit' then 'submitted' when 'confirm' then 'confirmed' when 'fail' then 'failed_final'
            when 'postpone' then 'created' when 'lose' then 'unknown' else v_payout.state
        end::public.payout_state,
        last_event = v_event,
        last_actor_role = case when v_event in ('submit', 'confirm', 'fail') then 'rail' else 'system' end,
        provider_reference = coalesce(v_reference, provider_reference),
        reason = left(coalesce(outcome ->> 'reason', ''), 500),
        tries = case when v_event in ('postpone', 'poll') then tries + 1 when v_event in ('submit', 'lose') then 0 else tries end,
        next_at = case
            when v_event in ('submit', 'lose', 'poll', 'postpone') then v_now + coalesce(
                make_interval(secs => v_next_in), private.payout_wait(tries)
            )
        end,
        deadline_at = case v_event
            when 'fail' then v_now + interval '14 days'
            -- As the order, or the retry, set it.
            when 'postpone' then (
                select min(e.created_at) from public.payout_events as e
                where e.payout_id = v_payout.id and e.attempt = v_payout.attempt
            ) + interval '30 days'
        end,
        waits_for_float_since = case
            when v_event = 'postpone' and outcome ->> 'waits_for' = 'float' then coalesce(waits_for_float_since, v_now)
        end,
        updated_at = v_now
    where id = v_payout.id
    returning * into v_payout;
    if v_event = 'confirm' then
        v_transfer := private.uuid_v7(v_now);
        perform ledger.post(
            array[row(v_transfer, 'payout.confirm', 'payout', v_payout.id, '', null, null)::ledger.new_transfer],
            array[
                row(
                    v_transfer, ledger.wallet_of(v_payout.party_id, v_payout.currency), 'pending', -v_payout.amount,
                    v_payout.id, 'payout'
                )::ledger.new_entry,
                row(
                    v_transfer, ledger.wallet_of(private.external_party(), v_payout.currency, 'clearing'), 'available',
                    v_payout.amount, null, null
                )::ledger.new_entry
            ] || private.payout_ended(v_payout, v_transfer, true),
            v_now
        );
        perform private.unwatch_payout(v_payout);
    elsif v_event = 'fail' then
        perform private.payout_failed(v_payout, v_now);
    end if;
    return jsonb_build_object('recorded', true, 'state', v_payout.state, 'version', v_payout.version);
end
$$;
comment on function service.payout_record(service.command) is
'What became of a payout {id, version, event submit|confirm|fail|postpone|lose|poll, provider_reference, reason, next_in seconds, waits_for}. submit: the rail has it. confirm: paid. fail: provably not paid, for good. postpone: provably not sent, later again; waits_for float: the rail has too little of ours. lose: no answer. poll: not final yet. recorded is false when another worker has moved it. Raises payout_not_found (404), illegal_move (409).';

-- Definer: timers have no user.
create function service.payouts_expire(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_payout public.payouts;
    v_kept integer := 0;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    for v_payout in
        select * from public.payouts
        where deadline_at <= v_now
            and not private.sweep_is_late(v_now) and not private.is_put_off('payout', id::text, v_now)
        order by deadline_at limit least(greatest(max_rows, 1), 2000) for no key update skip locked
    loop
        begin
            perform private.keep_payout(v_payout, 'timer', case
                when v_payout.state = 'failed_final' then 'nobody asked for a new attempt in time'
                -- It has a time to be sent at as soon as it has somewhere to go.
                when v_payout.next_at is null then 'nobody said in time where it should go'
                else 'it could not be sent in time'
            end, v_now);
            perform private.went_through('payout', v_payout.id::text);
            v_kept := v_kept + 1;
        exception when others then
            perform private.put_off('payout', v_payout.id::text, sqlerrm, v_now);
        end;
    end loop;
    return v_kept;
end
$$;
comment on function service.payouts_expire(integer) is
'Keeps the money of payouts that could not be sent in time, and says why; how many.';

insert into private.refusals (code, status, detail, hint) values
('payout_not_found', 404, 'No such payout.', ''),
('destination_not_found', 404, 'No such destination.', 'Read payout_destinations.'),
('destination_waits', 409, 'A new destination is not used at once.', 'See its usable_from.'),
('payout_reserved', 409, 'What a new payee earns waits for a while: not_before says until when.', '');

create function private.name_destination(
    p_party_id uuid, p_rail text, p_currency text, p_address text, p_actor uuid, p_now timestamptz
) returns public.payout_destinations
language plpgsql volatile set search_path = ''
as $$
declare
    v_row public.payout_destinations;
begin
    -- Of two at once the second finds what the first named.
    perform from public.parties where id = p_party_id for no key update;
    perform private.assert_payable(p_rail, p_address);
    select * into v_row from public.payout_destinations as d
    where d.party_id = p_party_id and d.rail = p_rail and d.currency is not distinct from p_currency and d.removed_at is null
        and private.normal_address(d.rail, d.address) = private.normal_address(p_rail, p_address);
    if found then
        return v_row;
    end if;
    insert into public.payout_destinations (
        id, party_id, rail, currency, address, created_by, created_at, usable_from
    )
    select private.uuid_v7(p_now), p_party_id, r.id, p_currency, p_address, p_actor, p_now, greatest(
        case when exists (
            select from public.payout_destinations as d where d.party_id = p_party_id and d.rail = p_rail
        ) then p_now + r.destination_wait end,
        private.devices_settle_at(p_actor), p_now
    )
    from public.rails as r where r.id = p_rail
    returning * into v_row;
    if exists (select from public.screening_rules as r where r.rail = p_rail) then
        perform private.watch_address(p_rail, v_row.address, p_party_id, 'payout');
    end if;
    return v_row;
end
$$;
comment on function private.name_destination(uuid, text, text, text, uuid, timestamptz) is
'The destination of a party at an address, for a currency or (null) for all: named before, or from now on, screened, and no default; any but the first on its rail, and each that is named within 24 hours of a new device, waits until it may be used. Raises bad_address, bad_destination (422), quota_exceeded (429).';

-- Definer: service_role may give commands, not write the tables.
create function service.payout_destination_set(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_party uuid := coalesce((command ->> 'party_id')::uuid, v_actor);
    v_rail text := private.known_rail(command ->> 'rail');
    v_answer jsonb;
    v_now timestamptz;
    v_row public.payout_destinations;
    v_currency text := command ->> 'currency';
    v_default boolean := coalesce((command ->> 'is_default')::boolean, true);
begin
    if not private.acts_for(v_actor, v_party) then
        perform private.refuse('not_your_move');
    end if;
    perform private.ask(command, v_party, 'payout_destination_set');
    perform from public.parties where id = v_party for no key update;
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    if v_currency is not null and not exists (
        select from public.rails as r inner join public.currencies as c on c.network_id is not distinct from r.network_id
        where r.id = v_rail and c.code = v_currency
    ) then
        perform private.refuse('rail_currency');
    end if;
    v_row := private.name_destination(v_party, v_rail, v_currency, command ->> 'address', v_actor, v_now);
    if v_default then
        update public.payout_destinations set default_from = greatest(v_now, usable_from) where id = v_row.id
        returning * into v_row;
        -- The last word counts: another that waits to become the default does not any more.
        update public.payout_destinations set default_from = null
        where party_id = v_party and rail = v_rail and currency is not distinct from v_currency and removed_at is null
            and id <> v_row.id and default_from >= v_row.default_from;
        -- What has waited for it goes as soon as it may.
        update public.payouts set next_at = greatest(v_row.default_from, not_before), tries = 0
        where party_id = v_party and rail = v_rail and state = 'created' and not to_source
            and (v_currency is null or currency = v_currency)
            and (next_at is null or v_row.default_from <= v_now);
    end if;
    perform private.emit_event(
        'payout_destination.set', 'payout_destination', v_row.id, 1, array[v_party],
        jsonb_build_object(
            'rail', v_rail, 'currency', v_currency, 'address', v_row.address, 'usable_from', v_row.usable_from,
            'default_from', v_row.default_from
        ), v_now
    );
    return private.finish_command(command, jsonb_build_object(
        'destination_id', v_row.id, 'party_id', v_party, 'rail', v_rail, 'currency', v_currency, 'address', v_row.address,
        'usable_from', v_row.usable_from, 'default_from', v_row.default_from
    ), v_now);
end
$$;
comment on function service.payout_destination_set(service.command) is
'A party names where its money may go on an outside rail {party_id, rail, currency, address, is_default, actor_id, aal, idempotency_key, request_hash} -> {destination_id, …, usable_from, default_from}. The default from then on, unless is_default is false; what is named again becomes the default again. Payouts that wait for it go as soon as it may be used. Raises not_your_move (403), no_such_rail, bad_address, bad_destination, rail_currency (422), quota_exceeded (429) and what private.ask raises.';

-- Definer: as above.
create function service.payout_destination_remove(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_row public.payout_destinations;
    v_answer jsonb;
    v_now timestamptz;
begin
    select * into v_row from public.payout_destinations as d where d.id = (command ->> 'destination_id')::uuid;
    if not found or not private.acts_for(v_actor, v_row.party_id) then
        perform private.refuse('destination_not_found');
    end if;
    perform private.ask(command, v_row.party_id, 'payout_destination_remove');
    perform from public.parties where id = v_row.party_id for no key update;
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    update public.payout_destinations as d set removed_at = v_now where d.id = v_row.id and d.removed_at is null
    returning * into v_row;
    if not found then
        perform private.refuse('destination_not_found');
    end if;
    if not exists (
        select from public.payout_destinations as d
        where d.party_id = v_row.party_id and d.rail = v_row.rail and d.removed_at is null
            and private.normal_address(d.rail, d.address) = private.normal_address(v_row.rail, v_row.address)
    ) then
        perform private.unwatch_address(v_row.rail, v_row.address, v_row.party_id, 'payout');
    end if;
    perform private.emit_event(
        'payout_destination.removed', 'payout_destination', v_row.id, 2, array[v_row.party_id],
        jsonb_build_object('rail', v_row.rail, 'address', v_row.address), v_now
    );
    return private.finish_command(command, jsonb_build_object(
        'destination_id', v_row.id, 'removed_at', v_row.removed_at
    ), v_now);
end
$$;
comment on function service.payout_destination_remove(service.command) is
'A party removes a destination {destination_id, actor_id, aal, idempotency_key, request_hash}: it is used no more, but by what was claimed or withdrawn to it before. Raises destination_not_found (404) and what private.ask raises.';

create function private.begin_payout_command(
    command jsonb, p_act text, out answer jsonb, out payout public.payouts
)
language plpgsql volatile set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    perform private.command_actor(command);
    select * into payout from public.payouts
    where id = (command ->> 'payout_id')::uuid for no key update;
    if payout.id is not null and private.acts_for((command ->> 'actor_id')::uuid, payout.party_id) then
        perform private.ask(command, payout.party_id, p_act);
        answer := private.command_answer(command);
    elsif payout.id is not null and private.is_staff((command ->> 'actor_id')::uuid, 'operator') then
        answer := private.begin_operator_command(
            'payout_retry', command, array[payout.party_id], payout.currency, payout.amount
        );
        if answer is null then
            perform private.ask(command, payout.party_id, p_act);
        end if;
    else
        perform private.refuse('payout_not_found');
    end if;
end
$$;
comment on function private.begin_payout_command(jsonb, text) is
'Common entry of commands about a payout: its party, or an operator who has no part in it, under its lock, whether the party may do the act. Raises payout_not_found (404), not_your_move (403) and what private.ask raises.';

-- Definer: as payout_destination_set.
create function service.payout_retry(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context record;
    v_payout public.payouts;
    v_now timestamptz;
begin
    select * into v_context from private.begin_payout_command(command, 'payout_retry');
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_payout := v_context.payout;
    v_now := private.clock();
    if v_payout.state <> 'failed_final' then
        perform private.refuse('illegal_move');
    end if;
    update public.payouts set
        state = 'created', attempt = attempt + 1, tries = 0, destination = null, provider_reference = null, reason = '',
        last_event = 'retry',
        last_actor_role = case when private.acts_for((command ->> 'actor_id')::uuid, party_id) then 'party' else 'operator' end,
        next_at = v_now, deadline_at = v_now + interval '30 days', updated_at = v_now
    where id = v_payout.id
    returning * into v_payout;
    return private.finish_command(command, jsonb_build_object(
        'payout_id', v_payout.id, 'state', v_payout.state, 'attempt', v_payout.attempt
    ), v_now);
end
$$;
comment on function service.payout_retry(service.command) is
'Pays again what the rail has provably refused {payout_id, actor_id, aal, idempotency_key, request_hash}: a new attempt, to where the party wants its money now. Raises payout_not_found (404), illegal_move (409).';

-- Definer: as payout_destination_set.
create function service.payout_keep(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context record;
    v_payout public.payouts;
    v_now timestamptz;
begin
    select * into v_context from private.begin_payout_command(command, 'payout_keep');
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_payout := v_context.payout;
    v_now := private.clock();
    if v_payout.state not in ('created', 'failed_final') or not private.acts_for((command ->> 'actor_id')::uuid, v_payout.party_id) then
        perform private.refuse('illegal_move');
    elsif v_payout.kind = 'release' and v_payout.not_before > v_now then
        perform private.refuse('payout_reserved');
    end if;
    perform private.keep_payout(v_payout, 'party', 'its party would rather keep it', v_now);
    return private.finish_command(command, jsonb_build_object('payout_id', v_payout.id, 'state', 'kept'), v_now);
end
$$;
comment on function service.payout_keep(service.command) is
'A party keeps what has not been sent: it is back where it was before, or in its balance {payout_id, actor_id, aal, idempotency_key, request_hash}. Raises payout_not_found (404), illegal_move, payout_reserved (409).';

create function private.verify_payouts() returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'held_differs_from_payout', i.id::text, format('%s holds %s of %s', i.state, coalesce(h.amount, 0), i.amount)
    from public.payouts as i
    left join public.ledger_holds as h on h.reference_id = i.id and h.purpose = 'payout' and h.bucket = 'pending'
    where coalesce(h.amount, 0) <> case when i.state in ('confirmed', 'kept') then 0 else i.amount end
    union all
    select 'payout_hold_without_payout', h.reference_id::text, h.amount::text
    from public.ledger_holds as h
    left join public.payouts as i on i.id = h.reference_id
    where h.purpose = 'payout' and h.amount > 0 and i.id is null
    union all
    select 'payout_events_differ_from_version', i.id::text, format('version %s, %s events', i.version, coalesce(v.n, 0))
    from public.payouts as i
    left join (
        select payout_id, count(*) as n from public.payout_events group by payout_id
    ) as v on v.payout_id = i.id
    where v.n is distinct from i.version::bigint;
end
$$;
comment on function private.verify_payouts() is
'Payouts and the money that waits for them agree, and each version has its event; empty is good.';

create view public.float_needs with (security_invoker = true) as
select p.rail, p.currency, count(*) as payouts, sum(p.amount)::public.money_amount as amount,
    min(p.waits_for_float_since) as waits_since
from public.payouts as p
where p.waits_for_float_since is not null
group by p.rail, p.currency;
comment on view public.float_needs is
'What a rail needs of ours so that payouts go on: for operators all that waits, for a party its own.';
comment on column public.float_needs.rail is 'Rail that has too little.';
comment on column public.float_needs.currency is 'Of what.';
comment on column public.float_needs.payouts is 'How many payouts wait.';
comment on column public.float_needs.amount is 'How much they are together, in units of the currency.';
comment on column public.float_needs.waits_since is 'Since when the first of them waits.';
