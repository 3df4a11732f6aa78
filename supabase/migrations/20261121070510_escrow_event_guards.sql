-- Guards that belong to one event only.

create function private.funds_pending(
    p_escrow private.escrow_transactions, p_event text, p_now timestamptz
) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    if p_escrow.state <> 'awaiting_funds' or p_escrow.rail = 'internal'
        -- No row waits for ever.
        or p_now >= p_escrow.expires_at + interval '1 day' then
        return false;
    end if;
    return exists (
        select from public.rail_reports as r
        where r.purpose = 'escrow' and r.reference_id = p_escrow.id and r.kind = 'funds' and r.applied_as is null
    ) or private.rail_funds_pending(p_escrow, p_event);
end
$$;
comment on function private.funds_pending(private.escrow_transactions, text, timestamptz) is
'Whether money for an escrow may be on its way, so that it may not be left now: reported and not booked yet, or what its rail says of it.';

create function private.words_refusal(p_event text, p_role text, p_payload jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    if p_role not in ('payer', 'payee', 'arbiter', 'operator') then
        return null;
    elsif p_payload ->> 'note' = '' or (p_event = 'request_revision' and p_payload ->> 'reason' = '') or exists (
        select from jsonb_path_query(p_payload, 'strict $.** ? (@.type() == "string")') as v
        where v #>> '{}' <> '' and not private.has_words(v #>> '{}')
    ) then
        return 'words_required';
    elsif private.json_problem('prose', p_payload) is not null then
        return 'text_invalid';
    end if;
    return null;
end
$$;
comment on function private.words_refusal(text, text, jsonb) is
'What speaks against the words that a person submits with a move: a note of one space is none. Null: nothing.';

create function private.rail_part_refusal(
    p_event text, p_payload jsonb, p_escrow private.escrow_transactions,
    p_policy public.escrow_policies, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_amount numeric := (p_payload ->> 'amount')::numeric;
    v_currency text := coalesce(p_payload ->> 'currency', p_escrow.currency);
    v_taken numeric := coalesce(p_escrow.taken_amount, 0);
    v_there numeric;
    v_large boolean;
begin
    if not coalesce(v_amount > 0 and private.fits(v_amount, v_currency), false)
        or (v_currency <> p_escrow.currency and p_escrow.state <> 'funding_exception') then
        return 'funds_not_exact';
    elsif p_escrow.state = 'funding_exception' then
        v_there := private.suspense_of(p_escrow.id, v_currency);
        -- Nothing may be left of what ends, something must be left of what goes on.
        if v_amount > v_there or (p_event = 'rail_void') <> (v_amount = v_there and not exists (
            select from public.ledger_holds as h join public.wallets as w on w.id = h.wallet_id
            where h.reference_id = p_escrow.id and h.bucket = 'pending' and h.amount > 0 and w.currency <> v_currency
        )) then
            return 'funds_not_exact';
        end if;
        return null;
    elsif p_event = 'rail_restore' then
        -- What was taken while it waited was never a part of what is held.
        return case when v_amount > least(private.taken_for(p_escrow.id, p_payload ->> 'reference'), v_taken) then 'funds_not_exact' end;
    elsif v_amount > p_escrow.amount or (p_event = 'rail_return') <> (v_amount = p_escrow.amount) then
        return 'funds_not_exact';
    elsif p_escrow.state in ('funded', 'performed') and p_event <> 'rail_return' then
        -- No dispute begins that the rail would not outlive.
        v_large := (v_taken + v_amount) * 10000 > (v_taken + p_escrow.amount) * p_policy.rail_part_bps
            and p_now < p_escrow.rail_hold_until;
        return case when v_large <> (p_event = 'rail_dispute') then 'policy_mismatch' end;
    end if;
    return null;
end
$$;
comment on function private.rail_part_refusal(
    text, jsonb, private.escrow_transactions, public.escrow_policies, timestamptz
) is 'Whether what a rail says it took of a live escrow fits the move: all of it ends the escrow, a part up to rail_part_bps leaves it as it is, a larger one opens a dispute.';

create function private.taken_for(p_escrow_id uuid, p_reference text) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(sum(case e.event when 'rail_restore' then -1 else 1 end * (e.payload ->> 'amount')::numeric), 0)
        from private.escrow_events as e
        where e.escrow_id = p_escrow_id and e.payload ->> 'reference' = p_reference
            and e.event in ('rail_take', 'rail_dispute', 'rail_return', 'rail_void', 'rail_restore')
    );
end
$$;
comment on function private.taken_for(uuid, text) is
'What the moves of an escrow have booked as taken by the rail under one of its names, less what it gave back.';

create function private.funding_refusal(
    p_event text, p_role text, p_payload jsonb, p_escrow private.escrow_transactions, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_role public.escrow_role := p_role;
begin
    case p_event
        when 'fund' then
            if p_escrow.rail <> 'internal' then
                return 'other_rail';
            end if;
        when 'cancel', 'timeout_void' then
            if private.funds_pending(p_escrow, p_event, p_now) then
                return 'funds_pending';
            end if;
        when 'funds_confirmed' then
            if (p_payload ->> 'amount')::numeric is distinct from p_escrow.amount::numeric
                or p_payload ->> 'currency' is distinct from p_escrow.currency then
                return 'funds_not_exact';
            elsif coalesce(nullif((p_payload ->> 'provider_time')::timestamptz, '-infinity'), 'infinity')
                > p_escrow.expires_at then
                return 'funds_late';
            end if;
        when 'funds_mismatch' then
            if not private.has_words(p_payload ->> 'reason') then
                return 'reason_required';
            elsif not coalesce((p_payload ->> 'amount')::numeric > 0, false)
                or not private.fits((p_payload ->> 'amount')::numeric, p_payload ->> 'currency') then
                return 'funds_not_exact';
            end if;
        when 'top_up' then
            if not coalesce(case v_role
                when 'rail' then private.suspense_of(p_escrow.id, p_escrow.currency) + (p_payload ->> 'amount')::numeric
                    >= p_escrow.amount
                    and private.fits((p_payload ->> 'amount')::numeric, p_escrow.currency)
                    and (p_payload ->> 'amount')::numeric > 0
                    and p_payload ->> 'currency' = p_escrow.currency
                else true
            end, false) then
                return 'funds_not_exact';
            end if;
        else
            return null;
    end case;
    return null;
end
$$;
comment on function private.funding_refusal(
    text, text, jsonb, private.escrow_transactions, timestamptz
) is 'What speaks against a move that brings money in, or leaves before it is there; null: nothing, or another event.';

create function private.offer_refusal(
    p_event text, p_role text, p_payload jsonb, p_escrow private.escrow_transactions,
    p_policy public.escrow_policies, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_role public.escrow_role := p_role;
begin
    case p_event
        when 'sign', 'countersign' then
            if p_payload ->> 'terms_hash' is distinct from p_escrow.terms_hash then
                return 'terms_differ';
            elsif v_role = any (p_escrow.signed_by) then
                return 'already_signed';
            elsif (p_event = 'sign') <> (cardinality(p_escrow.signed_by) = 0) then
                return case p_event when 'sign' then 'stale_version' else 'other_side_pending' end;
            end if;
        when 'accept' then
            if p_escrow.state = 'funded' and p_payload -> 'confirm' is distinct from 'true'::jsonb then
                return 'confirmation_required';
            elsif p_payload -> 'payer_name_matches' is distinct from 'true'::jsonb and (
                (p_escrow.state <> 'funded' and p_policy.attest_payer_name)
                -- Where nobody asks, who says no does not mean to pay all the same.
                or coalesce(p_payload -> 'payer_name_matches', 'null') <> 'null'
            ) then
                return 'attestation_required';
            end if;
        when 'request_revision' then
            if p_escrow.revision_count >= p_policy.max_revisions then
                return 'no_revisions_left';
            end if;
        when 'propose_partial', 'accept_partial' then
            if private.suspense_of(p_escrow.id, p_escrow.currency) <= 0 then
                return 'funds_not_exact';
            elsif p_event = 'accept_partial' and not exists (
                select from public.escrow_offers as o
                where o.escrow_id = p_escrow.id and o.kind = 'partial' and o.status = 'open'
                    and o.author_role <> v_role and o.state_version = p_escrow.state_version and o.expires_at > p_now
            ) then
                return 'other_side_pending';
            end if;
        when 'offer_split' then
            if not coalesce(
                (p_payload ->> 'payee_amount')::numeric between 0 and p_escrow.amount
                and private.fits((p_payload ->> 'payee_amount')::numeric, p_escrow.currency), false
            ) then
                return 'offer_out_of_range';
            end if;
        when 'withdraw_offer' then
            if not exists (
                select from public.escrow_offers as o
                where o.escrow_id = p_escrow.id and o.status = 'open' and o.author_role = v_role
            ) then
                return 'offer_not_open';
            end if;
        else
            return null;
    end case;
    return null;
end
$$;
comment on function private.offer_refusal(
    text, text, jsonb, private.escrow_transactions, public.escrow_policies, timestamptz
) is 'What speaks against a word of one side that needs the other: signatures, acceptance, revisions, offers; null: nothing, or another event.';

create function private.dispute_refusal(
    p_event text, p_role text, p_payload jsonb, p_escrow private.escrow_transactions,
    p_policy public.escrow_policies, p_dispute public.disputes, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_role public.escrow_role := p_role;
begin
    case p_event
        when 'dispute' then
            if not private.has_words(p_payload ->> 'reason') then
                return 'reason_required';
            elsif v_role = 'payee' and p_policy.payee_dispute_from = 'performed'
                and p_now < coalesce(p_escrow.performed_at, 'infinity') + p_policy.payee_dispute_wait then
                return 'dispute_window_closed';
            end if;
            return private.dispute_reason_refusal(p_escrow.product, p_payload ->> 'reason', v_role, p_escrow.state);
        when 'statement', 'statement_reply' then
            if not private.has_words(p_payload ->> 'body') then
                return 'reason_required';
            elsif exists (
                select from public.dispute_statements as s where s.dispute_id = p_dispute.id and s.author_role = v_role
            ) then
                return 'statement_exists';
            elsif (p_event = 'statement') = exists (
                select from public.dispute_statements as s where s.dispute_id = p_dispute.id
            ) then
                return 'statement_order';
            end if;
        when 'evidence' then
            if coalesce(p_payload ->> 'sha256', '') !~ '^[0-9a-f]{64}$' then
                return 'hash_required';
            elsif (
                select count(*) from public.dispute_evidence as v
                where v.dispute_id = p_dispute.id and v.author_role = v_role
            ) >= 20 then
                return 'evidence_limit';
            elsif not exists (
                select from public.evidence_uploads as u
                where u.escrow_id = p_escrow.id and u.author_role = v_role and u.sha256 = p_payload ->> 'sha256'
            ) then
                return 'file_not_found';
            end if;
        when 'assign' then
            if not coalesce(private.may_arbitrate((p_payload ->> 'arbiter_id')::uuid, p_dispute.id), false) then
                return 'arbiter_not_eligible';
            end if;
        when 'timeout_acknowledge', 'timeout_decide' then
            if p_dispute.reassignments >= p_policy.max_reassignments then
                return 'no_arbiters_left';
            end if;
        when 'timeout_undecided' then
            if p_dispute.reassignments < p_policy.max_reassignments then
                return 'arbiters_left';
            end if;
        when 'decide', 'propose_decision' then
            if not coalesce(
                (p_payload ->> 'payer_amount')::numeric >= 0 and (p_payload ->> 'payee_amount')::numeric >= 0
                and (p_payload ->> 'payer_amount')::numeric + (p_payload ->> 'payee_amount')::numeric = p_escrow.amount
                and private.fits((p_payload ->> 'payee_amount')::numeric, p_escrow.currency), false
            ) then
                return 'award_not_exact';
            elsif coalesce(length(private.visible(p_payload ->> 'grounds')), 0) < 20 or not private.has_words(p_payload ->> 'reason') then
                return 'grounds_required';
            elsif (p_event = 'propose_decision') <> private.needs_second_approval(p_escrow) then
                return case p_event when 'decide' then 'second_approval_required' else 'second_approval_not_needed' end;
            end if;
            return private.finding_refusal(
                p_escrow.product, p_dispute.reason, p_payload ->> 'reason',
                (p_payload ->> 'payer_amount')::numeric, (p_payload ->> 'payee_amount')::numeric
            );
        when 'accept_decision', 'settle_decision' then
            if v_role = any (p_dispute.accepted_by) then
                return 'already_accepted';
            elsif (p_event = 'settle_decision') = (cardinality(p_dispute.accepted_by) = 0) then
                return case p_event when 'accept_decision' then 'stale_version' else 'other_side_pending' end;
            end if;
        when 'appeal' then
            if v_role = any (p_dispute.accepted_by) then
                return 'already_accepted';
            elsif p_dispute.level <> 1 or p_dispute.award_payee_amount
                = (case v_role when 'payer' then 0 else p_escrow.amount end) then
                return 'appeal_not_open';
            end if;
        else
            return null;
    end case;
    return null;
end
$$;
comment on function private.dispute_refusal(
    text, text, jsonb, private.escrow_transactions, public.escrow_policies, public.disputes, timestamptz
) is 'What speaks against a move of a dispute, from the reason to the appeal; null: nothing, or another event.';

create function private.supervision_refusal(
    p_event text, p_role text, p_payload jsonb, p_escrow private.escrow_transactions,
    p_policy public.escrow_policies, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_role public.escrow_role := p_role;
begin
    case p_event
        when 'rail_return', 'rail_void', 'rail_take', 'rail_dispute', 'rail_restore' then
            if p_escrow.rail = 'internal' then
                return 'other_rail';
            elsif coalesce(p_payload ->> 'reference', '') = '' then
                return 'reference_required';
            elsif v_role = 'timer' and private.stand_refusal(p_escrow, p_payload, p_now) is not null then
                return 'not_due';
            end if;
            return private.rail_part_refusal(p_event, p_payload, p_escrow, p_policy, p_now);
        when 'outage_credit' then
            if not exists (
                select from public.outages as o
                where o.id = (p_payload ->> 'outage_id')::uuid and private.time_lost(p_escrow, o) > '0'
                    and not exists (
                        select from private.outage_credits as c where c.outage_id = o.id and c.object_id = p_escrow.id
                    )
            ) then
                return 'outage_not_open';
            end if;
        when 'freeze' then
            return private.freeze_refusal(p_escrow, v_role, p_payload);
        when 'unfreeze' then
            return private.unfreeze_refusal(p_escrow, v_role, p_payload, p_now);
        else
            return null;
    end case;
    return null;
end
$$;
comment on function private.supervision_refusal(
    text, text, jsonb, private.escrow_transactions, public.escrow_policies, timestamptz
) is 'What speaks against a move that no side makes: a rail takes money back, an outage is given back, a hold begins or ends; null: nothing, or another event.';

create function private.escrow_event_refusal(
    p_event text, p_role text, p_payload jsonb, p_escrow private.escrow_transactions,
    p_policy public.escrow_policies, p_dispute public.disputes, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(
        private.funding_refusal(p_event, p_role, p_payload, p_escrow, p_now),
        private.offer_refusal(p_event, p_role, p_payload, p_escrow, p_policy, p_now),
        private.dispute_refusal(p_event, p_role, p_payload, p_escrow, p_policy, p_dispute, p_now),
        private.supervision_refusal(p_event, p_role, p_payload, p_escrow, p_policy, p_now)
    );
end
$$;
comment on function private.escrow_event_refusal(
    text, text, jsonb, private.escrow_transactions, public.escrow_policies, public.disputes, timestamptz
) is 'Guards that belong to one event only; null when nothing speaks against it.';
