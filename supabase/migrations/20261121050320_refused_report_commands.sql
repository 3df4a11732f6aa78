-- An operator closes what was refused: it is taken after all, or it is not.

insert into private.refusals (code, status, detail, hint) values
('refused_report_not_found', 404, 'No such report.', 'Read refused_reports.'),
('refused_report_closed', 409, 'This was closed before.', '');
insert into public.operator_commands (kind, function_name, title) values
('refused_report', 'refused_report_close', 'close a report that is not believed, or take it up after all');
-- Taken up it moves money as a deposit does.
insert into public.operator_limits (kind, currency, above, within)
select 'refused_report', l.currency, l.above, l.within from public.operator_limits as l where l.kind = 'deposit';

create function private.refusal_now(p_row public.refused_reports, p_now timestamptz) returns text
language plpgsql stable set search_path = ''
as $$
begin
    -- Of no escrow: it is booked. Of other shapes: it is not what a rail reports of its own.
    if p_row.purpose is null or p_row.report ->> 'kind' is null then
        return 'illegal_move';
    end if;
    return private.report_refusal(p_row.report, p_now);
end
$$;
comment on function private.refusal_now(public.refused_reports, timestamptz) is
'Why a report that was refused is not believed now either; null: it may be so.';

-- Definer: service_role may give the command, not write the tables.
create function service.refused_report_close(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_row public.refused_reports;
    v_answer jsonb;
    v_now timestamptz;
    v_event text := command ->> 'event';
    v_refusal text;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_row from public.refused_reports as r where r.id = (command ->> 'refused_report_id')::uuid;
    perform private.lock_reference(v_row.purpose, v_row.reference_id);
    select * into v_row from public.refused_reports as r where r.id = v_row.id for no key update;
    v_now := private.clock();
    if v_row.id is not null and v_event is not distinct from 'take_up' then
        v_refusal := private.refusal_now(v_row, v_now);
    end if;
    v_answer := private.begin_operator_command(
        'refused_report', command, private.owners_of(v_row.purpose, v_row.reference_id),
        case when v_event = 'take_up' and v_refusal is null then v_row.report ->> 'currency' end,
        case when v_event = 'take_up' and v_refusal is null then (v_row.report ->> 'amount')::numeric end
    );
    if v_answer is not null then
        return v_answer;
    elsif v_row.id is null then
        perform private.refuse('refused_report_not_found');
    elsif v_row.outcome is not null then
        perform private.refuse('refused_report_closed');
    elsif v_event is null or v_event not in ('dismiss', 'take_up') then
        perform private.refuse('illegal_move');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    elsif v_refusal is not null then
        perform private.refuse(v_refusal);
    end if;
    update public.refused_reports set
        outcome = case v_event when 'dismiss' then 'dismissed' else 'taken_up' end, remind_at = null,
        closed_by = (command ->> 'actor_id')::uuid, reason = command ->> 'reason', closed_at = v_now
    where id = v_row.id
    returning * into v_row;
    if v_event = 'take_up' then
        perform private.rail_report(v_row.report);
    end if;
    return private.finish_command(command, jsonb_build_object(
        'refused_report_id', v_row.id, 'outcome', v_row.outcome, 'closed_at', v_row.closed_at
    ), v_now);
end
$$;
comment on function service.refused_report_close(service.command) is
'Operator command about what is not believed {refused_report_id, event dismiss|take_up, reason, actor_id, aal, idempotency_key, request_hash} -> {refused_report_id, outcome, closed_at, replayed}. take_up: it is written down as a report if it can be so now, since its rail''s row in rails was put right or money has come. Raises refused_report_not_found (404), not_your_move (403), refused_report_closed, illegal_move, why it cannot be (409), reason_required (422).';
