-- Payments on their way: claimed by one worker, recorded by compare-and-set. Unknown is not failed.

create function private.stop_payment(
    p_payment public.settlement_instructions, p_role text, p_reason text, p_transfer uuid, p_now timestamptz
) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_wallet uuid := ledger.wallet_of(p_payment.party_id, p_payment.currency);
begin
    update public.settlement_instructions set
        state = 'kept', last_event = 'keep', last_actor_role = p_role, reason = p_reason, next_at = null, deadline_at = null,
        updated_at = p_now
    where id = p_payment.id;
    return array[
        row(p_transfer, v_wallet, 'pending', -p_payment.amount, p_payment.id, 'payout')::ledger.new_entry,
        row(p_transfer, v_wallet, 'available', p_payment.amount, null, null)::ledger.new_entry
    ];
end
$$;
comment on function private.stop_payment(public.settlement_instructions, text, text, uuid, timestamptz) is
'A payment is not sent: the entries of a transfer payout.keep that leave its money in its party''s balance.';

create function private.keep_payment(
    p_payment public.settlement_instructions, p_role text, p_reason text, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfer uuid := private.uuid_v7(p_now);
begin
    perform ledger.post(
        array[row(v_transfer, 'payout.keep', 'payout', p_payment.id, '', null, null)::ledger.new_transfer],
        private.stop_payment(p_payment, p_role, p_reason, v_transfer, p_now), p_now
    );
end
$$;
comment on function private.keep_payment(public.settlement_instructions, text, text, timestamptz) is
'Leaves the money of a payment in its party''s balance: nothing is sent.';

create function private.may_go_to(p_rail public.escrow_rail, p_address text, p_now timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return not exists (select from public.screening_rules as r where r.rail = p_rail)
        or private.address_is_clear(p_rail, p_address, p_now) = 'clear';
end
$$;
comment on function private.may_go_to(public.escrow_rail, text, timestamptz) is
'Whether money may go to an address now: on a rail whose addresses are screened only to one that is clear.';

create function private.goes_back(p_payment public.settlement_instructions) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return p_payment.rail = 'stripe' and p_payment.kind in ('refund', 'return');
end
$$;
comment on function private.goes_back(public.settlement_instructions) is
'Whether a payment can go nowhere but where its money came from.';

create function private.destination_of(p_payment public.settlement_instructions) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if private.goes_back(p_payment) then
        return (select f.provider_reference from public.escrow_fundings as f where f.escrow_id = p_payment.escrow_id);
    end if;
    return (
        select d.address from public.payout_destinations as d
        where d.party_id = p_payment.party_id and d.rail = p_payment.rail and d.replaced_at is null
            -- It may have become ours, or nobody's, since it was named.
            and private.unpayable(d.rail, d.address) is null
    );
end
$$;
comment on function private.destination_of(public.settlement_instructions) is
'Where a payment goes if it is claimed now: a card is refunded to its charge, all else goes to the party''s destination; null when there is none that can be paid.';

create function private.left_after(p_payment public.settlement_instructions) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select w.available + coalesce((
            select sum(i.amount) from public.settlement_instructions as i
            where i.party_id = w.party_id and i.currency = w.currency and i.state in ('created', 'failed_final')
                and i.id <> p_payment.id
        ), 0)
        from public.wallets as w
        where w.party_id = p_payment.party_id and w.currency = p_payment.currency and w.type = 'spot'
    );
end
$$;
comment on function private.left_after(public.settlement_instructions) is
'What its party has left in the currency of a payment once it is sent: available, and not sent yet.';

create function private.payout_wait(p_tries integer) returns interval
language plpgsql immutable set search_path = ''
as $$
begin
    return least(make_interval(secs => 10 * 2 ^ least(p_tries, 12)), interval '1 hour');
end
$$;
comment on function private.payout_wait(integer) is
'Time to the next look at a payment: 10 seconds, then twice as long each time, at most an hour.';

-- Definer: rails have no user.
create function service.payouts_claim(rail public.escrow_rail, max_rows integer default 50) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_payment public.settlement_instructions;
    v_destination text;
    v_held_back numeric;
    v_taken jsonb := '[]';
    v_due uuid[];
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    v_due := array(
        select i.id from public.settlement_instructions as i
        where i.rail = payouts_claim.rail and i.next_at <= v_now and i.state in ('created', 'claimed', 'submitted', 'unknown')
        order by i.next_at, i.id
        limit least(greatest(payouts_claim.max_rows, 1), 500)
        for no key update skip locked
    );
    perform private.lock_debtors(array(
        select i.party_id from public.settlement_instructions as i where i.id = any (v_due) and i.state = 'created'
    ));
    for v_payment in
        select * from public.settlement_instructions as i where i.id = any (v_due) order by i.next_at, i.id
    loop
        if v_payment.state = 'created' then
            if private.owed_by(v_payment.party_id, v_payment.currency) > 0 then
                perform private.keep_payment(v_payment, 'system', 'what its party owes is set off', v_now);
                continue;
            end if;
            v_held_back := private.held_back(v_payment.party_id, v_payment.currency, v_now);
            v_destination := private.destination_of(v_payment);
            -- A card is refunded to itself, which is where its money came from.
            if not private.goes_back(v_payment) and not private.other_side_may(v_payment.party_id, 'payout') then
                perform private.keep_payment(
                    v_payment, 'system', 'the party moves no money out', v_now
                );
                continue;
            end if;
            if v_destination is null
                or v_held_back > private.left_after(v_payment)
                or not private.may_go_to(v_payment.rail, v_destination, v_now) then
                update public.settlement_instructions set
                    next_at = v_now + private.payout_wait(v_payment.tries), tries = v_payment.tries + 1
                where id = v_payment.id;
                continue;
            end if;
            update public.settlement_instructions set
                state = 'claimed', last_event = 'claim', last_actor_role = 'system', destination = v_destination,
                claims = claims + 1, provider_reference = null, reason = '', tries = 0, next_at = v_now + interval '2 minutes', deadline_at = null,
                updated_at = v_now
            where id = v_payment.id
            returning * into v_payment;
        else
            -- A claim that is over: whoever had it may have sent it.
            update public.settlement_instructions set
                state = case v_payment.state when 'claimed' then 'unknown' else v_payment.state end,
                last_event = case v_payment.state when 'claimed' then 'lose' else 'look' end, last_actor_role = 'system',
                reason = case v_payment.state when 'claimed' then 'the worker did not come back' else v_payment.reason end,
                tries = v_payment.tries + 1, next_at = v_now + private.payout_wait(v_payment.tries + 1), updated_at = v_now
            where id = v_payment.id
            returning * into v_payment;
        end if;
        v_taken := v_taken || jsonb_build_object(
            'id', v_payment.id, 'escrow_id', v_payment.escrow_id, 'kind', v_payment.kind, 'rail', v_payment.rail,
            'party_id', v_payment.party_id, 'currency', v_payment.currency, 'amount', trim_scale(v_payment.amount)::text,
            'state', v_payment.state, 'version', v_payment.version, 'attempt', v_payment.attempt,
            'claims', v_payment.claims, 'destination', v_payment.destination, 'provider_reference', v_payment.provider_reference,
            'funding_reference', (
                select f.provider_reference from public.escrow_fundings as f where f.escrow_id = v_payment.escrow_id
            ),
            'created_at', v_payment.created_at, 'updated_at', v_payment.updated_at, 'now', v_now
        );
    end loop;
    return v_taken;
end
$$;
comment on function service.payouts_claim(public.escrow_rail, integer) is
'Payments a worker takes on, oldest first; one to who owes in its currency is kept instead, and set off. In state claimed: send it, once, with the key payout:id:claims; it is this worker''s for 2 minutes. In state submitted or unknown: ask the rail what became of it. What is answered goes to payout_record.';

-- Definer: as above.
create function service.payout_record(outcome service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_payment public.settlement_instructions;
    v_event text := outcome ->> 'event';
    v_version integer := (outcome ->> 'version')::integer;
    v_next_in double precision := (outcome ->> 'next_in')::double precision;
    v_transfer uuid;
    v_reference text := outcome ->> 'provider_reference';
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_payment from public.settlement_instructions
    where id = (outcome ->> 'id')::uuid for no key update;
    v_now := private.clock();
    if not found then
        perform private.refuse('payout_not_found');
    elsif v_event is null or v_event not in ('submit', 'confirm', 'fail', 'postpone', 'lose', 'look')
        or v_version is null or v_next_in not between 0 and 30 * 86400 then
        perform private.refuse('illegal_move');
    -- Compare and set: of two workers the second finds that it has moved on.
    elsif v_payment.version <> v_version then
        return jsonb_build_object('recorded', false, 'state', v_payment.state);
    end if;
    update public.settlement_instructions set
        state = case v_event
            when 'submit' then 'submitted' when 'confirm' then 'confirmed' when 'fail' then 'failed_final'
            when 'postpone' then 'created' when 'lose' then 'unknown' else v_payment.state
        end::public.settlement_state,
        last_event = v_event,
        last_actor_role = case when v_event in ('submit', 'confirm', 'fail') then 'rail' else 'system' end,
        provider_reference = coalesce(v_reference, provider_reference),
        reason = left(coalesce(outcome ->> 'reason', ''), 500),
        tries = case when v_event in ('postpone', 'look') then tries + 1 when v_event in ('submit', 'lose') then 0 else tries end,
        next_at = case
            when v_event in ('submit', 'lose', 'look', 'postpone') then v_now + coalesce(
                make_interval(secs => v_next_in), private.payout_wait(tries)
            )
        end,
        deadline_at = case v_event
            when 'fail' then v_now + interval '14 days'
            -- As the order, or the retry, set it.
            when 'postpone' then (
                select min(e.created_at) from public.settlement_events as e
                where e.instruction_id = v_payment.id and e.attempt = v_payment.attempt
            ) + interval '30 days'
        end,
        updated_at = v_now
    where id = v_payment.id
    returning * into v_payment;
    if v_event = 'confirm' then
        v_transfer := private.uuid_v7(v_now);
        perform ledger.post(
            array[row(v_transfer, 'payout.confirm', 'payout', v_payment.id, '', null, null)::ledger.new_transfer],
            array[
                row(
                    v_transfer, ledger.wallet_of(v_payment.party_id, v_payment.currency), 'pending', -v_payment.amount,
                    v_payment.id, 'payout'
                )::ledger.new_entry,
                row(
                    v_transfer, ledger.wallet_of(private.external_party(), v_payment.currency, 'clearing'), 'available',
                    v_payment.amount, null, null
                )::ledger.new_entry
            ],
            v_now
        );
    elsif v_event = 'fail' then
        -- A payment that the rail refuses ends in a case, not in a loop.
        insert into public.escrow_cases (
            id, escrow_id, kind, reason, description, currency, amount, provider_event_id, reference, last_event, last_actor_role,
            deadline_at, created_at, updated_at
        ) values (
            private.uuid_v7(v_now), v_payment.escrow_id, 'payout', 'payout_failed', v_payment.reason, v_payment.currency, v_payment.amount,
            v_payment.id || ':' || v_payment.attempt, v_payment.provider_reference, 'payout_failed', 'rail',
            v_now + interval '14 days', v_now, v_now
        );
    end if;
    return jsonb_build_object('recorded', true, 'state', v_payment.state, 'version', v_payment.version);
end
$$;
comment on function service.payout_record(service.command) is
'What became of a payment {id, version, event submit|confirm|fail|postpone|lose|look, provider_reference, reason, next_in seconds}. submit: the rail has it. confirm: paid. fail: provably not paid, for good. postpone: provably not sent, later again. lose: no answer. look: not final yet. recorded is false when another worker has moved it. Raises payout_not_found (404), illegal_move (409).';

-- Definer: timers have no user.
create function service.payouts_expire(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_payment public.settlement_instructions;
    v_kept integer := 0;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    for v_payment in
        select * from public.settlement_instructions
        where deadline_at <= v_now
            and not private.sweep_is_late(v_now) and not private.is_put_off('payout', id::text, v_now)
        order by deadline_at limit least(greatest(max_rows, 1), 2000) for no key update skip locked
    loop
        begin
            perform private.keep_payment(v_payment, 'timer', 'nobody said in time where it should go', v_now);
            perform private.went_through('payout', v_payment.id::text);
            v_kept := v_kept + 1;
        exception when others then
            perform private.put_off('payout', v_payment.id::text, sqlerrm, v_now);
        end;
    end loop;
    return v_kept;
end
$$;
comment on function service.payouts_expire(integer) is
'Keeps the money of payments that could not be sent in time in their parties'' balances; how many.';

insert into private.refusals (code, status, detail, hint) values
('payout_not_found', 404, 'No such payment.', ''),
('payout_reserved', 409, 'What a new payee earns waits for a while: not_before says until when.', '');

-- Definer: service_role may give commands, not write the tables.
create function service.payout_destination_set(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_party uuid := coalesce((command ->> 'party_id')::uuid, v_actor);
    v_rail public.escrow_rail := (command ->> 'rail')::public.escrow_rail;
    v_answer jsonb;
    v_now timestamptz;
    v_row public.payout_destinations;
    v_before text;
    v_refusal text;
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
    v_refusal := private.unpayable(v_rail, command ->> 'address');
    if v_refusal is not null then
        perform private.refuse(v_refusal);
    end if;
    v_now := private.clock();
    update public.payout_destinations set replaced_at = v_now
    where party_id = v_party and rail = v_rail and replaced_at is null
    returning address into v_before;
    if exists (select from public.screening_rules as r where r.rail = v_rail) then
        perform private.unwatch_address(v_rail, v_before, v_party, 'payout');
        perform private.watch_address(v_rail, command ->> 'address', v_party, 'payout');
    end if;
    insert into public.payout_destinations (id, party_id, rail, address, created_by, created_at)
    values (private.uuid_v7(v_now), v_party, v_rail, command ->> 'address', v_actor, v_now)
    returning * into v_row;
    -- What has waited for it goes now.
    update public.settlement_instructions set next_at = greatest(v_now, not_before), tries = 0
    where party_id = v_party and rail = v_rail and state = 'created';
    perform private.emit_event(
        'payout_destination.set', 'payout_destination', v_row.id, 1, array[v_party],
        jsonb_build_object('rail', v_rail, 'address', v_row.address), v_now
    );
    return private.finish_command(command, jsonb_build_object(
        'destination_id', v_row.id, 'party_id', v_party, 'rail', v_rail, 'address', v_row.address
    ), v_now);
end
$$;
comment on function service.payout_destination_set(service.command) is
'A party names where its money goes on an outside rail {party_id, rail, address, actor_id, aal, idempotency_key, request_hash}; payments that wait for it go. Raises not_your_move (403), bad_address, bad_destination (422) and what private.ask raises.';

create function private.begin_payout_command(
    command jsonb, p_act text, out answer jsonb, out payment public.settlement_instructions
)
language plpgsql volatile set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    perform private.command_actor(command);
    select * into payment from public.settlement_instructions
    where id = (command ->> 'payout_id')::uuid for no key update;
    if payment.id is not null and private.acts_for((command ->> 'actor_id')::uuid, payment.party_id) then
        perform private.ask(command, payment.party_id, p_act);
        answer := private.command_answer(command);
    elsif payment.id is not null and private.is_staff((command ->> 'actor_id')::uuid, 'operator') then
        answer := private.begin_operator_command(
            'payout_retry', command, array[payment.party_id], payment.currency, payment.amount
        );
        if answer is null then
            perform private.ask(command, payment.party_id, p_act);
        end if;
    else
        perform private.refuse('payout_not_found');
    end if;
end
$$;
comment on function private.begin_payout_command(jsonb, text) is
'Common entry of commands about a payment: its party, or an operator who has no part in it, under its lock, whether the party may do the act. Raises payout_not_found (404), not_your_move (403) and what private.ask raises.';

-- Definer: as payout_destination_set.
create function service.payout_retry(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_turn record;
    v_payment public.settlement_instructions;
    v_now timestamptz;
begin
    select * into v_turn from private.begin_payout_command(command, 'payout_retry');
    if v_turn.answer is not null then
        return v_turn.answer;
    end if;
    v_payment := v_turn.payment;
    v_now := private.clock();
    if v_payment.state <> 'failed_final' then
        perform private.refuse('illegal_move');
    end if;
    update public.settlement_instructions set
        state = 'created', attempt = attempt + 1, tries = 0, destination = null, provider_reference = null, reason = '',
        last_event = 'retry',
        last_actor_role = case when private.acts_for((command ->> 'actor_id')::uuid, party_id) then 'party' else 'operator' end,
        next_at = v_now, deadline_at = v_now + interval '30 days', updated_at = v_now
    where id = v_payment.id
    returning * into v_payment;
    return private.finish_command(command, jsonb_build_object(
        'payout_id', v_payment.id, 'state', v_payment.state, 'attempt', v_payment.attempt
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
    v_turn record;
    v_payment public.settlement_instructions;
    v_now timestamptz;
begin
    select * into v_turn from private.begin_payout_command(command, 'payout_keep');
    if v_turn.answer is not null then
        return v_turn.answer;
    end if;
    v_payment := v_turn.payment;
    v_now := private.clock();
    if v_payment.state not in ('created', 'failed_final') or not private.acts_for((command ->> 'actor_id')::uuid, v_payment.party_id) then
        perform private.refuse('illegal_move');
    elsif v_payment.not_before > v_now then
        perform private.refuse('payout_reserved');
    end if;
    perform private.keep_payment(v_payment, 'party', 'the party wants it in the balance', v_now);
    return private.finish_command(command, jsonb_build_object('payout_id', v_payment.id, 'state', 'kept'), v_now);
end
$$;
comment on function service.payout_keep(service.command) is
'A party takes into its balance what has not been sent {payout_id, actor_id, aal, idempotency_key, request_hash}. Raises payout_not_found (404), illegal_move, payout_reserved (409).';

create function private.verify_payouts() returns table (problem text, subject text, detail text)
language sql stable set search_path = ''
as $$
    select 'held_differs_from_payout', i.id::text, format('%s holds %s of %s', i.state, coalesce(h.amount, 0), i.amount)
    from public.settlement_instructions as i
    left join public.ledger_holds as h on h.reference_id = i.id and h.purpose = 'payout' and h.bucket = 'pending'
    where coalesce(h.amount, 0) <> case when i.state in ('confirmed', 'kept') then 0 else i.amount end
    union all
    select 'payout_hold_without_payout', h.reference_id::text, h.amount::text
    from public.ledger_holds as h
    left join public.settlement_instructions as i on i.id = h.reference_id
    where h.purpose = 'payout' and h.amount > 0 and i.id is null
    union all
    select 'payout_events_differ_from_version', i.id::text, format('version %s, %s events', i.version, coalesce(v.n, 0))
    from public.settlement_instructions as i
    left join (
        select instruction_id, count(*) as n from public.settlement_events group by instruction_id
    ) as v on v.instruction_id = i.id
    where v.n is distinct from i.version::bigint
$$;
comment on function private.verify_payouts() is
'Payments and the money that waits for them agree, and each version has its event; empty is good.';
