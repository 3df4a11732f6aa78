-- A second factor lost without recovery codes: two operators take it off, after a wait in which its owner may object.

insert into private.refusals (code, status, detail, hint) values
('factor_reset_not_found', 404, 'There is no such reset of yours.', 'Read factor_resets.'),
('factor_reset_runs', 409, 'The second factor of this account is being reset already.', 'Cancel that one first.'),
('factor_reset_over', 409, 'This reset was carried out, cancelled, or its time ran out.', ''),
('no_second_factor', 409, 'This account has no second factor.', ''),
('evidence_invalid', 422, 'Evidence is named by its SHA-256, as 64 hexadecimal digits.', '');

create table private.factor_reset_rules (
    id boolean primary key default true check (id),
    answered_within interval not null check (answered_within between '1 day' and '90 days'),
    wait_for interval not null check (wait_for between '1 hour' and '30 days')
);
alter table private.factor_reset_rules enable row level security;
select private.make_setting('private.factor_reset_rules', 'How long a reset of a second factor takes.', '{
    "answered_within": {"least": "1 day", "most": "90 days"},
    "wait_for": {"least": "1 hour", "most": "30 days", "second": true}
}');
comment on table private.factor_reset_rules is 'How long a reset of a second factor takes: one row.';
comment on column private.factor_reset_rules.id is 'The one row.';
comment on column private.factor_reset_rules.answered_within is 'How long what a person asked for waits for operators.';
comment on column private.factor_reset_rules.wait_for is 'How long the owner may object once two operators have agreed.';
insert into private.factor_reset_rules (answered_within, wait_for) values ('14 days', '48 hours');

create table public.factor_resets (
    id uuid primary key,
    user_id uuid not null references auth.users (id) on delete restrict,
    state text not null check (state in ('asked', 'waiting', 'done', 'cancelled', 'expired')),
    last_event text not null,
    last_actor_role text not null,
    evidence_hash text check (evidence_hash ~ '^[0-9a-f]{64}$'),
    since timestamptz not null,
    deadline_at timestamptz check (isfinite(deadline_at)),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint factor_resets_live_has_deadline check ((state in ('asked', 'waiting')) = (deadline_at is not null)),
    constraint factor_resets_agreed check (
        state not in ('waiting', 'done') or evidence_hash is not null
    )
);
alter table public.factor_resets enable row level security;
create index factor_resets_user_id_idx on public.factor_resets (user_id);
create unique index factor_resets_live_idx on public.factor_resets (user_id) where state in ('asked', 'waiting');
create index factor_resets_deadline_at_idx on public.factor_resets (deadline_at) where state in ('asked', 'waiting');
select private.make_audited('public.factor_resets');
comment on table public.factor_resets is
'Second factors that operators take off for whoever has lost theirs without recovery codes. At its end every factor is removed, every session ends, and for 72 hours no money leaves.';
comment on column public.factor_resets.id is 'The reset.';
comment on column public.factor_resets.user_id is 'Whose second factor.';
comment on column public.factor_resets.state is
'asked by the person; waiting: two operators agreed; then done, cancelled by the person, or expired: no operator answered.';
comment on column public.factor_resets.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.factor_resets.last_actor_role is 'Who made the last move: owner, operator or timer.';
comment on column public.factor_resets.evidence_hash is 'SHA-256 of what proved who asks, in hex; null until operators agree.';
comment on column public.factor_resets.since is 'When it came into its state.';
comment on column public.factor_resets.deadline_at is 'Waiting: when the factor is removed; asked: when it ends unanswered; null once over.';
comment on column public.factor_resets.created_at is 'When the row was made, by the database clock.';
comment on column public.factor_resets.updated_at is 'When the row last changed, by the database clock.';

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(29, 'factor_reset', null, 'ask', 'owner', 'asked', 'signed in without the second factor'),
(29, 'factor_reset', null, 'agree', 'operator', 'waiting', 'a second operator has confirmed it'),
(29, 'factor_reset', 'asked', 'agree', 'operator', 'waiting', 'a second operator has confirmed it'),
(29, 'factor_reset', 'asked', 'cancel', 'owner', 'cancelled', 'from any session that lives'),
(29, 'factor_reset', 'waiting', 'cancel', 'owner', 'cancelled', 'from any session that lives'),
(29, 'factor_reset', 'asked', 'timeout', 'timer', 'expired', 'no operator answered'),
(29, 'factor_reset', 'waiting', 'finish', 'timer', 'done', 'no factor, no session; no money out for 72 hours');

