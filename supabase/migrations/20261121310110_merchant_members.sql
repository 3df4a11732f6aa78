-- Who works for a merchant, and as what. Nobody is put into one: who is invited says yes.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('merchant_invitation_not_found', 404, 'No such invitation waits for you.', 'Ask for another one.'),
('merchant_member_not_found', 404, 'This person is no member of the merchant.', ''),
('merchant_member_already', 409, 'This person has this role already.', ''),
('merchant_role_unknown', 422, 'Members are owner, admin, staff or viewer.', ''),
('last_owner', 409, 'A merchant keeps an owner.', 'Make somebody else an owner first.');
insert into private.acts (act, kind, step_up) values
('merchant_invite', 'destination', true),
('merchant_join', 'settle', false),
('merchant_member_remove', 'settle', true);
insert into private.quotas (kind, max_open, max_in_window, in_window) values
('merchant_invitation', 100, 100, '1 day');
insert into private.quotas (kind, min_tier) values ('merchant_invitation', 3);
-- noqa: enable=LT05

create table public.merchant_invitations (
    merchant_id uuid not null references public.merchants (id) on delete restrict,
    user_id uuid not null references auth.users (id) on delete restrict,
    role public.member_role not null check (role in ('owner', 'admin', 'staff', 'viewer')),
    invited_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (merchant_id, user_id)
);
alter table public.merchant_invitations enable row level security;
create index merchant_invitations_user_id_idx on public.merchant_invitations (user_id);
create index merchant_invitations_invited_by_idx on public.merchant_invitations (invited_by);
select private.make_quota('public.merchant_invitations', 'merchant_invitation', 'merchant_id');
select private.make_audited('public.merchant_invitations', 'user_id');
comment on table public.merchant_invitations is
'Whom a merchant would like to have, and as what. Only the invited person becomes a member by it; the row goes with the answer.';
comment on column public.merchant_invitations.merchant_id is 'The merchant.';
comment on column public.merchant_invitations.user_id is 'Who is invited, and reads it.';
comment on column public.merchant_invitations.role is
'What the person would be. owner: everything. admin: settings, refunds, withdrawals, members below owner. staff: makes and cancels invoices. viewer: reads.';
comment on column public.merchant_invitations.invited_by is 'Who invited.';
comment on column public.merchant_invitations.created_at is 'When, by the database clock.';
comment on column public.merchant_invitations.expires_at is 'From here on it cannot be accepted: 30 days.';

create function private.works_as(p_user_id uuid, p_party_id uuid, p_roles public.member_role[]) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.party_members as m
        where m.party_id = p_party_id and m.user_id = p_user_id and m.role = any (p_roles)
    );
end
$$;
comment on function private.works_as(uuid, uuid, public.member_role[]) is 'Whether a user has one of these roles in a party.';

create function private.begin_merchant_command(
    command jsonb, p_merchant_id uuid, p_act text, p_roles public.member_role[],
    out answer jsonb, out actor uuid, out merchant public.merchants
)
language plpgsql volatile set search_path = ''
as $$
begin
    actor := private.command_actor(command);
    select * into merchant from public.merchants as m where m.id = p_merchant_id;
    if not found or not private.belongs_to(actor, p_merchant_id) then
        perform private.refuse('merchant_not_found');
    elsif not private.works_as(actor, p_merchant_id, p_roles) then
        perform private.refuse('merchant_role_refused');
    end if;
    perform private.ask(command, p_merchant_id, p_act);
    answer := private.command_answer(command);
end
$$;
comment on function private.begin_merchant_command(jsonb, uuid, text, public.member_role[]) is
'Common entry of commands for a merchant: a member with one of the roles, whether the merchant may do the act. answer: of before, when the key was answered; look again once all is locked. Raises merchant_not_found (404), merchant_role_refused (403) and what private.ask raises.';

