-- Snapshots: what a function reads before it decides.

-- Definer: called by the invoker function below, which has already let row
-- level security decide that the caller may see this escrow.
create function private.escrow_snapshot(
    p_escrow private.escrow_transactions, p_actor jsonb, p_now timestamptz
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'now', p_now,
            'actor', p_actor,
            'escrow', jsonb_build_object(
                'id', p_escrow.id, 'product', p_escrow.product, 'rail', p_escrow.rail,
                'payer_id', p_escrow.payer_id, 'payee_id', p_escrow.payee_id,
                'currency', p_escrow.currency, 'decimals', c.decimals,
                'amount', trim_scale(p_escrow.amount)::text, 'fee_bps', p_escrow.fee_bps,
                'state', p_escrow.state, 'phase', p_escrow.phase,
                'version', p_escrow.version, 'state_version', p_escrow.state_version,
                'deadline_at', p_escrow.deadline_at, 'expires_at', p_escrow.expires_at,
                'taken_amount', trim_scale(coalesce(p_escrow.taken_amount, 0))::text,
                'frozen', p_escrow.frozen_at is not null, 'performed_at', p_escrow.performed_at,
                'perform_within', extract(epoch from p_escrow.perform_within)::bigint,
                'accept_within', extract(epoch from p_escrow.accept_within)::bigint,
                'revision_count', p_escrow.revision_count, 'signed_by', p_escrow.signed_by,
                'terms_hash', p_escrow.terms_hash, 'rail_hold_until', nullif(p_escrow.rail_hold_until, 'infinity')
            ),
            'policy', jsonb_build_object(
                'id', p.id,
                'sign_within', extract(epoch from p.sign_within)::bigint,
                'fund_within', extract(epoch from p.fund_within)::bigint,
                'exception_within', extract(epoch from p.exception_within)::bigint,
                'perform_grace', extract(epoch from p.perform_grace)::bigint,
                'payee_silent_event', p.payee_silent_event, 'payer_silent_event', p.payer_silent_event,
                'payee_dispute_from', p.payee_dispute_from,
                'payee_dispute_wait', extract(epoch from p.payee_dispute_wait)::bigint,
                -- A dispute keeps the windows that it began with.
                'statement_within', extract(epoch from coalesce(d.statement_within, p.statement_within))::bigint,
                'acknowledge_within', extract(epoch from coalesce(d.acknowledge_within, p.acknowledge_within))::bigint,
                'decide_within', extract(epoch from coalesce(d.decide_within, p.decide_within))::bigint,
                'appeal_within', extract(epoch from coalesce(d.appeal_within, p.appeal_within))::bigint,
                'offer_within', extract(epoch from p.offer_within)::bigint,
                'attest_payer_name', p.attest_payer_name, 'max_revisions', p.max_revisions, 'max_reassignments', p.max_reassignments,
                'second_approval_above', trim_scale(
                    private.second_approval_above(p.id, p_escrow.currency)
                )::text,
                'undecided_payee_bps', p.undecided_payee_bps, 'rail_part_bps', p.rail_part_bps
            ),
            'offers', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'id', o.id, 'kind', o.kind, 'author_role', o.author_role,
                    'payee_amount', trim_scale(o.payee_amount)::text, 'expires_at', o.expires_at
                ) order by o.created_at)
                from public.escrow_offers as o
                where o.escrow_id = p_escrow.id and o.status = 'open'
                    and o.state_version = p_escrow.state_version and o.expires_at > p_now
            ), '[]'),
            'holds', coalesce(case when p_escrow.frozen_at is not null then (
                select jsonb_agg(jsonb_build_object(
                    'id', h.id, 'kind', h.kind, 'owner_role', h.owner_role, 'reference', h.reference,
                    'amount', trim_scale(h.amount)::text, 'ends_at', h.ends_at, 'at_end', h.at_end,
                    'lapsed', private.hold_lapsed(h, p_now)
                ) order by h.ends_at, h.id)
                from public.escrow_holds as h
                where h.escrow_id = p_escrow.id and h.closed_at is null
            ) end, '[]'),
            'suspense', trim_scale(case
                when p_escrow.state = 'funding_exception' then private.suspense_of(p_escrow.id, p_escrow.currency)
            end)::text,
            'waiting', coalesce(case when p_escrow.state = 'funding_exception' then (
                select jsonb_object_agg(w.currency, trim_scale(h.amount)::text)
                from public.ledger_holds as h join public.wallets as w on w.id = h.wallet_id
                where h.reference_id = p_escrow.id and h.bucket = 'pending' and h.amount > 0
            ) end, '{}'),
            'dispute', case when d.id is not null then jsonb_build_object(
                'id', d.id, 'level', d.level, 'arbiter_id', d.arbiter_id, 'reassignments', d.reassignments,
                'accepted_by', d.accepted_by, 'award_payee_amount', trim_scale(d.award_payee_amount)::text,
                'undecided_payee_amount', trim_scale(
                    private.undecided_payee(p_escrow.id, p_escrow.amount, p.undecided_payee_bps, c.decimals)
                )::text,
                'statements_by', coalesce((
                    select jsonb_agg(s.author_role) from public.dispute_statements as s where s.dispute_id = d.id
                ), '[]')
            ) end
        )
        from public.escrow_policies as p
        cross join public.currencies as c
        left join public.disputes as d
            on d.escrow_id = p_escrow.id and d.status = 'pending' and p_escrow.state in ('disputed', 'decided')
        where p.id = p_escrow.policy_id and c.code = p_escrow.currency
    );
