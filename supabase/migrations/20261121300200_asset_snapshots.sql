-- Asset snapshots: what somebody else's platform said of an asset at a moment, fixed by hash.

-- RFC 8785 for what contracts are made of: objects, lists, strings, whole numbers, booleans.
create function private.canonical_json(p_value jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return case jsonb_typeof(p_value)
        when 'object' then '{' || coalesce((
            select string_agg(to_json(e.key)::text || ':' || private.canonical_json(e.value), ',' order by e.key collate "C")
            from jsonb_each(p_value) as e
        ), '') || '}'
        when 'array' then '[' || coalesce((
            select string_agg(private.canonical_json(e.value), ',' order by e.ordinality)
            from jsonb_array_elements(p_value) with ordinality as e
        ), '') || ']'
        else p_value::text
    end;
end
$$;
comment on function private.canonical_json(jsonb) is
'JSON Canonicalization Scheme (RFC 8785) of a value without fractions: no spaces, keys in order. Amounts are strings.';

create table public.asset_snapshots (
    id uuid primary key,
    party_id uuid not null references public.parties (id) on delete restrict,
    provider text not null check (provider in ('roblox')),
    kind text not null check (kind in ('group', 'game', 'item', 'user')),
    asset_id text not null check (asset_id ~ '^[1-9][0-9]{0,14}$'),
    document text not null check (length(document) <= 65536),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    taken_at timestamptz not null
);
alter table public.asset_snapshots enable row level security;
select private.make_quota('public.asset_snapshots', 'snapshot', 'party_id');
create index asset_snapshots_party_id_idx on public.asset_snapshots (party_id, taken_at desc);
select private.make_append_only('public.asset_snapshots');
comment on table public.asset_snapshots is
'What a provider said of an asset, asked by us and kept as it was. A listing shows them, a contract freezes them, and a later one proves what was delivered.';
comment on column public.asset_snapshots.id is 'The snapshot; carries its time.';
comment on column public.asset_snapshots.party_id is 'Party that asked for it, and that may list it.';
comment on column public.asset_snapshots.provider is 'Platform of the asset.';
comment on column public.asset_snapshots.kind is 'What it is there: group, game (a universe), item or user.';
comment on column public.asset_snapshots.asset_id is 'Its id there.';
comment on column public.asset_snapshots.document is
'A flat object as canonical JSON (RFC 8785): name, owner_id, members … as the provider told them; ids are strings.';
comment on column public.asset_snapshots.sha256 is 'sha256 of the document in UTF-8, in hex.';
comment on column public.asset_snapshots.taken_at is 'When it was kept, by the database clock.';

-- Definer: the guard of a listing runs for sellers, who may not read every snapshot.
create function private.are_snapshots_of(p_snapshots uuid[], p_party_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return cardinality(p_snapshots) <= 5 and not exists (
        select from unnest(p_snapshots) as s (id)
        where not exists (
            select from public.asset_snapshots as a where a.id = s.id and a.party_id = p_party_id
        )
    );
end
$$;
comment on function private.are_snapshots_of(uuid[], uuid) is 'Whether these are at most five snapshots of a party.';

insert into private.refusals (code, status, detail, hint) values
('bad_snapshot', 422, 'A snapshot has a provider, a kind, an id of digits and a document of at most 64 kB.', '');

-- Definer: service_role may give commands, not write the tables.
create function service.asset_snapshot_take(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_party uuid := coalesce((command ->> 'party_id')::uuid, v_actor);
    v_now timestamptz;
    v_answer jsonb;
    v_document text;
    v_snapshot public.asset_snapshots;
begin
    -- Twins of one key take turns; the second finds the first one's answer.
    perform pg_advisory_xact_lock(hashtextextended(v_actor::text || (command ->> 'idempotency_key'), 0));
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    v_document := private.canonical_json(command -> 'document');
    if not coalesce(
        command ->> 'provider' = 'roblox' and command ->> 'kind' in ('group', 'game', 'item', 'user')
        and command ->> 'asset_id' ~ '^[1-9][0-9]{0,14}$' and jsonb_typeof(command -> 'document') = 'object'
        and length(v_document) <= 65536, false
    ) then
        perform private.refuse('bad_snapshot');
    elsif not private.acts_for(v_actor, v_party) then
        perform private.refuse('not_your_party');
    end if;
    perform private.ask(command, v_party, 'asset_snapshot_take');
    insert into public.asset_snapshots (
        id, party_id, provider, kind, asset_id, document, sha256, taken_at
    ) values (
        private.uuid_v7(v_now), v_party, command ->> 'provider', command ->> 'kind', command ->> 'asset_id',
        v_document, encode(sha256(convert_to(v_document, 'UTF8')), 'hex'), v_now
    ) returning * into v_snapshot;
    return private.finish_command(command, jsonb_build_object(
        'snapshot_id', v_snapshot.id, 'party_id', v_snapshot.party_id, 'provider', v_snapshot.provider,
        'kind', v_snapshot.kind, 'asset_id', v_snapshot.asset_id, 'document', v_snapshot.document,
        'sha256', v_snapshot.sha256, 'taken_at', v_snapshot.taken_at
    ), v_now);
end
$$;
comment on function service.asset_snapshot_take(service.command) is
'Keeps what a provider said of an asset {provider, kind, asset_id, document, party_id, actor_id, idempotency_key, request_hash} -> the snapshot. Raises bad_snapshot (422), not_your_party (403).';
