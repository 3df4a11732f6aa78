-- What a function decides, what validation makes of it, and who may decide a dispute.

create type private.escrow_decision as (
    escrow_id uuid,
    expected_version integer,
    event text,
    actor_kind text,
    actor_id uuid,
    aal text,
    idempotency_key text,
    request_hash text,
    deadline_at timestamptz,
    expires_at timestamptz,
    payer_amount numeric,
    payee_amount numeric,
    fee_amount numeric,
    payload jsonb
);
comment on type private.escrow_decision is
'What a function decided: the event and its effects, never the target state. actor_kind: user, timer, rail or system. Amounts only for settling moves; payee_amount is net of the fee.';

create type private.escrow_move as (
    decision private.escrow_decision,
    edge private.state_edges,
    refusal text,
    stored jsonb,
    key_owner uuid,
    escrow private.escrow_transactions,
    claim_within interval,
    refund_hold_id uuid,
    refund_purpose text
);
comment on type private.escrow_move is
'A validated decision: the edge it takes, or the code of its refusal, or its stored answer. Without an edge nothing moves. escrow: before the move.';

create function private.outcome_of(p_payer_amount numeric, p_payee_gross numeric) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return case when p_payee_gross = 0 then 'refunded' when p_payer_amount = 0 then 'released' else 'split' end;
end
$$;
comment on function private.outcome_of(numeric, numeric) is
'Terminal state of a settlement: release and refund are its ends, split is between.';

create function private.undecided_payee(
    p_escrow_id uuid, p_held numeric, p_bps integer, p_decimals integer
) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select case
            -- An appeal that nobody heard changes nothing: else the loser gains where arbiters are few.
            when max(d.level) = 2 then max(d.first_award_payee_amount::numeric)
            when bool_or(s.author_role = 'payer') and not bool_or(s.author_role = 'payee') then 0
            when bool_or(s.author_role = 'payee') and not bool_or(s.author_role = 'payer') then p_held
            else trunc(p_held * p_bps / 10000, p_decimals)
        end
        from public.disputes as d
        left join public.dispute_statements as s on s.dispute_id = d.id
        where d.escrow_id = p_escrow_id and d.status = 'pending'
    );
end
$$;
comment on function private.undecided_payee(uuid, numeric, integer, integer) is
'Payee''s part, before the fee, when no arbiter decides: after an appeal the first award, else all to the only side that spoke, else the policy''s part.';

create function private.suspense_of(p_escrow_id uuid, p_currency text) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(sum(h.amount), 0) from public.ledger_holds as h
        join public.wallets as w on w.id = h.wallet_id
        where h.reference_id = p_escrow_id and h.bucket = 'pending' and w.currency = p_currency
    );
end
$$;
comment on function private.suspense_of(uuid, text) is 'Money of an escrow in suspense, in one currency.';

create function private.second_approval_above(p_policy_id text, p_currency text) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select above from public.escrow_approval_limits where policy_id = p_policy_id and currency = p_currency
    ), 0);
end
$$;
comment on function private.second_approval_above(text, text) is
'Largest held amount that one arbiter decides alone; nothing for a currency without a limit.';

create function private.needs_second_approval(p_escrow private.escrow_transactions) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return p_escrow.amount > private.second_approval_above(p_escrow.policy_id, p_escrow.currency);
end
$$;
comment on function private.needs_second_approval(private.escrow_transactions) is
'Whether a decision about this escrow needs a second arbiter.';

create function private.has_traded(p_user_id uuid, p_payer_id uuid, p_payee_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_mine uuid[] := array(
        select p_user_id
        union
        select m.party_id from public.party_members as m
        where m.user_id = p_user_id and m.party_id <> private.platform_party()
    );
begin
    return exists (
        select from private.escrow_transactions as e
        where e.payer_id = any (v_mine) and e.payee_id in (p_payer_id, p_payee_id)
    ) or exists (
        select from private.escrow_transactions as e
        where e.payee_id = any (v_mine) and e.payer_id in (p_payer_id, p_payee_id)
    );
end
$$;
comment on function private.has_traded(uuid, uuid, uuid) is
'Whether a user, or a party the user belongs to, ever had an escrow with one of two parties.';

create function private.may_review(p_user_id uuid, p_escrow private.escrow_transactions) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select private.is_staff(p_user_id, 'arbiter')
            and not exists (
                select from public.party_members
                where user_id = p_user_id and party_id in (p_escrow.payer_id, p_escrow.payee_id)
            )
            and p_user_id not in (p_escrow.payer_id, p_escrow.payee_id)
            and not private.has_traded(p_user_id, p_escrow.payer_id, p_escrow.payee_id)
            and not exists (
                select from public.dispute_decisions as made
                inner join public.disputes as d on made.dispute_id = d.id
                where d.escrow_id = p_escrow.id and p_user_id in (made.arbiter_id, made.approved_by)
            )
    );
end
$$;
comment on function private.may_review(uuid, private.escrow_transactions) is
'Whether a user is an arbiter without a part in this escrow, who never traded with one of its parties and has not decided it at an earlier level.';

create function private.may_arbitrate(p_user_id uuid, p_dispute_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(bool_and(private.may_review(p_user_id, e)), false) and not exists (
            select from public.dispute_assignments
            where dispute_id = p_dispute_id and arbiter_id = p_user_id
        )
        from public.disputes as d
        join private.escrow_transactions as e on e.id = d.escrow_id
        where d.id = p_dispute_id
    );
end
$$;
comment on function private.may_arbitrate(uuid, uuid) is
'Whether a user may be given a dispute: an arbiter, no party, no trade with a party, never on this case before.';
