-- Money that a rail has moved and that is no report of an escrow: what somebody did by hand, what it
-- settled in another currency, what it paid a second time. It goes to losses, and an operator decides.

create function private.book_unmatched(p_said jsonb, p_amount numeric, p_now timestamptz) returns boolean
language plpgsql volatile set search_path = ''
as $$
declare
    v_currency text := p_said ->> 'currency';
    v_transfer uuid := private.uuid_v7(p_now);
begin
    perform private.refuse(case when c.code is null then 'rail_currency' else 'report_too_large' end)
    from public.rails as r
    left join public.currencies as c on c.code = v_currency and c.network_id is not distinct from r.network_id
    where r.id = p_said ->> 'rail'
        and (not r.has_reports or c.code is null or abs(p_amount) > r.max_amount or not private.fits(p_amount, v_currency));
    if not private.refuse_report(
        p_said || jsonb_build_object('amount', trim_scale(p_amount)::text), 'no_escrow', p_now
    ) then
        return false;
    end if;
    perform ledger.post(
        array[row(
            v_transfer, 'rail.unmatched', 'external', null, left(p_said ->> 'provider_event_id', 500), null, null
        )::ledger.new_transfer],
        array[
            row(
                v_transfer, ledger.wallet_of(private.external_party(), v_currency, 'clearing'), 'available', p_amount, null, null
            )::ledger.new_entry,
            row(
                v_transfer, ledger.wallet_of(private.platform_party(), v_currency, 'losses'), 'available', -p_amount, null, null
            )::ledger.new_entry
        ],
        p_now
    );
    return true;
end
$$;
comment on function private.book_unmatched(jsonb, numeric, timestamptz) is
'Books money that names no escrow of ours to losses, once, and opens a case for an operator. Raises rail_currency, report_too_large (409).';

-- Definer: rails have no user.
create function service.rail_discrepancy(report service.command) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_escrow private.escrow_transactions;
    v_rail text := private.known_rail(report ->> 'rail');
    v_currency text := report ->> 'currency';
    v_reference text := report ->> 'reference';
    v_total numeric := (report ->> 'amount')::numeric;
    v_new numeric;
    v_before integer;
    v_said jsonb;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    if coalesce(v_reference, '') = '' or length(v_reference) > 100 then
        perform private.refuse('reference_required');
    elsif not private.has_words(report ->> 'reason') then
        perform private.refuse('reason_required');
    elsif not coalesce(private.fits(v_total, v_currency), false) then
        perform private.refuse('funds_not_exact');
    end if;
    select * into v_escrow from private.escrow_transactions
    where id = (report ->> 'reference_id')::uuid and report ->> 'purpose' = 'escrow' and rail = v_rail for no key update;
    perform pg_advisory_xact_lock(hashtextextended(concat_ws(':', 'rail_discrepancy', v_rail, v_reference, v_currency), 0));
    v_now := private.clock();
    select v_total - coalesce(sum(k.amount), 0), count(*) into v_new, v_before
    from (
        select c.amount from public.escrow_cases as c
        where c.escrow_id = v_escrow.id and c.kind = 'discrepancy' and c.reference = v_reference
            and c.currency = v_currency and c.provider_event_id like v_rail || ':outside:%'
        union all
        select (r.report ->> 'amount')::numeric from public.refused_reports as r
        where r.refusal = 'no_escrow' and r.rail = v_rail and r.report ->> 'reference' = v_reference
            and r.report ->> 'currency' = v_currency
    ) as k;
    if v_new = 0 then
        return false;
    end if;
    v_said := report || jsonb_build_object(
        'provider_event_id', concat_ws(':', 'outside', v_reference, v_currency, v_before, trim_scale(v_total)::text)
    );
    if v_escrow.id is null then
        return private.book_unmatched(v_said, v_new, v_now);
    end if;
    return private.book_discrepancy(v_escrow, v_said, v_new, v_now);
end
$$;
comment on function service.rail_discrepancy(service.command) is
'A rail has moved money that is no report of an escrow {rail, purpose, reference_id, currency, amount in all so far under the reference: above zero taken, below zero given, reference, reason}: what is new of it is booked to losses. Of an escrow of ours it is a case discrepancy; of none, a row of refused_reports. True when it was new. Raises reference_required, reason_required, funds_not_exact, rail_currency, report_too_large (409).';

create table private.rail_costs (
    rail text not null references public.rails (id) on delete restrict,
    provider_event_id text not null,
    transfer_id uuid not null,
    created_at timestamptz not null,
    primary key (rail, provider_event_id)
);
alter table private.rail_costs enable row level security;
select private.make_append_only('private.rail_costs');
comment on table private.rail_costs is 'Fees a rail took from what it holds for the platform: each counts once.';
comment on column private.rail_costs.rail is 'Who took it.';
comment on column private.rail_costs.provider_event_id is 'What it was taken for.';
comment on column private.rail_costs.transfer_id is 'Posting of it.';
comment on column private.rail_costs.created_at is 'When it was posted.';

-- Definer: as above.
create function service.rail_cost(cost service.command) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_transfer uuid := private.uuid_v7(v_now);
    v_amount numeric := (cost ->> 'amount')::numeric;
    v_currency text := cost ->> 'currency';
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    perform private.refuse('report_too_large') from public.rails as r
    where r.id = private.known_rail(cost ->> 'rail') and (
        not r.has_reports or abs(v_amount) > r.cost_amount + r.cost_bps / 10000.0 * greatest((
            select max(p.amount) from public.rail_reports as p
            where p.rail = r.id and p.provider_event_id = cost ->> 'provider_event_id'
        ), (
            -- What it settled in the currency of its fee.
            select max(abs(c.amount)) from public.escrow_cases as c
            where c.kind = 'discrepancy' and c.reference = cost ->> 'provider_event_id' and c.currency = v_currency
        ), 0)
    );
    insert into private.rail_costs (rail, provider_event_id, transfer_id, created_at)
    values (cost ->> 'rail', cost ->> 'provider_event_id', v_transfer, v_now)
    on conflict (rail, provider_event_id) do nothing;
    if not found or v_amount = 0 then
        return false;
    end if;
    perform ledger.post(
        array[row(v_transfer, 'rail.cost', 'external', null, left(coalesce(cost ->> 'memo', ''), 500), null, null)::ledger.new_transfer],
        array[
            row(v_transfer, ledger.wallet_of(private.platform_party(), v_currency, 'costs'), 'available', -v_amount, null, null)::ledger.new_entry,
            row(v_transfer, ledger.wallet_of(private.external_party(), v_currency, 'clearing'), 'available', v_amount, null, null)::ledger.new_entry
        ],
        v_now
    );
    return true;
end
$$;
comment on function service.rail_cost(service.command) is
'Posts a fee that a rail took {rail, provider_event_id, currency, amount, memo}: once per event; below zero is a fee given back. True when it was posted now. Raises report_too_large (409): more than the rail takes for what it reported under that name.';
