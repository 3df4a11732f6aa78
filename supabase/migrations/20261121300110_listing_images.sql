-- Pictures of listings: announced by hash as evidence is, and submitted when object storage has them and
-- their bytes were checked.

create table public.image_uploads (
    party_id uuid not null references public.parties (id) on delete restrict,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    announced_by uuid not null references auth.users (id) on delete restrict,
    media_type text not null references public.evidence_types (media_type) on delete restrict,
    size_bytes bigint not null check (size_bytes between 1 and 20971520),
    created_at timestamptz not null,
    primary key (party_id, sha256)
);
alter table public.image_uploads enable row level security;
create trigger _000_never_deleted before delete or truncate on public.image_uploads
for each statement execute function private.tg__append_only();
select private.make_quota('public.image_uploads', 'image', 'party_id');
create index image_uploads_announced_by_idx on public.image_uploads (announced_by);
create index image_uploads_media_type_idx on public.image_uploads (media_type);
comment on table public.image_uploads is
'Pictures that a seller announced, for which it got an address to upload to. Announced anew as something else, the last word counts, until the picture is submitted. Whether the bytes have come, object storage knows.';
comment on column public.image_uploads.party_id is 'Whose picture it will be.';
comment on column public.image_uploads.sha256 is 'sha256 of the bytes, in hex: object storage refuses others.';
comment on column public.image_uploads.announced_by is 'User who announced it last.';
comment on column public.image_uploads.media_type is 'Media type it must be uploaded with.';
comment on column public.image_uploads.size_bytes is 'Exact size, in bytes.';
comment on column public.image_uploads.created_at is 'When it was last announced.';

create function private.tg_image_uploads__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if (old.party_id, old.sha256) is distinct from (new.party_id, new.sha256)
        or exists (select from public.images as i where i.party_id = old.party_id and i.sha256 = old.sha256) then
        perform private.refuse('file_announced_otherwise');
    end if;
    return new;
end
$$;
comment on function private.tg_image_uploads__guard() is
'What was submitted stays as it was announced. Raises file_announced_otherwise (409).';
create trigger _500_guard before update on public.image_uploads
for each row execute function private.tg_image_uploads__guard();

create table public.images (
    party_id uuid not null,
    sha256 text not null,
    handed_in_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    primary key (party_id, sha256),
    foreign key (party_id, sha256) references public.image_uploads (party_id, sha256) on delete restrict
);
alter table public.images enable row level security;
create index images_handed_in_by_idx on public.images (handed_in_by);
select private.make_append_only('public.images');
comment on table public.images is 'Pictures that lie in object storage as they were announced: these may be listed.';
comment on column public.images.party_id is 'Whose picture it is.';
comment on column public.images.sha256 is 'sha256 of the bytes, in hex; everybody reads it at images/<party_id>/<sha256> of the public bucket.';
comment on column public.images.handed_in_by is 'User who handed it in.';
comment on column public.images.created_at is 'When it was submitted.';

insert into private.refusals (code, status, detail, hint) values
('image_not_found', 404, 'No such picture was announced.', 'Announce it at image-uploads first.');