create function private.tg_factor_resets__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'A reset is never deleted.';
    elsif tg_op = 'UPDATE' and (new.id, new.user_id, new.created_at) is distinct from (old.id, old.user_id, old.created_at) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'Whose factor it is never changes.';
    elsif not private.has_edge(
        'factor_reset', case when tg_op = 'UPDATE' then old.state end, '', new.last_event, new.last_actor_role,
        new.state, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for the reset.';
    end if;
    return new;
end
$$;
comment on function private.tg_factor_resets__guard() is 'Law 2 for resets of second factors.';
create trigger _500_guard before insert or update or delete on public.factor_resets
for each row execute function private.tg_factor_resets__guard();

-- Definer: written for whoever moved the reset.
create function private.tg_factor_resets__event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.emit_event(
        'factor_reset.' || new.last_event, 'factor_reset', new.id,
        (extract(epoch from new.updated_at) * 1000000)::bigint, array[new.user_id, private.platform_party()],
        jsonb_build_object('state', new.state, 'user_id', new.user_id, 'deadline_at', new.deadline_at), new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_factor_resets__event() is 'Tells the person and operators of each move of a reset.';
create trigger _600_event after insert or update on public.factor_resets
for each row execute function private.tg_factor_resets__event();

insert into private.acts (act, kind, step_up) values
('factor_reset_ask', 'settings', false),
('factor_reset_cancel', 'settings', false);
insert into public.operator_commands (kind, function_name, title) values
('factor_reset', 'factor_reset_agree', 'take off the second factor of somebody who has lost it');

create function private.refuse_without_factor(p_user_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if not exists (select from auth.mfa_factors as f where f.user_id = p_user_id and f.status = 'verified') then
        perform private.refuse('no_second_factor');
    end if;
end
$$;
comment on function private.refuse_without_factor(uuid) is 'Raises no_second_factor (409) for a person who has none.';

create function private.finish_factor_reset(
    command jsonb, p_reset public.factor_resets, p_now timestamptz
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
begin
    return private.finish_command(command, jsonb_build_object(
        'reset_id', p_reset.id, 'state', p_reset.state, 'deadline_at', p_reset.deadline_at
    ), p_now);
end
$$;
comment on function private.finish_factor_reset(jsonb, public.factor_resets, timestamptz) is
'What a command about a reset answers: {reset_id, state, deadline_at}.';

-- Definer: service_role may give commands, not write the tables.
create function service.factor_reset_ask(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_answer jsonb := private.begin_account_command('factor_reset_ask', command);
    v_now timestamptz;
    v_reset public.factor_resets;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    perform private.refuse_without_factor(v_actor);
    insert into public.factor_resets (
        id, user_id, state, last_event, last_actor_role, since, deadline_at, created_at, updated_at
    )
    select private.uuid_v7(v_now), v_actor, 'asked', 'ask', 'owner', v_now, v_now + r.answered_within, v_now, v_now
    from private.factor_reset_rules as r
    on conflict do nothing
    returning * into v_reset;
    if v_reset.id is null then
        perform private.refuse('factor_reset_runs');
    end if;
    return private.finish_factor_reset(command, v_reset, v_now);
end
$$;
comment on function service.factor_reset_ask(service.command) is
'A person who has lost the second factor asks operators to take it off {actor_id, aal, idempotency_key, request_hash} -> {reset_id, state, deadline_at}. Raises no_second_factor, factor_reset_runs (409) and what private.ask raises.';

-- Definer: as factor_reset_ask.
create function service.factor_reset_cancel(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_answer jsonb := private.begin_account_command('factor_reset_cancel', command);
    v_now timestamptz;
    v_reset public.factor_resets;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    select * into v_reset from public.factor_resets as r
    where r.id = (command ->> 'reset_id')::uuid and r.user_id = v_actor for no key update;
    v_now := private.clock();
    if v_reset.id is null then
        perform private.refuse('factor_reset_not_found');
    elsif v_reset.deadline_at is null then
        perform private.refuse('factor_reset_over');
    end if;
    update public.factor_resets set
        state = 'cancelled', last_event = 'cancel', last_actor_role = 'owner', since = v_now, deadline_at = null,
        updated_at = v_now
    where id = v_reset.id
    returning * into v_reset;
    return private.finish_factor_reset(command, v_reset, v_now);
end
$$;
comment on function service.factor_reset_cancel(service.command) is
'A person keeps the second factor {reset_id, actor_id, aal, idempotency_key, request_hash} -> {reset_id, state, deadline_at}. Raises factor_reset_not_found (404), factor_reset_over (409) and what private.ask raises.';

-- Definer: as factor_reset_ask.
create function service.factor_reset_agree(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_user uuid := (command ->> 'party_id')::uuid;
    v_answer jsonb := private.begin_operator_command('factor_reset', command, array[v_user], p_second => true);
    v_now timestamptz;
    v_until timestamptz;
    v_reset public.factor_resets;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    perform from public.profiles where id = v_user for no key update;
    if not found then
        perform private.refuse('party_not_found');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    elsif command ->> 'evidence_hash' !~ '^[0-9a-f]{64}$' is not false then
        perform private.refuse('evidence_invalid');
    end if;
    perform private.refuse_without_factor(v_user);
    select * into v_reset from public.factor_resets as r
    where r.user_id = v_user and r.state in ('asked', 'waiting') for no key update;
    v_now := private.clock();
    v_until := v_now + (select r.wait_for from private.factor_reset_rules as r);
    if v_reset.state = 'waiting' then
        perform private.refuse('factor_reset_runs');
    elsif v_reset.state = 'asked' then
        update public.factor_resets set
            state = 'waiting', last_event = 'agree', last_actor_role = 'operator',
            evidence_hash = command ->> 'evidence_hash', since = v_now, deadline_at = v_until, updated_at = v_now
        where id = v_reset.id
        returning * into v_reset;
    else
        insert into public.factor_resets (
            id, user_id, state, last_event, last_actor_role, evidence_hash, since, deadline_at, created_at, updated_at
        ) values (
            private.uuid_v7(v_now), v_user, 'waiting', 'agree', 'operator',
            command ->> 'evidence_hash', v_now, v_until, v_now, v_now
        )
        returning * into v_reset;
    end if;
    return private.finish_factor_reset(command, v_reset, v_now);
end
$$;
comment on function service.factor_reset_agree(service.command) is
'Operator command, always by two: the second factor of a person is taken off once a wait is over {party_id, reason, evidence_hash: SHA-256 in hex, actor_id, aal, idempotency_key, request_hash} -> {reset_id, state, deadline_at}, or the request. Raises party_not_found (404), no_second_factor, factor_reset_runs (409), reason_required, evidence_invalid (422), and what private.begin_operator_command raises.';

-- Definer: timers have no user.
create function service.factor_resets_end(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_reset public.factor_resets;
    v_ended integer := 0;
begin
    perform set_config('holdfast.actor_id', '', true);
    for v_reset in
        select r.* from public.factor_resets as r
        where r.state in ('asked', 'waiting') and r.deadline_at <= v_now
            -- Nobody could object in an outage.
            and private.later_by_outages(r.since, r.deadline_at) <= v_now and not private.sweep_is_late(v_now)
        order by r.deadline_at limit least(greatest(max_rows, 1), 2000) for no key update skip locked
    loop
        if v_reset.state = 'waiting' then
            perform private.take_off_factors(v_reset.user_id, null, v_now);
            delete from private.recovery_codes as c where c.user_id = v_reset.user_id;
        end if;
        update public.factor_resets set
            state = case v_reset.state when 'waiting' then 'done' else 'expired' end,
            last_event = case v_reset.state when 'waiting' then 'finish' else 'timeout' end, last_actor_role = 'timer',
            since = v_now, deadline_at = null, updated_at = v_now
        where id = v_reset.id;
        v_ended := v_ended + 1;
    end loop;
    return v_ended;
end
$$;
comment on function service.factor_resets_end(integer) is
'Carries out resets whose wait is over, and ends those that no operator answered; how many.';
