-- What moves leave behind besides the state: open offers and the dispute file.
-- Projections of the move the row carries, in the same transaction.

create function private.assign_arbiter(p_dispute_id uuid, p_arbiter_id uuid, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_arbiter_id uuid := p_arbiter_id;
begin
    if v_arbiter_id is null then
        select l.user_id into v_arbiter_id
        from private.arbiter_loads() as l
        where l.open_disputes < l.max_open and private.may_arbitrate(l.user_id, p_dispute_id)
        order by l.open_disputes, l.last_assigned_at nulls first, l.user_id
        limit 1;
    end if;
    update public.disputes set arbiter_id = v_arbiter_id, updated_at = p_now where id = p_dispute_id;
    delete from private.dispute_proposals where dispute_id = p_dispute_id;
    if v_arbiter_id is not null then
        insert into public.dispute_assignments (dispute_id, number, level, arbiter_id, assigned_at)
        select d.id, 1 + (select count(*) from public.dispute_assignments as a where a.dispute_id = d.id),
            d.level, v_arbiter_id, p_now
        from public.disputes as d where d.id = p_dispute_id;
    end if;
end
$$;
comment on function private.assign_arbiter(uuid, uuid, timestamptz) is
'Gives a dispute to an arbiter, or to the least loaded eligible one below capacity, among equals to who has waited longest; to nobody when there is none.';

create function private.lock_bond(p_dispute public.disputes, p_escrow private.escrow_transactions) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_bond numeric;
    v_transfer uuid := private.uuid_v7(p_escrow.updated_at);
    v_wallet uuid := ledger.wallet_of(
        case p_escrow.last_actor_role when 'payer' then p_escrow.payer_id else p_escrow.payee_id end, p_escrow.currency
    );
begin
    select private.fee_of(p_escrow.amount, p.appeal_bond_bps, private.decimals_of(p_escrow.currency)) into v_bond
    from public.escrow_policies as p where p.id = p_escrow.policy_id;
    if v_bond > 0 then
        perform ledger.post(
            array[row(v_transfer, 'escrow.bond', 'escrow', p_escrow.id, '', null, p_escrow.last_actor_id)::ledger.new_transfer],
            array[
                row(v_transfer, v_wallet, 'available', -v_bond, null, null)::ledger.new_entry,
                row(v_transfer, v_wallet, 'locked', v_bond, p_dispute.id, 'bond')::ledger.new_entry
            ],
            p_escrow.updated_at
        );
    end if;
end
$$;
comment on function private.lock_bond(public.disputes, private.escrow_transactions) is
'Locks the appeal bond of the party that moves. Raises insufficient_funds (409).';

create function private.priority_now(
    p_escrow private.escrow_transactions, p_reason text, p_worth numeric, p_age interval
) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select private.dispute_priority(private.dispute_score(r.weight, p_worth, p_age))
        from public.dispute_reasons as r where r.product = p_escrow.product and r.code = p_reason
    );
end
$$;
comment on function private.priority_now(private.escrow_transactions, text, numeric, interval) is
'Priority of a dispute of this age with this reason and worth.';

create function private.sides_without_statement(p_dispute_id uuid) returns public.escrow_role[]
language plpgsql stable set search_path = ''
as $$
begin
    return array(
        select r.side from unnest('{payer,payee}'::public.escrow_role[]) as r (side)
        where not exists (
            select from public.dispute_statements as s where s.dispute_id = p_dispute_id and s.author_role = r.side
        )
    );
end
$$;
comment on function private.sides_without_statement(uuid) is 'Sides of a dispute that have not submitted a statement.';

