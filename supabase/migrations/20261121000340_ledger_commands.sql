-- Operator commands: money in, money out, and undoing a transfer.

-- Common entry of operator commands: who asks must be an operator; a repeated
-- key gets its stored answer. Returns that answer, or null to go on.
create function private.begin_operator_command(command jsonb) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_actor uuid := (command ->> 'actor_id')::uuid;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    if v_actor is null or not private.is_staff(v_actor, 'operator') then
        raise sqlstate 'PT403' using message = 'operator_only', detail = 'Only an operator may do this.';
    end if;
    if command ->> 'aal' is distinct from 'aal2' then
        raise sqlstate 'PT403' using
            message = 'step_up_required', detail = 'This command needs a second factor.',
            hint = 'Sign in again with your second factor (aal2).';
    end if;
    perform private.command_actor(command);
    -- Twins of one key take turns; the second finds the first one's answer.
    perform pg_advisory_xact_lock(hashtextextended(v_actor::text || (command ->> 'idempotency_key'), 0));
    return private.command_answer(command);
end
$$;
comment on function private.begin_operator_command(jsonb) is
'Checks operator, second factor and key of a command. Raises operator_only, step_up_required (403), idempotency_key_reused (409), idempotency_key_required (422).';

create function ledger.move_external(
    p_kind text, p_party_id uuid, p_currency text, p_amount numeric, p_memo text, p_actor uuid, p_reference uuid
) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_transfer uuid := private.uuid_v7(v_now);
    v_inside uuid;
    v_outside uuid;
    v_signed numeric := case p_kind when 'deposit' then p_amount else -p_amount end;
begin
    if p_amount is null or p_amount <= 0 or not private.fits(p_amount, p_currency) then
        raise sqlstate 'PT422' using
            message = 'bad_amount',
            detail = 'The amount must be above zero, in a known currency, with no more decimals than it has.';
    end if;
    if length(p_memo) > 500 then
        raise sqlstate 'PT422' using message = 'memo_too_long', detail = 'A memo has at most 500 characters.';
    end if;
    if not exists (select from public.parties where id = p_party_id and kind <> 'external') then
        raise sqlstate 'PT404' using message = 'party_not_found', detail = 'No such party.';
    end if;
    v_inside := ledger.wallet_of(p_party_id, p_currency);
    v_outside := ledger.wallet_of(private.external_party(), p_currency, 'clearing');
    perform ledger.post(
        array[row(v_transfer, p_kind, 'external', p_reference, p_memo, null, p_actor)::ledger.new_transfer],
        array[
            row(v_transfer, v_inside, 'available', v_signed, null, null)::ledger.new_entry,
            row(v_transfer, v_outside, 'available', -v_signed, null, null)::ledger.new_entry
        ],
        v_now
    );
    perform private.emit_event(
        'ledger.' || p_kind, 'wallet', v_inside, (select seq from public.wallets where id = v_inside),
        array[p_party_id],
        jsonb_build_object(
            'transfer_id', v_transfer, 'party_id', p_party_id, 'currency', p_currency,
            'amount', trim_scale(p_amount)::text
        ),
        v_now
    );
    return v_transfer;
end
$$;
comment on function ledger.move_external(text, uuid, text, numeric, text, uuid, uuid) is
'Deposit or withdrawal of a party against the outside world. Raises bad_amount (422), party_not_found (404), insufficient_funds (409).';

-- Definer: service_role may run the command, not write the tables.
create function service.ledger_move_external(command jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_answer jsonb := private.begin_operator_command(command);
    v_kind text := command ->> 'kind';
begin
    if v_answer is not null then
        return v_answer;
    end if;
    if v_kind is null or v_kind not in ('deposit', 'withdrawal') then
        raise sqlstate 'PT422' using message = 'bad_kind', detail = 'kind is deposit or withdrawal.';
    end if;
    v_answer := jsonb_build_object('transfer_id', ledger.move_external(
        v_kind, (command ->> 'party_id')::uuid, command ->> 'currency', (command ->> 'amount')::numeric,
        coalesce(command ->> 'memo', ''), (command ->> 'actor_id')::uuid, null
    ));
    return private.finish_command(command, v_answer, private.clock());
end
$$;
comment on function service.ledger_move_external(jsonb) is
'Operator command: deposit or withdrawal {kind, party_id, currency, amount, memo, actor_id, aal, idempotency_key, request_hash} -> {transfer_id, replayed}.';

-- Only money that came from or went outside is undone here: what an escrow
-- moved is settled by its own rules, never behind its back.
create function ledger.reverse(p_transfer_id uuid, p_reason text, p_actor uuid) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_reversal uuid := private.uuid_v7(v_now);
    v_kind text;
begin
    select kind into v_kind from public.ledger_transfers where id = p_transfer_id;
    if not found then
        raise sqlstate 'PT404' using message = 'transfer_not_found', detail = 'No such transfer.';
    end if;
    if v_kind not in ('deposit', 'withdrawal') then
        raise sqlstate 'PT409' using
            message = 'not_reversible', detail = 'Only deposits and withdrawals are reversed; escrows settle by their own moves.';
    end if;
    insert into public.ledger_reversals (transfer_id, reversal_id, reason, created_at)
    values (p_transfer_id, v_reversal, p_reason, v_now)
    on conflict (transfer_id) do nothing;
    if not found then
        raise sqlstate 'PT409' using message = 'already_reversed', detail = 'This transfer was undone before.';
    end if;
    perform ledger.post(
        array[row(v_reversal, 'reversal', 'transfer', p_transfer_id, p_reason, p_transfer_id, p_actor)::ledger.new_transfer],
        (
            select array_agg(row(v_reversal, wallet_id, bucket, -amount, hold_id, null)::ledger.new_entry order by id)
            from public.ledger_entries where transfer_id = p_transfer_id
        ),
        v_now
    );
    return v_reversal;
end
$$;
comment on function ledger.reverse(uuid, text, uuid) is
'Undoes a deposit or withdrawal with a new transfer. Raises transfer_not_found (404), not_reversible, already_reversed, insufficient_funds (409).';

-- Definer: service_role may run the command, not write the tables.
create function service.ledger_reverse(command jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_answer jsonb := private.begin_operator_command(command);
begin
    if v_answer is not null then
        return v_answer;
    end if;
    if coalesce(command ->> 'reason', '') = '' then
        raise sqlstate 'PT422' using message = 'reason_required', detail = 'A reversal says why.';
    end if;
    v_answer := jsonb_build_object('transfer_id', ledger.reverse(
        (command ->> 'transfer_id')::uuid, command ->> 'reason', (command ->> 'actor_id')::uuid
    ));
    return private.finish_command(command, v_answer, private.clock());
end
$$;
comment on function service.ledger_reverse(jsonb) is
'Operator command: {transfer_id, reason, actor_id, aal, idempotency_key, request_hash} -> {transfer_id of the reversal, replayed}.';

-- Definer: service_role holds no right on the ledger schema.
create function service.ledger_rollup() returns integer
language sql volatile security definer set search_path = ''
as $$ select ledger.rollup() $$;
comment on function service.ledger_rollup() is 'Scheduled: see ledger.rollup().';

-- Definer: service_role holds no right on the ledger schema.
create function service.ledger_verify(recent interval default null) returns table (
    problem text, subject text, detail text
)
language sql stable security definer set search_path = ''
as $$ select * from ledger.verify(private.clock() - recent) $$;
comment on function service.ledger_verify(interval) is
'Scheduled: see ledger.verify(), of the entries of the given time up to now, or of all.';
