-- What two operators may decide about a debt: to write it off, or to let other money leave beside it.

insert into private.refusals (code, status, detail, hint) values
('receivable_not_found', 404, 'No such debt.', 'Read receivables.'),
('more_than_owed', 409, 'No more is written off, or lifted, than is still owed.', 'Read receivables again.'),
('bad_end', 422, 'A debt is lifted until a time to come, 31 days ahead at most.', '');
insert into public.operator_commands (kind, function_name, title) values
('write_off', 'receivable_write_off', 'give up what a party owes'),
('lift', 'receivable_lift', 'let money in another currency leave beside a debt');
-- Whom to spare is never the word of one.
insert into public.operator_limits (kind, currency, above) values ('write_off', null, 0), ('lift', null, 0);

create function private.lock_debt(p_id uuid) returns public.receivables
language plpgsql volatile set search_path = ''
as $$
declare
    v_debt public.receivables;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_debt from public.receivables as r where r.id = p_id;
    -- The wallet before the debt, as whoever sets off.
    perform from public.wallets as w
    where w.party_id = v_debt.party_id and w.currency = v_debt.currency and w.type = 'spot' for no key update;
    select * into v_debt from public.receivables as r where r.id = p_id for no key update;
    return v_debt;
end
$$;
comment on function private.lock_debt(uuid) is 'A debt under its lock and that of the wallet that owes it; nothing when there is none.';

create function private.check_debt(p_debt public.receivables, p_reason text) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if p_debt.id is null then
        perform private.refuse('receivable_not_found');
    elsif not private.has_words(p_reason) or length(p_reason) > 500 then
        perform private.refuse('reason_required');
    elsif private.still_owed(p_debt) <= 0 then
        perform private.refuse('more_than_owed');
    end if;
end
$$;
comment on function private.check_debt(public.receivables, text) is
'What every decision about a debt needs. Raises receivable_not_found (404), more_than_owed (409), reason_required (422).';

create function private.finish_receivable_command(
    command jsonb, p_event text, p_debt public.receivables, p_now timestamptz
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_data jsonb := jsonb_build_object(
        'receivable_id', p_debt.id, 'currency', p_debt.currency,
        'written_off_amount', trim_scale(p_debt.written_off_amount)::text,
        'owed', trim_scale(private.still_owed(p_debt))::text, 'lifted_until', p_debt.lifted_until
    );
begin
    perform private.emit_event(
        'receivable.' || p_event, 'receivable', p_debt.id, (extract(epoch from p_now) * 1000000)::bigint,
        array[p_debt.party_id], v_data, p_now
    );
    return private.finish_command(command, v_data, p_now);
end
$$;
comment on function private.finish_receivable_command(jsonb, text, public.receivables, timestamptz) is
'Tells the party what was decided about its debt, and answers {receivable_id, currency, written_off_amount, owed, lifted_until}.';

-- Definer: service_role may give the command, not write the tables.
create function service.receivable_write_off(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_debt public.receivables := private.lock_debt((command ->> 'receivable_id')::uuid);
    v_amount numeric := (command ->> 'amount')::numeric;
    v_answer jsonb;
    v_now timestamptz;
    v_transfer uuid;
    v_platform uuid := private.platform_party();
begin
    v_answer := private.begin_operator_command('write_off', command, array[v_debt.party_id], v_debt.currency, v_amount);
    if v_answer is not null then
        return v_answer;
    end if;
    perform private.check_debt(v_debt, command ->> 'reason');
    if not coalesce(v_amount > 0 and private.fits(v_amount, v_debt.currency), false) then
        raise sqlstate 'PT422' using
            message = 'bad_amount', detail = 'Above zero, with no more decimals than the currency of the debt has.';
    elsif v_amount > private.still_owed(v_debt) then
        perform private.refuse('more_than_owed');
    end if;
    v_now := private.clock();
    v_transfer := private.uuid_v7(v_now);
    perform ledger.post(
        array[row(
            v_transfer, 'debt.write_off', 'receivable', v_debt.id, command ->> 'reason', null, (command ->> 'actor_id')::uuid
        )::ledger.new_transfer],
        array[
            row(
                v_transfer, ledger.wallet_of(v_platform, v_debt.currency, 'losses'), 'available', -v_amount, null, null
            )::ledger.new_entry,
            row(
                v_transfer, ledger.wallet_of(v_platform, v_debt.currency, 'receivables'), 'available', v_amount, null, null
            )::ledger.new_entry
        ],
        v_now
    );
    update public.receivables set written_off_amount = written_off_amount + v_amount, updated_at = v_now
    where id = v_debt.id
    returning * into v_debt;
    return private.finish_receivable_command(command, 'write_off', v_debt, v_now);
end
$$;
comment on function service.receivable_write_off(service.command) is
'Operator command: an amount of a debt is owed no more, and booked to losses {receivable_id, amount, reason, actor_id, aal, idempotency_key, request_hash} -> {receivable_id, currency, written_off_amount, owed, lifted_until, replayed}. Raises receivable_not_found (404), not_your_move (403), more_than_owed (409), bad_amount, reason_required (422).';

-- Definer: as above.
create function service.receivable_lift(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_debt public.receivables := private.lock_debt((command ->> 'receivable_id')::uuid);
    v_until timestamptz := (command ->> 'until')::timestamptz;
    v_answer jsonb;
    v_now timestamptz;
begin
    v_answer := private.begin_operator_command(
        'lift', command, array[v_debt.party_id], v_debt.currency, private.still_owed(v_debt)
    );
    if v_answer is not null then
        return v_answer;
    end if;
    perform private.check_debt(v_debt, command ->> 'reason');
    v_now := private.clock();
    if not coalesce(v_until > v_now and v_until <= v_now + interval '31 days', false) then
        perform private.refuse('bad_end');
    end if;
    update public.receivables set lifted_until = v_until, updated_at = v_now where id = v_debt.id
    returning * into v_debt;
    return private.finish_receivable_command(command, 'lift', v_debt, v_now);
end
$$;
comment on function service.receivable_lift(service.command) is
'Operator command: until a time a debt keeps no money in other currencies {receivable_id, until, reason, actor_id, aal, idempotency_key, request_hash} -> {receivable_id, currency, written_off_amount, owed, lifted_until, replayed}. It is owed all the same, and set off in its own currency. Raises receivable_not_found (404), not_your_move (403), more_than_owed (409), bad_end, reason_required (422).';
