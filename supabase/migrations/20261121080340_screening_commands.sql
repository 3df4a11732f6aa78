-- Screening: claim what is due, record what the provider said, freeze on a hit, clear a hit.

-- Definer: a schedule has no user, and service_role reads no address.
create function service.screenings_due(max_rows integer default 50) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_due jsonb;
begin
    with due as (
        select a.rail, a.address from private.screened_addresses as a
        where a.next_at <= v_now and exists (select from public.screening_rules as r where r.rail = a.rail)
            and exists (
                select from private.address_watches as w
                where w.rail = a.rail and w.address = a.address and w.ended_at is null
            )
        order by a.next_at limit least(max_rows, 500)
        for no key update of a skip locked
    ), claimed as (
        update private.screened_addresses as a set
            claim_id = private.uuid_v7(v_now), next_at = v_now + interval '2 minutes'
        from due where a.rail = due.rail and a.address = due.address
        returning a.claim_id, a.rail, a.address
    )
    select jsonb_agg(jsonb_build_object('screening_id', c.claim_id, 'rail', c.rail, 'address', c.address))
    into v_due from claimed as c;
    return coalesce(v_due, '[]');
end
$$;
comment on function service.screenings_due(integer) is
'Claims addresses that are new, or whose last answer is to be renewed, for two minutes -> [{screening_id, rail, address}].';

create function private.unfunded_with(p_screening public.wallet_screenings) returns uuid[]
language plpgsql stable set search_path = ''
as $$
begin
    return array(
        select e.id from private.escrow_transactions as e
        where (e.payer_id = any (p_screening.party_ids) or e.payee_id = any (p_screening.party_ids))
            and e.rail = p_screening.rail and e.completed_at is null and e.state in ('proposed', 'awaiting_funds')
            and exists (
                select from private.address_watches as w
                where w.rail = p_screening.rail and w.address = p_screening.address and w.ended_at is null
                    -- Anybody can send to anybody: it says nothing about who is sent to.
                    and w.reason not in ('deposit', 'invoice_refund') and w.party_id in (e.payer_id, e.payee_id)
            )
    );
end
$$;
comment on function private.unfunded_with(public.wallet_screenings) is
'Escrows on the rail of a hit that nobody has paid yet, of parties who named the address as their own.';

create function private.was_held_for(p_escrow_id uuid, p_screening public.wallet_screenings) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.escrow_holds as h
        inner join public.wallet_screenings as s on s.id::text = h.reference
        where h.escrow_id = p_escrow_id and h.kind = 'screening'
            and s.rail = p_screening.rail and s.address = p_screening.address
            and (h.closed_at is null or s.document_hash = p_screening.document_hash)
    );
end
$$;
comment on function private.was_held_for(uuid, public.wallet_screenings) is
'Whether the address of a hit holds the escrow, or the same answer did before: each holds it once, so that nothing is held for ever.';