create function private.fit_awards(p_dispute public.disputes, p_amount numeric) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update public.disputes as d set
        award_payee_amount = case when d.award_payee_amount is not null then (
            select least(m.payee_amount, p_amount) from public.dispute_decisions as m
            where m.dispute_id = d.id and m.level = d.level
        ) end,
        first_award_payee_amount = case when d.first_award_payee_amount is not null then (
            select least(m.payee_amount, p_amount) from public.dispute_decisions as m
            where m.dispute_id = d.id and m.level = 1
        ) end
    where d.id = p_dispute.id;
    update private.dispute_proposals as p set ruling = p.ruling || jsonb_build_object(
        'payee_amount', trim_scale(s.payee)::text, 'payer_amount', trim_scale(p_amount - s.payee)::text
    )
    from private.dispute_proposals as o
    cross join lateral least((o.ruling ->> 'payee_amount')::numeric, p_amount) as s (payee)
    where p.dispute_id = p_dispute.id and o.dispute_id = p.dispute_id;
end
$$;
comment on function private.fit_awards(public.disputes, numeric) is
'What was decided or proposed, when a rail has changed how much is held: what it took went to the payer, so the payee has as much as was awarded, as far as it is there.';

create function private.tg_escrow_transactions__dispute_file() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_dispute public.disputes;
    v_body text := new.last_payload ->> 'body';
    v_reason text;
    v_worth numeric;
begin
    if new.last_event in ('dispute', 'timeout_dispute', 'rail_dispute') then
        v_reason := case new.last_event
            when 'rail_dispute' then 'rail_reversal' else coalesce(new.last_payload ->> 'reason', 'silence')
        end;
        v_worth := trunc(private.dispute_worth(new), 2);
        insert into public.disputes (
            id, escrow_id, raised_by, against_user_id, reason, description,
            payer_statement_due_at, payee_statement_due_at, reference_amount, priority, created_at, updated_at,
            statement_within, acknowledge_within, decide_within, appeal_within
        )
        select private.uuid_v7(new.updated_at), new.id,
            case new.last_actor_role when 'payer' then new.payer_id when 'payee' then new.payee_id end,
            case new.last_actor_role when 'payer' then new.payee_id when 'payee' then new.payer_id end,
            v_reason, coalesce(new.last_payload ->> 'description', ''),
            new.deadline_at, new.deadline_at, v_worth, private.priority_now(new, v_reason, v_worth, '0'),
            new.updated_at, new.updated_at, p.statement_within, p.acknowledge_within, p.decide_within, p.appeal_within
        from public.escrow_policies as p where p.id = new.policy_id;
        return null;
    end if;

    select * into strict v_dispute from public.disputes where escrow_id = new.id and status = 'pending';
    if new.last_event in ('statement', 'statement_reply') then
        insert into public.dispute_statements (dispute_id, author_role, author_id, body, sha256, created_at)
        values (
            v_dispute.id, new.last_actor_role, new.last_actor_id, v_body,
            encode(sha256(convert_to(v_body, 'UTF8')), 'hex'), new.updated_at
        );
    elsif new.last_event = 'timeout_statements' then
        update public.disputes set silent_roles = private.sides_without_statement(v_dispute.id)
        where id = v_dispute.id;
    elsif new.last_event = 'evidence' then
        insert into public.dispute_evidence (
            dispute_id, sha256, author_role, author_id, name, media_type, size_bytes, created_at
        )
        select v_dispute.id, u.sha256, u.author_role, new.last_actor_id, u.name, u.media_type, u.size_bytes, new.updated_at
        from public.evidence_uploads as u
        where u.escrow_id = new.id and u.author_role = new.last_actor_role and u.sha256 = new.last_payload ->> 'sha256';
    elsif new.last_event in ('timeout_acknowledge', 'timeout_decide') then
        update public.disputes set reassignments = reassignments + 1 where id = v_dispute.id;
    elsif new.last_event = 'propose_decision' then
        insert into private.dispute_proposals (dispute_id, ruling)
        values (v_dispute.id, new.last_payload || jsonb_build_object('arbiter_id', new.last_actor_id));
    elsif new.last_event = 'reject_decision' then
        delete from private.dispute_proposals where dispute_id = v_dispute.id;
    elsif new.last_event in ('decide', 'approve_decision') then
        perform private.record_decision(v_dispute, new);
    elsif new.last_event = 'appeal' then
        update public.disputes set
            level = 2, appellant_role = new.last_actor_role, accepted_by = '{}', reassignments = 0,
            first_award_payee_amount = award_payee_amount, award_payee_amount = null, updated_at = new.updated_at
        where id = v_dispute.id;
        perform private.lock_bond(v_dispute, new);
    elsif new.last_event in ('rail_take', 'rail_restore') then
        perform private.fit_awards(v_dispute, new.amount);
    elsif new.last_event = 'accept_decision' then
        update public.disputes set accepted_by = accepted_by || new.last_actor_role where id = v_dispute.id;
    end if;

    -- Who has spoken keeps the deadline that was met; the other side's clock goes on with the escrow's.
    if new.phase = 'statements' then
        update public.disputes as d set
            payer_statement_due_at = case
                when 'payer' = any (s.silent) then new.deadline_at else d.payer_statement_due_at
            end,
            payee_statement_due_at = case
                when 'payee' = any (s.silent) then new.deadline_at else d.payee_statement_due_at
            end
        from (select private.sides_without_statement(v_dispute.id) as silent) as s
        where d.id = v_dispute.id;
    end if;

    if new.phase <> old.phase then
        update public.disputes set priority = private.priority_now(
            new, v_dispute.reason, v_dispute.reference_amount, new.updated_at - v_dispute.created_at
        ) where id = v_dispute.id;
    end if;

    if private.is_terminal(new.state) then
        update public.disputes set
            status = 'resolved', resolution = new.last_event, resolved_at = new.updated_at,
            resolved_by = case when v_dispute.award_payee_amount is not null then v_dispute.arbiter_id end,
            updated_at = new.updated_at
        where id = v_dispute.id;
    elsif new.phase = 'acknowledge' and (old.phase <> 'acknowledge' or new.last_event in ('assign', 'timeout_acknowledge')) then
        perform private.assign_arbiter(v_dispute.id, (new.last_payload ->> 'arbiter_id')::uuid, new.updated_at);
    end if;
    return null;
