-- A party pays into its own wallet: an address for each currency and rail that it asks for.

insert into public.purposes (purpose, description) values
('wallet', 'The balance of a party.');
insert into private.hold_purposes (purpose, description) values
('unmatched_deposit', 'What came to an address of a party and nobody asked for; of the deposit.');
insert into private.refusals (code, status, detail, hint) values
('deposit_not_found', 404, 'No such deposit waits.', 'Read unmatched_deposits.'),
('wallet_not_found', 404, 'This wallet never asked where to pay.', '');

create table public.unmatched_deposits (
    id uuid primary key,
    party_id uuid not null references public.parties (id) on delete restrict,
    rail text not null references public.rails (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    reference text not null check (length(reference) between 1 and 255),
    outcome text check (outcome in ('taken', 'lost')),
    case_at timestamptz,
    created_at timestamptz not null,
    ended_at timestamptz,
    constraint unmatched_deposits_open_has_no_end check ((outcome is null) = (ended_at is null)),
    constraint unmatched_deposits_ended_has_no_time check (outcome is null or case_at is null)
);
alter table public.unmatched_deposits enable row level security;
create index unmatched_deposits_party_id_idx on public.unmatched_deposits (party_id, created_at desc);
create index unmatched_deposits_rail_idx on public.unmatched_deposits (rail);
create index unmatched_deposits_currency_idx on public.unmatched_deposits (currency);
create index unmatched_deposits_case_at_idx on public.unmatched_deposits (case_at) where case_at is not null;
select private.make_audited('public.unmatched_deposits');
create trigger _000_never_deleted before delete or truncate on public.unmatched_deposits
for each statement execute function private.tg__append_only();
comment on table public.unmatched_deposits is
'Deposits at an address of a party that nobody asked for: another currency than the address is for. They wait in suspense until the party takes them into its wallet.';
comment on column public.unmatched_deposits.id is 'The deposit, as private.report_id names its report; also the id of the hold.';
comment on column public.unmatched_deposits.party_id is 'Whose address it came to.';
comment on column public.unmatched_deposits.rail is 'How it came.';
comment on column public.unmatched_deposits.currency is 'What came.';
comment on column public.unmatched_deposits.amount is 'How much, in units of the currency.';
comment on column public.unmatched_deposits.reference is 'The rail''s name of it.';
comment on column public.unmatched_deposits.outcome is
'taken into the wallet; lost, the rail took it back. Null while it waits.';
comment on column public.unmatched_deposits.case_at is
'When operators are told that nobody took it: after 90 days, then every 30. Null once it has ended.';
comment on column public.unmatched_deposits.created_at is 'When it was credited, by the database clock.';
comment on column public.unmatched_deposits.ended_at is 'When it ended; null while it waits.';

create function private.tg_unmatched_deposits__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if old.outcome is not null
        or (to_jsonb(old) - '{outcome,case_at,ended_at}'::text[])
        is distinct from (to_jsonb(new) - '{outcome,case_at,ended_at}'::text[]) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What came in never changes; it only ends, once.';
    end if;
    return new;
end
$$;
comment on function private.tg_unmatched_deposits__guard() is 'Law 10 for what nobody asked for: only its end is written, once.';
create trigger _500_guard before update on public.unmatched_deposits
for each row execute function private.tg_unmatched_deposits__guard();

-- Definer: service_role may give commands, not write the tables.
create function service.wallet_deposit_begin(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_party uuid := coalesce((command ->> 'party_id')::uuid, v_actor);
    v_request public.deposit_requests;
    v_answer jsonb;
begin
    if not private.acts_for(v_actor, v_party) then
        perform private.refuse('not_your_move');
    end if;
    perform private.ask(command, v_party, 'wallet_deposit_begin');
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return jsonb_build_object('answer', v_answer);
    end if;
    v_request.purpose := 'wallet';
    v_request.reference_id := v_party;
    v_request.party_id := v_party;
    v_request.rail := private.known_rail(command ->> 'rail');
    v_request.currency := command ->> 'currency';
    v_request.requested_by := v_actor;
    v_request.created_at := private.clock();
    if not exists (
        select from public.rails as r
        inner join public.currencies as c on c.network_id = r.network_id
        where r.id = v_request.rail and r.has_deposit_addresses and c.code = v_request.currency and c.is_active
    ) then
        perform private.refuse('rail_currency');
    elsif not exists (
        select from public.deposit_requests as d
        where d.purpose = 'wallet' and d.reference_id = v_party and d.rail = v_request.rail
            and d.currency = v_request.currency
    ) then
        -- The row of the quota is the lock: of two at once the second counts the first.
        perform private.check_open('deposit_address', private.take_quota('deposit_address', v_party), (
            select count(*) from public.deposit_requests as d where d.purpose = 'wallet' and d.reference_id = v_party
        ));
    end if;
    return private.deposit_read(private.request_deposit(v_request, command ->> 'key_fingerprint'));
end
$$;
comment on function service.wallet_deposit_begin(service.command) is
'A party asks where to pay into its wallet {party_id, rail, currency, key_fingerprint, actor_id, idempotency_key, request_hash} -> private.deposit_read, or {answer} when the key was answered before. Raises not_your_move (403), no_such_rail, rail_currency, reference_required (422), quota_exceeded (429) and what private.ask raises.';

-- Definer: as above.
create function service.wallet_deposit_place(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_request public.deposit_requests;
    v_answer jsonb;
begin
    select * into v_request from public.deposit_requests as d
    where d.id = (command ->> 'request_id')::uuid and d.purpose = 'wallet' for no key update;
    if not found or not private.acts_for(v_actor, v_request.party_id) then
        perform private.refuse('not_your_move');
    end if;
    perform private.ask(command, v_request.party_id, 'wallet_deposit_place');
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    elsif num_nulls(command ->> 'address', command ->> 'chain_id', command ->> 'token') > 0 then
        perform private.refuse('reference_required');
    end if;
    v_request := private.place_deposit(v_request.id, command);
    return private.finish_command(command, jsonb_build_object(
        'request_id', v_request.id, 'party_id', v_request.party_id, 'rail', v_request.rail, 'currency', v_request.currency,
        'address', v_request.address, 'chain_id', (command ->> 'chain_id')::bigint, 'token', command ->> 'token',
        'min_amount', trim_scale(private.least_deposit(v_request))::text
    ), private.clock());
end
$$;
comment on function service.wallet_deposit_place(service.command) is
'Writes the address of a wallet''s deposits, once {request_id, address, chain_id, token, actor_id, idempotency_key, request_hash} -> {request_id, party_id, rail, currency, address, chain_id, token, min_amount: less counts only once an operator accepts it, replayed}. Raises not_your_move (403), reference_required (422), deposit_request_fixed (409).';

create function private.report_id(p_rail text, p_provider_event_id text) returns uuid
language plpgsql immutable set search_path = ''
as $$
begin
    return md5(p_rail || ':' || p_provider_event_id)::uuid;
end
$$;
comment on function private.report_id(text, text) is 'A report as a reference names it: MD5 of its rail and event.';

create function private.wallet_report_refusal(p_report jsonb, p_now timestamptz) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_rail public.rails;
    v_party uuid := (p_report ->> 'reference_id')::uuid;
    v_kind text := p_report ->> 'kind';
    v_amount numeric := (p_report ->> 'amount')::numeric;
begin
    select * into strict v_rail from public.rails as r where r.id = p_report ->> 'rail';
    if not exists (
        select from public.deposit_requests as d
        where d.purpose = 'wallet' and d.reference_id = v_party and d.rail = v_rail.id
    ) then
        perform private.refuse('wallet_not_found');
    elsif v_kind not in ('funds', 'reversal_lost') or (v_kind = 'reversal_lost' and not v_rail.takes_back) then
        return 'no_reversals';
    elsif not exists (
        select from public.currencies as c
        where c.code = p_report ->> 'currency' and c.network_id is not distinct from v_rail.network_id
    ) then
        return 'rail_currency';
    elsif (p_report ->> 'provider_time')::timestamptz > p_now + interval '1 hour' then
        return 'report_time';
    elsif v_amount > v_rail.max_amount or (v_kind = 'reversal_lost' and v_amount > coalesce((
        select sum(case r.kind when 'funds' then r.amount else -r.amount end) from public.rail_reports as r
        where r.purpose = 'wallet' and r.reference_id = v_party and r.rail = v_rail.id
            and r.currency = p_report ->> 'currency'
    ), 0)) then
        return 'report_too_large';
    end if;
    return null;
end
$$;
comment on function private.wallet_report_refusal(jsonb, timestamptz) is
'Why what a rail says of a wallet is not believed: what it takes back is at most what it brought. Null: it may be so. Raises wallet_not_found (404) for a wallet that never asked where to pay.';

create function private.is_asked_for(p_report public.rail_reports) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.deposit_requests as d
        where d.purpose = 'wallet' and d.reference_id = p_report.reference_id and d.rail = p_report.rail
            and d.currency = p_report.currency
    );
end
$$;
comment on function private.is_asked_for(public.rail_reports) is
'Whether the party of a wallet asked where to pay the currency that came.';

create function private.suspend_deposit(p_report public.rail_reports, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid := private.report_id(p_report.rail, p_report.provider_event_id);
    v_transfer uuid := private.uuid_v7(p_now);
begin
    insert into public.unmatched_deposits (id, party_id, rail, currency, amount, reference, case_at, created_at)
    values (
        v_id, p_report.reference_id, p_report.rail, p_report.currency, p_report.amount, p_report.reference,
        p_now + interval '90 days', p_now
    );
    perform ledger.post(
        array[row(v_transfer, 'wallet.suspense', 'wallet', p_report.reference_id, '', null, null)::ledger.new_transfer],
        array[
            row(
                v_transfer, ledger.wallet_of(private.external_party(), p_report.currency, 'clearing'), 'available',
                -p_report.amount, null, null
            )::ledger.new_entry,
            row(
                v_transfer, ledger.wallet_of(p_report.reference_id, p_report.currency), 'pending', p_report.amount, v_id,
                'unmatched_deposit'
            )::ledger.new_entry
        ],
        p_now
    );
    perform private.emit_event(
        'deposit.unmatched', 'deposit', v_id, 1, array[p_report.reference_id], jsonb_build_object(
            'rail', p_report.rail, 'currency', p_report.currency, 'amount', trim_scale(p_report.amount)::text,
            'reference', p_report.reference
        ), p_now
    );
end
$$;
comment on function private.suspend_deposit(public.rail_reports, timestamptz) is
'Money that nobody asked for waits in suspense of the party whose address it came to; the party is told.';

create function private.end_suspense(
    p_deposit public.unmatched_deposits, p_outcome text, p_actor uuid, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfer uuid := private.uuid_v7(p_now);
    v_wallet uuid := ledger.wallet_of(p_deposit.party_id, p_deposit.currency);
begin
    update public.unmatched_deposits set outcome = p_outcome, case_at = null, ended_at = p_now where id = p_deposit.id;
    perform ledger.post(
        array[row(
            v_transfer, 'wallet.suspense_' || p_outcome, 'wallet', p_deposit.party_id, '', null, p_actor
        )::ledger.new_transfer],
        array[
            row(v_transfer, v_wallet, 'pending', -p_deposit.amount, p_deposit.id, 'unmatched_deposit')::ledger.new_entry,
            case p_outcome
                when 'taken' then row(v_transfer, v_wallet, 'available', p_deposit.amount, null, null)::ledger.new_entry
                else row(
                    v_transfer, ledger.wallet_of(private.external_party(), p_deposit.currency, 'clearing'), 'available',
                    p_deposit.amount, null, null
                )::ledger.new_entry
            end
        ],
        p_now
    );
end
$$;
comment on function private.end_suspense(public.unmatched_deposits, text, uuid, timestamptz) is
'What waited in suspense is the party''s to spend (taken), or is gone (lost).';

-- Definer: as above.
create function service.unmatched_deposit_take(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_row public.unmatched_deposits;
    v_answer jsonb;
    v_now timestamptz;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_row from public.unmatched_deposits as u
    where u.id = (command ->> 'deposit_id')::uuid for no key update;
    if not found or not private.acts_for(v_actor, v_row.party_id) then
        perform private.refuse('deposit_not_found');
    end if;
    perform private.ask(command, v_row.party_id, 'unmatched_deposit_take');
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    elsif v_row.outcome is not null then
        perform private.refuse('deposit_not_found');
    end if;
    v_now := private.clock();
    perform private.end_suspense(v_row, 'taken', v_actor, v_now);
    return private.finish_command(command, jsonb_build_object(
        'deposit_id', v_row.id, 'currency', v_row.currency, 'amount', trim_scale(v_row.amount)::text, 'outcome', 'taken'
    ), v_now);
end
$$;
comment on function service.unmatched_deposit_take(service.command) is
'A party takes into its wallet what came to its address and nobody asked for {deposit_id, actor_id, idempotency_key, request_hash} -> {deposit_id, currency, amount, outcome, replayed}; from there it may be withdrawn. Raises deposit_not_found (404) and what private.ask raises.';

-- Definer: a schedule has no user.
create function service.unmatched_deposits_remind() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_row public.unmatched_deposits;
    v_told integer := 0;
begin
    for v_row in
        select * from public.unmatched_deposits as u where u.case_at <= v_now
        order by u.case_at limit 100 for no key update skip locked
    loop
        update public.unmatched_deposits set case_at = v_now + interval '30 days' where id = v_row.id;
        perform private.tell_operators(
            'deposit_unclaimed', 'warning', v_row.party_id, private.uuid_v7(v_now), jsonb_build_object(
                'deposit_id', v_row.id, 'rail', v_row.rail, 'currency', v_row.currency,
                'amount', trim_scale(v_row.amount)::text
            ), v_now
        );
        v_told := v_told + 1;
    end loop;
    return v_told;
end
$$;
comment on function service.unmatched_deposits_remind() is
'Scheduled: tells operators of deposits that nobody has asked for or taken in 90 days, and every 30 days again; of how many.';

create function private.apply_wallet_report(p_report public.rail_reports, p_now timestamptz) returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_party uuid := p_report.reference_id;
    v_wallet uuid := ledger.wallet_of(v_party, p_report.currency);
    v_transfer uuid := private.uuid_v7(p_now);
    v_brings boolean := p_report.kind = 'funds';
    v_taken numeric := p_report.amount;
    v_entries ledger.new_entry [];
    v_waits public.unmatched_deposits;
begin
    if v_brings and not private.is_asked_for(p_report) then
        perform private.suspend_deposit(p_report, p_now);
        return 'suspense';
    elsif not v_brings then
        -- The rail names what it takes back as it named it, and how often it did.
        select * into v_waits from public.unmatched_deposits as u
        where u.id = private.report_id(p_report.rail, regexp_replace(p_report.provider_event_id, ':lost:\d+$', ''))
            and u.outcome is null
        for no key update;
        if found then
            perform private.end_suspense(v_waits, 'lost', null, p_now);
            return 'taken_back';
        end if;
        -- What the balance does not cover is owed, and set off against what comes.
        select least(w.available, p_report.amount) into v_taken from public.wallets as w where w.id = v_wallet for no key update;
    end if;
    v_entries := array[row(
        v_transfer, ledger.wallet_of(private.external_party(), p_report.currency, 'clearing'), 'available',
        case when v_brings then -p_report.amount else p_report.amount end, null, null
    )::ledger.new_entry];
    if v_taken > 0 then
        v_entries := v_entries || row(
            v_transfer, v_wallet, 'available', case when v_brings then v_taken else -v_taken end, null, null
        )::ledger.new_entry;
    end if;
    if v_taken < p_report.amount then
        v_entries := v_entries || row(
            v_transfer, ledger.wallet_of(private.platform_party(), p_report.currency, 'receivables'), 'available',
            v_taken - p_report.amount, null, null
        )::ledger.new_entry;
    end if;
    perform ledger.post(
        array[row(
            v_transfer, case when v_brings then 'wallet.deposit' else 'wallet.deposit_lost' end, 'wallet', v_party, '', null, null
        )::ledger.new_transfer],
        v_entries, p_now
    );
    if not v_brings then
        insert into public.receivables (
            id, party_id, purpose, reference_id, currency, amount, recovered_amount, created_at, updated_at
        ) values (
            private.uuid_v7(p_now), v_party, 'wallet', private.report_id(p_report.rail, p_report.provider_event_id), p_report.currency, p_report.amount,
            v_taken, p_now, p_now
        );
    end if;
    perform private.emit_event(
        case when v_brings then 'deposit.credited' else 'deposit.lost' end, 'deposit', private.report_id(p_report.rail, p_report.provider_event_id), 1,
        array[v_party], jsonb_build_object(
            'rail', p_report.rail, 'currency', p_report.currency, 'amount', trim_scale(p_report.amount)::text,
            'reference', p_report.reference
        ), p_now
    );
    return case when v_brings then 'credited' else 'taken_back' end;
end
$$;
comment on function private.apply_wallet_report(public.rail_reports, timestamptz) is
'Money that a rail brought is available in the party''s wallet, where what it owes is set off; what the rail took back leaves it, and what the balance does not cover is owed. The party is told.';

create function private.verify_suspense() returns table (problem text, subject text, detail text)
language sql stable set search_path = ''
as $$
    select 'held_differs_from_unmatched_deposit', u.id::text, format('%s of %s', coalesce(h.amount, 0), u.amount)
    from public.unmatched_deposits as u
    left join public.ledger_holds as h on h.reference_id = u.id and h.purpose = 'unmatched_deposit'
    where coalesce(h.amount, 0) <> case when u.outcome is null then u.amount else 0 end
    union all
    select 'hold_without_unmatched_deposit', h.reference_id::text, h.amount::text
    from public.ledger_holds as h
    left join public.unmatched_deposits as u on u.id = h.reference_id
    where h.purpose = 'unmatched_deposit' and h.amount > 0 and u.id is null
$$;
comment on function private.verify_suspense() is
'Deposits that nobody asked for and the money that waits for them agree; empty is good.';