create function private.freeze_for_hit(p_screening public.wallet_screenings) returns uuid[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_unfunded uuid[] := private.unfunded_with(p_screening);
    v_paid uuid[] := private.paid_from(p_screening);
begin
    -- In the order of their ids, as every command.
    perform from private.escrow_transactions as e
    where e.id = any (v_unfunded || v_paid) order by e.id for no key update;
    -- Locked and read again: what others have paid in the meantime goes on.
    v_unfunded := array(
        select u.id from unnest(v_unfunded) as u (id)
        inner join unnest(private.unfunded_with(p_screening)) as s (id) on u.id = s.id
    );
    return private.hold_escrows(array(
        select distinct r.id from unnest(v_unfunded || v_paid) as r (id)
        where not private.was_held_for(r.id, p_screening)
    ), 'screening', p_screening.id::text, 'screening_hit');
end
$$;
comment on function private.freeze_for_hit(public.wallet_screenings) is
'Holds what a hit reaches, unless the address holds it already or the same answer did before; those it held. Reached are escrows without money of parties who named the address, and those whose money came from it; never one that is funded with other money.';

create function private.lift_screening(p_rail text, p_address text) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_holds uuid[];
begin
    select array_agg(h.id) into v_holds from public.escrow_holds as h
    inner join public.wallet_screenings as s on s.id::text = h.reference
    where h.kind = 'screening' and h.closed_at is null and s.rail = p_rail and s.address = p_address;
    return private.lift_holds(v_holds);
end
$$;
comment on function private.lift_screening(text, text) is
'Closes every reason that hits of an address gave to hold an escrow; how many.';

create function private.report_hit(p_screening public.wallet_screenings, p_frozen integer) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_party uuid;
    v_id uuid;
begin
    foreach v_party in array p_screening.party_ids loop
        v_id := private.uuid_v7(p_screening.screened_at);
        insert into public.security_events (id, kind, severity, party_id, found, request_id, created_at)
        values (v_id, 'screening_hit', 'high', v_party, 1, p_screening.request_id, p_screening.screened_at);
        perform private.emit_event(
            'security.screening_hit', 'security_event', v_id, 1, array[private.platform_party()],
            jsonb_build_object(
                'party_id', v_party, 'severity', 'high', 'screening_id', p_screening.id, 'rail', p_screening.rail,
                'address', p_screening.address, 'categories', p_screening.categories, 'frozen', p_frozen
            ), p_screening.screened_at
        );
    end loop;
end
$$;
comment on function private.report_hit(public.wallet_screenings, integer) is
'Writes a security event for each party of a hit; the staff is told, the parties are not.';

-- Definer: as screenings_due.
create function service.screening_record(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_address private.screened_addresses;
    v_row public.wallet_screenings;
    v_known boolean;
    v_frozen uuid[] := '{}';
begin
    perform set_config('holdfast.actor_id', '', true);
    v_row.id := (command ->> 'screening_id')::uuid;
    v_row.rail := private.known_rail(command ->> 'rail');
    v_row.address := command ->> 'address';
    v_row.provider := command ->> 'provider';
    v_row.result := (command ->> 'result')::public.screening_result;
    v_row.risk_score := (command ->> 'risk_score')::integer;
    v_row.document_hash := command ->> 'document_hash';
    v_row.categories := array(select jsonb_array_elements_text(coalesce(nullif(command -> 'categories', 'null'), '[]')));
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    -- Answers about one address take turns.
    select * into v_address from private.screened_addresses
    where rail = v_row.rail and address = v_row.address for no key update;
    if not found or v_row.id is null then
        perform private.refuse('screening_not_found');
    elsif exists (select from public.wallet_screenings as s where s.id = v_row.id) then
        return jsonb_build_object('outcome', 'repeated', 'frozen', 0);
    elsif v_address.claim_id is distinct from v_row.id and v_row.result <> 'hit' then
        -- Somebody else asks by now. Of what comes late only a warning counts.
        return jsonb_build_object('outcome', 'late', 'frozen', 0);
    end if;
    v_row.request_id := private.request_id();
    v_row.screened_at := v_now;
    v_row.party_ids := array(
        select distinct w.party_id from private.address_watches as w
        where w.rail = v_row.rail and w.address = v_row.address and w.ended_at is null
        order by w.party_id
    );
    v_known := private.standing_hit(v_row.rail, v_row.address) is not null;
    if v_row.result <> 'unknown' or coalesce((
        select s.result <> 'unknown' from public.wallet_screenings as s
        where s.rail = v_row.rail and s.address = v_row.address
        order by s.id desc limit 1
    ), true) then
        insert into public.wallet_screenings select (v_row).*;
    end if;
    update private.screened_addresses set
        claim_id = null,
        failures = case v_row.result when 'unknown' then failures + 1 else 0 end,
        next_at = v_now + case v_row.result
            when 'unknown' then interval '1 minute' * power(2, least(failures, 2))
            else (select r.renew_after from public.screening_rules as r where r.rail = v_row.rail)
        end
    where rail = v_row.rail and address = v_row.address;
    if v_row.result = 'hit' and private.standing_hit(v_row.rail, v_row.address) is not null then
        v_frozen := private.freeze_for_hit(v_row);
        if not v_known or cardinality(v_frozen) > 0 then
            perform private.report_hit(v_row, cardinality(v_frozen));
        end if;
    end if;
    return jsonb_build_object('outcome', 'recorded', 'frozen', cardinality(v_frozen));
end
$$;
comment on function service.screening_record(service.command) is
'What the provider said of a claimed address {screening_id, rail, address, provider, result, categories, risk_score, document_hash} -> {outcome: recorded, repeated or late, frozen: escrows}. A hit that nobody cleared holds what private.freeze_for_hit names. Raises screening_not_found (404).';

-- Definer: service_role may give the command, not write the tables.
create function service.screening_clear(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_answer jsonb;
    v_actor uuid := (command ->> 'actor_id')::uuid;
    v_hit public.wallet_screenings;
begin
    select s.* into v_hit from public.wallet_screenings as s
    where s.id = (command ->> 'screening_id')::uuid and s.result = 'hit';
    v_answer := private.begin_operator_command('screening_clear', command, v_hit.party_ids);
    if v_answer is not null then
        return v_answer;
    elsif v_hit.id is null then
        perform private.refuse('screening_not_found');
    elsif not private.has_words(command ->> 'reason') then
        perform private.refuse('reason_required');
    end if;
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    -- As in recording: a hit and its clearance take turns.
    perform from private.screened_addresses where rail = v_hit.rail and address = v_hit.address for no key update;
    if exists (
        select from public.screening_clearances as c
        inner join public.wallet_screenings as h on c.screening_id = h.id
        where h.rail = v_hit.rail and h.address = v_hit.address and h.document_hash = v_hit.document_hash
    ) then
        perform private.refuse('screening_cleared');
    end if;
    insert into public.screening_clearances (screening_id, cleared_by, reason, created_at)
    values (v_hit.id, v_actor, command ->> 'reason', v_now);
    if private.standing_hit(v_hit.rail, v_hit.address) is null then
        perform private.lift_screening(v_hit.rail, v_hit.address);
    end if;
    v_answer := jsonb_build_object(
        'screening_id', v_hit.id, 'rail', v_hit.rail, 'address', v_hit.address,
        'status', private.address_is_clear(v_hit.rail, v_hit.address, v_now)
    );
    return private.finish_command(command, v_answer, v_now);
end
$$;
comment on function service.screening_clear(service.command) is
'Operator command: a hit is none {screening_id, reason, actor_id, aal, idempotency_key, request_hash} -> {screening_id, rail, address, status, replayed}. What it held goes on, unless something else holds it too; nobody clears their own address. Raises screening_not_found (404), screening_cleared (409), not_your_move (403), reason_required.';

create view public.screening_status with (security_invoker = true) as
select
    s.rail, s.address, s.party_ids, s.provider, s.result, s.categories, s.risk_score, s.screened_at,
    private.standing_hit(s.rail, s.address) as standing_hit,
    s.screened_at <= private.clock() - r.stale_after as is_stale
from (
    select distinct on (w.rail, w.address) w.* from public.wallet_screenings as w
    order by w.rail asc, w.address asc, w.id desc
) as s
inner join public.screening_rules as r on s.rail = r.rail;
comment on view public.screening_status is 'For operators: the last answer about each address, and whether it goes on.';
comment on column public.screening_status.rail is 'Rail of the address.';
comment on column public.screening_status.address is 'The address.';
comment on column public.screening_status.party_ids is 'Parties it was watched for then.';
comment on column public.screening_status.provider is 'Who was asked.';
comment on column public.screening_status.result is 'What the provider said last.';
comment on column public.screening_status.categories is 'What it warns of.';
comment on column public.screening_status.risk_score is '0 to 100, in its own measure.';
comment on column public.screening_status.screened_at is 'When it said so.';
comment on column public.screening_status.standing_hit is 'Hit that nobody cleared, to be named in clearing it; null: none.';
comment on column public.screening_status.is_stale is 'Whether the last answer is too old to count.';
