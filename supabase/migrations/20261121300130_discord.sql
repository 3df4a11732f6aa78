-- Discord: which account is a person's and which server a guild's. Only an operator or a provider's
-- signed event says so; profiles and guilds follow that history.

alter table public.profiles add column discord_id text unique check (discord_id ~ '^[0-9]{17,20}$');
comment on column public.profiles.discord_id is
'Discord account of the person (a snowflake); null: none. Follows discord_links, never written by hand.';

create table public.discord_links (
    id uuid primary key,
    party_id uuid references public.profiles (id) on delete restrict,
    guild_id uuid references public.guilds (id) on delete restrict,
    discord_id text check (discord_id ~ '^[0-9]{17,20}$'),
    source text not null check (source in ('operator', 'provider')),
    occurred_at timestamptz not null,
    constraint discord_links_of_one check (num_nonnulls(party_id, guild_id) = 1)
);
alter table public.discord_links enable row level security;
create index discord_links_party_id_idx on public.discord_links (party_id, occurred_at desc);
create index discord_links_guild_id_idx on public.discord_links (guild_id, occurred_at desc);
select private.make_erasable('public.discord_links', 'discord_id');
select private.make_audited('public.discord_links');
comment on table public.discord_links is
'Append-only history of which Discord account or server was shown to be whose. The latest decision counts.';
comment on column public.discord_links.id is 'Carries its time.';
comment on column public.discord_links.party_id is 'The person; null for a guild.';
comment on column public.discord_links.guild_id is 'The guild; null for a person.';
comment on column public.discord_links.discord_id is 'Account or server (a snowflake); null: the link was taken back.';
comment on column public.discord_links.source is 'An operator''s command or a provider''s signed event.';
comment on column public.discord_links.occurred_at is 'When it was decided, by the clock of who decided.';

