-- What rails are said to have said and fits nothing: kept, shown to operators, and asked about until
-- one of them has closed it.

create table public.refused_reports (
    id uuid primary key,
    rail text not null references public.rails (id) on delete restrict,
    provider_event_id text not null check (length(provider_event_id) between 1 and 255),
    purpose text references public.purposes (purpose) on delete restrict,
    reference_id uuid,
    refusal text not null,
    report jsonb not null check (octet_length(report::text) <= 8192),
    remind_at timestamptz check (isfinite(remind_at)),
    outcome text check (outcome in ('dismissed', 'taken_up')),
    closed_by uuid references auth.users (id) on delete restrict,
    reason text not null default '' check (length(reason) <= 500),
    created_at timestamptz not null,
    closed_at timestamptz,
    constraint refused_reports_once unique (rail, provider_event_id),
    constraint refused_reports_open_has_time check (
        (outcome is null) = (remind_at is not null) and num_nulls(outcome, closed_by, closed_at) in (0, 3)
    ),
    constraint refused_reports_of_no_escrow check (
        (purpose is null) = (refusal = 'no_escrow') and (purpose is null) = (reference_id is null)
    )
);
alter table public.refused_reports enable row level security;
select private.make_text('public.refused_reports', 'prose', 'reason');
create index refused_reports_reference_idx on public.refused_reports (purpose, reference_id);
create index refused_reports_closed_by_idx on public.refused_reports (closed_by);
create index refused_reports_remind_at_idx on public.refused_reports (remind_at) where outcome is null;
select private.make_audited('public.refused_reports');
create trigger _000_never_deleted before delete or truncate on public.refused_reports
for each statement execute function private.tg__append_only();
comment on table public.refused_reports is
'For operators: what a rail is said to have said and cannot be so, of which nothing was booked; and money of no escrow of ours, which is booked to losses. Each stays open until an operator closes it.';
comment on column public.refused_reports.id is 'Carries its time; names it in POST /refused-reports/{id}/close.';
comment on column public.refused_reports.rail is 'Who is said to have said it.';
comment on column public.refused_reports.provider_event_id is 'What the rail calls it; each is kept once.';
comment on column public.refused_reports.purpose is 'What its money is for; null for none of ours.';
comment on column public.refused_reports.reference_id is 'Which one of that.';
comment on column public.refused_reports.refusal is
'Why it is not believed; no_escrow: it moved money and names no escrow of ours.';
comment on column public.refused_reports.report is 'What was said, as it came.';
comment on column public.refused_reports.remind_at is
'When operators are told again: three days after it came, then each day; null once closed.';
comment on column public.refused_reports.outcome is
'dismissed: it is not so, or was settled by hand; taken_up: it was so after all, and was written down as a report. Null while open.';
comment on column public.refused_reports.closed_by is 'Operator who closed it; null while open.';
comment on column public.refused_reports.reason is 'Why, in the operator''s words.';
comment on column public.refused_reports.created_at is 'When it came.';
comment on column public.refused_reports.closed_at is 'When it was closed; null while open.';

create function private.tg_refused_reports__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if old.outcome is not null
        or (to_jsonb(old) - '{remind_at,outcome,closed_by,reason,closed_at}'::text[])
        is distinct from (to_jsonb(new) - '{remind_at,outcome,closed_by,reason,closed_at}'::text[]) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What was said is only closed, once.';
    end if;
    return new;
end
$$;
comment on function private.tg_refused_reports__guard() is 'Law 10 for what is not believed: only its end is written, once.';
create trigger _500_guard before update on public.refused_reports
for each row execute function private.tg_refused_reports__guard();

create function private.tell_operators(
    p_kind text, p_severity text, p_party_id uuid, p_id uuid, p_told jsonb, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    insert into public.security_events (id, kind, severity, party_id, found, request_id, created_at)
    values (p_id, p_kind, p_severity::public.security_severity, p_party_id, 1, private.request_id(), p_now);
    perform private.emit_event(
        'security.' || p_kind, 'security_event', p_id, 1, array[private.platform_party()], p_told, p_now
    );
end
$$;
comment on function private.tell_operators(text, text, uuid, uuid, jsonb, timestamptz) is
'A security event about a party, and a message to operators.';

create function private.tell_of_refused(
    p_kind text, p_report public.refused_reports, p_id uuid, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform private.tell_operators(
        p_kind, 'high', coalesce(
            (private.owners_of(p_report.purpose, p_report.reference_id))[1], private.platform_party()
        ), p_id,
        jsonb_build_object(
            'refused_report_id', p_report.id, 'rail', p_report.rail, 'provider_event_id', p_report.provider_event_id,
            'purpose', p_report.purpose, 'reference_id', p_report.reference_id, 'kind', p_report.report ->> 'kind',
            'amount', p_report.report ->> 'amount', 'currency', p_report.report ->> 'currency', 'refusal', p_report.refusal
        ), p_now
    );
end
$$;
comment on function private.tell_of_refused(text, public.refused_reports, uuid, timestamptz) is
'Operators hear of what is not believed.';

create function private.refuse_report(
    report jsonb, p_refusal text, p_now timestamptz
) returns boolean
language plpgsql volatile set search_path = ''
as $$
declare
    v_row public.refused_reports;
begin
    insert into public.refused_reports (
        id, rail, provider_event_id, purpose, reference_id, refusal, report, remind_at, created_at
    ) values (
        private.uuid_v7(p_now), report ->> 'rail', report ->> 'provider_event_id',
        case when p_refusal <> 'no_escrow' then report ->> 'purpose' end,
        case when p_refusal <> 'no_escrow' then (report ->> 'reference_id')::uuid end, p_refusal, report,
        p_now + interval '3 days', p_now
    ) on conflict on constraint refused_reports_once do nothing
    returning * into v_row;
    if v_row.id is null then
        return false;
    end if;
    perform private.tell_of_refused('rail_report_refused', v_row, v_row.id, p_now);
    return true;
end
$$;
comment on function private.refuse_report(jsonb, text, timestamptz) is
'Keeps what is not believed, once, and tells operators; true when it was new.';

-- Definer: a schedule has no user.
create function service.refused_reports_remind() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_row public.refused_reports;
begin
    for v_row in
        select * from public.refused_reports as r where r.remind_at <= v_now
        order by r.remind_at limit 100 for no key update skip locked
    loop
        update public.refused_reports set remind_at = v_now + interval '1 day' where id = v_row.id;
        perform private.tell_of_refused('rail_report_open', v_row, private.uuid_v7(v_now), v_now);
    end loop;
    return (select count(*)::integer from public.refused_reports as r where r.outcome is null);
end
$$;
comment on function service.refused_reports_remind() is
'Scheduled: tells operators again, each day, of what is not believed and has stood open for three days; how many are open.';
