-- Guilds: communities whose members see each other's listings.

create type public.guild_role as enum ('owner', 'admin', 'member');

create table public.guilds (
    id uuid primary key default private.uuid_v7(private.clock()),
    discord_id text unique check (discord_id ~ '^[0-9]{17,20}$'),
    name text not null check (length(name) <= 100 and private.has_words(name)),
    description text not null default '' check (length(description) <= 2000),
    created_by uuid not null default auth.uid() references auth.users (id) on delete restrict,
    created_at timestamptz not null default private.clock(),
    updated_at timestamptz not null default private.clock()
);
alter table public.guilds enable row level security;
select private.make_blankable('public.guilds');
select private.make_text('public.guilds', 'name', 'name');
select private.make_text('public.guilds', 'prose', 'description');
select private.make_quota('public.guilds', 'guild', 'created_by');
select private.make_edit_quota('public.guilds', 'created_by');
create index guilds_created_by_idx on public.guilds (created_by);
create trigger _100_touch before update on public.guilds for each row execute function private.tg__touch();
select private.make_audited('public.guilds');
comment on table public.guilds is 'Communities. Listings of a guild are seen by its members only.';
comment on column public.guilds.id is 'The guild.';
comment on column public.guilds.discord_id is 'Discord server it belongs to (a snowflake); null: none.';
comment on column public.guilds.name is 'Name shown to everybody.';
comment on column public.guilds.description is 'What it is about.';
comment on column public.guilds.created_by is 'Who made it, its first owner.';
comment on column public.guilds.created_at is 'When the row was made, by the database clock.';
comment on column public.guilds.updated_at is 'When the row last changed, by the database clock.';

create table public.guild_members (
    guild_id uuid not null references public.guilds (id) on delete restrict,
    user_id uuid not null references auth.users (id) on delete restrict,
    role public.guild_role not null default 'member',
    created_at timestamptz not null default private.clock(),
    primary key (guild_id, user_id)
);
alter table public.guild_members enable row level security;
create index guild_members_user_id_idx on public.guild_members (user_id);
select private.make_audited('public.guild_members', 'user_id');
comment on table public.guild_members is
'Who belongs to a guild: its owner, and whoever has accepted an invitation. Its owner names admins; owner and admins invite and put out; members leave.';
comment on column public.guild_members.guild_id is 'The guild.';
comment on column public.guild_members.user_id is 'The member.';
comment on column public.guild_members.role is 'owner: one, for good; admin: keeps the members; member.';
comment on column public.guild_members.created_at is 'When the member came in.';

create table public.guild_invitations (
    guild_id uuid not null references public.guilds (id) on delete restrict,
    user_id uuid not null references auth.users (id) on delete restrict,
    invited_by uuid not null default auth.uid() references auth.users (id) on delete restrict,
    created_at timestamptz not null default private.clock(),
    expires_at timestamptz not null default private.clock() + interval '30 days',
    primary key (guild_id, user_id)
);
alter table public.guild_invitations enable row level security;
select private.make_quota('public.guild_invitations', 'guild_invitation', 'invited_by');
create index guild_invitations_user_id_idx on public.guild_invitations (user_id);
create index guild_invitations_invited_by_idx on public.guild_invitations (invited_by);
create index guild_invitations_expires_at_idx on public.guild_invitations (expires_at);
select private.make_audited('public.guild_invitations', 'user_id');
comment on table public.guild_invitations is
'Whom a guild would like to have. Only the invited person becomes a member by it, and may decline; the row goes with the answer, or when its time is over.';
comment on column public.guild_invitations.guild_id is 'The guild.';
comment on column public.guild_invitations.user_id is 'Who is invited, and reads it.';
comment on column public.guild_invitations.invited_by is 'Owner or admin who invited.';
comment on column public.guild_invitations.created_at is 'When, by the database clock.';
comment on column public.guild_invitations.expires_at is 'From here on it cannot be accepted.';

