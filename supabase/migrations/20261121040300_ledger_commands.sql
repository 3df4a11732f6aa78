-- Operator commands: money in, money out, and undoing a transfer.

-- What the outside world calls a transfer that a person booked: the same bank transfer is one.
create table public.outside_transfers (
    transfer_id uuid primary key,
    kind text not null check (kind in ('deposit', 'withdrawal')),
    currency text not null references public.currencies (code) on delete restrict,
    reference text not null check (length(reference) between 1 and 140),
    reference_key text not null check (length(reference_key) between 1 and 560),
    undone_at timestamptz,
    created_at timestamptz not null
);
alter table public.outside_transfers enable row level security;
create index outside_transfers_currency_idx on public.outside_transfers (currency);
create unique index outside_transfers_once_idx on public.outside_transfers (kind, currency, reference_key)
where undone_at is null;
select private.make_audited('public.outside_transfers', 'transfer_id');
comment on table public.outside_transfers is
'Outside transfers that operators booked as deposits and withdrawals: each once, unless what booked it was undone.';
comment on column public.outside_transfers.transfer_id is 'Transfer that booked it.';
comment on column public.outside_transfers.kind is 'Whether money came in or went out.';
comment on column public.outside_transfers.currency is 'Currency it was booked in.';
comment on column public.outside_transfers.reference is 'As the bank or the rail calls it, as it was typed.';
comment on column public.outside_transfers.reference_key is
'The same without spaces, signs, case and forms of letters; unique per kind and currency.';
comment on column public.outside_transfers.undone_at is 'When the booking was undone: then it may be booked again; null: it stands.';
comment on column public.outside_transfers.created_at is 'When it was booked.';

create function private.tg_outside_transfers__keep() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'DELETE' or old.undone_at is not null
        or (new.transfer_id, new.kind, new.currency, new.reference, new.reference_key, new.created_at)
        is distinct from (old.transfer_id, old.kind, old.currency, old.reference, old.reference_key, old.created_at) then
        raise sqlstate 'PT403' using
            message = 'append_only', detail = 'A booked reference stays; only its undoing is added, once.';
    end if;
    return new;
end
$$;
comment on function private.tg_outside_transfers__keep() is 'What was booked under which reference never changes.';
create trigger _000_keep before update or delete on public.outside_transfers
for each row execute function private.tg_outside_transfers__keep();

create function private.reference_key(p_reference text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return upper(regexp_replace(normalize(p_reference, nfkc), '[^[:alnum:]]', '', 'g'));
end
$$;
comment on function private.reference_key(text) is
'A reference without what people type differently: NFKC, upper case, letters and digits only.';

create function ledger.book_reference(
    p_transfer_id uuid, p_kind text, p_currency text, p_reference text, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_key text := private.reference_key(p_reference);
begin
    if coalesce(v_key, '') = '' then
        perform private.refuse('reference_required');
    elsif length(p_reference) > 140 then
        perform private.refuse('reference_too_long');
    end if;
    insert into public.outside_transfers (transfer_id, kind, currency, reference, reference_key, created_at)
    values (p_transfer_id, p_kind, p_currency, p_reference, v_key, p_now)
    on conflict do nothing;
    if not found then
        perform private.refuse('reference_used');
    end if;
end
$$;
comment on function ledger.book_reference(uuid, text, text, text, timestamptz) is
'Keeps under which outside reference money was booked. Raises reference_required, reference_too_long (422), reference_used (409).';

create function ledger.move_external(
    p_kind text, p_party_id uuid, p_currency text, p_amount numeric, p_memo text, p_actor uuid, p_reference text
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
    perform private.check_text('prose', p_memo, 'memo');
    if length(p_memo) > 500 then
        raise sqlstate 'PT422' using message = 'memo_too_long', detail = 'A memo has at most 500 characters.';
    end if;
    if not exists (select from public.parties where id = p_party_id and kind <> 'external') then
        raise sqlstate 'PT404' using message = 'party_not_found', detail = 'No such party.';
    end if;
    perform ledger.book_reference(v_transfer, p_kind, p_currency, p_reference, v_now);
    v_inside := ledger.wallet_of(p_party_id, p_currency);
    v_outside := ledger.wallet_of(private.external_party(), p_currency, 'clearing');
    if p_kind = 'withdrawal' then
        perform private.assert_no_debt(p_party_id, p_currency, p_amount, v_now);
    end if;
    perform ledger.post(
        array[row(v_transfer, p_kind, 'external', null, p_memo, null, p_actor)::ledger.new_transfer],
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
comment on function ledger.move_external(text, uuid, text, numeric, text, uuid, text) is
'Deposit or withdrawal of a party against the outside world, under the outside world''s own reference. Raises bad_amount, reference_required (422), party_not_found (404), reference_used, insufficient_funds, debt_open (409).';

-- Definer: service_role may run the command, not write the tables.
create function service.ledger_move_external(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_kind text := command ->> 'kind';
    v_answer jsonb;
begin
    if v_kind is null or v_kind not in ('deposit', 'withdrawal') then
        raise sqlstate 'PT422' using message = 'bad_kind', detail = 'kind is deposit or withdrawal.';
    end if;
    v_answer := private.begin_operator_command(
        v_kind, command, array[(command ->> 'party_id')::uuid], command ->> 'currency', (command ->> 'amount')::numeric
    );
    if v_answer is not null then
        return v_answer;
    end if;
    v_answer := jsonb_build_object('transfer_id', ledger.move_external(
        v_kind, (command ->> 'party_id')::uuid, command ->> 'currency', (command ->> 'amount')::numeric,
        coalesce(command ->> 'memo', ''), (command ->> 'actor_id')::uuid, command ->> 'reference'
    ));
    -- Of a party that there is.
    if v_kind = 'withdrawal' then
        perform private.ask(command, (command ->> 'party_id')::uuid, 'withdrawal');
    end if;
    return private.finish_command(command, v_answer, private.clock());
end
$$;
comment on function service.ledger_move_external(service.command) is
'Operator command: deposit or withdrawal {kind, party_id, currency, amount, reference, memo, actor_id, aal, idempotency_key, request_hash} -> {transfer_id, replayed}, or the request that waits for a second operator.';

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
    select kind into v_kind from private.ledger_transfers where id = p_transfer_id;
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
    update public.outside_transfers set undone_at = v_now where transfer_id = p_transfer_id;
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
create function service.ledger_reverse(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_answer jsonb;
    v_parties uuid[];
    v_currency text;
    v_amount numeric;
begin
    select array_agg(distinct w.party_id), max(e.currency), max(abs(e.amount)) into v_parties, v_currency, v_amount
    from public.ledger_entries as e
    inner join public.wallets as w on e.wallet_id = w.id
    where e.transfer_id = (command ->> 'transfer_id')::uuid;
    v_answer := private.begin_operator_command('reversal', command, v_parties, v_currency, v_amount);
    if v_answer is not null then
        return v_answer;
    end if;
    if not private.has_words(command ->> 'reason') then
        raise sqlstate 'PT422' using message = 'reason_required', detail = 'A reversal says why.';
    end if;
    v_answer := jsonb_build_object('transfer_id', ledger.reverse(
        (command ->> 'transfer_id')::uuid, command ->> 'reason', (command ->> 'actor_id')::uuid
    ));
    return private.finish_command(command, v_answer, private.clock());
end
$$;
comment on function service.ledger_reverse(service.command) is
'Operator command: {transfer_id, reason, actor_id, aal, idempotency_key, request_hash} -> {transfer_id of the reversal, replayed}, or the request that waits for a second operator.';

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
