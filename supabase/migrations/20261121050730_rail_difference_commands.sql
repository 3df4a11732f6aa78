-- What becomes of a difference: operators are told again, and one of them closes it.

insert into private.refusals (code, status, detail, hint) values
('rail_difference_not_found', 404, 'No such difference.', 'Read rail_differences.'),
('rail_difference_closed', 409, 'This was closed before.', ''),
('more_than_differs', 422, 'That is no part of the difference.', 'amount: above zero, at most that of the difference.');
insert into public.operator_commands (kind, function_name, title) values
('rail_difference', 'rail_difference_close', 'close a difference between books and a rail');
-- It says that so much is nobody's: as a deposit does.
insert into public.operator_limits (kind, currency, above, within)
select 'rail_difference', l.currency, l.above, l.within from public.operator_limits as l where l.kind = 'deposit';

-- Definer: schedules have no user.
create function service.rail_differences_remind() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_row public.rail_differences;
begin
    for v_row in
        update public.rail_differences as d set remind_at = v_now + interval '1 day'
        where d.id in (
            select o.id from public.rail_differences as o where o.remind_at <= v_now
            order by o.remind_at limit 100 for no key update skip locked
        )
        returning *
    loop
        perform private.tell_of_difference('rail_difference_open', v_row, v_now);
    end loop;
    return jsonb_build_object(
        'open', (select count(*) from public.rail_differences as d where d.outcome is null),
        'overdue', (
            select count(*) from public.rails as r
            where r.has_reports and exists (
                select from public.deposit_requests as q where q.rail = r.id and q.created_at < v_now - interval '26 hours'
            ) and not exists (
                select from public.rail_comparisons as c where c.rail = r.id and c.compared_at > v_now - interval '26 hours'
            )
        )
    );
end
$$;
comment on function service.rail_differences_remind() is
'Scheduled: tells operators again, each day, of differences that are open {open: how many, overdue: rails that were not compared for more than a day}.';

create function private.book_difference(
    p_row public.rail_differences, p_amount numeric, p_reason text, p_actor uuid, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfer uuid := private.uuid_v7(p_now);
begin
    perform ledger.post(
        array[row(v_transfer, 'rail.difference', 'external', null, p_reason, null, p_actor)::ledger.new_transfer],
        array[
            row(
                v_transfer, ledger.wallet_of(private.external_party(), p_row.currency, 'clearing'), 'available', -p_amount,
                null, null
            )::ledger.new_entry,
            row(
                v_transfer, ledger.wallet_of(private.platform_party(), p_row.currency, 'losses'), 'available', p_amount,
                null, null
            )::ledger.new_entry
        ],
        p_now
    );
end
$$;
comment on function private.book_difference(public.rail_differences, numeric, text, uuid, timestamptz) is
'Books a difference to losses, so that books and rail agree: below zero it is lost, above zero the platform has it too much.';

-- Definer: service_role may give the command, not write the tables.
create function service.rail_difference_close(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_row public.rail_differences;
    v_answer jsonb;
    v_now timestamptz;
    v_event text := command ->> 'event';
    v_amount numeric := (command ->> 'amount')::numeric;
    v_part numeric;
    v_fits boolean;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_row from public.rail_differences as d where d.id = (command ->> 'rail_difference_id')::uuid;
    perform private.lock_comparison(v_row.rail);
    select * into v_row from public.rail_differences as d where d.id = v_row.id for no key update;
    v_now := private.clock();
    v_fits := coalesce(v_amount > 0 and v_amount <= abs(v_row.amount) and private.fits(v_amount, v_row.currency), false);
    v_part := v_amount * sign(v_row.amount);
    v_answer := private.begin_operator_command(
        'rail_difference', command, '{}', v_row.currency,
        case when v_fits and v_row.outcome is null and v_event in ('explain', 'book') then v_amount end
    );
    if v_answer is not null then
        return v_answer;
    elsif v_row.id is null then
        perform private.refuse('rail_difference_not_found');
    elsif v_row.outcome is not null then
        perform private.refuse('rail_difference_closed');
    elsif v_event is null or v_event not in ('explain', 'book') then
        perform private.refuse('illegal_move');
    elsif not v_fits then
        perform private.refuse('more_than_differs');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    end if;
    update public.rail_differences set
        outcome = case v_event when 'book' then 'booked' else 'explained' end, closed_amount = v_part, remind_at = null,
        closed_by = (command ->> 'actor_id')::uuid, reason = command ->> 'reason', closed_at = v_now
    where id = v_row.id;
    if v_event = 'book' then
        perform private.book_difference(v_row, v_part, command ->> 'reason', (command ->> 'actor_id')::uuid, v_now);
    end if;
    insert into public.rail_differences (id, rail, currency, day, amount, rest_of, remind_at, created_at)
    select private.uuid_v7(v_now), v_row.rail, v_row.currency, v_row.day, v_row.amount - v_part, v_row.id,
        v_now + interval '1 day', v_now
    where v_part <> v_row.amount;
    return private.finish_command(command, jsonb_build_object(
        'rail_difference_id', v_row.id, 'outcome', case v_event when 'book' then 'booked' else 'explained' end,
        'closed_at', v_now, 'rest_id', (select d.id from public.rail_differences as d where d.rest_of = v_row.id)
    ), v_now);
end
$$;
comment on function service.rail_difference_close(service.command) is
'Operator command about a difference between books and a rail {rail_difference_id, event explain|book, amount of it, above zero, reason, actor_id, aal, idempotency_key, request_hash} -> {rail_difference_id, outcome, closed_at, rest_id, replayed}. explain: own money or a booking by hand, counted with from now on; book: to losses. What is left is a difference of its own. Raises rail_difference_not_found (404), not_your_move (403), rail_difference_closed, illegal_move (409), more_than_differs, reason_required (422).';