end
$$;
comment on function private.escrow_snapshot(private.escrow_transactions, jsonb, timestamptz) is
'Everything a decision about an escrow needs: times from the database, durations in seconds, amounts as strings.';

-- Definer: reads staff and memberships of the caller.
create function private.escrow_actor(p_escrow private.escrow_transactions) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'id', private.caller(),
            'aal', private.caller_aal(),
            'roles', to_jsonb(array_remove(array[
                case when private.acts_for(auth.uid(), p_escrow.payer_id) then 'payer' end,
                case when private.acts_for(auth.uid(), p_escrow.payee_id) then 'payee' end,
                case when private.may_review(auth.uid(), p_escrow) and exists (
                    select from public.disputes as d
                    where d.escrow_id = p_escrow.id and d.status = 'pending' and d.arbiter_id = auth.uid()
                ) then 'arbiter' end,
                case when private.may_review(auth.uid(), p_escrow) and not exists (
                    select from public.disputes as d
                    where d.escrow_id = p_escrow.id and d.status = 'pending' and d.arbiter_id = auth.uid()
                ) then 'second_arbiter' end,
                case when private.operator_may(auth.uid(), array[p_escrow.payer_id, p_escrow.payee_id]) then 'operator' end
            ], null))
        )
    );
end
$$;
comment on function private.escrow_actor(private.escrow_transactions) is
'Law 7: who the token''s user is in this escrow, and how strongly signed in.';

