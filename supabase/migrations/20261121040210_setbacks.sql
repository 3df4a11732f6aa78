-- Work that a schedule could not do: it is put off, holds up nobody else, and operators see it.

insert into private.refusals (code, status, detail, hint) values
('setback_not_found', 404, 'No such work is put off.', 'Read setbacks.');

create table public.setbacks (
    queue text not null check (queue ~ '^[a-z][a-z_]{1,39}$'),
    subject text not null check (length(subject) between 1 and 200),
    failures integer not null check (failures > 0),
    last_error text not null check (length(last_error) <= 500),
    retry_at timestamptz not null check (isfinite(retry_at)),
    set_aside_at timestamptz,
    set_aside_by uuid references auth.users (id) on delete restrict,
    reason text not null default '' check (length(reason) <= 500),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (queue, subject),
    constraint setbacks_set_aside_by_somebody check ((set_aside_at is null) = (set_aside_by is null))
);
alter table public.setbacks enable row level security;
select private.make_text('public.setbacks', 'prose', 'reason');
create index setbacks_set_aside_by_idx on public.setbacks (set_aside_by);
select private.make_audited('public.setbacks', 'subject');
comment on table public.setbacks is
'Work of schedules that failed, each piece alone: it is tried again after a minute, then after twice as long each time, an hour at most, until it succeeds or an operator sets it aside. The rest of its queue goes on.';
comment on column public.setbacks.queue is 'Whose work it is: case, payout, order, offer, listing, reputation, outbox, outage, rail_report, chain_block.';
comment on column public.setbacks.subject is 'The row of the queue, by its id; of a chain_block the chain and the number of the block.';
comment on column public.setbacks.failures is 'How often it failed.';
comment on column public.setbacks.last_error is 'Why, the last time.';
comment on column public.setbacks.retry_at is 'When it is tried again, unless it is set aside.';
comment on column public.setbacks.set_aside_at is 'Since when nobody tries it, by the word of an operator; null: it is tried again.';
comment on column public.setbacks.set_aside_by is 'The operator. Not granted: it names staff.';
comment on column public.setbacks.reason is 'Why it was set aside, in the operator''s words.';
comment on column public.setbacks.created_at is 'When it failed first.';
comment on column public.setbacks.updated_at is 'When it failed last.';

create function private.is_put_off(p_queue text, p_subject text, p_now timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.setbacks
        where queue = p_queue and subject = p_subject and (retry_at > p_now or set_aside_at is not null)
    );
end
$$;
comment on function private.is_put_off(text, text, timestamptz) is
'Whether a piece of work waits since it failed, or is set aside.';

create function private.is_set_aside(p_queue text, p_subject text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.setbacks where queue = p_queue and subject = p_subject and set_aside_at is not null
    );
end
$$;
comment on function private.is_set_aside(text, text) is 'Whether an operator has set a piece of work aside.';

create function private.put_off(p_queue text, p_subject text, p_error text, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    insert into public.setbacks as s (queue, subject, failures, last_error, retry_at, created_at, updated_at)
    values (p_queue, p_subject, 1, left(p_error, 500), p_now + interval '1 minute', p_now, p_now)
    on conflict (queue, subject) do update set
        failures = s.failures + 1, last_error = excluded.last_error, updated_at = p_now,
        retry_at = p_now + least(interval '1 minute' * 2 ^ least(s.failures, 6), interval '1 hour');
end
$$;
comment on function private.put_off(text, text, text, timestamptz) is
'Notes that a piece of work failed: it waits a minute, then twice as long each time, an hour at most.';

create function private.went_through(p_queue text, p_subject text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    delete from public.setbacks where queue = p_queue and subject = p_subject;
end
$$;
comment on function private.went_through(text, text) is 'Forgets that a piece of work had failed.';

-- Definer: schedules have no user.
create function service.setbacks_stuck() returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
    -- Four failures are a quarter of an hour: what only met a busy moment has gone through by then.
    return (select count(*) from public.setbacks where failures >= 4 and set_aside_at is null);
end
$$;
comment on function service.setbacks_stuck() is
'How many pieces of work have failed four times or more, and nobody has set them aside.';

insert into public.operator_commands (kind, function_name, title) values
('setback', 'setback_decide', 'set aside work that fails, or have it tried again');

-- Definer: service_role may give commands, not write the tables.
create function service.setback_decide(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_operator_command('setback', command, '{}');
    v_now timestamptz := private.clock();
    v_aside boolean := command ->> 'event' is not distinct from 'set_aside';
    v_reason text := coalesce(command ->> 'reason', '');
begin
    if v_answer is not null then
        return v_answer;
    elsif not v_aside and command ->> 'event' is distinct from 'take_up' then
        perform private.refuse('illegal_move');
    elsif v_aside and (not private.has_words(v_reason) or length(v_reason) > 500) then
        perform private.refuse('reason_required');
    end if;
    update public.setbacks set
        set_aside_at = case when v_aside then v_now end,
        set_aside_by = case when v_aside then (command ->> 'actor_id')::uuid end,
        reason = case when v_aside then v_reason else '' end,
        retry_at = v_now
    where queue = command ->> 'queue' and subject = command ->> 'subject';
    if not found then
        perform private.refuse('setback_not_found');
    end if;
    return private.finish_command(
        command, jsonb_build_object(
            'queue', command ->> 'queue', 'subject', command ->> 'subject', 'set_aside', v_aside, 'decided_at', v_now
        ), v_now
    );
end
$$;
comment on function service.setback_decide(service.command) is
'Operator command about work that failed {queue, subject, event, reason, actor_id, aal, idempotency_key, request_hash}. event set_aside: nobody tries it again, and what waits behind it goes on; take_up: it is tried at the next run. Raises setback_not_found (404), illegal_move (409), reason_required (422).';
