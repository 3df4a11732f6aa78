-- What a rail or a function says is a claim: how large it may be, and how far ahead it may reach,
-- is decided here, by the rail, by what was paid in, and by the policy, whoever says it.

insert into private.refusals (code, status, detail, hint) values
('no_reversals', 409, 'This rail takes no money back in this way.', 'See rails.'),
('report_too_large', 409, 'A rail cannot speak of so much here.', 'It is kept in refused_reports for an operator.'),
('report_time', 409, 'A rail cannot speak of this time.', 'It is kept in refused_reports for an operator.'),
('deadline_too_late', 422, 'The policy of the escrow gives no such long time.', '');

create function private.duty_within(
    p_escrow public.escrow_transactions, p_policy public.escrow_policies, p_state text, p_phase text
) returns interval
language plpgsql stable set search_path = ''
as $$
begin
    return case p_state
        when 'proposed' then p_policy.sign_within
        when 'awaiting_funds' then p_policy.fund_within
        when 'funding_exception' then p_policy.exception_within
        when 'funded' then p_escrow.perform_within + p_policy.perform_grace
        when 'performed' then p_escrow.accept_within
        when 'decided' then p_policy.appeal_within
        else case p_phase
            when 'statements' then p_policy.statement_within
            when 'acknowledge' then p_policy.acknowledge_within
            else p_policy.decide_within
        end
    end;
end
$$;
comment on function private.duty_within(
    public.escrow_transactions, public.escrow_policies, text, text
) is 'How long the duty of a state lasts at most, its grace included: by the policy, or as the escrow was made.';

create function private.latest_end(
    p_escrow public.escrow_transactions, p_policy public.escrow_policies, p_state text, p_phase text, p_now timestamptz
) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    -- The other side's statement never shortens the clock that runs.
    return greatest(
        p_now + private.duty_within(p_escrow, p_policy, p_state, p_phase),
        case when (p_state, p_phase) = (p_escrow.state::text, p_escrow.phase::text) then p_escrow.expires_at end
    );
end
$$;
comment on function private.latest_end(
    public.escrow_transactions, public.escrow_policies, text, text, timestamptz
) is 'Latest moment at which the duty of a state may end, if it begins now: no decision sets a later one.';

create function private.paid_in(p_escrow public.escrow_transactions) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select sum(-e.amount)
        from (
            select p_escrow.id as id
            union all
            select c.id from public.escrow_cases as c where c.escrow_id = p_escrow.id
        ) as r
        inner join public.ledger_transfers as t on r.id = t.reference_id
        inner join public.ledger_entries as e on t.id = e.transfer_id
        inner join public.wallets as w on e.wallet_id = w.id
        where w.type = 'clearing' and e.amount < 0 and e.currency = p_escrow.currency
    ), 0) + coalesce((
        -- What the rail has said and the engine has not booked yet.
        select sum(r.amount) from public.rail_reports as r
        where r.escrow_id = p_escrow.id and r.kind = 'funds' and r.currency = p_escrow.currency and r.applied_as is null
    ), 0);
end
$$;
comment on function private.paid_in(public.escrow_transactions) is
'What came in over the rail for an escrow, in its currency: booked, or reported and not booked yet.';

create function private.amount_refusal(
    p_escrow public.escrow_transactions, p_kind text, p_currency text, p_amount numeric
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_rail public.rails;
    v_came numeric;
begin
    select * into strict v_rail from public.rails where id = p_escrow.rail;
    if not v_rail.has_reports then
        return 'other_rail';
    elsif p_kind <> 'funds' and (not v_rail.takes_back or (
        p_kind <> 'reversal_lost' and not v_rail.has_chargebacks
    )) then
        return 'no_reversals';
    elsif p_currency <> p_escrow.currency and not exists (
        select from public.currencies as c
        where c.code = p_currency and c.network_id is not distinct from v_rail.network_id
    ) then
        return 'rail_currency';
    elsif p_amount > v_rail.max_amount then
        return 'report_too_large';
    elsif p_kind <> 'funds' then
        if p_currency = p_escrow.currency then
            -- What was to be paid in bounds it too: a chargeback may be heard of before the payment.
            v_came := greatest(private.paid_in(p_escrow), p_escrow.amount);
        else
            -- Money of another currency that waits to go back may be taken back, too.
            select sum(r.amount) into v_came from public.rail_reports as r
            where r.escrow_id = p_escrow.id and r.kind = 'funds' and r.currency = p_currency;
        end if;
        if v_came is null or p_amount > v_came * (1 + v_rail.margin_bps / 10000.0) + v_rail.margin_amount then
            return 'report_too_large';
        end if;
    end if;
    return null;
end
$$;
comment on function private.amount_refusal(public.escrow_transactions, text, text, numeric) is
'Why a rail cannot have brought or taken an amount of an escrow: not its rail, not its currency, more than the rail ever moves, or more than was, or was to be, paid in with the margin of the rail. kind: as in rail_reports. Null: it can.';

create function private.report_refusal(
    p_escrow public.escrow_transactions, p_rail public.escrow_rail, p_kind text, p_currency text, p_amount numeric,
    p_provider_time timestamptz, p_due_by timestamptz, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if p_rail is distinct from p_escrow.rail then
        return 'other_rail';
    elsif p_provider_time > p_now + interval '1 hour'
        -- From when money came its rail holds it.
        or (
            p_kind = 'funds' and p_escrow.state in ('awaiting_funds', 'funding_exception')
            and p_provider_time < p_escrow.created_at - interval '1 day'
        )
        or p_due_by > p_now + (select r.answer_within from public.rails as r where r.id = p_rail) then
        return 'report_time';
    end if;
    return private.amount_refusal(p_escrow, p_kind, p_currency, p_amount);
end
$$;
comment on function private.report_refusal(
    public.escrow_transactions, public.escrow_rail, text, text, numeric, timestamptz, timestamptz, timestamptz
) is 'Why what a rail says of an escrow is not believed; null: it may be so.';

create function private.rail_event_refusal(
    p_event text, p_payload jsonb, p_escrow public.escrow_transactions, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_kind text := case
        when p_event in ('funds_confirmed', 'funds_mismatch', 'top_up') then 'funds'
        when p_event in ('rail_return', 'rail_void') then 'reversal_lost'
    end;
begin
    if v_kind is null then
        return null;
    end if;
    return private.report_refusal(
        p_escrow, p_escrow.rail, v_kind, coalesce(p_payload ->> 'currency', p_escrow.currency),
        (p_payload ->> 'amount')::numeric, nullif((p_payload ->> 'provider_time')::timestamptz, '-infinity'), null, p_now
    );
end
$$;
comment on function private.rail_event_refusal(text, jsonb, public.escrow_transactions, timestamptz) is
'Why a move that a rail makes is not believed; null: it may be so.';