-- Definer: service_role may give commands, not write the tables.
create function service.merchant_create(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_answer jsonb;
    v_now timestamptz;
    v_id uuid;
begin
    perform private.ask(command, v_actor, 'merchant_create');
    -- Twins of one key take turns; the second finds the first one's answer.
    perform pg_advisory_xact_lock(hashtextextended('merchants of ' || v_actor, 0));
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    v_id := gen_random_uuid();
    insert into public.parties (id, kind, display_name) values (v_id, 'merchant', command ->> 'name');
    insert into public.merchants (
        id, name, legal_name, website, tax_id, country, support_email, created_by, created_at, updated_at
    ) values (
        v_id, command ->> 'name', command ->> 'legal_name', coalesce(command ->> 'website', ''),
        coalesce(command ->> 'tax_id', ''), command ->> 'country', command ->> 'support_email', v_actor, v_now, v_now
    );
    insert into public.merchant_settings (merchant_id, updated_at) values (v_id, v_now);
    insert into public.party_members (party_id, user_id, role) values (v_id, v_actor, 'owner');
    return private.finish_command(command, jsonb_build_object(
        'merchant_id', v_id, 'verification', 'pending', 'role', 'owner'
    ), v_now);
end
$$;
comment on function service.merchant_create(service.command) is
'A person registers a merchant and owns it {name, legal_name, website, tax_id, country, support_email, actor_id, idempotency_key, request_hash} -> {merchant_id, verification, role, replayed}. Raises quota_exceeded (429) and what private.ask raises.';

-- Definer: as above.
create function service.merchant_verify(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_row public.merchants;
    v_answer jsonb;
    v_verdict text := command ->> 'verification';
begin
    select * into v_row from public.merchants as m where m.id = (command ->> 'merchant_id')::uuid for no key update;
    v_answer := private.begin_operator_command('merchant_verify', command, array[v_row.id]);
    if v_answer is not null then
        return v_answer;
    elsif v_row.id is null then
        perform private.refuse('merchant_not_found');
    elsif not private.has_words(private.reason()) then
        perform private.refuse('reason_required');
    elsif v_verdict is null or v_verdict not in ('verified', 'rejected') or v_verdict = v_row.verification then
        perform private.refuse('illegal_move');
    end if;
    update public.merchants as m set
        verification = v_verdict, last_event = case v_verdict when 'verified' then 'verify' else 'reject' end,
        last_actor_role = 'operator'
    where m.id = v_row.id;
    return private.finish_command(command, jsonb_build_object(
        'merchant_id', v_row.id, 'verification', v_verdict
    ), private.clock());
end
$$;
comment on function service.merchant_verify(service.command) is
'Operator command: the papers of a merchant were looked at {merchant_id, verification: verified or rejected, reason, actor_id, aal, idempotency_key, request_hash} -> {merchant_id, verification, replayed}. The audit log keeps who and why. Raises operator_only, not_your_move (403), merchant_not_found (404), illegal_move (409), reason_required (422).';

-- Definer: as above.
create function service.merchant_close(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context record;
    v_row public.merchants;
    v_answer jsonb;
    v_now timestamptz;
begin
    select * into v_context from private.begin_merchant_command(
        command, (command ->> 'merchant_id')::uuid, 'merchant_close', '{owner}'
    );
    select * into v_row from public.merchants as m where m.id = (command ->> 'merchant_id')::uuid for no key update;
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    elsif v_row.deleted_at is not null then
        perform private.refuse('merchant_closed');
    end if;
    v_now := private.clock();
    update public.merchants as m set deleted_at = v_now where m.id = v_row.id;
    return private.finish_command(command, jsonb_build_object('merchant_id', v_row.id, 'deleted_at', v_now), v_now);
end
$$;
comment on function service.merchant_close(service.command) is
'An owner closes a merchant {merchant_id, actor_id, aal, idempotency_key, request_hash} -> {merchant_id, deleted_at, replayed}: no new invoice; open ones go on, late money is booked and refunded, the balance is withdrawn. Raises merchant_not_found (404), merchant_role_refused (403), merchant_closed (409) and what private.ask raises.';

create function private.assert_keeps_owner(p_merchant_id uuid, p_user_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if private.works_as(p_user_id, p_merchant_id, '{owner}') and not exists (
        select from public.party_members as m
        where m.party_id = p_merchant_id and m.role = 'owner' and m.user_id <> p_user_id
    ) then
        perform private.refuse('last_owner');
    end if;
end
$$;
comment on function private.assert_keeps_owner(uuid, uuid) is
'Somebody else owns the merchant, when this person does not any more. The merchant is locked. Raises last_owner (409).';

-- Definer: as above.
create function service.merchant_invite(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_merchant uuid := (command ->> 'merchant_id')::uuid;
    v_user uuid := (command ->> 'user_id')::uuid;
    v_role text := command ->> 'role';
    v_context record;
    v_answer jsonb;
    v_now timestamptz;
begin
    select * into v_context from private.begin_merchant_command(
        command, v_merchant, 'merchant_invite', '{owner,operator,admin}'
    );
    perform from public.merchants as m where m.id = v_merchant for no key update;
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    elsif (v_context.merchant).deleted_at is not null then
        perform private.refuse('merchant_closed');
    elsif v_role is null or v_role not in ('owner', 'admin', 'staff', 'viewer') then
        perform private.refuse('merchant_role_unknown');
    elsif not private.works_as(v_context.actor, v_merchant, '{owner}')
        and (v_role = 'owner' or private.works_as(v_user, v_merchant, '{owner}')) then
        perform private.refuse('merchant_role_refused');
    elsif not exists (select from public.profiles as f where f.id = v_user and f.deleted_at is null)
        or private.is_blocked(v_context.actor, v_user) then
        -- Whom somebody keeps away learns nothing.
        perform private.refuse('profile_not_found');
    elsif private.works_as(v_user, v_merchant, array[v_role]::public.member_role[]) then
        perform private.refuse('merchant_member_already');
    end if;
    v_now := private.clock();
    delete from public.merchant_invitations as i
    where i.merchant_id = v_merchant and (i.user_id = v_user or i.expires_at <= v_now);
    insert into public.merchant_invitations (merchant_id, user_id, role, invited_by, created_at, expires_at)
    values (v_merchant, v_user, v_role::public.member_role, v_context.actor, v_now, v_now + interval '30 days');
    perform private.emit_event(
        'merchant.invite', 'merchant', v_merchant, floor(extract(epoch from v_now) * 1000)::bigint, array[v_user],
        jsonb_build_object('role', v_role, 'expires_at', v_now + interval '30 days'), v_now
    );
    return private.finish_command(command, jsonb_build_object(
        'merchant_id', v_merchant, 'user_id', v_user, 'role', v_role, 'expires_at', v_now + interval '30 days'
    ), v_now);
end
$$;
comment on function service.merchant_invite(service.command) is
'A merchant invites a person, or a member to another role {merchant_id, user_id, role, actor_id, aal, idempotency_key, request_hash} -> {merchant_id, user_id, role, expires_at, replayed}. Owners invite to every role, admins below owner. Raises merchant_not_found, profile_not_found (404), merchant_role_refused (403), merchant_closed, merchant_member_already (409), merchant_role_unknown (422), quota_exceeded (429) and what private.ask raises.';

-- Definer: as above.
create function service.merchant_join(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_merchant uuid := (command ->> 'merchant_id')::uuid;
    v_row public.merchant_invitations;
    v_answer jsonb;
    v_now timestamptz;
begin
    perform private.ask(command, v_actor, 'merchant_join');
    perform from public.merchants as m where m.id = v_merchant for no key update;
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    select * into v_row from public.merchant_invitations as i where i.merchant_id = v_merchant and i.user_id = v_actor;
    if not found or v_row.expires_at <= v_now
        -- Who invited may have left, or been put out, since.
        or not private.works_as(
            v_row.invited_by, v_merchant,
            case v_row.role when 'owner' then '{owner}' else '{owner,operator,admin}' end::public.member_role[]
        ) then
        perform private.refuse('merchant_invitation_not_found');
    elsif v_row.role <> 'owner' then
        perform private.assert_keeps_owner(v_merchant, v_actor);
    end if;
    delete from public.merchant_invitations as i where i.merchant_id = v_merchant and i.user_id = v_actor;
    delete from public.party_members as m where m.party_id = v_merchant and m.user_id = v_actor;
    insert into public.party_members (party_id, user_id, role) values (v_merchant, v_actor, v_row.role);
    return private.finish_command(command, jsonb_build_object(
        'merchant_id', v_merchant, 'user_id', v_actor, 'role', v_row.role
    ), v_now);
end
$$;
comment on function service.merchant_join(service.command) is
'Who was invited becomes a member, in place of the role of before {merchant_id, actor_id, idempotency_key, request_hash} -> {merchant_id, user_id, role, replayed}. Raises merchant_invitation_not_found (404), also where who invited may not any more; last_owner (409) and what private.ask raises.';

-- Definer: as above.
create function service.merchant_member_remove(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_merchant uuid := (command ->> 'merchant_id')::uuid;
    v_user uuid := (command ->> 'user_id')::uuid;
    v_answer jsonb;
    v_now timestamptz;
begin
    if not private.belongs_to(v_actor, v_merchant) or not exists (select from public.merchants as m where m.id = v_merchant) then
        -- An invitation is declined in the same way.
        if v_user is distinct from v_actor or not exists (
            select from public.merchant_invitations as i where i.merchant_id = v_merchant and i.user_id = v_actor
        ) and private.command_answer(command) is null then
            perform private.refuse('merchant_not_found');
        end if;
    elsif v_user is distinct from v_actor and not private.works_as(v_actor, v_merchant, '{owner,operator,admin}')
        or private.works_as(v_user, v_merchant, '{owner}') and not private.works_as(v_actor, v_merchant, '{owner}') then
        perform private.refuse('merchant_role_refused');
    end if;
    perform private.ask(command, v_actor, 'merchant_member_remove');
    perform from public.merchants as m where m.id = v_merchant for no key update;
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    perform private.assert_keeps_owner(v_merchant, v_user);
    v_now := private.clock();
    delete from public.merchant_invitations as i where i.merchant_id = v_merchant and i.user_id = v_user;
    if not found and not coalesce(private.belongs_to(v_user, v_merchant), false) then
        perform private.refuse('merchant_member_not_found');
    end if;
    delete from public.party_members as m where m.party_id = v_merchant and m.user_id = v_user;
    return private.finish_command(command, jsonb_build_object(
        'merchant_id', v_merchant, 'user_id', v_user, 'removed_at', v_now
    ), v_now);
end
$$;
comment on function service.merchant_member_remove(service.command) is
'A member leaves or is put out, an invitation is declined or taken back {merchant_id, user_id, actor_id, aal, idempotency_key, request_hash} -> {merchant_id, user_id, removed_at, replayed}. Everybody leaves by themselves; admins put out whom they may invite, owners everybody. Raises merchant_not_found, merchant_member_not_found (404), merchant_role_refused (403), last_owner (409) and what private.ask raises.';

create function private.merchant_in_the_way(p_party_id uuid) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    return case when exists (
        select from public.party_members as m inner join public.merchants as c on c.id = m.party_id
        where m.user_id = p_party_id and m.role = 'owner' and c.deleted_at is null and not exists (
            select from public.party_members as o
            where o.party_id = m.party_id and o.role = 'owner' and o.user_id <> p_party_id
        )
    ) then '{merchants}' else '{}' end::text[];
end
$$;
comment on function private.merchant_in_the_way(uuid) is 'merchants, where a person is the only owner of an open one.';
