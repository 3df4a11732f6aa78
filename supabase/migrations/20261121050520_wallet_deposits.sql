-- A party pays into its own wallet: an address for each currency and rail that it asks for.

insert into public.purposes (purpose, description) values
('wallet', 'The balance of a party.');
insert into private.refusals (code, status, detail, hint) values
('wallet_not_found', 404, 'This wallet never asked where to pay.', '');

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
        inner join public.rail_limits as l on l.rail = r.id and l.currency = c.code
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
'Writes the address of a wallet''s deposits, once {request_id, address, key_fingerprint and address_index that it was derived from, chain_id, token, actor_id, idempotency_key, request_hash} -> {request_id, party_id, rail, currency, address, chain_id, token, min_amount: less counts only once an operator accepts it, replayed}. Raises not_your_move (403), reference_required (422), deposit_request_fixed (409).';

create function private.any_amount_refusal(p_report jsonb, p_now timestamptz) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_rail public.rails;
    v_kind text := p_report ->> 'kind';
    v_amount numeric := (p_report ->> 'amount')::numeric;
begin
    select * into strict v_rail from public.rails as r where r.id = p_report ->> 'rail';
    if v_kind not in ('funds', 'reversal_lost') or (v_kind = 'reversal_lost' and not v_rail.takes_back) then
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
        where r.purpose = p_report ->> 'purpose' and r.reference_id = (p_report ->> 'reference_id')::uuid
            and r.rail = v_rail.id and r.currency = p_report ->> 'currency'
    ), 0)) then
        return 'report_too_large';
    end if;
    return null;
end
$$;
comment on function private.any_amount_refusal(jsonb, timestamptz) is
'For purposes that take any amount: why what a rail says of one is not believed; what it takes back is at most what it brought. Null: it may be so.';

create function private.brought_by(p_report public.rail_reports) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    -- A rail counts how often it brought the same, from two on.
    return private.report_id(p_report.rail, concat_ws(
        ':', regexp_replace(p_report.provider_event_id, ':lost:\d+$', ''),
        nullif(substring(p_report.provider_event_id from ':lost:(\d+)$'), '1')
    ));
end
$$;
comment on function private.brought_by(public.rail_reports) is 'The report that brought what this one says is lost.';

create function private.wallet_report_refusal(p_report jsonb, p_now timestamptz) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if not exists (
        select from public.deposit_requests as d
        where d.party_id = (p_report ->> 'reference_id')::uuid
            and d.rail = any (private.shares_addresses(p_report ->> 'rail'))
    ) then
        perform private.refuse('wallet_not_found');
    end if;
    return private.any_amount_refusal(p_report, p_now);
end
$$;
comment on function private.wallet_report_refusal(jsonb, timestamptz) is
'Why what a rail says of a wallet is not believed: what it takes back is at most what it brought. Null: it may be so. Raises wallet_not_found (404) for a party that never asked where to pay.';

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
begin
    if v_brings and not private.is_asked_for(p_report) then
        perform private.suspend_deposit(p_report, p_now);
        return 'suspense';
    elsif not v_brings then
        if private.lose_suspended(private.brought_by(p_report), p_now) then
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
