-- The one path by which an escrow moves: lock, validate, post, update. One
-- decision and a thousand take the same statements.

create function private.escrow_after(p_move private.escrow_move, p_now timestamptz) returns private.escrow_transactions
language plpgsql volatile set search_path = ''
as $$
declare
    v_decision private.escrow_decision := p_move.decision;
    v_edge private.state_edges := p_move.edge;
    v_old private.escrow_transactions := p_move.escrow;
    v_new private.escrow_transactions := p_move.escrow;
    v_paused interval := '0';
begin
    if v_old.frozen_at is not null or v_decision.event = 'freeze' then
        v_new.frozen_at := private.frozen_after(
            v_old, v_decision.event, v_decision.payload,
            private.is_terminal(v_edge.to_state::public.escrow_state), p_now
        );
        if v_new.frozen_at is null then
            v_paused := p_now - v_old.frozen_at;
        end if;
    end if;
    if v_decision.event = 'outage_credit' then
        select private.time_lost(v_old, o) into v_paused
        from public.outages as o where o.id = (v_decision.payload ->> 'outage_id')::uuid;
    end if;
    -- The rail holds no longer for it.
    v_paused := least(v_paused, v_old.rail_hold_until - v_old.expires_at);
    v_new.state := v_edge.to_state::public.escrow_state;
    v_new.phase := v_edge.to_phase::public.escrow_phase;
    v_new.version := v_old.version + 1;
    v_new.last_event := v_decision.event;
    v_new.last_actor_role := v_edge.actor::public.escrow_role;
    v_new.last_actor_id := v_decision.actor_id;
    v_new.last_payload := v_decision.payload;
    v_new.updated_at := p_now;
    v_new.deadline_at := coalesce(v_decision.deadline_at, v_old.deadline_at + v_paused);
    v_new.expires_at := coalesce(v_decision.expires_at, v_old.expires_at + v_paused);
    v_new.performed_at := v_old.performed_at + v_paused;
    if v_new.state in ('released', 'refunded', 'split', 'void') then
        v_new.deadline_at := null;
        v_new.expires_at := null;
        v_new.completed_at := p_now;
    end if;
    if v_edge.settles is not null then
        v_new.payer_amount := v_decision.payer_amount;
        v_new.payee_amount := v_decision.payee_amount;
        v_new.fee_amount := v_decision.fee_amount;
        v_new.claim_until := p_now + p_move.claim_within;
    end if;
    case v_decision.event
        when 'perform' then
            v_new.performed_at := p_now;
        when 'request_revision' then
            v_new.performed_at := null;
            v_new.revision_count := v_old.revision_count + 1;
        when 'sign', 'countersign' then
            v_new.signed_by := v_old.signed_by || v_edge.actor::public.escrow_role;
        when 'rail_take', 'rail_dispute' then
            if v_old.state <> 'funding_exception' then
                v_new.amount := v_old.amount - (v_decision.payload ->> 'amount')::numeric;
                v_new.taken_amount := coalesce(v_old.taken_amount, 0) + (v_decision.payload ->> 'amount')::numeric;
            end if;
        when 'rail_restore' then
            v_new.amount := v_old.amount + (v_decision.payload ->> 'amount')::numeric;
            v_new.taken_amount := nullif(v_old.taken_amount - (v_decision.payload ->> 'amount')::numeric, 0);
        when 'funds_confirmed', 'top_up' then
            v_new.rail_hold_until := private.rail_hold_until(
                v_old.rail, coalesce((v_decision.payload ->> 'provider_time')::timestamptz, p_now)
            );
        when 'accept_partial' then
            v_new.rail_hold_until := private.rail_hold_until(v_old.rail, v_old.updated_at);
            -- What both agreed to is what is held by now.
            select amount into strict v_new.amount from public.ledger_holds
            where reference_id = v_old.id and purpose = 'escrow' and amount > 0;
        else
            null;
    end case;
    -- Custody must outlive every deadline (I8).
    if v_new.expires_at > v_new.rail_hold_until then
        v_new.expires_at := v_new.rail_hold_until;
        v_new.deadline_at := least(v_new.deadline_at, v_new.expires_at);
    end if;
    return v_new;
end
$$;
comment on function private.escrow_after(private.escrow_move, timestamptz) is
'The row of an escrow after a valid move whose money is posted.';

create function private.escrow_answer(p_escrow private.escrow_transactions) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'escrow_id', p_escrow.id, 'event', p_escrow.last_event, 'version', p_escrow.version,
        'state', p_escrow.state, 'phase', p_escrow.phase,
        'deadline_at', p_escrow.deadline_at, 'expires_at', p_escrow.expires_at,
        'frozen', p_escrow.frozen_at is not null,
        'payer_amount', trim_scale(p_escrow.payer_amount)::text,
        'payee_amount', trim_scale(p_escrow.payee_amount)::text,
        'fee_amount', trim_scale(p_escrow.fee_amount)::text
    );
