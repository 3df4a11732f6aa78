-- What moves all milestones of a contract together, and what their moves leave behind.

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

create function private.market_escrow_moved(p_changes private.escrow_change[]) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_change private.escrow_change;
    v_signed boolean := false;
    v_performed boolean := false;
    v_ended uuid[];
    v_ended_at timestamptz;
    v_contract record;
begin
    foreach v_change in array p_changes loop
        v_signed := v_signed or (v_change.new_row).last_event in ('sign', 'countersign');
        v_performed := v_performed or (v_change.new_row).last_event = 'perform';
        if (v_change.new_row).completed_at is not null then
            v_ended := v_ended || (v_change.new_row).id;
            v_ended_at := (v_change.new_row).completed_at;
        end if;
    end loop;
    if v_signed then
        insert into public.contract_signatures (contract_id, role, signed_by, document_hash, signed_at)
        select m.contract_id, case (c.new_row).last_actor_role when 'payer' then 'buyer' else 'seller' end,
            (c.new_row).last_actor_id, (c.new_row).terms_hash, (c.new_row).updated_at
        from unnest(p_changes) as c
        join public.contract_milestones as m on m.id = (c.new_row).id
        where (c.new_row).last_event in ('sign', 'countersign')
        on conflict (contract_id, role) do nothing;
    end if;
    if v_performed then
        insert into public.deliveries (id, milestone_id, revision, note, files, delivered_by, created_at)
        select private.uuid_v7((c.new_row).updated_at), m.id, (c.new_row).revision_count,
            coalesce((c.new_row).last_payload ->> 'note', ''),
            array(select jsonb_array_elements_text(coalesce((c.new_row).last_payload -> 'files', '[]'))),
            (c.new_row).last_actor_id, (c.new_row).updated_at
        from unnest(p_changes) as c
        join public.contract_milestones as m on m.id = (c.new_row).id
        where (c.new_row).last_event = 'perform';
    end if;
    if v_ended is null then
        return;
    end if;
    -- Of milestones that end at once, the last to read sees the others.
    perform from public.contracts as c
    where c.id in (select m.contract_id from public.contract_milestones as m where m.id = any (v_ended))
    order by c.id
    for no key update;
    for v_contract in
        select c.id, c.listing_id from public.contracts as c
        where c.id in (select m.contract_id from public.contract_milestones as m where m.id = any (v_ended))
            and not exists (
                select from public.contract_milestones as m join private.escrow_transactions as e on e.id = m.id
                where m.contract_id = c.id and (e.completed_at is null or e.payee_amount > 0 or e.fee_amount > 0)
            )
        order by c.id
    loop
        insert into private.returned_units (contract_id, returned_at) values (v_contract.id, v_ended_at)
        on conflict (contract_id) do nothing;
        if found then
            update public.listings set
                units_left = units_left + 1,
                status = case status when 'sold_out' then 'active' else status end,
                last_event = 'unit_returned', last_actor_role = 'system'
            where id = v_contract.listing_id and status in ('active', 'paused', 'sold_out');
        end if;
    end loop;
end
$$;
comment on function private.market_escrow_moved(private.escrow_change[]) is
'What the moves of milestones leave behind: signatures, deliveries, and the unit of a contract that came to nothing.';

create function private.contract_evidence(p_milestone_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'contract', (
            select jsonb_build_object(
                'contract_id', c.id, 'document_hash', c.document_hash, 'made_at', c.created_at,
                'title', m.title, 'description', m.description,
                'signatures', coalesce((
                    select jsonb_agg(jsonb_build_object(
                        'role', s.role, 'document_hash', s.document_hash, 'signed_at', s.signed_at
                    ) order by s.signed_at, s.role)
                    from public.contract_signatures as s where s.contract_id = c.id
                ), '[]')
            )
            from public.contract_milestones as m inner join public.contracts as c on m.contract_id = c.id
            where m.id = p_milestone_id
        ),
        'deliveries', coalesce((
            select jsonb_agg(jsonb_build_object(
                'revision', d.revision, 'delivered_at', d.created_at, 'note', d.note, 'files', to_jsonb(d.files)
            ) order by d.revision)
            from public.deliveries as d where d.milestone_id = p_milestone_id
        ), '[]')
    );
end
$$;
comment on function private.contract_evidence(uuid) is
'What a milestone has to show to a bank {contract with its signatures or null, deliveries}.';

create function private.contract_limit_uses(p_party_id uuid, p_since timestamptz) returns table (
    worth numeric, used_at timestamptz
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select m.reference_amount::numeric, c.created_at
    from public.contracts as c
    inner join public.contract_milestones as m on c.id = m.contract_id
    inner join private.escrow_transactions as e on m.id = e.id
    where (c.buyer_id = p_party_id or c.seller_id = p_party_id) and c.created_at > p_since
        and e.state not in ('void', 'refunded');
end
$$;
comment on function private.contract_limit_uses(uuid, timestamptz) is
'Worth in the reference currency (null: unknown) and time of the milestones of a party since a time; one that is void or was refunded does not count.';

create function private.open_contracts(p_party_id uuid) returns bigint
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select count(*) from public.contracts as c
        where (c.buyer_id = p_party_id or c.seller_id = p_party_id) and exists (
            select from public.contract_milestones as m
            inner join private.escrow_transactions as e on m.id = e.id
            where m.contract_id = c.id and e.completed_at is null
        )
    );
end
$$;
comment on function private.open_contracts(uuid) is 'How many contracts of a party have a milestone that has not ended.';
