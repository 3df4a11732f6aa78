-- API keys: what they may be allowed, and how their owners make, rotate and end them.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('api_key_not_found', 404, 'You have no such API key.', 'Read api_keys.'),
('too_many_api_keys', 409, 'The party has as many live API keys as it may have.', 'Revoke one first.'),
('api_key_scopes_invalid', 422, 'A key has at least one scope, each a row of api_scopes.', 'Read api_scopes.'),
('api_key_networks_invalid', 422, 'At most 20 networks, as addresses or in CIDR form.', 'Write 203.0.113.0/24.'),
('api_key_end_invalid', 422, 'A key ends in the future, and within five years.', 'Leave expires_at out for no end.'),
('api_key_overlap_invalid', 422, 'The old key lives on for at most seven days.', 'Give overlap_seconds from 0 to 604800.'),
('owner_only', 403, 'Only an owner of the party may do this.', '');
-- noqa: enable=LT05

create table public.api_key_rules (
    id boolean primary key default true check (id),
    live_keys integer not null check (live_keys > 0)
);
alter table public.api_key_rules enable row level security;
comment on table public.api_key_rules is 'Bounds of API keys: one row.';
comment on column public.api_key_rules.id is 'There is one row.';
comment on column public.api_key_rules.live_keys is 'How many live keys a party may have.';
insert into public.api_key_rules (live_keys) values (20);
select private.make_setting(
    'public.api_key_rules', 'How many live API keys a party may have.', '{"live_keys": {"least": "1", "most": "1000"}}'
);

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.api_scopes (scope, description) values
('wallets:read', 'Balances, and the entries and transfers behind them.'),
('deposits:read', 'Where money is paid in.'),
('deposits:write', 'Ask for a place to pay in.'),
('withdrawals:read', 'Withdrawals, payouts, and destinations that are named.'),
('withdrawals:write', 'Send money to destinations that are named.'),
('escrows:read', 'Escrows, their events and offers.'),
('escrows:write', 'Fund, perform, accept and cancel escrows; sees them too.'),
('orders:read', 'Own orders of the P2P market, those that are open, and trades.'),
('orders:write', 'Publish, pause, resume, reprice and cancel own orders.'),
('trades:write', 'Take orders of others.'),
('webhooks:read', 'Webhook endpoints, and what was sent to them.'),
('webhooks:send', 'Send a webhook again, and a ping.');
-- noqa: enable=LT05

update private.acts as a set scope = s.scope
from (values
    ('deposits:write', array[
        'wallet_deposit_begin', 'wallet_deposit_place', 'escrow_deposit_begin', 'escrow_deposit_place'
    ]),
    ('withdrawals:write', array['withdrawal_request']),
    ('escrows:write', array[
        'escrow.accept', 'escrow.cancel', 'escrow.fund', 'escrow.perform', 'escrow.request_revision',
        'escrow.return_funds', 'escrow.top_up'
    ]),
    ('orders:write', array[
        'order_cancel', 'order_pause', 'order_publish', 'order_publish_cheap', 'order_reprice', 'order_resume'
    ]),
    ('trades:write', array['order_take']),
    ('webhooks:send', array['webhook_delivery_resend', 'webhook_ping', 'webhook_resend'])
) as s (scope, acts)
where a.act = any(s.acts);

-- Definer: keys read neither rows of keys nor the list of scopes.
create function private.key_has(variadic p_scopes text[]) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return coalesce((private.my_key()).scopes && p_scopes, false);
end
$$;
comment on function private.key_has(text[]) is
'For policies: whether the key whose token this is lives and has one of the scopes. Use as: (select private.key_has(''wallets:read'')).';

create function private.open_to_keys(p_relation regclass, variadic p_scopes text[]) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_policy record;
    v_columns text := (
        select string_agg(format('%I', a.attname), ', ' order by a.attnum) from pg_catalog.pg_attribute as a
        where a.attrelid = p_relation and a.attnum > 0 and not a.attisdropped
            and has_column_privilege('authenticated', p_relation, a.attnum, 'select')
    );
