-- Who works for Holdfast: two operators give a role, and two take it away.

insert into private.refusals (code, status, detail, hint) values
('profile_not_found', 404, 'No such person.', ''),
('role_unknown', 422, 'Staff are operators, arbiters and readers of disputes.', ''),
('role_held', 409, 'This person has the role already.', ''),
('role_not_held', 409, 'This person does not have the role.', ''),
('person_stopped', 409, 'Whoever is stopped gets no role.', 'Restore the person first.'),
('last_operator', 409, 'Nobody else could work as an operator then.', 'Grant the role to another person first.');
insert into public.operator_commands (kind, function_name, title) values
('staff_grant', 'staff_grant', 'give a person a role among the staff'),
('staff_withdraw', 'staff_withdraw', 'take a role among the staff away from a person');
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(28, 'operator_request', 'open', 'void', 'system', 'expired', 'who asked is no operator any more');

create table public.staff_changes (
    id uuid primary key,
    user_id uuid not null references auth.users (id) on delete restrict,
    role public.member_role not null,
    event text not null check (event in ('granted', 'withdrawn')),
    reason text not null check (length(reason) between 1 and 500),
    asked_by uuid not null,
    one_operator boolean not null,
    created_at timestamptz not null
);
alter table public.staff_changes enable row level security;
create index staff_changes_user_id_idx on public.staff_changes (user_id, created_at);
select private.make_append_only('public.staff_changes');
select private.make_text('public.staff_changes', 'prose', 'reason');
comment on table public.staff_changes is
'Append-only: who got or lost which role among the staff, and why. Who confirmed it is in operator_requests.';
comment on column public.staff_changes.id is 'Carries its time.';
comment on column public.staff_changes.user_id is 'The person.';
comment on column public.staff_changes.role is 'operator, arbiter or dispute_reader.';
comment on column public.staff_changes.event is 'granted or withdrawn.';
comment on column public.staff_changes.reason is 'Why, in the operator''s words.';
comment on column public.staff_changes.asked_by is 'Operator who asked.';
comment on column public.staff_changes.one_operator is 'Whether nobody else was there to confirm it.';
comment on column public.staff_changes.created_at is 'When, by the database clock.';

-- Definer: whoever takes the role away writes no request.
create function private.tg_party_members__void() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update public.operator_requests set
        state = 'expired', last_event = 'void', last_actor_role = 'system', deadline_at = null,
        updated_at = private.clock()
    where asked_by = old.user_id and state = 'open';
    return null;
end
$$;
comment on function private.tg_party_members__void() is
'What a person asked for as an operator ends with the role, however it was taken away.';
create trigger _600_void after delete on public.party_members
for each row when (
    old.party_id = '00000000-0000-4000-8000-000000000001' and old.role = 'operator'
) execute function private.tg_party_members__void();

create function private.check_staff_command(command jsonb) returns public.member_role
language plpgsql volatile set search_path = ''
as $$
begin
    -- Two withdrawals at once do not each count on the other's operator.
    perform pg_advisory_xact_lock(hashtextextended('staff', 0));
    if not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    elsif coalesce(command ->> 'role', '') not in ('operator', 'arbiter', 'dispute_reader') then
        perform private.refuse('role_unknown');
    elsif not exists (select from public.profiles as p where p.id = (command ->> 'user_id')::uuid) then
        perform private.refuse('profile_not_found');
    end if;
    return (command ->> 'role')::public.member_role;
end
$$;
comment on function private.check_staff_command(jsonb) is
'Common checks of commands about staff, one after the other; the role. Raises profile_not_found (404), reason_required, role_unknown (422).';

create function private.finish_staff_command(command jsonb, p_event text) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_user uuid := (command ->> 'user_id')::uuid;
begin
    insert into public.staff_changes (id, user_id, role, event, reason, asked_by, one_operator, created_at)
    values (
        private.uuid_v7(v_now), v_user, (command ->> 'role')::public.member_role, p_event, command ->> 'reason',
        (command ->> 'actor_id')::uuid, private.one_operator(), v_now
    );
    perform private.emit_event(
        'staff.' || p_event, 'staff', v_user, (extract(epoch from v_now) * 1000000)::bigint,
        array[v_user, private.platform_party()], jsonb_build_object('role', command ->> 'role'), v_now
    );
    return private.finish_command(command, jsonb_build_object(
        'user_id', v_user, 'role', command ->> 'role', 'roles', array(
            select m.role::text from public.party_members as m
            where m.party_id = private.platform_party() and m.user_id = v_user order by m.role::text
        )
    ), v_now);
end
$$;
comment on function private.finish_staff_command(jsonb, text) is
'Writes down and tells who got or lost which role, and answers {user_id, role, roles}.';

-- Definer: service_role may give the command, not write the tables.
create function service.staff_grant(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_user uuid := (command ->> 'user_id')::uuid;
    -- Nobody is asked about oneself: who gets the role neither asks nor confirms.
    v_answer jsonb := private.begin_operator_command('staff_grant', command, array[v_user], p_second => true);
    v_role public.member_role;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_role := private.check_staff_command(command);
    if not private.other_side_may(v_user, 'staff.command') then
        perform private.refuse('person_stopped');
    end if;
    insert into public.party_members (party_id, user_id, role) values (private.platform_party(), v_user, v_role)
    on conflict do nothing;
    if not found then
        perform private.refuse('role_held');
    end if;
    return private.finish_staff_command(command, 'granted');
end
$$;
comment on function service.staff_grant(service.command) is
'Operator command, always of two: a person gets a role among the staff {user_id, role, reason, actor_id, aal, idempotency_key, request_hash} -> {user_id, role, roles}. Raises operator_only, not_your_move (403), profile_not_found (404), role_held, person_stopped (409), role_unknown, reason_required (422), and what private.ask raises.';

-- Definer: as staff_grant.
create function service.staff_withdraw(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_user uuid := (command ->> 'user_id')::uuid;
    -- Who leaves may ask for it; another one confirms.
    v_answer jsonb := private.begin_operator_command(
        'staff_withdraw', command, array_remove(array[v_user], (command ->> 'actor_id')::uuid), p_second => true
    );
    v_role public.member_role;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_role := private.check_staff_command(command);
    delete from public.party_members
    where party_id = private.platform_party() and user_id = v_user and role = v_role;
    if not found then
        perform private.refuse('role_not_held');
    elsif v_role = 'operator' and not exists (
        select from public.party_members as m
        where m.party_id = private.platform_party() and m.role = 'operator'
            and private.other_side_may(m.user_id, 'staff.command')
    ) then
        perform private.refuse('last_operator');
    end if;
    return private.finish_staff_command(command, 'withdrawn');
end
$$;
comment on function service.staff_withdraw(service.command) is
'Operator command, always of two: a person loses a role among the staff, at once and whatever a token says {user_id, role, reason, actor_id, aal, idempotency_key, request_hash} -> {user_id, role, roles}; an operator''s open requests and files end. Raises operator_only, not_your_move (403), profile_not_found (404), role_not_held, last_operator (409), role_unknown, reason_required (422), and what private.ask raises.';
