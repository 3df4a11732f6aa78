-- Everything that can own money or act, and who may act for whom.

create type public.party_kind as enum ('user', 'merchant', 'dao', 'platform', 'external');
create type public.party_status as enum ('active', 'suspended', 'closed');
create type public.member_role as enum (
    'owner', 'operator', 'admin', 'staff', 'signer', 'viewer', 'arbiter', 'dispute_reader'
);

create table public.parties (
    id uuid primary key default gen_random_uuid(),
    kind public.party_kind not null,
    display_name text not null check (length(display_name) between 1 and 80),
    status public.party_status not null default 'active',
    status_since timestamptz,
    suspended_until timestamptz,
    created_at timestamptz not null default private.clock(),
    constraint parties_only_a_suspension_ends check (suspended_until is null or status = 'suspended'),
    constraint parties_the_house_acts check (status = 'active' or kind not in ('platform', 'external'))
);
alter table public.parties enable row level security;
select private.make_blankable('public.parties');
comment on table public.parties is
'Whoever can own money or act: a user, a merchant, a community, the platform itself, the outside world.';
comment on column public.parties.id is 'The party; of a user the id of the profile.';
comment on column public.parties.kind is 'Whether a user, merchant, dao, the platform or the outside world.';
comment on column public.parties.display_name is 'Name shown to others.';
comment on column public.parties.created_at is 'When the row was made, by the database clock.';
comment on column public.parties.status is
'What it may still do, as private.standing_rules say; changed by operators, with a reason.';
comment on column public.parties.suspended_until is
'When a suspension ends: from then on private.standing_of says active. Null: when an operator ends it.';
comment on column public.parties.status_since is 'When the status last changed; null: it never did.';
select private.make_audited('public.parties');

create table public.profiles (
    id uuid primary key references public.parties (id) on delete restrict
    references auth.users (id) on delete restrict,
    full_name text not null default '' check (length(full_name) <= 120),
    avatar_url text not null default '' check (length(avatar_url) <= 500),
    preferences jsonb not null default '{}'::jsonb check (pg_column_size(preferences) <= 8192),
    phone_verified boolean not null default false,
    id_document_verified boolean not null default false,
    address_verified boolean not null default false,
    biometric_verified boolean not null default false,
    granted_tier smallint,
    verification_tier smallint not null default 0,
    created_at timestamptz not null default private.clock(),
    updated_at timestamptz not null default private.clock(),
    deleted_at timestamptz,
    erased_at timestamptz
);
alter table public.profiles enable row level security;
select private.make_blankable('public.profiles');
create trigger _100_touch before update on public.profiles
for each row execute function private.tg__touch();
select private.make_audited('public.profiles');
comment on table public.profiles is 'A user: the id is both the auth user and the party.';
comment on column public.profiles.id is 'The user; also the id of its party.';
comment on column public.profiles.full_name is 'Name, set by the user.';
comment on column public.profiles.avatar_url is 'Picture, set by the user.';
comment on column public.profiles.preferences is 'Settings of the users client, as it likes.';
comment on column public.profiles.created_at is 'When the row was made, by the database clock.';
comment on column public.profiles.updated_at is 'When the row last changed, by the database clock.';
comment on column public.profiles.phone_verified is 'As the other flags: follows profile_verifications, never written by hand.';
comment on column public.profiles.id_document_verified is 'A government document was checked.';
comment on column public.profiles.address_verified is 'A proof of address was checked.';
comment on column public.profiles.biometric_verified is 'The face was compared with the document.';
comment on column public.profiles.granted_tier is 'Tier an operator gave in place of the one the flags give; null: none.';
comment on column public.profiles.verification_tier is 'Tier in force (verification_tiers): the granted one, else the highest the flags allow.';
comment on column public.profiles.deleted_at is 'Soft delete: financial records stay.';
comment on column public.profiles.erased_at is 'When the erasure of the person began; null: it has not.';

