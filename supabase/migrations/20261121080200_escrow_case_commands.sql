-- How cases are opened and closed.

-- Definer: service_role may give commands, not write the tables.
create function service.escrow_claim(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context private.escrow_command_context := private.begin_escrow_command(command, 'escrow_claim');
    v_now timestamptz := v_context.now;
    v_actor uuid := v_context.actor_id;
    v_escrow private.escrow_transactions := v_context.escrow;
    v_role public.escrow_role;
    v_answer jsonb;
begin
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_role := case
        when private.acts_for(v_actor, v_escrow.payer_id) then 'payer'
        when private.acts_for(v_actor, v_escrow.payee_id) then 'payee'
    end;
    if v_role is null then
        perform private.refuse('not_your_move');
    elsif not private.is_terminal(v_escrow.state) then
        perform private.refuse('illegal_move');
    elsif v_now > private.later_by_outages(v_escrow.completed_at, v_escrow.claim_until) then
        perform private.refuse('deadline_passed');
    elsif not private.has_words(command ->> 'reason') then
        perform private.refuse('reason_required');
    end if;
    insert into public.escrow_cases (
        id, escrow_id, kind, raised_by, reason, description, last_event, last_actor_role, deadline_at, created_at, updated_at
    )
    select private.uuid_v7(v_now), v_escrow.id, 'claim',
        case v_role when 'payer' then v_escrow.payer_id else v_escrow.payee_id end,
        command ->> 'reason', coalesce(command ->> 'description', ''), 'claim', v_role,
        v_now + p.claim_review_within, v_now, v_now
    from public.escrow_policies as p where p.id = v_escrow.policy_id
    returning jsonb_build_object('case_id', id, 'escrow_id', escrow_id, 'state', state, 'deadline_at', deadline_at)
    into v_answer;
    return private.finish_command(command, v_answer, v_now);
end
$$;
comment on function service.escrow_claim(service.command) is
'A party brings a case inside the claim window {escrow_id, actor_id, reason, description, idempotency_key, request_hash}. Raises not_your_move (403), illegal_move, deadline_passed, duplicate (409).';

create function private.close_case(
    p_case_id uuid, p_event text, p_role public.escrow_role, p_actor uuid, p_resolution text,
    p_amount numeric, p_now timestamptz
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_case public.escrow_cases;
    v_currency text;
    v_transfer uuid := private.uuid_v7(p_now);
begin
    update public.escrow_cases set
        state = case p_event when 'uphold' then 'upheld' else 'dismissed' end,
        paid_amount = case when p_event = 'uphold' and kind = 'claim' and p_amount > 0 then p_amount end,
        last_event = p_event, last_actor_role = p_role,
        resolution = coalesce(p_resolution, ''), deadline_at = null, updated_at = p_now
    where id = p_case_id
    returning * into v_case;
    if v_case.paid_amount is not null then
        select currency into v_currency from private.escrow_transactions where id = v_case.escrow_id;
        perform ledger.post(
            array[row(v_transfer, 'case.claim', 'case', v_case.id, '', null, p_actor)::ledger.new_transfer],
            array[
                row(v_transfer, ledger.wallet_of(private.platform_party(), v_currency, 'losses'), 'available', -p_amount, null, null)::ledger.new_entry,
                row(v_transfer, ledger.wallet_of(v_case.raised_by, v_currency), 'available', p_amount, null, null)::ledger.new_entry
            ],
            p_now
        );
    end if;
    return jsonb_build_object('case_id', v_case.id, 'state', v_case.state);
end
$$;
comment on function private.close_case(uuid, text, public.escrow_role, uuid, text, numeric, timestamptz) is
'Upholds or dismisses a case; an upheld claim is paid from the loss account.';

-- Definer: service_role may give commands, not write the tables.
create function service.escrow_case_close(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb;
    v_case public.escrow_cases;
    v_escrow private.escrow_transactions;
    v_event text := command ->> 'event';
    v_amount numeric := (command ->> 'amount')::numeric;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select e.* into v_escrow from private.escrow_transactions as e
    inner join public.escrow_cases as c on e.id = c.escrow_id
    where c.id = (command ->> 'case_id')::uuid for no key update of e;
    select * into v_case from public.escrow_cases where id = (command ->> 'case_id')::uuid for no key update;
    v_answer := private.begin_operator_command(
        'case_close', command, array[v_escrow.payer_id, v_escrow.payee_id], v_escrow.currency, v_amount
    );
    if v_answer is not null then
        return v_answer;
    elsif v_case.id is null then
        raise sqlstate 'PT404' using message = 'case_not_found', detail = 'No such case.';
    elsif v_event is null or v_event not in ('uphold', 'dismiss') or v_case.state <> 'review'
        -- How a reversal ends is the rail's word: it moves money.
        or v_case.kind = 'rail_reversal' then
        perform private.refuse('illegal_move');
    elsif v_amount is not null and not (v_amount between 0 and v_escrow.amount and private.fits(v_amount, v_escrow.currency)) then
        raise sqlstate 'PT422' using message = 'bad_amount', detail = 'Between nothing and the amount of the escrow.';
    end if;
    return private.finish_command(command, private.close_case(
        v_case.id, v_event, 'operator', (command ->> 'actor_id')::uuid, command ->> 'resolution', v_amount, private.clock()
    ), private.clock());
end
$$;
comment on function service.escrow_case_close(service.command) is
'Operator command: uphold or dismiss {case_id, event, amount, resolution, actor_id, aal, idempotency_key, request_hash}. Raises case_not_found (404), not_your_move (403), illegal_move, claims_exceed_escrow (409), bad_amount (422).';

-- Definer: timers have no user.
create function service.escrow_cases_expire(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_case record;
    v_closed integer := 0;
begin
    for v_case in
        select id from public.escrow_cases
        where state = 'review' and deadline_at <= v_now
            and private.later_by_outages(created_at, deadline_at) <= v_now
            and not private.sweep_is_late(v_now) and not private.is_put_off('case', id::text, v_now)
        order by deadline_at limit max_rows for no key update skip locked
    loop
        begin
            perform private.close_case(v_case.id, 'timeout_dismiss', 'timer', null, 'not upheld in time', null, v_now);
            perform private.went_through('case', v_case.id::text);
            v_closed := v_closed + 1;
        exception when others then
            perform private.put_off('case', v_case.id::text, sqlerrm, v_now);
        end;
    end loop;
    return v_closed;
end
$$;
comment on function service.escrow_cases_expire(integer) is 'Dismisses cases whose review time is over, later by our own outages; returns how many.';