end
$$;

create function private.record_decision(p_dispute public.disputes, p_escrow private.escrow_transactions) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_ruling jsonb := case p_escrow.last_event when 'decide' then p_escrow.last_payload else (
        select p.ruling from private.dispute_proposals as p where p.dispute_id = p_dispute.id
    ) end;
begin
    insert into public.dispute_decisions (
        dispute_id, level, arbiter_id, approved_by, payer_amount, payee_amount, reason, grounds, created_at
    ) values (
        p_dispute.id, p_dispute.level,
        coalesce((v_ruling ->> 'arbiter_id')::uuid, p_escrow.last_actor_id),
        case p_escrow.last_event when 'approve_decision' then p_escrow.last_actor_id end,
        (v_ruling ->> 'payer_amount')::numeric, (v_ruling ->> 'payee_amount')::numeric,
        v_ruling ->> 'reason', v_ruling ->> 'grounds', p_escrow.updated_at
    );
    update public.disputes set
        award_payee_amount = (v_ruling ->> 'payee_amount')::numeric, updated_at = p_escrow.updated_at
    where id = p_dispute.id;
    delete from private.dispute_proposals where dispute_id = p_dispute.id;
end
$$;
comment on function private.record_decision(public.disputes, private.escrow_transactions) is
'Writes the decision of an arbiter, or the proposal a second arbiter approved.';
comment on function private.tg_escrow_transactions__dispute_file() is
'Keeps the dispute file. Definer: parties and arbiters never write it directly.';

create trigger _520_dispute_opens after update on private.escrow_transactions
for each row when (new.last_event in ('dispute', 'timeout_dispute', 'rail_dispute'))
execute function private.tg_escrow_transactions__dispute_file();
create trigger _521_dispute_file after update on private.escrow_transactions
for each row when (
    old.state in ('disputed', 'decided')
    and new.last_event not in ('offer_split', 'withdraw_offer', 'freeze')
) execute function private.tg_escrow_transactions__dispute_file();