create table public.party_members (
    party_id uuid not null references public.parties (id) on delete restrict,
    user_id uuid not null references auth.users (id) on delete restrict,
    role public.member_role not null,
    created_at timestamptz not null default private.clock(),
    primary key (party_id, user_id, role),
    constraint party_members_arbiter_is_staff
    check (role not in ('arbiter', 'dispute_reader') or party_id = '00000000-0000-4000-8000-000000000001')
);
alter table public.party_members enable row level security;
create index party_members_user_id_idx on public.party_members (user_id);
select private.make_audited('public.party_members', 'user_id');
comment on table public.party_members is
'Who may act for a party and as what. Operators, arbiters and readers of disputes of Holdfast are members of the platform party.';
comment on column public.party_members.party_id is 'The party.';
comment on column public.party_members.user_id is 'The user who belongs to it.';
comment on column public.party_members.role is 'What the user may do for it.';
comment on column public.party_members.created_at is 'When the row was made, by the database clock.';

-- PostgREST becomes this role for the token of an API key. It may what a stranger may, and what
-- private.open_to_keys opens to a scope of the key.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'api_key') then
        create role api_key nologin inherit;
    end if;
end
$$;
grant anon to api_key;
grant api_key to authenticator;

create table public.api_scopes (
    scope text primary key check (scope ~ '^[a-z_]+:[a-z_]+$'),
    description text not null check (length(description) between 1 and 200)
);
alter table public.api_scopes enable row level security;
comment on table public.api_scopes is
'What an API key may be allowed. An act names the scope that a key needs for it (private.acts); a relation is opened to one by private.open_to_keys.';
comment on column public.api_scopes.scope is 'The scope: subject:verb.';
comment on column public.api_scopes.description is 'What a key may do with it, for people.';

create table public.api_keys (
    id uuid primary key,
    party_id uuid not null references public.parties (id) on delete restrict,
    created_by uuid not null references auth.users (id) on delete restrict,
    name text not null check (length(name) between 1 and 80),
    prefix text not null unique check (prefix ~ '^[0-9A-Za-z]{10}$'),
    last4 text not null check (last4 ~ '^[0-9A-Za-z]{4}$'),
    scopes text[] not null check (cardinality(scopes) > 0),
    ip_allow cidr[] not null check (cardinality(ip_allow) <= 20),
    expires_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz not null,
    revoked_at timestamptz
);
alter table public.api_keys enable row level security;
create index api_keys_party_id_idx on public.api_keys (party_id);
create index api_keys_created_by_idx on public.api_keys (created_by);
select private.make_blankable('public.api_keys');
comment on table public.api_keys is
'Keys with which programs act for a party. A key is an actor of its own: its id is the subject of its tokens and the actor in histories. It may what its scopes name, and nothing else of what its maker may.';
comment on column public.api_keys.id is 'The key as an actor.';
comment on column public.api_keys.party_id is 'The party that it acts for.';
comment on column public.api_keys.created_by is 'Who made it: an owner of the party. It ends when they are one no more.';
comment on column public.api_keys.name is 'What its owner calls it.';
comment on column public.api_keys.prefix is 'The part of the key after hf_live_ that names it.';
comment on column public.api_keys.last4 is 'The last four characters of the key that is in force.';
comment on column public.api_keys.scopes is 'What it may do: rows of api_scopes.';
comment on column public.api_keys.ip_allow is 'Networks from which it is exchanged for tokens; empty: from everywhere.';
comment on column public.api_keys.expires_at is 'From when on it is good no more; null: it is until it is revoked.';
comment on column public.api_keys.last_used_at is 'When it was exchanged, within an hour; null: never.';
comment on column public.api_keys.created_at is 'When it was made.';
comment on column public.api_keys.revoked_at is 'When it was revoked; null: it was not.';
-- Not for last_used_at, which says nothing of what anybody changed.
create trigger _900_audit after insert or update of last4, revoked_at on public.api_keys
for each row execute function private.tg__audit('id');

create table private.api_key_secrets (
    secret_hash text primary key check (secret_hash ~ '^[0-9a-f]{64}$'),
    key_id uuid not null references public.api_keys (id) on delete restrict,
    good_until timestamptz
);
alter table private.api_key_secrets enable row level security;
create index api_key_secrets_key_id_idx on private.api_key_secrets (key_id);
comment on table private.api_key_secrets is
'Hashes of the keys that may be exchanged: one of each key, two while a new one takes over. A key has 256 bits of chance, so a plain hash of it cannot be tried out.';
comment on column private.api_key_secrets.secret_hash is 'SHA-256, in hex, of the key from its last underscore on.';
comment on column private.api_key_secrets.key_id is 'Whose.';
comment on column private.api_key_secrets.good_until is 'When the one that was rotated away ends; null: it is in force.';

