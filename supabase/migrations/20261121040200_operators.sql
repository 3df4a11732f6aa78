-- Commands of operators: who may give them, about whom, and what one alone may decide.
-- What is worth more waits for a second operator, who confirms exactly that.

insert into private.refusals (code, status, detail, hint) values
('operator_only', 403, 'Only an operator may do this.', ''),
('request_not_found', 404, 'No such request.', ''),
('request_open', 409, 'Another operator was asked for exactly this already.', 'See operator_requests.'),
('request_closed', 409, 'This request was confirmed, rejected or withdrawn, or its time ran out.', ''),
('request_differs', 409, 'The request is not what you say you have read.', 'Read it again and send its command_hash.'),
('second_operator_required', 403, 'Another operator than the one who asked confirms.', '');

create table public.operator_commands (
    kind text primary key check (kind ~ '^[a-z][a-z_]{1,39}$'),
    function_name text check (function_name ~ '^[a-z][a-z0-9_]{1,62}$'),
    confirm_within interval not null default '3 days' check (confirm_within between '1 hour' and '30 days'),
    title text not null check (length(title) between 1 and 100)
);
alter table public.operator_commands enable row level security;
comment on table public.operator_commands is 'What operators can do: every command of an operator is of one of these kinds.';
comment on column public.operator_commands.kind is 'The kind, as in limits and requests.';
comment on column public.operator_commands.function_name is
'Function of schema service that does it, also when a second operator confirms it; null: a move of an escrow, which never waits.';
comment on column public.operator_commands.confirm_within is 'How long a request waits for a second operator.';
comment on column public.operator_commands.title is 'What it does, in words.';

insert into public.operator_commands (kind, function_name, title) values
('deposit', 'ledger_move_external', 'book money that came in'),
('withdrawal', 'ledger_move_external', 'book money that went out'),
('reversal', 'ledger_reverse', 'undo a deposit or a withdrawal'),
('case_close', 'escrow_case_close', 'uphold or dismiss a case, and pay an upheld claim'),
('payout_retry', 'payout_retry', 'pay again what a rail refused'),
('verification', 'profile_verify', 'verify or revoke a fact about a person, grant or withdraw a tier'),
('discord_link', 'discord_link', 'link a Discord account or server'),
('screening_clear', 'screening_clear', 'find a warning about an address to be none'),
('outage', 'outage_declare', 'declare an outage of Holdfast itself'),
('request_confirm', 'operator_request_confirm', 'confirm what another operator asked for'),
('request_close', 'operator_request_close', 'reject what another operator asked for, or withdraw what one asked for'),
('freeze', null, 'hold an escrow'),
('unfreeze', null, 'let an escrow go on'),
('assign', null, 'give a dispute to an arbiter');

create table public.operator_limits (
    id smallint primary key generated always as identity,
    kind text not null references public.operator_commands (kind) on delete restrict,
    currency text references public.currencies (code) on delete restrict,
    above public.money_amount not null check (above >= 0),
    within interval not null default '1 day' check (within between '1 minute' and '31 days'),
    constraint operator_limits_key unique nulls not distinct (kind, currency)
);
alter table public.operator_limits enable row level security;
create index operator_limits_currency_idx on public.operator_limits (currency);
select private.make_audited('public.operator_limits');
select private.make_setting('public.operator_limits', 'What one operator does alone.', '{
    "above": {"least": "0", "most": "1000000000000000000", "second": true},
    "within": {"least": "1 minute", "most": "31 days", "second": true}
}');
comment on table public.operator_limits is
'What one operator alone may do, by kind of command and currency: above it a second one confirms. A kind without a row needs no second operator.';
comment on column public.operator_limits.id is 'The row.';
comment on column public.operator_limits.kind is 'Kind of command.';
comment on column public.operator_limits.currency is
'Currency of the amount; null: every other currency, by what the amount is worth in the reference currency. Of unknown worth is above every limit.';
comment on column public.operator_limits.above is
'Most that one operator does alone, with what the same one did alone in that currency within the time; 0: nothing.';
comment on column public.operator_limits.within is 'Time over which what one did alone is added up.';