-- Definer: policies ask it for callers who may not read all of guild_members.
create function private.my_guilds() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query select guild_id from public.guild_members where user_id = auth.uid();
end
$$;
comment on function private.my_guilds() is
'Guilds of the caller. Use as: guild_id = any (array(select private.my_guilds())).';

-- Definer: as my_guilds.
create function private.guilds_i_keep() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query select guild_id from public.guild_members where user_id = auth.uid() and role in ('owner', 'admin');
end
$$;
comment on function private.guilds_i_keep() is 'Guilds whose owner or admin the caller is.';

-- Definer: nobody may write an owner by hand.
create function private.tg_guilds__owner() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.guild_members (guild_id, user_id, role) values (new.id, new.created_by, 'owner');
    return null;
end
$$;
comment on function private.tg_guilds__owner() is 'Who makes a guild owns it.';
create trigger _500_owner after insert on public.guilds
for each row execute function private.tg_guilds__owner();

-- Definer: as my_guilds.
create function private.guilds_that_invite_me() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select guild_id from public.guild_invitations where user_id = auth.uid() and expires_at > private.clock();
end
$$;
comment on function private.guilds_that_invite_me() is 'Guilds whose invitation the caller has not answered.';

-- Definer: who invites reads neither whom somebody keeps away nor every member.
create function private.tg_guild_invitations__guard() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if exists (
        select from public.guild_members as m where m.guild_id = new.guild_id and m.user_id = new.user_id
    ) then
        perform private.refuse('member_already');
    elsif private.is_blocked(new.invited_by, new.user_id) then
        perform private.refuse('seller_unavailable');
    end if;
    -- Counted apart: whoever declines is not asked again and again.
    perform private.take_quota('guild_invitation_to_one', new.user_id, new.guild_id);
    perform private.emit_event(
        'guild.invite', 'guild', new.guild_id, floor(extract(epoch from new.created_at) * 1000)::bigint,
        array[new.user_id], jsonb_build_object('expires_at', new.expires_at), new.created_at
    );
    return new;
end
$$;
comment on function private.tg_guild_invitations__guard() is
'Tells the invited person. Raises member_already, seller_unavailable (409), quota_exceeded (429) when this guild has asked this person often enough.';
create trigger _500_guard before insert on public.guild_invitations
for each row execute function private.tg_guild_invitations__guard();

-- Definer: the invited person may not delete what others wrote.
create function private.tg_guild_members__invited() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from public.guild_invitations where guild_id = new.guild_id and user_id = new.user_id;
    return null;
end
$$;
comment on function private.tg_guild_members__invited() is 'An invitation is over when it is accepted.';
create trigger _510_invited after insert on public.guild_members
for each row execute function private.tg_guild_members__invited();

insert into private.refusals (code, status, detail, hint) values
('member_already', 409, 'This person is a member.', ''),
('guild_role_refused', 403, 'Only the owner of a guild names admins, and an owner stays.', '');

-- Definer: looks up refusals and the guild for whoever writes.
create function private.tg_guild_members__guard() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if private.is_client() and (
        (tg_op <> 'INSERT' and old.role = 'owner')
        or (tg_op = 'UPDATE' and new.role = 'owner')
        or (
            tg_op = 'INSERT' and new.role = 'owner'
            and exists (select from public.guild_members as m where m.guild_id = new.guild_id)
        )
        or (
            ((tg_op <> 'INSERT' and old.role = 'admin') or (tg_op <> 'DELETE' and new.role = 'admin'))
            and not (tg_op = 'DELETE' and old.user_id = auth.uid())
            and not exists (
                select from public.guilds as g
                where g.id = coalesce(new.guild_id, old.guild_id) and g.created_by = auth.uid()
            )
        )
    ) then
        perform private.refuse('guild_role_refused');
    end if;
    return coalesce(new, old);
end
$$;
comment on function private.tg_guild_members__guard() is
'The first member owns the guild, for good; only the owner writes admins, who may still leave.';
create trigger _500_guard before insert or update or delete on public.guild_members
for each row execute function private.tg_guild_members__guard();
