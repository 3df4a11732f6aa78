-- Documents of contracts: a PDF of each, before and after it is signed. Drawn and stored outside; here
-- is what is still to be drawn, and what was.

create table public.contract_documents (
    contract_id uuid not null references public.contracts (id) on delete restrict,
    edition text not null check (edition in ('unsigned', 'signed')),
    object_key text not null unique check (length(object_key) between 1 and 300),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes integer not null check (size_bytes > 0),
    created_at timestamptz not null,
    primary key (contract_id, edition)
);
alter table public.contract_documents enable row level security;
select private.make_append_only('public.contract_documents');
comment on table public.contract_documents is
'PDFs of contracts as they lie in object storage. Each shows contracts.document, its hash and the signatures; what is signed is contracts.document, not the PDF.';
comment on column public.contract_documents.contract_id is 'The contract.';
comment on column public.contract_documents.edition is 'unsigned: made with the contract; signed: made when both had signed.';
comment on column public.contract_documents.object_key is 'Name in object storage, made of contract and sha256.';
comment on column public.contract_documents.sha256 is 'sha256 of the PDF, in hex: what object storage must have.';
comment on column public.contract_documents.size_bytes is 'Size of the PDF, in bytes.';
comment on column public.contract_documents.created_at is 'When it was recorded, after it was stored.';

create table private.document_queue (
    contract_id uuid not null references public.contracts (id) on delete restrict,
    edition text not null check (edition in ('unsigned', 'signed')),
    due_at timestamptz not null,
    primary key (contract_id, edition)
);
alter table private.document_queue enable row level security;
create index document_queue_due_at_idx on private.document_queue (due_at);
comment on table private.document_queue is 'Documents that are still to be drawn.';
comment on column private.document_queue.contract_id is 'The contract.';
comment on column private.document_queue.edition is 'Which document of it.';
comment on column private.document_queue.due_at is 'When to draw it; while somebody does, when to try again.';

-- Definer: commands write the queue through it.
create function private.tg_contracts__document() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.document_queue (contract_id, edition, due_at) values (new.id, 'unsigned', new.created_at);
    return null;
end
$$;
comment on function private.tg_contracts__document() is 'A new contract needs a document.';
create trigger _500_document after insert on public.contracts
for each row execute function private.tg_contracts__document();

-- Definer: as above. Signatures of one contract take turns by the locks of its escrows.
create function private.tg_contract_signatures__document() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if (select count(*) from public.contract_signatures where contract_id = new.contract_id) = 2 then
        insert into private.document_queue (contract_id, edition, due_at)
        values (new.contract_id, 'signed', new.signed_at);
    end if;
    return null;
end
$$;
comment on function private.tg_contract_signatures__document() is 'A contract that both have signed needs another document.';
create trigger _500_document after insert on public.contract_signatures
for each row execute function private.tg_contract_signatures__document();

-- Definer: a schedule has no user, and service_role reads no table.
create function service.contract_documents_due(max_rows integer default 5) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_due jsonb;
begin
    -- Whoever takes a document has five minutes; then it is due again.
    with taken as (
        update private.document_queue as q set due_at = v_now + interval '5 minutes'
        where (q.contract_id, q.edition) in (
            select w.contract_id, w.edition from private.document_queue as w
            where w.due_at <= v_now order by w.due_at limit max_rows for update skip locked
        )
        returning q.contract_id, q.edition
    )
    select coalesce(jsonb_agg(jsonb_build_object(
        'contract_id', c.id, 'edition', t.edition, 'document', c.document, 'document_hash', c.document_hash,
        'signatures', case t.edition when 'unsigned' then '[]' else (
            select jsonb_agg(jsonb_build_object(
                'role', s.role, 'signed_by', s.signed_by,
                'signed_at', to_char(s.signed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            ) order by s.signed_at, s.role)
            from public.contract_signatures as s where s.contract_id = c.id
        ) end
    )), '[]') into v_due
    from taken as t inner join public.contracts as c on t.contract_id = c.id;
    return v_due;
end
$$;
comment on function service.contract_documents_due(integer) is
'Scheduled: documents to draw now [{contract_id, edition, document, document_hash, signatures}], at most max_rows; what is not recorded within five minutes is due again.';

insert into private.refusals (code, status, detail, hint) values
('bad_document', 422, 'A PDF has a contract, an edition, a key, a sha256 and a size.', '');

-- Definer: service_role may give commands, not write the tables.
create function service.contract_document_record(
    contract_id uuid, edition text default null, object_key text default null, sha256 text default null,
    size_bytes integer default null
) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_contract uuid := contract_id;
    v_edition text := edition;
    v_recorded boolean;
begin
    if not coalesce(
        v_edition in ('unsigned', 'signed') and contract_document_record.sha256 ~ '^[0-9a-f]{64}$'
        and length(contract_document_record.object_key) between 1 and 300 and contract_document_record.size_bytes > 0
        and exists (select from public.contracts as c where c.id = v_contract), false
    ) then
        perform private.refuse('bad_document');
    end if;
    insert into public.contract_documents (contract_id, edition, object_key, sha256, size_bytes, created_at) values (
        v_contract, v_edition, contract_document_record.object_key, contract_document_record.sha256,
        contract_document_record.size_bytes, private.clock()
    ) on conflict do nothing;
    v_recorded := found;
    delete from private.document_queue as q where q.contract_id = v_contract and q.edition = v_edition;
    return v_recorded;
end
$$;
comment on function service.contract_document_record(uuid, text, text, text, integer) is
'Scheduled: a document lies in object storage. False when one was recorded before: the first stays. Raises bad_document (422).';

create function public.contract_document(contract_id uuid, edition text default null) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_document jsonb;
begin
    -- Row level security decides whether the caller sees the contract at all.
    perform from public.contracts as c where c.id = contract_document.contract_id;
    if not found then
        raise sqlstate 'PT404' using message = 'contract_not_found', detail = 'No such contract.';
    end if;
    -- 'unsigned' sorts last.
    select to_jsonb(p) into v_document from public.contract_documents as p
    where p.contract_id = contract_document.contract_id
        and p.edition = coalesce(contract_document.edition, p.edition)
    order by p.edition limit 1;
    if v_document is null then
        raise sqlstate 'PT409' using
            message = 'document_not_ready', detail = 'This document is not drawn yet.',
            hint = 'The first document is there a minute after the contract was made, the signed one a minute after both have signed.';
    end if;
    return v_document;
end
$$;
comment on function public.contract_document(uuid, text) is
'The document of a contract in an edition, by default the signed one when there is one. Raises contract_not_found (404), document_not_ready (409).';
