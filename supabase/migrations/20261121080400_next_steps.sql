-- Next steps: what happens next on every escrow, and when, as data. Nobody has to derive it from
-- states and policies.

create type private.silence as (
    event text,
    to_state public.escrow_state,
    to_phase public.escrow_phase,
    payer_amount numeric,
    payee_amount numeric,
    fee_amount numeric
);
comment on type private.silence is
'The move of the timer: where it leads, and who then has what. Amounts only where money moves; payee_amount is net of the fee.';

create function private.silence_of(
    p_escrow private.escrow_transactions, p_policy public.escrow_policies, p_dispute public.disputes, p_at timestamptz
) returns private.silence
language plpgsql stable set search_path = ''
as $$
declare
    v_silence private.silence;
    v_decimals integer := private.decimals_of(p_escrow.currency);
    v_gross numeric;
begin
    v_silence.event := case
        when p_escrow.state in ('proposed', 'awaiting_funds') then 'timeout_void'
        when p_escrow.state = 'funding_exception' then 'timeout_return'
        when p_escrow.state = 'funded' then p_policy.payee_silent_event
        when p_escrow.state = 'performed' then p_policy.payer_silent_event
        when p_escrow.state = 'decided' then 'timeout_settle'
        when p_escrow.phase = 'statements' then 'timeout_statements'
        when p_dispute.reassignments >= p_policy.max_reassignments then 'timeout_undecided'
        when p_escrow.phase = 'acknowledge' then 'timeout_acknowledge'
        else 'timeout_decide'
    end;
    -- No duty begins that the rail would not outlive.
    if p_at >= p_escrow.rail_hold_until
        and (p_escrow.state = 'funded' and v_silence.event = 'timeout_dispute' or v_silence.event in (
            'timeout_statements', 'timeout_acknowledge', 'timeout_decide'
        )) then
        v_silence.event := 'timeout_hold';
    end if;
    v_gross := case
        when v_silence.event = 'timeout_refund' or (v_silence.event = 'timeout_hold' and p_escrow.state = 'funded') then 0
        when v_silence.event = 'timeout_release' then p_escrow.amount
        when v_silence.event = 'timeout_settle' then p_dispute.award_payee_amount
        when v_silence.event in ('timeout_undecided', 'timeout_hold')
            then private.undecided_payee(p_escrow.id, p_escrow.amount, p_policy.undecided_payee_bps, v_decimals)
    end;
    if v_gross is not null then
        v_silence.payer_amount := p_escrow.amount - v_gross;
        v_silence.fee_amount := private.fee_of(v_gross, p_escrow.fee_bps, v_decimals);
        v_silence.payee_amount := v_gross - v_silence.fee_amount;
        v_silence.to_state := private.outcome_of(v_silence.payer_amount, v_gross);
        v_silence.to_phase := '';
        return v_silence;
    end if;
    select x.to_state, x.to_phase into strict v_silence.to_state, v_silence.to_phase
    from private.state_edges as x
    where x.machine = 'escrow' and x.from_state = p_escrow.state::text and x.from_phase = p_escrow.phase::text
        and x.event = v_silence.event and x.actor = 'timer';
    if v_silence.event = 'timeout_return' then
        v_silence.payer_amount := private.suspense_of(p_escrow.id, p_escrow.currency);
        v_silence.payee_amount := 0;
        v_silence.fee_amount := 0;
    end if;
    return v_silence;
end
$$;
comment on function private.silence_of(
    private.escrow_transactions, public.escrow_policies, public.disputes, timestamptz
) is 'What the timer does with a live escrow when nobody moves it until it acts, at p_at; the dispute is the pending one, or null.';

create function private.credit_due(p_escrow private.escrow_transactions) returns interval
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select least(coalesce(sum(private.time_lost(p_escrow, o)), '0'), p_escrow.rail_hold_until - p_escrow.expires_at)
        from public.outages as o
        where o.credited_at is null and not exists (
            select from private.outage_credits as c where c.outage_id = o.id and c.object_id = p_escrow.id
        )
    );
end
$$;
comment on function private.credit_due(private.escrow_transactions) is
'Time of declared outages that the clock of a live escrow has yet to get back; no timer acts before it has.';

create type private.duty as (roles public.escrow_role [], action text);
comment on type private.duty is 'Whose turn it is, and what for.';

create function private.duty_of(
    p_escrow private.escrow_transactions, p_dispute public.disputes, p_now timestamptz
) returns private.duty
language plpgsql stable set search_path = ''
as $$
declare
    v_duty private.duty;
    v_sides public.escrow_role [] := '{payer,payee}';
    v_place text := case
        when p_escrow.frozen_at is not null then 'frozen'
        when p_escrow.phase <> '' then p_escrow.phase::text
        else p_escrow.state::text
    end;