-- Definer: the guard of a listing runs for sellers.
create function private.are_images_of(p_images text[], p_party_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return cardinality(p_images) <= 10 and not exists (
        select from unnest(p_images) as s (sha256)
        where not exists (select from public.images as i where i.party_id = p_party_id and i.sha256 = s.sha256)
    );
end
$$;
comment on function private.are_images_of(text[], uuid) is 'Whether these are at most ten pictures that a party submitted.';

create function private.begin_image_command(command jsonb, p_act text) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_answer jsonb;
begin
    -- Commands about one party's pictures take turns; a twin finds the first one's answer.
    perform pg_advisory_xact_lock(hashtextextended('images ' || (command ->> 'party_id'), 0));
    if not coalesce(private.acts_for(v_actor, (command ->> 'party_id')::uuid), false) then
        perform private.refuse('not_your_party');
    end if;
    v_answer := private.command_answer(command);
    if v_answer is null then
        perform private.ask(command, (command ->> 'party_id')::uuid, p_act);
    end if;
    return v_answer;
end
$$;
comment on function private.begin_image_command(jsonb, text) is
'Common entry of commands about pictures: turn, party, key, whether the party may do the act. Raises not_your_party (403), idempotency_key_reused (409) and what private.ask raises.';

-- Definer: service_role may give commands, not write the tables.
create function service.image_announce(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_image_command(command, 'image_announce');
    v_now timestamptz := private.clock();
    v_party uuid := (command ->> 'party_id')::uuid;
    v_sha256 text := command ->> 'sha256';
    v_size bigint := (command ->> 'size_bytes')::integer;
    v_max bigint;
    v_upload public.image_uploads;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    select max_picture_bytes into v_max from public.evidence_types where media_type = command ->> 'media_type';
    select * into v_upload from public.image_uploads where party_id = v_party and sha256 = v_sha256;
    perform private.refuse(code) from (select case
        when coalesce(v_sha256, '') !~ '^[0-9a-f]{64}$' then 'hash_required'
        when v_max is null then 'media_type_refused'
        when not coalesce(v_size between 1 and v_max, false) then 'file_too_large'
    end as code) as fault where code is not null;
    if v_upload.party_id is null then
        insert into public.image_uploads (party_id, sha256, announced_by, media_type, size_bytes, created_at)
        values (v_party, v_sha256, (command ->> 'actor_id')::uuid, command ->> 'media_type', v_size, v_now);
    elsif (v_upload.media_type, v_upload.size_bytes) is distinct from (command ->> 'media_type', v_size) then
        perform private.take_quota('image', v_party);
        update public.image_uploads set
            announced_by = (command ->> 'actor_id')::uuid, media_type = command ->> 'media_type', size_bytes = v_size,
            created_at = v_now
        where party_id = v_party and sha256 = v_sha256;
    end if;
    return private.finish_command(command, jsonb_build_object(
        'party_id', v_party, 'sha256', v_sha256, 'media_type', command ->> 'media_type', 'size_bytes', v_size
    ), v_now);
end
$$;
comment on function service.image_announce(service.command) is
'A seller announces a picture {party_id, sha256, media_type, size_bytes, actor_id, idempotency_key, request_hash}; announced anew as something else before it is submitted, the last word counts. Raises not_your_party (403), file_announced_otherwise (409), hash_required, media_type_refused, file_too_large (422), quota_exceeded (429).';

-- Definer: as image_announce. Whoever calls it has checked the bytes, which were of this type.
create function service.image_hand_in(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb := private.begin_image_command(command, 'image_hand_in');
    v_now timestamptz := private.clock();
    v_upload public.image_uploads;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    select * into v_upload from public.image_uploads
    where party_id = (command ->> 'party_id')::uuid and sha256 = command ->> 'sha256';
    if not found then
        perform private.refuse('image_not_found');
    elsif (v_upload.media_type, v_upload.size_bytes)
        is distinct from (command ->> 'media_type', (command ->> 'size_bytes')::bigint) then
        perform private.refuse('file_announced_otherwise');
    end if;
    insert into public.images (party_id, sha256, handed_in_by, created_at)
    values (v_upload.party_id, v_upload.sha256, (command ->> 'actor_id')::uuid, v_now)
    on conflict (party_id, sha256) do nothing;
    return private.finish_command(command, jsonb_build_object(
        'party_id', v_upload.party_id, 'sha256', v_upload.sha256, 'media_type', v_upload.media_type,
        'size_bytes', v_upload.size_bytes
    ), v_now);
end
$$;
comment on function service.image_hand_in(service.command) is
'A picture that object storage has, as it was checked, may be listed from now on {party_id, sha256, media_type, size_bytes, actor_id, idempotency_key, request_hash}. Raises not_your_party (403), image_not_found (404), file_announced_otherwise (409) when it was announced anew meanwhile.';

create function public.announced_image(party_id uuid, sha256 text) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_upload jsonb;
begin
    -- Row level security decides whose announcements the caller sees.
    select to_jsonb(u) into v_upload from public.image_uploads as u
    where u.party_id = announced_image.party_id and u.sha256 = announced_image.sha256;
    if v_upload is null then
        raise sqlstate 'PT404' using
            message = 'image_not_found', detail = 'No such picture was announced.',
            hint = 'Announce it at image-uploads first.';
    end if;
    return v_upload;
end
$$;
comment on function public.announced_image(uuid, text) is
'A picture as the caller''s party announced it. Raises image_not_found (404).';
