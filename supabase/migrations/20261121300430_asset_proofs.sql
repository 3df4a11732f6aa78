-- What a contract freezes of the assets it is about, and what has become of them.

create table public.contract_snapshots (
    contract_id uuid not null references public.contracts (id) on delete restrict,
    snapshot_id uuid not null references public.asset_snapshots (id) on delete restrict,
    primary key (contract_id, snapshot_id)
);
alter table public.contract_snapshots enable row level security;
create index contract_snapshots_snapshot_id_idx on public.contract_snapshots (snapshot_id);
select private.make_append_only('public.contract_snapshots');
comment on table public.contract_snapshots is
'Snapshots that the document of a contract names with their sha256: its listing''s when the offer was accepted.';
comment on column public.contract_snapshots.contract_id is 'The contract.';
comment on column public.contract_snapshots.snapshot_id is 'What it names.';

create table public.asset_proofs (
    escrow_id uuid not null references public.contract_milestones (id) on delete restrict,
    snapshot_id uuid not null references public.asset_snapshots (id) on delete restrict,
    compared_to uuid not null references public.asset_snapshots (id) on delete restrict,
    author_role text not null check (author_role in ('buyer', 'seller')),
    author_id uuid not null references auth.users (id) on delete restrict,
    differences jsonb not null,
    created_at timestamptz not null,
    primary key (escrow_id, snapshot_id)
);
alter table public.asset_proofs enable row level security;
create index asset_proofs_snapshot_id_idx on public.asset_proofs (snapshot_id);
create index asset_proofs_compared_to_idx on public.asset_proofs (compared_to);
create index asset_proofs_author_id_idx on public.asset_proofs (author_id);
select private.make_append_only('public.asset_proofs');
comment on table public.asset_proofs is
'Snapshots that a side laid beside the one in the contract: what is different now, to show that something was delivered or was not.';
comment on column public.asset_proofs.escrow_id is 'The milestone it is about.';
comment on column public.asset_proofs.snapshot_id is 'The new snapshot, taken since the contract was made.';
comment on column public.asset_proofs.compared_to is 'The latest snapshot of the same asset in the contract.';
comment on column public.asset_proofs.author_role is 'Side that brought it.';
comment on column public.asset_proofs.author_id is 'User who brought it.';
comment on column public.asset_proofs.differences is 'Fields that differ [{field, before, after}].';
comment on column public.asset_proofs.created_at is 'When it was brought, by the database clock.';

-- Definer: commands write it through the contract.
create function private.tg_contracts__snapshots() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.contract_snapshots (contract_id, snapshot_id)
    select new.id, (s.value ->> 'id')::uuid
    from jsonb_array_elements(new.document::jsonb -> 'listing' -> 'snapshots') as s
    on conflict do nothing;
    return null;
end
$$;
comment on function private.tg_contracts__snapshots() is 'A new contract freezes the snapshots its document names.';
create trigger _500_snapshots after insert on public.contracts
for each row execute function private.tg_contracts__snapshots();

create function private.differences(p_before jsonb, p_after jsonb) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(
            jsonb_build_object('field', k.name, 'before', p_before -> k.name, 'after', p_after -> k.name)
            order by k.name collate "C"
        ), '[]')
        from (
            select jsonb_object_keys(p_before) as name union select jsonb_object_keys(p_after)
        ) as k
        where p_before -> k.name is distinct from p_after -> k.name
    );
end
$$;
comment on function private.differences(jsonb, jsonb) is 'Fields in which two flat objects differ [{field, before, after}].';

insert into private.refusals (code, status, detail, hint) values
('snapshot_not_found', 404, 'No such snapshot of a side of this contract.', 'Take one at /asset-snapshots.'),
('snapshot_too_old', 409, 'A proof is a snapshot that was taken after the contract was made.', 'Take another one.'),
('asset_not_in_contract', 409, 'The contract names no snapshot of this asset.', '');

-- Definer: service_role may give commands, not write the tables.
create function service.asset_prove(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_context private.escrow_command_context := private.begin_escrow_command(command, 'asset_prove');
    v_escrow private.escrow_transactions := v_context.escrow;
    v_role text := case
        when private.acts_for(v_context.actor_id, v_escrow.payer_id) then 'buyer'
        when private.acts_for(v_context.actor_id, v_escrow.payee_id) then 'seller'
    end;
    v_contract public.contracts;
    v_snapshot public.asset_snapshots;
    v_frozen public.asset_snapshots;
    v_proof public.asset_proofs;
begin
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    select c.* into v_contract from public.contracts as c
    where c.id = (select m.contract_id from public.contract_milestones as m where m.id = v_escrow.id);
    if v_role is null or v_contract.id is null then
        perform private.refuse('escrow_not_found');
    end if;
    select * into v_snapshot from public.asset_snapshots as a
    where a.id = (command ->> 'snapshot_id')::uuid and a.party_id in (v_escrow.payer_id, v_escrow.payee_id);
    select a.* into v_frozen
    from public.contract_snapshots as s inner join public.asset_snapshots as a on s.snapshot_id = a.id
    where s.contract_id = v_contract.id
        and (a.provider, a.kind, a.asset_id) = (v_snapshot.provider, v_snapshot.kind, v_snapshot.asset_id)
    order by a.taken_at desc limit 1;
    perform private.refuse(code) from (select case
        when v_snapshot.id is null then 'snapshot_not_found'
        when v_escrow.completed_at is not null then 'escrow_closed'
        when v_frozen.id is null then 'asset_not_in_contract'
        when v_snapshot.taken_at <= v_contract.created_at then 'snapshot_too_old'
    end as code) as fault where code is not null;
    insert into public.asset_proofs (
        escrow_id, snapshot_id, compared_to, author_role, author_id, differences, created_at
    ) values (
        v_escrow.id, v_snapshot.id, v_frozen.id, v_role, v_context.actor_id,
        private.differences(v_frozen.document::jsonb, v_snapshot.document::jsonb), v_context.now
    ) on conflict (escrow_id, snapshot_id) do nothing;
    select * into strict v_proof from public.asset_proofs
    where escrow_id = v_escrow.id and snapshot_id = v_snapshot.id;
    return private.finish_command(command, jsonb_build_object(
        'escrow_id', v_proof.escrow_id, 'snapshot_id', v_proof.snapshot_id, 'compared_to', v_proof.compared_to,
        'differences', v_proof.differences
    ), v_context.now);
end
$$;
comment on function service.asset_prove(service.command) is
'A side of a live milestone lays a new snapshot beside the one in the contract {escrow_id, snapshot_id, actor_id, idempotency_key, request_hash} -> {escrow_id, snapshot_id, compared_to, differences}. Raises escrow_not_found, snapshot_not_found (404), escrow_closed, asset_not_in_contract, snapshot_too_old (409).';