begin
    case v_place
        when 'frozen' then
            v_duty := row('{operator}', 'unfreeze');
        when 'proposed' then
            v_duty.roles := array(select s from unnest(v_sides) as s where s <> all (p_escrow.signed_by));
            v_duty.action := case cardinality(v_duty.roles) when 2 then 'sign' else 'countersign' end;
        when 'awaiting_funds' then
            v_duty := row('{payer}', 'fund');
        when 'funding_exception' then
            select case o.author_role when 'payer' then '{payee}' else '{payer}' end, 'accept_partial' into v_duty
            from public.escrow_offers as o
            where o.escrow_id = p_escrow.id and o.kind = 'partial' and o.status = 'open'
                and o.state_version = p_escrow.state_version and o.expires_at > p_now
            order by o.created_at
            limit 1;
            if not found then
                v_duty := row('{payer}', 'top_up');
            end if;
        when 'funded' then
            v_duty := row('{payee}', 'perform');
        when 'performed' then
            v_duty := row('{payer}', 'accept');
        when 'statements' then
            v_duty.roles := private.sides_without_statement(p_dispute.id);
            v_duty.action := case cardinality(v_duty.roles) when 2 then 'statement' else 'statement_reply' end;
        when 'acknowledge' then
            v_duty := case when p_dispute.arbiter_id is null
                then row('{operator}', 'assign') else row('{arbiter}', 'acknowledge')
            end;
        when 'decide' then
            v_duty.roles := '{arbiter}';
            v_duty.action := case when private.needs_second_approval(p_escrow) then 'propose_decision' else 'decide' end;
        when 'approve' then
            v_duty := row('{second_arbiter}', 'approve_decision');
        when 'decided' then
            v_duty.roles := array(select s from unnest(v_sides) as s where s <> all (p_dispute.accepted_by));
            v_duty.action := case cardinality(v_duty.roles) when 2 then 'accept_decision' else 'settle_decision' end;
    end case;
    return v_duty;
end
$$;
comment on function private.duty_of(private.escrow_transactions, public.disputes, timestamptz) is
'Whose turn it is on a live escrow: the move that the deadline waits for. Other moves may be open too.';

create function private.duty_after_end(p_escrow private.escrow_transactions) returns private.duty
language plpgsql stable set search_path = ''
as $$
declare
    v_duty private.duty := row('{}', 'claim');
begin
    select coalesce(array_agg(s.role), '{}') into v_duty.roles
    from (values
        ('payer'::public.escrow_role, p_escrow.payer_id), ('payee', p_escrow.payee_id)
    ) as s (role, party_id)
    where not exists (
        select from public.escrow_cases as c
        where c.escrow_id = p_escrow.id and c.kind = 'claim' and c.raised_by = s.party_id
    );
    return v_duty;
end
$$;
comment on function private.duty_after_end(private.escrow_transactions) is
'Who may still claim after the end: the sides that have not.';

create type private.next_step as (
    next_roles public.escrow_role [],
    next_party_id uuid,
    next_action text,
    deadline_at timestamptz,
    expires_at timestamptz,
    frozen_seconds_left bigint,
    on_silence text,
    silence_state public.escrow_state,
    silence_phase public.escrow_phase,
    silence_payer_amount public.money_amount,
    silence_payee_amount public.money_amount,
    silence_fee_amount public.money_amount
);
comment on type private.next_step is 'One row of public.escrow_next_steps, without what the escrow itself says.';

-- Definer: reads the whole row and the dispute file, of which the API grants parts; the
-- view has let row level security decide that the caller may see this escrow.
create function private.next_step_of(p_escrow_id uuid) returns private.next_step
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_escrow private.escrow_transactions;
    v_policy public.escrow_policies;
    v_dispute public.disputes;
    v_duty private.duty;
    v_silence private.silence;
    v_credit interval;
    v_review_until timestamptz;
    v_step private.next_step;
