-- Validating decisions: every check again, under the lock, against the row.

create function private.why_no_edge(p_escrow private.escrow_transactions, p_event text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if exists (
        select from private.state_edges as x
        where x.machine = 'escrow' and x.from_state = p_escrow.state::text and x.from_phase = p_escrow.phase::text
            and x.event = p_event
    ) then
        return 'not_your_move';
    end if;
    return 'illegal_move';
end
$$;
comment on function private.why_no_edge(private.escrow_transactions, text) is
'not_your_move when the move exists for somebody else, else illegal_move.';

create function private.escrow_edge(
    p_escrow private.escrow_transactions, p_decision private.escrow_decision, p_arbiter_id uuid
) returns private.state_edges
language plpgsql stable set search_path = ''
as $$
declare
    v_edge private.state_edges;
    v_mine boolean;
begin
    for v_edge in
        select * from private.state_edges as x
        where x.machine = 'escrow' and x.from_state = p_escrow.state::text and x.from_phase = p_escrow.phase::text
            and x.event = p_decision.event
        order by x.actor
    loop
        if p_decision.actor_kind is distinct from 'user' then
            -- A party is a person whose id is checked below, never a word in the decision.
            v_mine := v_edge.actor = p_decision.actor_kind and v_edge.actor in ('timer', 'rail', 'system');
        elsif v_edge.actor = 'payer' then
            v_mine := p_decision.actor_id = p_escrow.payer_id or private.acts_for(p_decision.actor_id, p_escrow.payer_id);
        elsif v_edge.actor = 'payee' then
            v_mine := p_decision.actor_id = p_escrow.payee_id or private.acts_for(p_decision.actor_id, p_escrow.payee_id);
        elsif v_edge.actor = 'arbiter' then
            v_mine := p_decision.actor_id = p_arbiter_id and private.may_review(p_decision.actor_id, p_escrow);
        elsif v_edge.actor = 'second_arbiter' then
            v_mine := p_decision.actor_id <> p_arbiter_id and private.may_review(p_decision.actor_id, p_escrow);
        elsif v_edge.actor = 'operator' then
            v_mine := private.operator_may(p_decision.actor_id, array[p_escrow.payer_id, p_escrow.payee_id]);
        else
            v_mine := false;
        end if;
        -- Where the parts decide between release, refund and split, they name the edge.
        if v_mine and (
            v_edge.settles is null or v_edge.settles in ('release', 'refund')
            or v_edge.to_state = private.outcome_of(
                p_decision.payer_amount, p_decision.payee_amount + p_decision.fee_amount
            )
        ) then
            return v_edge;
        end if;
    end loop;
    return null;
end
$$;
comment on function private.escrow_edge(private.escrow_transactions, private.escrow_decision, uuid) is
'The legal move that a decision takes: law 7, the actor is checked against the row. Null when there is none.';

create function private.settlement_refusal(
    p_decision private.escrow_decision, p_edge private.state_edges, p_escrow private.escrow_transactions,
    p_policy public.escrow_policies, p_dispute public.disputes, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_gross numeric := p_decision.payee_amount + p_decision.fee_amount;
    v_decimals integer := private.decimals_of(p_escrow.currency);
    v_ruled numeric;
begin
    if p_decision.payer_amount is null or v_gross is null
        or least(p_decision.payer_amount, p_decision.payee_amount, p_decision.fee_amount) < 0
        or p_decision.payer_amount + v_gross is distinct from p_escrow.amount::numeric then
        return 'settlement_not_exact';
    elsif p_decision.fee_amount <> private.fee_of(v_gross, p_escrow.fee_bps, v_decimals) then
        return 'fee_not_exact';
    end if;
    case p_edge.settles
        when 'release' then v_ruled := p_escrow.amount;
        when 'refund' then v_ruled := 0;
        when 'decision' then v_ruled := p_dispute.award_payee_amount;
        when 'default' then
            v_ruled := case p_escrow.state
                when 'funded' then 0
                else private.undecided_payee(p_escrow.id, p_escrow.amount, p_policy.undecided_payee_bps, v_decimals)
            end;
        when 'offer' then
            select o.payee_amount into v_ruled from public.escrow_offers as o
            where o.id = (p_decision.payload ->> 'offer_id')::uuid and o.escrow_id = p_escrow.id and o.kind = 'split'
                and o.status = 'open' and o.author_role::text <> p_edge.actor
                and o.state_version = p_escrow.state_version and o.expires_at > p_now;
            if not found then
                return 'offer_not_open';
            end if;
    end case;
    if v_gross is distinct from v_ruled then
        return 'settlement_not_as_ruled';
    end if;
    return null;
end
$$;
comment on function private.settlement_refusal(
    private.escrow_decision, private.state_edges, private.escrow_transactions, public.escrow_policies,
    public.disputes, timestamptz
) is 'I5: parts sum to what is held, the fee is the fee of the released part, and the parts are what the move''s rule gives.';

create function private.move_refusal(
    p_decision private.escrow_decision, p_edge private.state_edges, p_escrow private.escrow_transactions,
    p_policy public.escrow_policies, p_dispute public.disputes, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_refusal text;
begin
    if p_escrow.frozen_at is not null and not p_edge.while_frozen then
        return 'escrow_frozen';
    end if;
    -- What the timer may do to a held escrow waits for the end of a reason, not for the clocks.
    if p_edge.actor = 'timer' and not p_edge.while_frozen then
        if p_now < p_escrow.expires_at or (p_decision.event = 'timeout_hold' and p_now < p_escrow.rail_hold_until) then
            return 'not_due';
        elsif private.awaits_credit(p_escrow) then
            return 'outage_pending';
        elsif (p_escrow.state = 'funded' and p_decision.event <> p_policy.payee_silent_event
            and p_decision.event <> 'timeout_hold')
            or (p_escrow.state = 'performed' and p_decision.event <> p_policy.payer_silent_event) then
            return 'policy_mismatch';
        end if;
    elsif p_edge.before_deadline and p_now > p_escrow.expires_at
        and p_escrow.frozen_at is null and p_edge.actor <> 'rail' then
        return 'deadline_passed';
    end if;
    if p_edge.step_up and p_decision.aal is distinct from 'aal2' and (case p_decision.event
        when 'offer_split' then (p_decision.payload ->> 'payee_amount')::numeric
        when 'accept_split' then p_decision.payee_amount + p_decision.fee_amount
        else 1
    end) > 0 then
        return 'step_up_required';
    end if;
    if p_edge.settles is not null then
        v_refusal := private.settlement_refusal(p_decision, p_edge, p_escrow, p_policy, p_dispute, p_now);
        if v_refusal is not null then
            return v_refusal;
        end if;
    elsif p_decision.payer_amount is not null or p_decision.payee_amount is not null or p_decision.fee_amount is not null then
        return 'settlement_not_as_ruled';
    elsif p_edge.to_state <> 'void' and (
        p_edge.to_state <> p_escrow.state::text or p_edge.to_phase <> p_escrow.phase::text
        or p_decision.deadline_at is not null or p_decision.expires_at is not null
        -- Another arbiter's duty is a new one with a clock of its own, and so is the other side's statement.
        or p_decision.event in ('assign', 'timeout_acknowledge', 'statement')
    ) then
        if p_decision.deadline_at is null or p_decision.expires_at is null or p_decision.expires_at <= p_now
            or p_decision.expires_at < p_decision.deadline_at then
            return 'deadline_missing';
        elsif p_decision.expires_at > p_escrow.rail_hold_until then
            return 'rail_hold_too_short';
        end if;
    end if;
    -- Most moves come without a word.
    if p_decision.payload <> '{}' then
        v_refusal := private.words_refusal(p_decision.event, p_edge.actor, p_decision.payload);
        if v_refusal is not null then
            return v_refusal;
        end if;
    end if;
    if p_decision.event not in ('perform', 'timeout_refund', 'timeout_release', 'concede') then
        v_refusal := private.escrow_event_refusal(
            p_decision.event, p_edge.actor, coalesce(p_decision.payload, '{}'::jsonb), p_escrow, p_policy, p_dispute, p_now
        );
    end if;
    -- What would be done is not more than can be.
    if v_refusal is null and p_edge.settles is null
        and p_decision.expires_at > private.latest_end(p_escrow, p_policy, p_edge.to_state, p_edge.to_phase, p_now) then
        return 'deadline_too_late';
    elsif v_refusal is null and p_edge.actor = 'rail' then
        return private.rail_event_refusal(p_decision.event, coalesce(p_decision.payload, '{}'::jsonb), p_escrow, p_now);
    end if;
    return v_refusal;
end
$$;
comment on function private.move_refusal(
    private.escrow_decision, private.state_edges, private.escrow_transactions, public.escrow_policies,
    public.disputes, timestamptz
) is 'Guards of a legal move: overlay, clock, second factor, settlement, next deadline, then what belongs to the event.';

create function private.escrow_validate(
    p_decision private.escrow_decision, p_escrow private.escrow_transactions, p_now timestamptz
) returns private.escrow_move
language plpgsql volatile set search_path = ''
as $$
declare
    v_move private.escrow_move;
    v_edge private.state_edges;
    v_policy public.escrow_policies;
    v_dispute public.disputes;
    v_key private.idempotency_keys;
begin
    v_move.decision := p_decision;
    v_move.key_owner := coalesce(p_decision.actor_id, private.external_party());
    if p_decision.idempotency_key is not null then
        select * into v_key from private.idempotency_keys
        where actor_id = v_move.key_owner and key = p_decision.idempotency_key;
    end if;
    if p_escrow.id is null then
        v_move.refusal := 'escrow_not_found';
    elsif v_key.key is not null then
        if v_key.request_hash = p_decision.request_hash then
            v_move.stored := v_key.answer;
        else
            v_move.refusal := 'idempotency_key_reused';
        end if;
    elsif p_decision.actor_kind = 'user' and (
        p_decision.idempotency_key is null or p_decision.request_hash is null or p_decision.actor_id is null
    ) then
        v_move.refusal := 'idempotency_key_required';
    elsif p_decision.expected_version is distinct from p_escrow.version then
        v_move.refusal := 'stale_version';
    elsif p_escrow.completed_at is not null then
        v_move.refusal := 'escrow_closed';
    end if;
    if v_move.refusal is not null or v_move.stored is not null then
        return v_move;
    end if;

    select * into strict v_policy from public.escrow_policies where id = p_escrow.policy_id;
    if p_escrow.state in ('disputed', 'decided') then
        select * into strict v_dispute from public.disputes where escrow_id = p_escrow.id and status = 'pending';
        -- A dispute keeps the windows that it began with.
        v_policy.statement_within := v_dispute.statement_within;
        v_policy.acknowledge_within := v_dispute.acknowledge_within;
        v_policy.decide_within := v_dispute.decide_within;
        v_policy.appeal_within := v_dispute.appeal_within;
    end if;
    v_edge := private.escrow_edge(p_escrow, p_decision, v_dispute.arbiter_id);
    if v_edge.event is null then
        v_move.refusal := private.why_no_edge(p_escrow, p_decision.event);
    elsif p_decision.actor_kind = 'user' then
        v_move.refusal := private.act_refusal(
            p_decision.actor_id,
            case v_edge.actor
                when 'payer' then p_escrow.payer_id when 'payee' then p_escrow.payee_id else p_decision.actor_id
            end,
            case when v_edge.actor in ('payer', 'payee') then 'escrow.' || p_decision.event else 'staff.move' end,
            -- Which moves need a second factor is said by the move and its amounts.
            p_decision.aal
        );
        -- Nothing is held yet, so what its sides do may be new business.
        if v_move.refusal is null and p_escrow.state in ('proposed', 'awaiting_funds', 'funding_exception') then
            select 'halted' into v_move.refusal from private.acts as a
            where a.act = 'escrow.' || p_decision.event and a.kind = 'business'
                and private.way_is_halted(p_escrow.rail, p_escrow.currency);
        end if;
    end if;
    if v_move.refusal is null and v_edge.event is not null then
        v_move.refusal := private.move_refusal(p_decision, v_edge, p_escrow, v_policy, v_dispute, p_now);
    end if;
    if v_move.refusal is not null then
        return v_move;
    end if;

    v_move.decision.payload := coalesce(p_decision.payload, '{}'::jsonb);
    v_move.edge := v_edge;
    v_move.escrow := p_escrow;
    v_move.claim_within := v_policy.claim_within;
    return v_move;
end
$$;
comment on function private.escrow_validate(private.escrow_decision, private.escrow_transactions, timestamptz) is
'Validates one decision about a locked escrow: the stored answer of its key, a refusal, or the move. Reads only.';