create function private.discord_of(p_party_id uuid, p_guild_id uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    -- Definer: guards ask it for whoever edits the own profile or guild.
    return (
        select l.discord_id from public.discord_links as l
        where l.party_id = p_party_id or l.guild_id = p_guild_id
        order by l.occurred_at desc, l.id desc limit 1
    );
end
$$;
comment on function private.discord_of(uuid, uuid) is 'Discord id of a person or a guild, as the history has it.';

create function private.tg_profiles__discord() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if new.discord_id is distinct from private.discord_of(new.id, null) then
        raise sqlstate 'PT403' using
            message = 'discord_is_history', detail = 'A Discord id follows the history of its links.',
            hint = 'An operator or the provider adds to the history.';
    end if;
    return new;
end
$$;
comment on function private.tg_profiles__discord() is 'Refuses a Discord id that the history does not have, whoever writes it.';
create trigger _500_discord_insert before insert on public.profiles
for each row when (new.discord_id is not null) execute function private.tg_profiles__discord();
create trigger _500_discord_update before update on public.profiles
for each row when (old.discord_id is distinct from new.discord_id) execute function private.tg_profiles__discord();

create function private.tg_guilds__discord() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if new.discord_id is distinct from private.discord_of(null, new.id) then
        raise sqlstate 'PT403' using
            message = 'discord_is_history', detail = 'A Discord id follows the history of its links.',
            hint = 'An operator or the provider adds to the history.';
    end if;
    return new;
end
$$;
comment on function private.tg_guilds__discord() is 'As private.tg_profiles__discord, for guilds.';
create trigger _500_discord_insert before insert on public.guilds
for each row when (new.discord_id is not null) execute function private.tg_guilds__discord();
create trigger _500_discord_update before update on public.guilds
for each row when (old.discord_id is distinct from new.discord_id) execute function private.tg_guilds__discord();

insert into private.refusals (code, status, detail, hint) values
('bad_discord_link', 422, 'A link names a person or a guild, and a Discord id of 17 to 20 digits or none.', ''),
('guild_not_found', 404, 'No such guild.', ''),
('discord_taken', 409, 'This Discord id is linked to somebody else.', 'Take that link back first.');

create function private.link_discord(p_link public.discord_links) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_discord text;
begin
    -- Links take turns: two cannot claim one account at once.
    perform pg_advisory_xact_lock(hashtextextended('discord links', 0));
    if exists (
        select from public.profiles where discord_id = p_link.discord_id and id is distinct from p_link.party_id
    ) or exists (
        select from public.guilds where discord_id = p_link.discord_id and id is distinct from p_link.guild_id
    ) then
        perform private.refuse('discord_taken');
    end if;
    p_link.id := private.uuid_v7(private.clock());
    insert into public.discord_links select (p_link).*;
    v_discord := private.discord_of(p_link.party_id, p_link.guild_id);
    update public.profiles set discord_id = v_discord where id = p_link.party_id;
    update public.guilds set discord_id = v_discord where id = p_link.guild_id;
end
$$;
comment on function private.link_discord(public.discord_links) is
'Adds to the history of links; profile or guild follows. Raises discord_taken (409).';

create function private.discord_owner_refusal(command jsonb) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return case
        when num_nonnulls((command ->> 'party_id')::uuid, (command ->> 'guild_id')::uuid) <> 1
            or coalesce(command ->> 'discord_id', '') !~ '^([0-9]{17,20})?$' then 'bad_discord_link'
        when command ->> 'party_id' is not null
            and not exists (select from public.profiles where id = (command ->> 'party_id')::uuid) then 'profile_not_found'
        when command ->> 'guild_id' is not null
            and not exists (select from public.guilds where id = (command ->> 'guild_id')::uuid) then 'guild_not_found'
    end;
end
$$;
comment on function private.discord_owner_refusal(jsonb) is 'What speaks against a link; null: nothing.';

-- Definer: service_role may give commands, not write the tables.
create function service.discord_link(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_operator_command(
        'discord_link', command, (command ->> 'party_id')::uuid || array(
            select m.user_id from public.guild_members as m where m.guild_id = (command ->> 'guild_id')::uuid
        )
    );
    v_now timestamptz := private.clock();
    v_link public.discord_links;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    perform private.refuse(code) from (select case
        when not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then 'reason_required'
        else private.discord_owner_refusal(command)
    end as code) as fault where code is not null;
    v_link.party_id := (command ->> 'party_id')::uuid;
    v_link.guild_id := (command ->> 'guild_id')::uuid;
    v_link.discord_id := nullif(command ->> 'discord_id', '');
    v_link.source := 'operator';
    v_link.occurred_at := v_now;
    perform private.link_discord(v_link);
    return private.finish_command(command, jsonb_build_object(
        'party_id', v_link.party_id, 'guild_id', v_link.guild_id,
        'discord_id', private.discord_of(v_link.party_id, v_link.guild_id)
    ), v_now);
end
$$;
comment on function service.discord_link(service.command) is
'Operator command: a Discord account is a person''s, a server a guild''s, or no longer (discord_id null) {party_id or guild_id, discord_id, reason, actor_id, aal, idempotency_key, request_hash} -> {party_id, guild_id, discord_id}. Raises reason_required, bad_discord_link (422), profile_not_found, guild_not_found (404), discord_taken (409), not_your_move (403).';

-- Definer: as discord_link.
create function service.discord_event(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_occurred timestamptz := least((command ->> 'occurred_at')::timestamptz, v_now);
    v_refusal text := private.discord_owner_refusal(command);
    v_outcome text;
    v_link public.discord_links;
begin
    if v_refusal = 'bad_discord_link' or not coalesce(isfinite((command ->> 'occurred_at')::timestamptz), false)
        or (command ->> 'type' = 'discord.linked') is distinct from (command ->> 'discord_id' is not null) then
        perform private.refuse('bad_discord_link');
    end if;
    v_outcome := case when v_refusal is null then 'applied' else 'unmatched' end;
    insert into public.webhook_events (
        provider, event_id, type, body, outcome, occurred_at, request_id, received_at
    ) values (
        command ->> 'provider', command ->> 'provider_event_id', command ->> 'type', command ->> 'body', v_outcome,
        v_occurred, private.request_id(), v_now
    ) on conflict (provider, event_id) do nothing;
    if not found then
        return '{"outcome": "repeated"}';
    end if;
    if v_outcome = 'applied' then
        v_link.party_id := (command ->> 'party_id')::uuid;
        v_link.guild_id := (command ->> 'guild_id')::uuid;
        v_link.discord_id := command ->> 'discord_id';
        v_link.source := 'provider';
        v_link.occurred_at := v_occurred;
        perform private.link_discord(v_link);
    end if;
    return jsonb_build_object('outcome', v_outcome);
end
$$;
comment on function service.discord_event(service.command) is
'A provider''s event whose signature was checked, discord.linked or discord.unlinked {provider, provider_event_id, type, occurred_at, body, party_id or guild_id, discord_id} -> {outcome: applied, unmatched or repeated}. Raises bad_discord_link (422), discord_taken (409).';
