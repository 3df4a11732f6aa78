-- Files: what may be submitted, and what was announced before it was uploaded.
-- The bytes lie in object storage, under a name made of their own sha256.

insert into private.refusals (code, status, detail, hint) values
('media_type_refused', 422, 'Files of this type are not accepted.', 'See evidence_types.'),
('file_too_large', 422, 'The file is larger than its type may be.', 'See evidence_types.'),
('file_announced_otherwise', 409, 'This file was announced with another name, type or size.', 'Announce it as before.'),
('file_not_found', 404, 'No such file in this trade.', 'Announce it at evidence-uploads first.');

-- Definer: service_role may give commands, not write the tables.
create function service.evidence_upload(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context private.escrow_command_context := private.begin_escrow_command(command, 'evidence_upload');
    v_now timestamptz := v_context.now;
    v_actor uuid := v_context.actor_id;
    v_escrow private.escrow_transactions := v_context.escrow;
    v_sha256 text := command ->> 'sha256';
    v_size bigint := (command ->> 'size_bytes')::bigint;
    v_role public.escrow_role;
    v_max bigint;
    v_upload public.evidence_uploads;
begin
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_role := case
        when private.acts_for(v_actor, v_escrow.payee_id) then 'payee'
        when private.acts_for(v_actor, v_escrow.payer_id) then 'payer'
    end;
    select max_bytes into v_max from public.evidence_types where media_type = command ->> 'media_type';
    perform private.refuse(code) from (select case
        when v_role is null then 'not_your_move'
        when v_escrow.completed_at is not null
            and v_now > private.later_by_outages(v_escrow.completed_at, v_escrow.claim_until) then 'escrow_closed'
        when coalesce(v_sha256, '') !~ '^[0-9a-f]{64}$' then 'hash_required'
        when v_max is null then 'media_type_refused'
        when v_size > v_max then 'file_too_large'
    end as code) as fault where code is not null;

    select * into v_upload from public.evidence_uploads
    where escrow_id = v_escrow.id and author_role = v_role and sha256 = v_sha256;
    if not found then
        -- A bound of the escrow and no quota of its author: what an arbiter can look through.
        if (
            select count(*) from public.evidence_uploads where escrow_id = v_escrow.id and author_role = v_role
        ) >= 100 then
            perform private.refuse('evidence_limit');
        end if;
        insert into public.evidence_uploads (
            id, escrow_id, author_role, author_id, purpose, sha256, name, media_type, size_bytes, created_at
        ) values (
            private.uuid_v7(v_now), v_escrow.id, v_role, v_actor, command ->> 'purpose', v_sha256,
            command ->> 'name', command ->> 'media_type', v_size, v_now
        ) returning * into v_upload;
    elsif (v_upload.name, v_upload.media_type, v_upload.size_bytes)
        is distinct from (command ->> 'name', command ->> 'media_type', v_size) then
        perform private.refuse('file_announced_otherwise');
    end if;
    return private.finish_command(command, jsonb_build_object(
        'upload_id', v_upload.id, 'escrow_id', v_upload.escrow_id, 'author_role', v_upload.author_role,
        'sha256', v_upload.sha256, 'media_type', v_upload.media_type, 'size_bytes', v_upload.size_bytes
    ), v_now);
end
$$;
comment on function service.evidence_upload(service.command) is
'A side announces a file of a live trade, or one in its claim window {escrow_id, actor_id, purpose evidence|message, sha256, name, media_type, size_bytes, idempotency_key, request_hash}; at most 100 a side. Raises not_your_move (403), escrow_closed, evidence_limit, file_announced_otherwise (409), hash_required, media_type_refused, file_too_large (422).';

-- Definer: an escrow's files are for its sides and its arbiter, not for whoever reads the escrow.
create function private.evidence_files_of(p_escrow_id uuid, p_sha256 text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_escrow private.escrow_transactions;
begin
    select * into v_escrow from private.escrow_transactions where id = p_escrow_id;
    if not coalesce(
        array[v_escrow.payer_id, v_escrow.payee_id] && array(select private.my_parties())
        or v_escrow.id = any (array(select private.my_disputed_escrows())), false
    ) then
        return '[]';
    end if;
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'author_role', u.author_role, 'sha256', u.sha256, 'name', u.name,
            'media_type', u.media_type, 'size_bytes', u.size_bytes,
            'mine', private.acts_for(
                auth.uid(), case u.author_role when 'payer' then v_escrow.payer_id else v_escrow.payee_id end
            )
        ) order by u.created_at), '[]')
        from public.evidence_uploads as u where u.escrow_id = p_escrow_id and u.sha256 = p_sha256
    );
end
$$;
comment on function private.evidence_files_of(uuid, text) is
'Announced files with this hash, for a side of the escrow or its arbiter; for everybody else none.';

create function public.evidence_files(escrow_id uuid, sha256 text) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_files jsonb := private.evidence_files_of(escrow_id, sha256);
begin
    perform from private.escrow_transactions as e where e.id = evidence_files.escrow_id;
    if not found then
        raise sqlstate 'PT404' using message = 'escrow_not_found', detail = 'No such escrow.';
    elsif v_files = '[]' then
        raise sqlstate 'PT404' using
            message = 'file_not_found', detail = 'No such file in this trade.',
            hint = 'Announce it at evidence-uploads first.';
    end if;
    return v_files;
end
$$;
comment on function public.evidence_files(uuid, text) is
'Files of a trade with this hash, one of each side at most {author_role, sha256, name, media_type, size_bytes, mine}. Raises escrow_not_found, file_not_found (404).';

create view public.evidence_receipts with (security_invoker = true) as
select
    d.escrow_id, v.dispute_id, v.author_role, v.sha256, v.name, v.media_type, v.size_bytes,
    v.created_at as received_at, x.version as event_version, encode(x.hash, 'hex') as event_hash
from public.dispute_evidence as v
inner join public.disputes as d on v.dispute_id = d.id
inner join private.escrow_events as x
    on d.escrow_id = x.escrow_id and x.event = 'evidence' and v.author_role = x.actor_role
        and v.sha256 = x.payload ->> 'sha256';
comment on view public.evidence_receipts is
'What was submitted and when, with the hash of the event that recorded it: proof for its author that it was received as it is.';

create function public.evidence_receipt(escrow_id uuid, sha256 text) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select to_jsonb(r) from public.evidence_receipts as r
        where r.escrow_id = evidence_receipt.escrow_id and r.sha256 = evidence_receipt.sha256
        order by r.received_at desc limit 1
    );
end
$$;
comment on function public.evidence_receipt(uuid, text) is 'The latest receipt for a file of a trade, or null.';