begin
    assert p_scopes <@ array(select s.scope from public.api_scopes as s), format('%s: no such scope', p_relation);
    execute format('grant select (%s) on %s to api_key', v_columns, p_relation);
    -- A view asks the tables under it.
    if exists (select from pg_catalog.pg_class as c where c.oid = p_relation and c.relkind = 'v') then
        return;
    end if;
    for v_policy in
        select p.polname, (
            select string_agg(format('%I', r.rolname), ', ') from pg_catalog.pg_roles as r where r.oid = any (p.polroles)
        ) as roles
        from pg_catalog.pg_policy as p
        where p.polrelid = p_relation and p.polcmd = 'r' and p.polpermissive
    loop
        execute format('alter policy %I on %s to %s, api_key', v_policy.polname, p_relation, v_policy.roles);
    end loop;
    execute format(
        'create policy %I on %s as restrictive for select to api_key using ((select private.key_has(variadic %L::text[])))',
        (select c.relname from pg_catalog.pg_class as c where c.oid = p_relation) || '_select_scope', p_relation, p_scopes
    );
end
$$;
comment on function private.open_to_keys(regclass, text[]) is
'For policy files, after the grants and policies of a table or view: keys with one of the scopes read the columns that people read, of the rows that they would see if they belonged to the party of the key alone. What was not opened keys do not read.';