select private.make_text('public.profiles', 'title', 'full_name');
select private.make_text('public.api_keys', 'title', 'name');
select private.make_text('public.profiles', 'url', 'avatar_url');
select private.make_text('public.profiles', 'prose', 'preferences');

-- The platform itself has its name.
create trigger _050_text_display_name before insert or update of display_name on public.parties
for each row when (new.kind not in ('platform', 'external')) execute function private.tg__text('display_name', 'name');

insert into public.parties (id, kind, display_name) values
('00000000-0000-4000-8000-000000000001', 'platform', 'Holdfast'),
('00000000-0000-4000-8000-000000000002', 'external', 'Outside world');

create function private.platform_party() returns uuid
language plpgsql immutable set search_path = ''
as $$
begin
    return '00000000-0000-4000-8000-000000000001'::uuid;
end
$$;
comment on function private.platform_party() is 'Party id of Holdfast itself.';

create function private.external_party() returns uuid
language plpgsql immutable set search_path = ''
as $$
begin
    return '00000000-0000-4000-8000-000000000002'::uuid;
end
$$;
comment on function private.external_party() is 'Party id of the outside world: the other side of deposits and withdrawals.';

-- Definer: policies ask it for callers who may not read all of party_members.
create function private.parties_i_act_for() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select auth.uid() where auth.uid() is not null
    union
    select party_id from public.party_members where user_id = auth.uid() and role in ('owner', 'operator', 'admin');
end
$$;
comment on function private.parties_i_act_for() is
'Parties in whose name the caller may write. Use as: party_id = any (array(select private.parties_i_act_for())).';

create function private.acts_for(p_user_id uuid, p_party_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_through text := current_setting('holdfast.through_key', true);
begin
    -- Of what the maker of a key may, a command through it may what concerns the party of the key.
    if v_through <> '' and split_part(v_through, ' ', 1) = p_user_id::text then
        return split_part(v_through, ' ', 2) = p_party_id::text;
    end if;
    return (
        select p_user_id = p_party_id or exists (
            select from public.party_members
            where party_id = p_party_id and user_id = p_user_id and role in ('owner', 'operator', 'admin')
        ) or exists (
            select from public.api_keys where id = p_user_id and party_id = p_party_id
        )
    );
end
$$;
comment on function private.acts_for(uuid, uuid) is
'Whether a user, or a key, may give commands in the name of a party. Which of them a key may give, private.act_refusal says.';

create function private.belongs_to(p_user_id uuid, p_party_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select p_user_id = p_party_id or exists (
            select from public.party_members where party_id = p_party_id and user_id = p_user_id
        )
    );
end
$$;
comment on function private.belongs_to(uuid, uuid) is
'Whether a user has any part in a party, also one without commands: then staff has no say in its escrows.';

-- Definer: policies and commands ask it for callers who may not read party_members.
create function private.is_staff(p_user_id uuid, p_role public.member_role) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select exists (
            select from public.party_members
            where party_id = '00000000-0000-4000-8000-000000000001' and user_id = p_user_id and role = p_role
        )
    );
end
$$;
comment on function private.is_staff(uuid, public.member_role) is
'Whether a user is an operator, an arbiter or a reader of disputes of Holdfast.';

create function private.is_staff_at_all(p_user_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from public.party_members as m where m.party_id = private.platform_party() and m.user_id = p_user_id
    );
end
$$;
comment on function private.is_staff_at_all(uuid) is 'Whether a user has any role in the platform party.';

-- Definer: runs as the owner because Auth's own role inserts the user.
create function private.tg_users__profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.parties (id, kind, display_name)
    values (
        new.id, 'user',
        -- Never from the address: members read this name.
        private.fit_name(new.raw_user_meta_data ->> 'display_name')
    );
    insert into public.profiles (id) values (new.id);
    return null;
end
$$;
comment on function private.tg_users__profile() is 'Gives each new auth user its party and profile.';