with amounts (currency, above) as (
    select c.code, case c.code when 'BTC' then 2 when 'ETH' then 30 when 'ETH_BASE' then 30 else 100000 end
    from public.currencies as c
    where c.code in ('BTC', 'ETH', 'ETH_BASE', 'USD', 'EUR', 'GBP') or c.pegged_to = 'USD'
    union all
    select null, 100000
)

insert into public.operator_limits (kind, currency, above)
select k.kind, a.currency, a.above
from (values ('deposit'), ('withdrawal'), ('reversal'), ('case_close')) as k (kind)
cross join amounts as a;

create table private.operator_amounts (
    id bigint primary key generated always as identity,
    actor_id uuid not null,
    kind text not null references public.operator_commands (kind) on delete restrict,
    currency text not null,
    amount public.money_amount not null,
    worth public.money_amount,
    created_at timestamptz not null
);
alter table private.operator_amounts enable row level security;
create index operator_amounts_actor_id_idx on private.operator_amounts (actor_id, kind, created_at);
create index operator_amounts_kind_idx on private.operator_amounts (kind);
select private.make_append_only('private.operator_amounts');
comment on table private.operator_amounts is
'What each operator did alone: counted against public.operator_limits, so that many small commands are one large one.';
comment on column private.operator_amounts.worth is 'In the reference currency, as counted then; null where the currency has a limit of its own.';

create table public.operator_requests (
    id uuid primary key,
    kind text not null references public.operator_commands (kind) on delete restrict,
    asked_for jsonb not null check (octet_length(asked_for::text) <= 8192),
    command_hash text not null check (command_hash ~ '^[0-9a-f]{64}$'),
    parties uuid[] not null,
    currency text references public.currencies (code) on delete restrict,
    amount public.money_amount,
    state text not null check (state in ('open', 'confirmed', 'rejected', 'withdrawn', 'expired')),
    last_event text not null,
    last_actor_role text not null,
    asked_by uuid not null references auth.users (id) on delete restrict,
    decided_by uuid references auth.users (id) on delete restrict,
    reason text not null default '' check (length(reason) <= 500),
    answer jsonb,
    deadline_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint operator_requests_amount_has_currency check ((currency is null) = (amount is null)),
    constraint operator_requests_open_has_deadline check ((state = 'open') = (deadline_at is not null)),
    constraint operator_requests_deadline_is_finite check (isfinite(deadline_at)),
    constraint operator_requests_decided check (
        case state
            when 'confirmed' then decided_by is not null and decided_by <> asked_by
            when 'rejected' then decided_by is not null and decided_by <> asked_by
            when 'withdrawn' then decided_by is not null and decided_by = asked_by
            else decided_by is null
        end
    )
);
alter table public.operator_requests enable row level security;
select private.make_text('public.operator_requests', 'prose', 'reason');
create index operator_requests_kind_idx on public.operator_requests (kind);
create index operator_requests_currency_idx on public.operator_requests (currency);
create index operator_requests_asked_by_idx on public.operator_requests (asked_by);
create index operator_requests_decided_by_idx on public.operator_requests (decided_by);
create index operator_requests_deadline_at_idx on public.operator_requests (deadline_at) where state = 'open';
create unique index operator_requests_open_idx on public.operator_requests (kind, command_hash) where state = 'open';
select private.make_audited('public.operator_requests');
comment on table public.operator_requests is
'Commands of one operator that wait for a second one, who confirms exactly that or rejects it.';
comment on column public.operator_requests.id is 'The request.';
comment on column public.operator_requests.kind is 'Kind of command, as in operator_commands.';
comment on column public.operator_requests.asked_for is 'What was asked for; it never changes.';
comment on column public.operator_requests.command_hash is 'sha256 of it, as 64 hexadecimal digits: who confirms names it.';
comment on column public.operator_requests.parties is 'Whom it is about: nobody who belongs to one of them confirms.';
comment on column public.operator_requests.currency is 'Currency of the amount; null: it moves none.';
comment on column public.operator_requests.amount is 'What it moves; null: nothing.';
comment on column public.operator_requests.state is 'open, then confirmed, rejected, withdrawn by who asked, or expired.';
comment on column public.operator_requests.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.operator_requests.last_actor_role is 'Who made the last move: operator or timer.';
comment on column public.operator_requests.asked_by is 'Operator who asked.';
comment on column public.operator_requests.decided_by is 'Operator who ended it; null while open, and when its time ran out.';
comment on column public.operator_requests.reason is 'Why it was rejected or withdrawn.';
comment on column public.operator_requests.answer is 'Answer of the command once confirmed.';
comment on column public.operator_requests.deadline_at is 'When it ends unless confirmed before; null once ended.';
comment on column public.operator_requests.created_at is 'When the row was made, by the database clock.';
comment on column public.operator_requests.updated_at is 'When the row last changed, by the database clock.';

