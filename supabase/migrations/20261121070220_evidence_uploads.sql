-- Files that are announced before they are uploaded, and which types there are.

create table public.evidence_types (
    media_type text primary key check (length(media_type) between 1 and 100),
    max_bytes bigint not null check (max_bytes between 1 and 20971520),
    max_picture_bytes bigint check (max_picture_bytes between 1 and 20971520)
);
alter table public.evidence_types enable row level security;
select private.make_audited('public.evidence_types', 'media_type');
comment on table public.evidence_types is 'Media types that are accepted as evidence or attachment.';
comment on column public.evidence_types.media_type is 'Media type, exactly as the upload states it.';
comment on column public.evidence_types.max_bytes is 'Largest file of this type, in bytes.';
comment on column public.evidence_types.max_picture_bytes is
'Largest picture of a listing of this type, in bytes; null: not accepted as one.';
insert into public.evidence_types (media_type, max_bytes, max_picture_bytes) values
('image/jpeg', 20971520, 5242880), ('image/png', 20971520, 5242880), ('image/webp', 20971520, 5242880),
('image/heic', 20971520, null), ('application/pdf', 20971520, null), ('text/plain', 1048576, null),
('video/mp4', 20971520, null);

create table public.evidence_uploads (
    id uuid primary key,
    escrow_id uuid not null references private.escrow_transactions (id) on delete restrict,
    author_role public.escrow_role not null check (author_role in ('payer', 'payee')),
    author_id uuid not null references auth.users (id) on delete restrict,
    purpose text not null check (purpose in ('evidence', 'message')),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    name text not null check (length(name) <= 200 and (name is null or private.has_words(name))),
    media_type text not null references public.evidence_types (media_type) on delete restrict,
    size_bytes bigint not null check (size_bytes between 1 and 20971520),
    created_at timestamptz not null,
    unique (escrow_id, author_role, sha256)
);
alter table public.evidence_uploads enable row level security;
select private.make_text('public.evidence_uploads', 'line', 'name');
select private.make_quota('public.evidence_uploads', 'evidence', 'author_id');
create index evidence_uploads_author_id_idx on public.evidence_uploads (author_id);
create index evidence_uploads_media_type_idx on public.evidence_uploads (media_type);
select private.make_erasable('public.evidence_uploads', 'name');
comment on table public.evidence_uploads is
'Files that a side announced, for which it got an address to upload to. Whether the bytes have come, object storage knows.';
comment on column public.evidence_uploads.id is 'The announcement.';
comment on column public.evidence_uploads.escrow_id is 'Escrow the file belongs to.';
comment on column public.evidence_uploads.author_id is 'User who announced it.';
comment on column public.evidence_uploads.media_type is 'Media type it must be uploaded with.';
comment on column public.evidence_uploads.created_at is 'When it was announced.';
comment on column public.evidence_uploads.author_role is 'Side that hands the file in.';
comment on column public.evidence_uploads.purpose is 'evidence of a dispute, or attachment of a message.';
comment on column public.evidence_uploads.sha256 is 'sha256 of the bytes, in hex: object storage refuses others.';
comment on column public.evidence_uploads.name is 'Name of the file, as its author calls it.';
comment on column public.evidence_uploads.size_bytes is 'Exact size, in bytes.';