begin
    select * into strict v_escrow from private.escrow_transactions where id = p_escrow_id;
    if not private.is_terminal(v_escrow.state) then
        select * into strict v_policy from public.escrow_policies where id = v_escrow.policy_id;
        select * into v_dispute from public.disputes where escrow_id = p_escrow_id and status = 'pending';
        v_duty := private.duty_of(v_escrow, v_dispute, v_now);
        v_credit := private.credit_due(v_escrow);
        v_silence := private.silence_of(v_escrow, v_policy, v_dispute, greatest(
            v_now, v_escrow.expires_at + v_credit + coalesce(v_now - v_escrow.frozen_at, '0')
        ));
        if v_escrow.frozen_at is null then
            v_step.deadline_at := v_escrow.deadline_at + v_credit;
            v_step.expires_at := v_escrow.expires_at + v_credit;
        else
            v_step.frozen_seconds_left := extract(epoch from greatest('0', least(
                v_escrow.expires_at + v_credit - v_escrow.frozen_at, v_escrow.rail_hold_until - v_now
            )));
        end if;
    else
        select min(c.deadline_at) into v_review_until from public.escrow_cases as c
        where c.escrow_id = p_escrow_id and c.state = 'review';
        if v_review_until is not null then
            v_duty := row('{operator}', 'close_case');
            v_silence.event := 'timeout_dismiss';
        else
            v_duty := private.duty_after_end(v_escrow);
        end if;
        v_step.deadline_at := coalesce(v_review_until, v_escrow.claim_until);
        v_step.expires_at := v_step.deadline_at;
    end if;
    v_step.next_roles := v_duty.roles;
    v_step.next_action := v_duty.action;
    v_step.next_party_id := case v_duty.roles
        when '{payer}' then v_escrow.payer_id
        when '{payee}' then v_escrow.payee_id
    end;
    v_step.on_silence := v_silence.event;
    v_step.silence_state := v_silence.to_state;
    v_step.silence_phase := v_silence.to_phase;
    v_step.silence_payer_amount := v_silence.payer_amount;
    v_step.silence_payee_amount := v_silence.payee_amount;
    v_step.silence_fee_amount := v_silence.fee_amount;
    return v_step;
end
$$;
comment on function private.next_step_of(uuid) is
'What happens next on an escrow, and when; public.escrow_next_steps asks row level security first.';

create view public.escrow_next_steps with (security_invoker = true) as
select
    e.id as escrow_id, e.product, e.state, e.phase, e.frozen_at is not null as frozen,
    s.next_roles, s.next_party_id, s.next_action, s.deadline_at, s.expires_at, s.frozen_seconds_left,
    s.on_silence, s.silence_state, s.silence_phase,
    s.silence_payer_amount, s.silence_payee_amount, s.silence_fee_amount, e.claim_until
from private.escrow_transactions as e
cross join lateral private.next_step_of(e.id) as s
where e.expires_at is not null
    or e.claim_until >= private.clock()
    or exists (select from public.escrow_cases as c where c.escrow_id = e.id and c.state = 'review');
comment on view public.escrow_next_steps is
'What happens next and when: one row for each escrow that is live, may still be claimed about, or has an open case. Read by whoever may read the escrow.';
comment on column public.escrow_next_steps.escrow_id is 'The escrow; of a peer-to-peer trade also the id of the trade.';
comment on column public.escrow_next_steps.product is 'Product of the escrow.';
comment on column public.escrow_next_steps.state is 'State of the escrow now.';
comment on column public.escrow_next_steps.phase is 'Phase of its dispute; empty outside a dispute.';
comment on column public.escrow_next_steps.frozen is 'Whether the clocks stand still: then only unfreezing goes on.';
comment on column public.escrow_next_steps.next_roles is
'Whose turn it is. Both sides where both have to act; none where both have claimed and the window is still open.';
comment on column public.escrow_next_steps.next_party_id is
'The party whose turn it is; null where it is both sides'', or staff''s.';
comment on column public.escrow_next_steps.next_action is
'What is waited for: an event of docs/moves.md, or fund (the money arrives), claim (open to a side until deadline_at), close_case (an operator decides a case).';
comment on column public.escrow_next_steps.deadline_at is
'When it is due, with the time of an outage that is still to be given back; null while frozen.';
comment on column public.escrow_next_steps.expires_at is 'From when the timer acts instead: deadline_at plus grace; null while frozen.';
comment on column public.escrow_next_steps.frozen_seconds_left is
'While frozen: seconds until the timer acts once the clocks run again.';
comment on column public.escrow_next_steps.on_silence is
'What the timer does then, an event of docs/moves.md; while frozen, once the clocks have run out after it. Null where silence changes nothing.';
comment on column public.escrow_next_steps.silence_state is 'State to which that leads.';
comment on column public.escrow_next_steps.silence_phase is 'Phase to which that leads.';
comment on column public.escrow_next_steps.silence_payer_amount is
'What the payer then has back, in the currency of the escrow; null where no money moves. Bonds are not in it.';
comment on column public.escrow_next_steps.silence_payee_amount is 'What the payee then gets, after the fee.';
comment on column public.escrow_next_steps.silence_fee_amount is 'The fee then taken.';
comment on column public.escrow_next_steps.claim_until is 'After the end: until when a side may claim.';