create function private.owns(p_user_id uuid, p_party_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return p_user_id = p_party_id or exists (
        select from public.party_members as m
        where m.party_id = p_party_id and m.user_id = p_user_id and m.role = 'owner'
    );
end
$$;
comment on function private.owns(uuid, uuid) is 'Whether a user is the party, or an owner of it.';

create function private.tell_of_key(p_event text, p_key public.api_keys, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_owner uuid;
begin
    for v_owner in
        select p_key.created_by
        union
        select m.user_id from public.party_members as m where m.party_id = p_key.party_id and m.role = 'owner'
    loop
        perform private.account_event(p_event, 'warning', v_owner, 1, jsonb_build_object(
            'key_id', p_key.id, 'party_id', p_key.party_id, 'name', p_key.name, 'prefix', p_key.prefix, 'scopes', p_key.scopes
        ), p_now);
    end loop;
end
$$;
comment on function private.tell_of_key(text, public.api_keys, timestamptz) is
'A security event about a key for who made it and for each owner of its party, who are told.';

create function private.begin_key_command(command jsonb) returns public.api_keys
language plpgsql volatile set search_path = ''
as $$
declare
    v_key public.api_keys;
begin
    select * into v_key from public.api_keys as k where k.id = (command ->> 'key_id')::uuid for no key update;
    if v_key.id is null or not private.owns(private.command_actor(command), v_key.party_id) then
        perform private.refuse('api_key_not_found');
    end if;
    return v_key;
end
$$;
comment on function private.begin_key_command(jsonb) is
'The key that a command names, under its lock, for an owner of its party. Raises api_key_not_found (404).';

create function private.networks(p_networks jsonb) returns cidr[]
language plpgsql stable set search_path = ''
as $$
begin
    if jsonb_array_length(p_networks) > 20 or exists (
        select from jsonb_array_elements_text(p_networks) as n where not pg_input_is_valid(n, 'cidr')
    ) then
        perform private.refuse('api_key_networks_invalid');
    end if;
    return array(select distinct n::cidr from jsonb_array_elements_text(p_networks) as n);
end
$$;
comment on function private.networks(jsonb) is 'Networks that a command names. Raises api_key_networks_invalid (422).';

create function private.key_answer(p_key public.api_keys, p_secret_hash text) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'key_id', p_key.id, 'party_id', p_key.party_id, 'name', p_key.name, 'prefix', p_key.prefix, 'last4', p_key.last4,
        'scopes', p_key.scopes, 'ip_allow', p_key.ip_allow, 'expires_at', p_key.expires_at, 'secret_hash', p_secret_hash
    );
end
$$;
comment on function private.key_answer(public.api_keys, text) is
'What a command answers of a key; secret_hash tells the function whether the key it has just made is the one that is kept.';

-- Definer: service_role may give commands, not write the tables.
create function service.api_key_create(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_key public.api_keys;
    v_answer jsonb;
begin
    v_key.party_id := coalesce((command ->> 'party_id')::uuid, v_actor);
    -- Two keys of a party follow one another: the second counts the first. Whoever stops the party or the person, or
    -- takes the role away, comes before, and is met below, or after, and finds the key.
    perform from public.parties as p where p.id in (v_key.party_id, v_actor) order by p.id for no key update;
    perform from public.party_members as m
    where m.party_id = v_key.party_id and m.user_id = v_actor for key share;
    perform from auth.users as u where u.id = v_actor for share;
    if not private.owns(v_actor, v_key.party_id) then
        perform private.refuse('owner_only');
    end if;
    perform private.ask(command, v_key.party_id, 'api_key_create');
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    v_key.id := private.uuid_v7(private.clock());
    v_key.created_by := v_actor;
    v_key.name := command ->> 'name';
    v_key.prefix := command ->> 'prefix';
    v_key.last4 := command ->> 'last4';
    v_key.ip_allow := private.networks(coalesce(command -> 'ip_allow', '[]'));
    v_key.expires_at := (command ->> 'expires_at')::timestamptz;
    v_key.created_at := private.clock();
    v_key.scopes := array(select distinct s from jsonb_array_elements_text(command -> 'scopes') as s order by s);
    if v_key.scopes = '{}' or not v_key.scopes <@ array(select s.scope from public.api_scopes as s) then
        perform private.refuse('api_key_scopes_invalid');
    elsif v_key.expires_at not between v_key.created_at and v_key.created_at + interval '5 years' then
        perform private.refuse('api_key_end_invalid');
    elsif (
        select count(*) from public.api_keys as k where k.party_id = v_key.party_id and private.is_live(k)
    ) >= (select r.live_keys from public.api_key_rules as r) then
        perform private.refuse('too_many_api_keys');
    end if;
    insert into public.api_keys select v_key.* returning * into v_key;
    insert into private.api_key_secrets (secret_hash, key_id) values (command ->> 'secret_hash', v_key.id);
    perform private.tell_of_key('api_key_created', v_key, v_key.created_at);
    return private.finish_command(command, private.key_answer(v_key, command ->> 'secret_hash'), v_key.created_at);
end
$$;
comment on function service.api_key_create(service.command) is
'An owner makes a key for a party {party_id: the own one where it is left out, name, scopes, ip_allow, expires_at, prefix, last4, secret_hash: SHA-256 in hex of the secret part of the key, actor_id, aal, idempotency_key, request_hash} -> {key_id, party_id, name, prefix, last4, scopes, ip_allow, expires_at, secret_hash}. Raises owner_only (403), too_many_api_keys (409), api_key_scopes_invalid, api_key_networks_invalid, api_key_end_invalid, text_invalid (422) and what private.ask raises.';

-- Definer: as api_key_create.
create function service.api_key_rotate(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_key public.api_keys := private.begin_key_command(command);
    v_overlap integer := coalesce((command ->> 'overlap_seconds')::integer, 0);
    v_answer jsonb;
    v_now timestamptz;
begin
    perform private.ask(command, v_key.party_id, 'api_key_rotate');
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    if not private.is_live(v_key) then
        perform private.refuse('api_key_not_found');
    elsif v_overlap not between 0 and 604800 then
        perform private.refuse('api_key_overlap_invalid');
    end if;
    -- Two live at most: the one that was in force, and the new one.
    delete from private.api_key_secrets as s where s.key_id = v_key.id and s.good_until is not null;
    update private.api_key_secrets as s set good_until = v_now + v_overlap * interval '1 second' where s.key_id = v_key.id;
    insert into private.api_key_secrets (secret_hash, key_id) values (command ->> 'secret_hash', v_key.id);
    update public.api_keys as k set last4 = command ->> 'last4' where k.id = v_key.id returning * into v_key;
    perform private.tell_of_key('api_key_rotated', v_key, v_now);
    return private.finish_command(command, private.key_answer(v_key, command ->> 'secret_hash') || jsonb_build_object(
        'old_until', v_now + v_overlap * interval '1 second'
    ), v_now);
end
$$;
comment on function service.api_key_rotate(service.command) is
'An owner gives a live key a new secret {key_id, overlap_seconds: how long the old one lives on, at most seven days, last4, secret_hash: SHA-256 in hex of the new secret part, actor_id, aal, idempotency_key, request_hash} -> as api_key_create, and old_until. What was rotated away before ends at once. Raises api_key_not_found (404), api_key_overlap_invalid (422) and what private.ask raises.';

create function private.end_keys(p_party_id uuid, p_maker uuid, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_key public.api_keys;
begin
    for v_key in
        update public.api_keys as k set revoked_at = p_now
        where k.revoked_at is null and k.party_id = coalesce(p_party_id, k.party_id)
            and k.created_by = coalesce(p_maker, k.created_by)
        returning *
    loop
        delete from private.api_key_secrets as s where s.key_id = v_key.id;
        perform private.tell_of_key('api_key_revoked', v_key, p_now);
    end loop;
end
$$;
comment on function private.end_keys(uuid, uuid, timestamptz) is
'Revokes the keys of a party (null: of all), made by somebody (null: by anybody), for good.';

-- Definer: as api_key_create.
create function service.api_key_revoke(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_key public.api_keys := private.begin_key_command(command);
    v_answer jsonb;
    v_now timestamptz;
begin
    perform private.ask(command, v_key.party_id, 'api_key_revoke');
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    if v_key.revoked_at is null then
        update public.api_keys as k set revoked_at = v_now where k.id = v_key.id returning * into v_key;
        delete from private.api_key_secrets as s where s.key_id = v_key.id;
        perform private.tell_of_key('api_key_revoked', v_key, v_now);
    end if;
    return private.finish_command(
        command, jsonb_build_object('key_id', v_key.id, 'revoked_at', v_key.revoked_at), v_now
    );
end
$$;
comment on function service.api_key_revoke(service.command) is
'An owner ends a key: its tokens do nothing from the next request on {key_id, actor_id, aal, idempotency_key, request_hash} -> {key_id, revoked_at}. Raises api_key_not_found (404) and what private.ask raises.';

-- Definer: whoever stops a person, or Auth's own role, writes no key.
create function private.tg__end_keys() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.end_keys(new.id, null, private.clock());
    perform private.end_keys(null, new.id, private.clock());
    return null;
end
$$;
comment on function private.tg__end_keys() is
'A party or person was stopped: its keys, and those that the person made for others, are revoked.';
-- Also of one whose suspension had ended by itself: its status does not change then.
create trigger _600_end_keys after update of status, status_since, suspended_until on public.parties
for each row when (
    new.status <> 'active'
    and (old.status, old.status_since, old.suspended_until)
    is distinct from (new.status, new.status_since, new.suspended_until)
) execute function private.tg__end_keys();
create trigger _600_end_keys after update of deleted_at on public.profiles
for each row when (old.deleted_at is null and new.deleted_at is not null) execute function private.tg__end_keys();
create trigger holdfast_end_keys after update of banned_until, deleted_at on auth.users
for each row when (
    old.banned_until is distinct from new.banned_until and new.banned_until is not null
    or old.deleted_at is null and new.deleted_at is not null
) execute function private.tg__end_keys();

-- Definer: whoever takes a role away writes no key.
create function private.tg_party_members__end_keys() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if not private.owns(old.user_id, old.party_id) then
        perform private.end_keys(old.party_id, old.user_id, private.clock());
    end if;
    return null;
end
$$;
comment on function private.tg_party_members__end_keys() is 'Who is an owner no more: the keys that they made for the party are revoked.';
create trigger _600_end_keys after update or delete on public.party_members
for each row when (old.role = 'owner') execute function private.tg_party_members__end_keys();