end
$$;
comment on function private.escrow_answer(private.escrow_transactions) is 'Answer of an escrow command.';

create function private.escrow_apply(p_decisions private.escrow_decision[]) returns table (
    escrow_id uuid, refusal text, answer jsonb
)
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz;
    v_decision private.escrow_decision;
    v_escrow private.escrow_transactions;
    v_moves private.escrow_move [];
    v_move private.escrow_move;
    v_after private.escrow_transactions[];
    v_settles boolean := false;
    v_funds boolean := false;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    if cardinality(p_decisions) > 1 then
        perform from private.escrow_transactions as e
        where e.id in (select d.escrow_id from unnest(p_decisions) as d)
        order by e.id
        for no key update;
    end if;
    foreach v_decision in array p_decisions loop
        select * into v_escrow from private.escrow_transactions as e
        where e.id = v_decision.escrow_id
        for no key update;
        v_now := private.clock();
        v_move := private.escrow_validate(v_decision, v_escrow, v_now);
        v_moves := v_moves || v_move;
        v_settles := v_settles or (v_move.edge).settles is not null;
        v_funds := v_funds or private.is_funding((v_move.decision).event);
    end loop;
    if v_settles then
        v_moves := private.escrow_ends(v_moves);
    end if;
    if v_settles or v_funds then
        perform private.escrow_post(v_moves, v_now);
    end if;

    for i in 1..cardinality(v_moves) loop
        continue when (v_moves[i].edge).event is null;
        v_move := v_moves[i];
        v_escrow := private.escrow_after(v_move, v_now);
        v_after := v_after || v_escrow;
        v_move.stored := private.escrow_answer(v_escrow);
        if (v_move.decision).idempotency_key is not null then
            insert into private.idempotency_keys (actor_id, key, request_hash, answer, created_at)
            values (
                v_move.key_owner, (v_move.decision).idempotency_key, (v_move.decision).request_hash, v_move.stored, v_now
            );
        end if;
        v_moves[i] := v_move;
    end loop;
    -- One statement for all, so that a sweep pays once for what a statement costs.
    update private.escrow_transactions as e set
        state = n.state, phase = n.phase, version = n.version, amount = n.amount, taken_amount = n.taken_amount,
        deadline_at = n.deadline_at, expires_at = n.expires_at, performed_at = n.performed_at,
        revision_count = n.revision_count, signed_by = n.signed_by,
        frozen_at = n.frozen_at, rail_hold_until = n.rail_hold_until,
        payer_amount = n.payer_amount, payee_amount = n.payee_amount, fee_amount = n.fee_amount,
        completed_at = n.completed_at, claim_until = n.claim_until,
        last_event = n.last_event, last_actor_role = n.last_actor_role, last_actor_id = n.last_actor_id,
        last_payload = n.last_payload, updated_at = n.updated_at
    from unnest(v_after) as n
    where e.id = n.id;

    foreach v_move in array v_moves loop
        escrow_id := (v_move.decision).escrow_id;
        refusal := v_move.refusal;
        answer := v_move.stored || jsonb_build_object('replayed', (v_move.edge).event is null);
        return next;
    end loop;
end
$$;
comment on function private.escrow_apply(private.escrow_decision[]) is
'Laws 2 and 3: locks the escrows in id order, validates each decision, posts, moves, records. One row per decision: a refusal code, or the answer.';

