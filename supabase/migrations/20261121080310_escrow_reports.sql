-- Reports of rails about escrows: a worker takes each up and makes a move of it.

create function private.snapshot_for_report(
    p_escrow private.escrow_transactions, p_report_id bigint, p_now timestamptz
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
begin
    return private.escrow_snapshot(p_escrow, '{"id": null, "aal": "aal1", "roles": ["rail"]}', p_now);
exception when others then
    perform private.put_off('rail_report', p_report_id::text, sqlerrm, p_now);
    return null;
end
$$;
comment on function private.snapshot_for_report(private.escrow_transactions, bigint, timestamptz) is
'Snapshot of the escrow of a report; null for one that cannot be read, whose report waits.';

-- Definer: as above.
create function service.rail_reports_due(max_rows integer default 100) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_due jsonb;
begin
    with due as (
        select r.id from public.rail_reports as r
        where r.next_at <= v_now and r.purpose = 'escrow'
            -- What a rail said first comes first.
            and not exists (
                select from public.rail_reports as earlier
                where earlier.purpose = r.purpose and earlier.reference_id = r.reference_id and earlier.id < r.id and earlier.applied_as is null
                    and not private.is_set_aside('rail_report', earlier.id::text)
            )
            and not private.is_set_aside('rail_report', r.id::text)
        order by r.next_at, r.id
        limit least(greatest(rail_reports_due.max_rows, 1), 1000)
        for no key update skip locked
    ), taken as (
        update public.rail_reports as r set
            attempts = r.attempts + 1,
            next_at = v_now + least(make_interval(secs => 15 * 2 ^ least(r.attempts, 12)), interval '1 hour')
        from due where r.id = due.id
        returning r.*
    )
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'report', jsonb_build_object(
                'id', t.id, 'rail', t.rail, 'provider_event_id', t.provider_event_id, 'escrow_id', t.reference_id,
                'kind', t.kind, 'currency', t.currency, 'amount', trim_scale(t.amount)::text,
                'reference', t.reference, 'reason', t.reason, 'provider_time', t.provider_time, 'due_by', t.due_by
            ),
            -- Whoever made the move may have died before saying so.
            'moved_as', (
                select k.answer ->> 'event' from private.idempotency_keys as k
                where k.actor_id = private.external_party() and k.key = t.rail || ':' || t.provider_event_id
            ),
            'taken', trim_scale(private.taken_for(e.id, t.reference))::text,
            'case', (
                select jsonb_build_object('id', c.id, 'last_event', c.last_event) from public.escrow_cases as c
                where c.escrow_id = e.id and c.kind = 'rail_reversal' and c.reference = t.reference
                order by c.created_at desc, c.id desc limit 1
            ),
            'before', (
                select b.kind from public.rail_reports as b
                where b.purpose = t.purpose and b.reference_id = t.reference_id and b.reference = t.reference and b.id < t.id and b.kind like 'reversal_%'
                order by b.id desc limit 1
            ),
            'snapshot', s.snapshot
        ) order by t.id
    ), '[]') into v_due
    from taken as t
    join private.escrow_transactions as e on e.id = t.reference_id
    cross join lateral (select private.snapshot_for_report(e, t.id, v_now) as snapshot offset 0) as s
    where s.snapshot is not null;
    return v_due;
end
$$;
comment on function service.rail_reports_due(integer) is
'Takes up reports of escrows, oldest first and in order for each: what the rail said, the move that has come of it already, if any, what was said before of the same reversal, and the escrow as the rail may move it. A worker that dies leaves them: they come back after 15 seconds, then after twice as long each time, at most an hour.';

create function private.escrow_report_is_booked(p_report public.rail_reports) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_event text := p_report.rail || ':' || p_report.provider_event_id;
begin
    return exists (
        select from private.idempotency_keys as k where k.actor_id = private.external_party() and k.key = v_event
    ) or exists (
        select from public.escrow_cases as c where c.provider_event_id = v_event
    ) or exists (
        select from public.escrow_cases as c
        where c.escrow_id = p_report.reference_id and c.kind = 'rail_reversal' and c.reference = p_report.reference
            and c.last_event = p_report.kind and c.updated_at >= p_report.created_at
    );
end
$$;
comment on function private.escrow_report_is_booked(public.rail_reports) is
'Whether a worker has made a move, a case or the end of a case of a report. It says so in a transaction of its own (service.rail_report_applied), and may die before.';

-- Definer: as above.
create function service.rail_report_applied(report_id bigint, applied_as text default null) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_report public.rail_reports;
    v_event text;
    v_rest numeric;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    update public.rail_reports as r set
        applied_as = rail_report_applied.applied_as, applied_at = private.clock(), next_at = null
    where r.id = rail_report_applied.report_id and r.applied_as is null and rail_report_applied.applied_as is not null
    returning * into v_report;
    if not found then
        return false;
    elsif v_report.kind = 'reversal_lost' then
        -- A move takes what the escrow holds; what the rail took beyond it is booked as well.
        v_event := v_report.rail || ':' || v_report.provider_event_id;
        select v_report.amount - (v.payload ->> 'amount')::numeric into v_rest
        from private.idempotency_keys as k
        join private.escrow_events as v
            on v.escrow_id = v_report.reference_id and v.version = (k.answer ->> 'version')::integer
        where k.actor_id = private.external_party() and k.key = v_event;
        if v_rest > 0 then
            perform private.book_discrepancy(e, jsonb_build_object(
                'currency', v_report.currency, 'provider_event_id', v_report.provider_event_id || ':rest',
                'reference', v_report.reference, 'reason', 'beyond_escrow'
            ), v_rest, private.clock())
            from private.escrow_transactions as e where e.id = v_report.reference_id;
        end if;
    end if;
    perform private.went_through('rail_report', rail_report_applied.report_id::text);
    return true;
end
$$;
comment on function service.rail_report_applied(bigint, text) is
'Says what came of a report: a move, a case, repeated or not_booked. What a rail took beyond what the escrow held goes to losses, with a case. False when that was said before.';

-- Definer: as above.
create function service.rail_report_failed(report_id bigint, error text default '') returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if not exists (
        select from public.rail_reports as r where r.id = rail_report_failed.report_id and r.applied_as is null
    ) then
        return false;
    end if;
    perform private.put_off('rail_report', rail_report_failed.report_id::text, coalesce(rail_report_failed.error, ''), private.clock());
    return true;
end
$$;
comment on function service.rail_report_failed(bigint, text) is
'Notes that a report could not be applied, for operators to see: it comes back by itself, and holds up what its rail said later of the same escrow until it is applied or set aside (setback_decide). False when it was applied.';
