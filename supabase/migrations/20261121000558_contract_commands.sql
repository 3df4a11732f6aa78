-- What moves all milestones of a contract together, and what their moves leave behind.

create function private.contract_answer(p_contract_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'contract_id', c.id, 'document_hash', c.document_hash, 'total', trim_scale(c.total)::text,
            'currency', c.currency, 'rail', c.rail,
            'milestones', (
                select jsonb_agg(
                    jsonb_build_object('milestone_id', m.id, 'position', m.position)
                    || (private.escrow_answer(e) - array['escrow_id', 'event'])
                    order by m.position
                )
                from public.contract_milestones as m join public.escrow_transactions as e on e.id = m.id
                where m.contract_id = c.id
            )
        )
        from public.contracts as c where c.id = p_contract_id
    );
end
$$;
comment on function private.contract_answer(uuid) is 'Answer of a contract command: the contract and where its milestones stand.';

create function public.contract_snapshot(
    contract_id uuid, idempotency_key text default null, request_hash text default null
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_milestones jsonb;
    v_stored jsonb;
begin
    -- Row level security decides whether the caller sees the contract at all.
    select jsonb_agg(private.escrow_snapshot_of(m.id) order by m.position) into v_milestones
    from public.contract_milestones as m
    where m.contract_id = contract_snapshot.contract_id;
    -- The key after the rows: a twin that commits between the two is found by its answer.
    if idempotency_key is not null then
        v_stored := private.my_answer(idempotency_key, request_hash);
        if v_stored is not null then
            return jsonb_build_object('answer', v_stored);
        end if;
    end if;
    if v_milestones is null then
        raise sqlstate 'PT404' using message = 'contract_not_found', detail = 'No such contract.';
    end if;
    return jsonb_build_object('milestones', v_milestones);
end
$$;
comment on function public.contract_snapshot(uuid, text, text) is
'Snapshots of the milestones of a contract, in their order, or {answer} when the key was answered before. Raises contract_not_found (404).';

-- Definer: service_role may give commands, not write the tables.
create function service.contract_commit(command service.command, decisions service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_contract uuid := (command ->> 'contract_id')::uuid;
    v_refusal text;
    v_answer jsonb;
begin
    if not coalesce((
        select bool_and(m.contract_id = v_contract and (d ->> 'actor_id')::uuid = v_actor)
        from jsonb_array_elements(decisions) as d
        left join public.contract_milestones as m on m.id = (d ->> 'escrow_id')::uuid
    ), false) then
        perform private.refuse('contract_not_found');
    end if;
    select min(a.refusal) into v_refusal
    from private.escrow_apply((
        select array_agg(jsonb_populate_record(null::private.escrow_decision, d))
        from jsonb_array_elements(decisions) as d
    )) as a;
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    elsif v_refusal is not null then
        perform private.refuse(v_refusal);
    end if;
    return private.finish_command(command, private.contract_answer(v_contract), private.clock());
end
$$;
comment on function service.contract_commit(service.command, service.command) is
'Commits decisions about milestones of one contract, all or none {contract_id, actor_id, idempotency_key, request_hash}, [decision] -> the contract. Raises contract_not_found (404) and the codes of private.refusals.';

-- Definer: written for whoever moved the escrow.
create function private.tg_escrow_transactions__contract() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_contract public.contracts;
begin
    case new.last_event
        when 'sign', 'countersign' then
            insert into public.contract_signatures (contract_id, role, signed_by, document_hash, signed_at)
            select m.contract_id, case new.last_actor_role when 'payer' then 'buyer' else 'seller' end,
                new.last_actor_id, new.terms_hash, new.updated_at
            from public.contract_milestones as m where m.id = new.id
            on conflict (contract_id, role) do nothing;
        when 'perform' then
            insert into public.deliveries (id, milestone_id, revision, note, files, delivered_by, created_at)
            select private.uuid_v7(new.updated_at), new.id, new.revision_count, coalesce(new.last_payload ->> 'note', ''),
                array(select jsonb_array_elements_text(coalesce(new.last_payload -> 'files', '[]'))),
                new.last_actor_id, new.updated_at
            from public.contract_milestones as m where m.id = new.id;
        else
            null;
    end case;
    if new.completed_at is not null then
        -- Of milestones that end at once, the last to look sees the others.
        select c.* into v_contract from public.contracts as c
        where c.id = (select m.contract_id from public.contract_milestones as m where m.id = new.id)
        for no key update;
        if found and not exists (
            select from public.contract_milestones as m join public.escrow_transactions as e on e.id = m.id
            where m.contract_id = v_contract.id and (e.completed_at is null or e.payee_amount > 0 or e.fee_amount > 0)
        ) then
            insert into private.returned_units (contract_id, returned_at) values (v_contract.id, new.completed_at)
            on conflict (contract_id) do nothing;
            if found then
                update public.listings set
                    units_left = units_left + 1,
                    status = case status when 'sold_out' then 'active' else status end,
                    last_event = 'unit_returned', last_actor_role = 'system'
                where id = v_contract.listing_id and status in ('active', 'paused', 'sold_out');
            end if;
        end if;
    end if;
    return null;
end
$$;
comment on function private.tg_escrow_transactions__contract() is
'What the moves of milestones leave behind: signatures, deliveries, and the unit of a contract that came to nothing.';
create trigger _540_contract after update on public.escrow_transactions
for each row when (
    new.product = 'market' and (new.last_event in ('sign', 'countersign', 'perform') or new.completed_at is not null)
    and old.completed_at is null
) execute function private.tg_escrow_transactions__contract();