create trigger holdfast_profile after insert on auth.users
for each row execute function private.tg_users__profile();

-- Definer: nobody reads Auth's sessions.
create function private.session_alive() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_named text := auth.jwt() ->> 'session_id';
    v_session uuid := case when pg_input_is_valid(v_named, 'uuid') then v_named::uuid end;
begin
    -- Auth puts its session into every token; one that was signed for a machine or a test has none.
    return v_named is null or exists (
        select from auth.sessions as s
        where s.id = v_session and s.user_id = auth.uid() and coalesce(s.not_after, 'infinity') > private.clock()
    );
end
$$;
comment on function private.session_alive() is
'Whether the session of the caller''s token still is: not signed out, not revoked, not past its end. A token itself is good until it expires.';

create function private.is_key() returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(current_setting('role', true) = 'api_key', false);
end
$$;
comment on function private.is_key() is
'Whether a statement came with the token of an API key, inside definer functions too.';

create function private.is_live(p_key public.api_keys) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return p_key.revoked_at is null and coalesce(p_key.expires_at, 'infinity') > private.clock()
        and (p_key.created_by = p_key.party_id or exists (
            select from public.party_members as m
            where m.party_id = p_key.party_id and m.user_id = p_key.created_by and m.role = 'owner'
        ));
end
$$;
comment on function private.is_live(public.api_keys) is 'Whether a key is neither revoked nor past its end, and whoever made it still owns its party.';

-- Definer: of a key its tokens read nothing.
create function private.my_key() returns public.api_keys
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_key public.api_keys;
begin
    if private.is_key() then
        select * into v_key from public.api_keys as k where k.id = auth.uid() and private.is_live(k);
    end if;
    return v_key;
end
$$;
comment on function private.my_key() is 'The key whose token this is; nulls where it is live no more, and for whoever is no key.';

create function private.caller() returns uuid
language plpgsql stable set search_path = ''
as $$
declare
    v_caller uuid := auth.uid();
begin
    if v_caller is null then
        raise sqlstate 'PT401' using
            message = 'bad_token', detail = 'The token names nobody.', hint = 'Sign in again.';
    elsif not private.session_alive() then
        raise sqlstate 'PT401' using
            message = 'session_ended', detail = 'This session was ended.', hint = 'Sign in again.';
    elsif private.is_key() and (private.my_key()).id is null then
        raise sqlstate 'PT401' using
            message = 'key_revoked', detail = 'This API key was revoked or has expired.', hint = 'Use another key.';
    end if;
    return v_caller;
end
$$;
comment on function private.caller() is
'Whom the token of the request names: every command and every write of a person asks here. Raises bad_token (401) when it names nobody, session_ended, key_revoked (401).';

create function private.caller_aal() returns text
language plpgsql stable set search_path = ''
as $$
begin
    return case when auth.jwt() ->> 'is_anonymous' = 'true' then 'aal0' else coalesce(auth.jwt() ->> 'aal', 'aal1') end;
end
$$;
comment on function private.caller_aal() is
'How sure the token''s sign-in is: aal2 with a second factor, aal1 without, aal0 for an anonymous one.';

-- Invoker: says of the caller only what the caller's own token and memberships say.
create function public.whoami(idempotency_key text default null, request_hash text default null) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_caller uuid := private.caller();
    v_stored jsonb;
begin
    if idempotency_key is not null then
        v_stored := private.my_answer(idempotency_key, request_hash);
        if v_stored is not null then
            return jsonb_build_object('answer', v_stored);
        end if;
    end if;
    return jsonb_build_object(
        'id', v_caller,
        'aal', private.caller_aal(),
        'session_id', auth.jwt() ->> 'session_id',
        'roles', to_jsonb(array_remove(array[
            case when private.is_staff(v_caller, 'arbiter') then 'arbiter' end,
            case when private.is_staff(v_caller, 'operator') then 'operator' end
        ], null))
    );
end
$$;
comment on function public.whoami(text, text) is
'Who the token''s user is {id, aal, session_id, roles among the staff}, or {answer} when the key was answered before. Raises idempotency_key_reused (409), bad_token, session_ended, key_revoked (401).';