create function public.escrow_snapshot(
    escrow_id uuid, idempotency_key text default null, request_hash text default null
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_snapshot jsonb;
    v_stored jsonb;
begin
    -- Row level security decides whether the caller sees the row at all.
    perform from private.escrow_transactions as e where e.id = escrow_snapshot.escrow_id;
    if found then
        v_snapshot := private.escrow_snapshot_of(escrow_snapshot.escrow_id);
    end if;
    -- The key after the row: a twin that commits between the two is found by its answer.
    if idempotency_key is not null then
        v_stored := private.my_answer(idempotency_key, request_hash);
        if v_stored is not null then
            return jsonb_build_object('answer', v_stored);
        end if;
    end if;
    if v_snapshot is null then
        raise sqlstate 'PT404' using message = 'escrow_not_found', detail = 'No such escrow.';
    end if;
    return v_snapshot;
end
$$;
comment on function public.escrow_snapshot(uuid, text, text) is
'What the caller may know of an escrow to decide the next move, or {answer} when the key was answered before. Raises escrow_not_found (404).';

-- Definer: the whole row, of which the API grants only columns.
create function private.escrow_snapshot_of(p_escrow_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select private.escrow_snapshot(e, private.escrow_actor(e), private.clock())
        from private.escrow_transactions as e where e.id = p_escrow_id
    );
end
$$;
comment on function private.escrow_snapshot_of(uuid) is
'Snapshot for the caller; public.escrow_snapshot asks row level security first.';

create function private.snapshot_for_timer(p_escrow private.escrow_transactions, p_now timestamptz) returns jsonb
language plpgsql volatile set search_path = ''
as $$
begin
    return private.escrow_snapshot(p_escrow, '{"id": null, "aal": "aal1", "roles": ["timer"]}', p_now);
exception when others then
    perform service.escrow_timers_failed(jsonb_build_array(jsonb_build_object(
        'escrow_id', p_escrow.id, 'version', p_escrow.version, 'error', sqlerrm
    )));
    return null;
end
$$;
comment on function private.snapshot_for_timer(private.escrow_transactions, timestamptz) is
'Snapshot of an escrow whose time is up; null for one that cannot be read, which waits as any timer that failed.';

-- Definer: timers have no user.
create function service.escrow_due(max_rows integer default 500) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_outage boolean := exists (select from public.outages where credited_at is null)
        or exists (select from public.network_health where state <> 'up');
begin
    if private.sweep_is_late(v_now) then
        return '[]';
    end if;
    perform private.sweep_is_here(v_now);
    return (
        select coalesce(jsonb_agg(seen.snapshot) filter (where seen.snapshot is not null), '[]')
        from (
            select private.snapshot_for_timer(due, v_now) as snapshot
            from (
                select e.* from private.escrow_transactions as e
                where e.expires_at <= v_now and e.expires_at is not null and e.frozen_at is null
                    and (not v_outage or not private.awaits_credit(e))
                    and (e.state <> 'awaiting_funds' or not private.funds_pending(e, 'timeout_void', v_now))
                    and not exists (
                        select from private.timer_failures as f
                        where f.escrow_id = e.id and f.version = e.version and f.retry_at > v_now
                    )
                order by e.expires_at
                limit least(greatest(max_rows, 1), 2000)
                for no key update skip locked
            ) as due
        ) as seen
    ) || (
        select coalesce(jsonb_agg(seen.snapshot) filter (where seen.snapshot is not null), '[]')
        from (
            select private.snapshot_for_timer(held, v_now) as snapshot
            from (
                select e.* from private.escrow_transactions as e
                where e.id in (
                    select h.escrow_id from public.escrow_holds as h
                    where h.closed_at is null and h.ends_at <= v_now and private.hold_lapsed(h, v_now)
                ) and not exists (
                    select from private.timer_failures as f
                    where f.escrow_id = e.id and f.version = e.version and f.retry_at > v_now
                )
                order by e.id
                limit least(greatest(max_rows, 1), 2000)
                for no key update skip locked
            ) as held
        ) as seen
    );
end
$$;
comment on function service.escrow_due(integer) is
'Snapshots of escrows whose time is up, oldest first, and of held ones of which a reason has had its longest time; left out are rows that another worker holds, those whose money is on its way and those whose timer failed and waits. Nothing while the sweep is late (private.sweep_is_late).';

-- Definer: policies call it for arbiters, who may not read all disputes.
create function private.my_disputed_escrows() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    if private.is_acting_staff('dispute_reader') then
        return query
        select d.escrow_id from public.disputes as d
        join private.escrow_transactions as e on e.id = d.escrow_id
        where d.status = 'pending'
            and not private.belongs_to(auth.uid(), e.payer_id) and not private.belongs_to(auth.uid(), e.payee_id);
    end if;
    if not private.is_acting_staff('arbiter') then
        return;
    end if;
    return query
    select d.escrow_id from public.disputes as d where d.arbiter_id = auth.uid()
    union
    select d.escrow_id from public.disputes as d
    join private.escrow_transactions as e on e.id = d.escrow_id
    where d.status = 'pending' and e.phase = 'approve'
        and exists (select from private.dispute_proposals as p where p.dispute_id = d.id)
        and private.may_review(auth.uid(), e);
end
$$;
comment on function private.my_disputed_escrows() is
'Escrows of disputes the caller may read as staff: as an arbiter those given to them or waiting for a second arbiter, as a reader of disputes all pending ones.';

-- Definer: joins whole tables, of which a party sees its own rows.
create function private.escrows_of_my_disputes() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select d.escrow_id
    from private.escrow_transactions as e
    join public.disputes as d on d.escrow_id = e.id
    where e.payer_id = any (array(select private.my_parties()))
        or e.payee_id = any (array(select private.my_parties()))
    union
    select private.my_disputed_escrows();
end
$$;
comment on function private.escrows_of_my_disputes() is
'Escrows whose disputes the caller may read: as a party, or as staff.';