create table private.operator_runs (
    transaction_id xid8 not null,
    request_id uuid not null references public.operator_requests (id) on delete restrict,
    primary key (transaction_id, request_id)
);
alter table private.operator_runs enable row level security;
create index operator_runs_request_id_idx on private.operator_runs (request_id);
comment on table private.operator_runs is
'Requests that run in the present transaction; empty outside one. No word of a command can claim to be confirmed.';

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(28, 'operator_request', null, 'ask', 'operator', 'open', 'above what one operator does alone'),
(28, 'operator_request', 'open', 'confirm', 'operator', 'confirmed', 'by a second operator; the command runs with it'),
(28, 'operator_request', 'open', 'reject', 'operator', 'rejected', 'by a second operator'),
(28, 'operator_request', 'open', 'withdraw', 'operator', 'withdrawn', 'by who asked'),
(28, 'operator_request', 'open', 'timeout', 'timer', 'expired', 'nobody confirmed it in time; nothing has moved');

create function private.tg_operator_requests__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'A request is never deleted.';
    elsif tg_op = 'UPDATE' and (
        new.id, new.kind, new.asked_for, new.command_hash, new.parties, new.currency, new.amount, new.asked_by,
        new.created_at
    ) is distinct from (
        old.id, old.kind, old.asked_for, old.command_hash, old.parties, old.currency, old.amount, old.asked_by,
        old.created_at
    ) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What was asked for never changes.';
    elsif tg_op = 'UPDATE' and old.answer is not null then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What was answered never changes.';
    elsif tg_op = 'UPDATE' and new.state = 'confirmed' and old.state = 'confirmed' then
        return new;
    elsif not private.has_edge(
        'operator_request', case when tg_op = 'UPDATE' then old.state end, '', new.last_event, new.last_actor_role,
        new.state, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for the request.';
    end if;
    return new;
end
$$;
comment on function private.tg_operator_requests__guard() is 'Law 2 for requests of operators; what was asked for is frozen.';
create trigger _500_guard before insert or update or delete on public.operator_requests
for each row execute function private.tg_operator_requests__guard();

-- Definer: written for whoever moved the request.
create function private.tg_operator_requests__event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.emit_event(
        'operator_request.' || new.last_event, 'operator_request', new.id, case tg_op when 'INSERT' then 1 else 2 end,
        array[private.platform_party()],
        jsonb_build_object(
            'state', new.state, 'kind', new.kind, 'currency', new.currency, 'amount', trim_scale(new.amount)::text,
            'asked_by', new.asked_by, 'deadline_at', new.deadline_at
        ), new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_operator_requests__event() is 'Tells operators that one of them asks for a second, and how it ended.';
create trigger _600_event after insert or update of state on public.operator_requests
for each row execute function private.tg_operator_requests__event();

create function private.operator_may(p_actor_id uuid, p_parties uuid[]) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return private.is_staff(p_actor_id, 'operator') and not exists (
        select from unnest(p_parties) as p (id)
        -- Every operator belongs to the platform, which is whom they act for as operators.
        where p.id <> private.platform_party() and private.belongs_to(p_actor_id, p.id)
    );
end
$$;
comment on function private.operator_may(uuid, uuid[]) is
'Whether a user is an operator without any part in the parties that a command touches (law 7): the one place that decides it.';

create function private.frozen_command(command jsonb) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
    return command - array['actor_id', 'aal', 'idempotency_key', 'request_hash', 'confirms'];
end
$$;
comment on function private.frozen_command(jsonb) is 'What a command asks for, without who asks.';

create function private.hash_of_command(command jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return encode(sha256(convert_to(private.frozen_command(command)::text, 'UTF8')), 'hex');
end
$$;
comment on function private.hash_of_command(jsonb) is 'sha256 of what a command asks for, as 64 hexadecimal digits.';

create function private.needs_second_operator(
    p_kind text, p_actor_id uuid, p_currency text, p_amount numeric, p_now timestamptz
) returns boolean
language plpgsql volatile set search_path = ''
as $$
declare
    v_limit public.operator_limits;
    v_worth numeric;
    v_before numeric;
begin
    select * into v_limit from public.operator_limits as l
    where l.kind = p_kind and (l.currency = p_currency or l.currency is null)
    order by l.currency nulls last limit 1;
    if not found then
        return false;
    end if;
    -- Commands of one operator take turns, so that the sum is still so at the commit.
    perform pg_advisory_xact_lock(hashtextextended('operator ' || p_actor_id, 0));
    if v_limit.currency is null then
        v_worth := case when private.worth_is_known(p_currency, p_now)
            then private.reference_worth(p_currency, p_amount, p_currency, p_amount, p_now) end;
    end if;
    select coalesce(sum(case when v_limit.currency is null then a.worth else a.amount end), 0) into v_before
    from private.operator_amounts as a
    where a.actor_id = p_actor_id and a.kind = p_kind and a.created_at > p_now - v_limit.within
        and case when v_limit.currency is null then a.worth is not null else a.currency = p_currency end;
    if coalesce(v_before + case when v_limit.currency is null then v_worth else p_amount end > v_limit.above, true) then
        return true;
    end if;
    insert into private.operator_amounts (actor_id, kind, currency, amount, worth, created_at)
    values (p_actor_id, p_kind, p_currency, p_amount, v_worth, p_now);
    return false;
end
$$;
comment on function private.needs_second_operator(text, uuid, text, numeric, timestamptz) is
'Whether an amount is above what one operator does alone, with what the same one did alone before; if not, it is counted.';

create function private.run_request(p_request public.operator_requests) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_command text;
    v_answer jsonb;
begin
    select c.function_name into strict v_command from public.operator_commands as c where c.kind = p_request.kind;
    insert into private.operator_runs (transaction_id, request_id) values (pg_current_xact_id(), p_request.id);
    execute format('select service.%I($1)', v_command) into v_answer
    using p_request.asked_for || jsonb_build_object(
        'actor_id', p_request.asked_by, 'aal', 'aal2', 'idempotency_key', 'operator_request:' || p_request.id,
        'request_hash', p_request.command_hash, 'confirms', p_request.id
    );
    delete from private.operator_runs where request_id = p_request.id;
    return v_answer - 'replayed';
end
$$;
comment on function private.run_request(public.operator_requests) is
'Gives the command of a request in the name of who asked; its answer. Raises what the command raises.';

create function private.ask_second_operator(
    p_kind text, p_command jsonb, p_parties uuid[], p_currency text, p_amount numeric, p_now timestamptz
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_request public.operator_requests;
begin
    insert into public.operator_requests (
        id, kind, asked_for, command_hash, parties, currency, amount, state, last_event, last_actor_role, asked_by,
        deadline_at, created_at, updated_at
    )
    select private.uuid_v7(p_now), p_kind, private.frozen_command(p_command), private.hash_of_command(p_command),
        array(select distinct p.id from unnest(p_parties) as p (id) where p.id is not null), p_currency, p_amount,
        'open', 'ask', 'operator', (p_command ->> 'actor_id')::uuid, p_now + c.confirm_within, p_now, p_now
    from public.operator_commands as c where c.kind = p_kind
    on conflict do nothing
    returning * into v_request;
    if v_request.id is null then
        perform private.refuse('request_open');
    end if;
    -- What could not be done now is refused now: it is done, and undone with all that it wrote.
    begin
        perform private.run_request(v_request);
        raise sqlstate 'HF001' using message = 'rehearsed';
    exception when sqlstate 'HF001' then
        perform set_config('holdfast.actor_id', p_command ->> 'actor_id', true);
    end;
    return private.finish_command(p_command, jsonb_build_object(
        'request_id', v_request.id, 'state', v_request.state, 'command_hash', v_request.command_hash,
        'deadline_at', v_request.deadline_at
    ), p_now);
end
$$;
comment on function private.ask_second_operator(text, jsonb, uuid[], text, numeric, timestamptz) is
'Freezes a command until a second operator confirms it -> {request_id, state, command_hash, deadline_at, replayed}. Raises request_open (409) and whatever the command would raise now.';

create function private.begin_operator_command(
    p_kind text, command jsonb, p_parties uuid[], p_currency text default null, p_amount numeric default null,
    p_second boolean default false
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_actor uuid := (command ->> 'actor_id')::uuid;
    v_reason text := coalesce(private.clean_text('prose', command ->> 'reason'), '');
    v_now timestamptz;
    v_answer jsonb;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    if v_actor is null or not private.is_staff(v_actor, 'operator') then
        perform private.refuse('operator_only');
    end if;
    perform private.command_actor(command);
    perform private.ask(command, v_actor, 'staff.command');
    -- Twins of one key take turns; the second finds the first one's answer.
    perform pg_advisory_xact_lock(hashtextextended(v_actor::text || (command ->> 'idempotency_key'), 0));
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    elsif not private.operator_may(v_actor, p_parties) then
        perform private.refuse('not_your_move');
    end if;
    if private.has_words(v_reason) then
        perform private.check_text('prose', v_reason, 'reason');
    end if;
    v_reason := set_config('holdfast.reason', v_reason, true);
    if command ? 'confirms' then
        -- The answer of run_request's own row, in its own transaction: said by nobody else.
        perform from private.operator_runs as u
        inner join public.operator_requests as q on u.request_id = q.id
        where u.transaction_id = pg_current_xact_id() and u.request_id = (command ->> 'confirms')::uuid
            and q.kind = p_kind and q.command_hash = private.hash_of_command(command);
        if not found then
            perform private.refuse('request_differs');
        end if;
        return null;
    end if;
    v_now := private.clock();
    if (
        p_second or p_amount > 0 and private.fits(p_amount, p_currency)
        and private.needs_second_operator(p_kind, v_actor, p_currency, p_amount, v_now)
    ) and not private.one_operator() then
        return private.ask_second_operator(p_kind, command, p_parties, p_currency, p_amount, v_now);
    end if;
    return null;
end
$$;
comment on function private.begin_operator_command(text, jsonb, uuid[], text, numeric, boolean) is
'Common entry of operator commands: kind, the command, every party that it touches, the amount it moves, if any, and whether a second operator confirms it whatever it moves. Checks operator, standing, second factor, key, and that the operator has no part in a party. Returns the stored answer of the key, or that of a request when a second operator must confirm; null: go on. Raises operator_only, not_your_move (403), what private.ask raises, idempotency_key_reused, request_open (409), idempotency_key_required (400).';

-- Definer: service_role may give the command, not write the tables.
create function service.operator_request_confirm(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_request public.operator_requests;
    v_answer jsonb;
    v_now timestamptz;
begin
    select * into v_request from public.operator_requests
    where id = (command ->> 'request_id')::uuid for no key update;
    v_answer := private.begin_operator_command('request_confirm', command, v_request.parties);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    if v_request.id is null then
        perform private.refuse('request_not_found');
    elsif v_request.state <> 'open' then
        perform private.refuse('request_closed');
    elsif v_request.asked_by = (command ->> 'actor_id')::uuid then
        perform private.refuse('second_operator_required');
    elsif v_now >= private.later_by_outages(v_request.created_at, v_request.deadline_at) then
        perform private.refuse('deadline_passed');
    elsif command ->> 'command_hash' is distinct from v_request.command_hash then
        perform private.refuse('request_differs');
    end if;
    update public.operator_requests set
        state = 'confirmed', last_event = 'confirm', last_actor_role = 'operator',
        decided_by = (command ->> 'actor_id')::uuid, deadline_at = null, updated_at = v_now
    where id = v_request.id;
    v_answer := private.run_request(v_request);
    perform set_config('holdfast.actor_id', command ->> 'actor_id', true);
    update public.operator_requests set answer = v_answer where id = v_request.id;
    return private.finish_command(command, jsonb_build_object(
        'request_id', v_request.id, 'state', 'confirmed', 'answer', v_answer
    ), v_now);
end
$$;
comment on function service.operator_request_confirm(service.command) is
'Operator command: a second operator confirms {request_id, command_hash, actor_id, aal, idempotency_key, request_hash} -> {request_id, state, answer of the command, replayed}; the command runs in the same transaction, in the name of who asked. Raises request_not_found (404), request_closed, request_differs, deadline_passed (409), second_operator_required, not_your_move (403), and what the command raises: then the request stays open.';

-- Definer: service_role may give the command, not write the tables.
create function service.operator_request_close(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_request public.operator_requests;
    v_answer jsonb;
    v_actor uuid := (command ->> 'actor_id')::uuid;
    v_now timestamptz;
begin
    select * into v_request from public.operator_requests
    where id = (command ->> 'request_id')::uuid for no key update;
    v_answer := private.begin_operator_command('request_close', command, v_request.parties);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    if v_request.id is null then
        perform private.refuse('request_not_found');
    elsif v_request.state <> 'open' then
        perform private.refuse('request_closed');
    elsif not private.has_words(command ->> 'reason') then
        perform private.refuse('reason_required');
    end if;
    update public.operator_requests set
        state = case when asked_by = v_actor then 'withdrawn' else 'rejected' end,
        last_event = case when asked_by = v_actor then 'withdraw' else 'reject' end, last_actor_role = 'operator',
        decided_by = v_actor, reason = command ->> 'reason', deadline_at = null, updated_at = v_now
    where id = v_request.id
    returning * into v_request;
    return private.finish_command(command, jsonb_build_object(
        'request_id', v_request.id, 'state', v_request.state
    ), v_now);
end
$$;
comment on function service.operator_request_close(service.command) is
'Operator command: rejects a request of another operator, or withdraws one''s own {request_id, reason, actor_id, aal, idempotency_key, request_hash} -> {request_id, state, replayed}. Raises request_not_found (404), request_closed (409), reason_required (422), not_your_move (403).';

-- Definer: timers have no user.
create function service.operator_requests_expire(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_expired integer;
begin
    perform set_config('holdfast.actor_id', '', true);
    update public.operator_requests set
        state = 'expired', last_event = 'timeout', last_actor_role = 'timer', deadline_at = null, updated_at = v_now
    where id in (
        select q.id from public.operator_requests as q
        where q.state = 'open' and q.deadline_at <= v_now
            and private.later_by_outages(q.created_at, q.deadline_at) <= v_now and not private.sweep_is_late(v_now)
        order by q.deadline_at limit least(greatest(max_rows, 1), 2000) for no key update skip locked
    );
    get diagnostics v_expired = row_count;
    return v_expired;
end
$$;
comment on function service.operator_requests_expire(integer) is
'Ends requests that no second operator confirmed in time; how many. Nothing has moved for them.';