create function private.hold_escrows(
    p_escrows uuid[], p_kind text, p_reference text, p_reason text
) returns uuid[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_decisions private.escrow_decision[];
begin
    -- In the order of their ids, as every command.
    perform from private.escrow_transactions as e where e.id = any (p_escrows) order by e.id for no key update;
    -- Locked, they stay as they are read now: no decision comes too late.
    select array_agg(jsonb_populate_record(null::private.escrow_decision, jsonb_build_object(
        'escrow_id', e.id, 'expected_version', e.version, 'event', 'freeze', 'actor_kind', 'system',
        'payload', jsonb_build_object('kind', p_kind, 'reference', p_reference, 'reason', p_reason)
    )) order by e.id)
    into v_decisions
    from private.escrow_transactions as e where e.id = any (p_escrows) and e.completed_at is null;
    if v_decisions is null then
        return '{}';
    end if;
    return array(select a.escrow_id from private.escrow_apply(v_decisions) as a where a.refusal is null);
end
$$;
comment on function private.hold_escrows(uuid[], text, text, text) is
'The system opens a reason of a kind of its own on live escrows; those that it now holds. Where the same reason is open, nothing happens.';

create function private.lift_holds(p_holds uuid[]) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_hold record;
    v_refusal text;
    v_lifted integer := 0;
begin
    -- In the order of their ids, as every command.
    perform from private.escrow_transactions as e
    where e.id in (select h.escrow_id from public.escrow_holds as h where h.id = any (p_holds))
    order by e.id for no key update;
    for v_hold in
        select h.id, h.escrow_id from public.escrow_holds as h
        where h.id = any (p_holds) and h.closed_at is null order by h.escrow_id, h.id
    loop
        -- An escrow may have several: each move finds the version that the one before has made.
        select a.refusal into v_refusal from private.escrow_apply(array[jsonb_populate_record(
            null::private.escrow_decision, jsonb_build_object(
                'escrow_id', v_hold.escrow_id, 'event', 'unfreeze', 'actor_kind', 'system',
                'expected_version', (select e.version from private.escrow_transactions as e where e.id = v_hold.escrow_id),
                'payload', jsonb_build_object('hold_id', v_hold.id)
            )
        )]) as a;
        if v_refusal is not null then
            perform private.refuse(v_refusal);
        end if;
        v_lifted := v_lifted + 1;
    end loop;
    return v_lifted;
end
$$;
comment on function private.lift_holds(uuid[]) is
'The system closes reasons that it opened; how many. Raises not_your_move (403) for one of another owner.';

-- Definer: service_role may give commands, not write the tables.
create function service.escrow_commit(decision service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_result record;
begin
    perform set_config('holdfast.actor_id', coalesce(decision ->> 'actor_id', ''), true);
    select a.refusal, a.answer into v_result
    from private.escrow_apply(array[jsonb_populate_record(null::private.escrow_decision, decision)]) as a;
    if v_result.refusal is not null then
        perform private.refuse(v_result.refusal);
    end if;
    return v_result.answer;
end
$$;
comment on function service.escrow_commit(service.command) is
'Commits one decision (see private.escrow_decision) and returns the escrow after it; a repeated key returns the stored answer with replayed: true. Raises the codes of private.refusals.';

-- Definer: as escrow_commit.
create function service.escrow_commit_many(decisions service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    perform set_config('holdfast.actor_id', '', true);
    if jsonb_typeof(decisions) is distinct from 'array' then
        raise sqlstate 'PT422' using message = 'bad_decisions', detail = 'A list of decisions is needed.';
    elsif decisions = '[]' then
        return decisions;
    end if;
    return (
        select coalesce(jsonb_agg(
            jsonb_build_object('escrow_id', a.escrow_id, 'refusal', a.refusal, 'answer', a.answer)
        ), '[]')
        from private.escrow_apply(
            (
                select array_agg(jsonb_populate_record(null::private.escrow_decision, d))
                from (select distinct on ((d ->> 'escrow_id')::uuid) d from jsonb_array_elements(decisions) as d) as each
            )
        ) as a
    );
end
$$;
comment on function service.escrow_commit_many(service.command) is
'Commits many decisions of timers in one transaction, one per escrow; losers of a race come back with their refusal, the rest is done.';

create type private.escrow_command_context as (
    answer jsonb,
    actor_id uuid,
    now timestamptz,
    escrow private.escrow_transactions
);
comment on type private.escrow_command_context is
'A command beside the moves that has begun: the stored answer of a repeated key, or who commands, when, and the locked escrow.';

create function private.begin_escrow_command(command jsonb, p_act text) returns private.escrow_command_context
language plpgsql volatile set search_path = ''
as $$
declare
    v_context private.escrow_command_context;
    v_escrow private.escrow_transactions;
begin
    v_context.actor_id := private.command_actor(command);
    select * into v_escrow from private.escrow_transactions
    where id = (command ->> 'escrow_id')::uuid for no key update;
    if not found then
        perform private.refuse('escrow_not_found');
    end if;
    v_context.escrow := v_escrow;
    v_context.answer := private.command_answer(command);
    if v_context.answer is null then
        perform private.ask(command, case
            when private.acts_for(v_context.actor_id, v_escrow.payee_id) then v_escrow.payee_id
            when private.acts_for(v_context.actor_id, v_escrow.payer_id) then v_escrow.payer_id
            else v_context.actor_id
        end, p_act);
    end if;
    v_context.now := private.clock();
    return v_context;
end
$$;
comment on function private.begin_escrow_command(jsonb, text) is
'Common entry of commands beside the moves of an escrow: key, escrow lock, whether the side may do the act. Raises escrow_not_found (404), idempotency_key_required (400) and what private.ask raises.';
