-- What a rail or a function says is a claim: how large it may be, and how far ahead it may reach,
-- is decided here, by the rail, by what was paid in, and by the policy, whoever says it.

insert into private.refusals (code, status, detail, hint) values
('no_reversals', 409, 'This rail takes no money back in this way.', 'See rails.'),
('report_too_large', 409, 'A rail cannot speak of so much here.', 'It is kept in refused_reports for an operator.'),
('report_time', 409, 'A rail cannot speak of this time.', 'It is kept in refused_reports for an operator.'),
('deadline_too_late', 422, 'The policy of the escrow gives no such long time.', '');

create function private.duty_within(
    p_escrow private.escrow_transactions, p_policy public.escrow_policies, p_state text, p_phase text
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
    private.escrow_transactions, public.escrow_policies, text, text
) is 'How long the duty of a state lasts at most, its grace included: by the policy, or as the escrow was made.';

create function private.latest_end(
    p_escrow private.escrow_transactions, p_policy public.escrow_policies, p_state text, p_phase text, p_now timestamptz
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
    private.escrow_transactions, public.escrow_policies, text, text, timestamptz
) is 'Latest moment at which the duty of a state may end, if it begins now: no decision sets a later one.';

create function private.rail_moved(
    p_escrow private.escrow_transactions, p_currency text, out came_in numeric, out taken numeric
)
language plpgsql stable set search_path = ''
as $$
begin
    select
        coalesce(sum(-e.amount) filter (where m.brings), 0),
        -- What fits nothing is no reversal; it is bounded by itself.
        coalesce(sum(e.amount) filter (where not m.brings and t.kind <> 'case.discrepancy'), 0)
    into came_in, taken
    from (
        select p_escrow.id as id
        union all
        select c.id from public.escrow_cases as c where c.escrow_id = p_escrow.id
    ) as r
    inner join private.ledger_transfers as t on r.id = t.reference_id
    cross join lateral (
        select t.kind in (
            'escrow.funds_confirmed', 'escrow.funds_mismatch', 'escrow.top_up', 'case.late_funds'
        ) as brings
    ) as m
    inner join public.ledger_entries as e on t.id = e.transfer_id
    inner join public.wallets as w on e.wallet_id = w.id
    where w.type = 'clearing' and e.currency = p_currency and (t.kind like 'escrow.%' or t.kind like 'case.%');
end
$$;
comment on function private.rail_moved(private.escrow_transactions, text) is
'What the books say of a rail and an escrow, in a currency: what came in, and what it took back less what it gave back of that.';

create function private.paid_in(p_escrow private.escrow_transactions, p_currency text) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (private.rail_moved(p_escrow, p_currency)).came_in + coalesce((
        -- What the rail has said and the engine has not booked yet.
        select sum(r.amount) from public.rail_reports as r
        where r.purpose = 'escrow' and r.reference_id = p_escrow.id and r.kind = 'funds' and r.currency = p_currency and r.applied_as is null
    ), 0);
end
$$;
comment on function private.paid_in(private.escrow_transactions, text) is
'What came in over the rail for an escrow, in a currency: booked, or reported and not booked yet.';

create function private.taken_beside(
    p_escrow private.escrow_transactions, p_currency text, p_reference text
) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return greatest(
        (private.rail_moved(p_escrow, p_currency)).taken
        - coalesce((
            select sum(case v.event when 'rail_restore' then -1 else 1 end * (v.payload ->> 'amount')::numeric)
            from private.escrow_events as v
            where v.escrow_id = p_escrow.id and v.payload ->> 'reference' = p_reference
                and v.event in ('rail_take', 'rail_dispute', 'rail_return', 'rail_void', 'rail_restore')
                and coalesce(v.payload ->> 'currency', p_escrow.currency) = p_currency
        ), 0)
        - coalesce((
            select sum(e.amount)
            from public.escrow_cases as c
            inner join private.ledger_transfers as t on c.id = t.reference_id
            inner join public.ledger_entries as e on t.id = e.transfer_id
            inner join public.wallets as w on e.wallet_id = w.id
            where c.escrow_id = p_escrow.id and c.kind = 'rail_reversal' and c.reference = p_reference
                and w.type = 'clearing' and e.currency = p_currency
        ), 0), 0
    ) + coalesce((
        select sum(h.amount) from public.escrow_holds as h
        where h.escrow_id = p_escrow.id and h.closed_at is null and h.kind = 'chargeback' and h.reference <> p_reference
            and p_currency = p_escrow.currency
    ), 0) + coalesce((
        -- Said and not booked yet: the last word about each.
        select sum(r.amount) from public.rail_reports as r
        where r.purpose = 'escrow' and r.reference_id = p_escrow.id and r.currency = p_currency and r.reference <> p_reference
            and r.kind in ('reversal_opened', 'reversal_lost') and r.applied_as is null
            and not exists (
                select from public.rail_reports as later
                where later.purpose = r.purpose and later.reference_id = r.reference_id and later.reference = r.reference and later.id > r.id
                    and later.kind like 'reversal_%'
            )
            and not exists (
                select from public.escrow_holds as h
                where h.escrow_id = r.reference_id and h.closed_at is null and h.reference = r.reference
            )
    ), 0);
end
$$;
comment on function private.taken_beside(private.escrow_transactions, text, text) is
'What a rail has taken back of an escrow, or says it has, under other names than this: booked, held, or reported and not booked yet.';

create function private.amount_refusal(
    p_escrow private.escrow_transactions, p_kind text, p_currency text, p_amount numeric, p_beside numeric
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
        p_kind not in ('reversal_lost', 'held') and not v_rail.has_chargebacks
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
        v_came := private.paid_in(p_escrow, p_currency);
        -- That a chargeback was opened may be heard of before the payment; that money is gone, only after it.
        if v_came = 0 and p_kind <> 'reversal_lost' and p_currency = p_escrow.currency
            and p_escrow.state in ('proposed', 'awaiting_funds') then
            v_came := p_escrow.amount;
        end if;
        if v_came = 0 or p_beside + p_amount > v_came * (1 + v_rail.margin_bps / 10000.0) + v_rail.margin_amount then
            return 'report_too_large';
        end if;
    end if;
    return null;
end
$$;
comment on function private.amount_refusal(private.escrow_transactions, text, text, numeric, numeric) is
'Why a rail cannot have brought or taken an amount of an escrow: not its rail, not its currency, more than the rail ever moves, or, with what it took beside it, more than was paid in with the margin of the rail. kind: as in rail_reports, or held by a move. Null: it can.';

create function private.discrepancy_refusal(
    p_escrow private.escrow_transactions, p_currency text, p_amount numeric
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_beside numeric;
    v_refusal text;
    v_rate numeric := 1;
begin
    select coalesce(sum(abs(e.amount)), 0) into v_beside
    from public.escrow_cases as c
    inner join private.ledger_transfers as t on c.id = t.reference_id
    inner join public.ledger_entries as e on t.id = e.transfer_id
    inner join public.wallets as w on e.wallet_id = w.id
    where c.escrow_id = p_escrow.id and t.kind = 'case.discrepancy' and w.type = 'clearing'
        and e.currency = p_currency and sign(e.amount) = sign(p_amount);
    if p_currency <> p_escrow.currency then
        v_refusal := private.amount_refusal(p_escrow, 'funds', p_currency, v_beside + abs(p_amount), 0);
        -- What it settled in another currency is about as much; where that is not known, its largest amount bounds it.
        v_rate := private.rate_between(p_currency, p_escrow.currency, private.clock()) * 0.8;
        if v_refusal is not null or v_rate is null then
            return v_refusal;
        end if;
    end if;
    return private.amount_refusal(p_escrow, 'reversal_lost', p_escrow.currency, abs(p_amount) * v_rate, v_beside * v_rate);
end
$$;
comment on function private.discrepancy_refusal(private.escrow_transactions, text, numeric) is
'Why a rail cannot have taken (above zero) or given (below) what fits nothing of an escrow: all of it together is at most what was paid in, with the margin of the rail. Null: it can.';

create function private.rail_word_refusal(
    p_escrow private.escrow_transactions, p_rail text, p_kind text, p_currency text, p_amount numeric,
    p_reference text, p_provider_time timestamptz, p_due_by timestamptz, p_now timestamptz
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
    return private.amount_refusal(
        p_escrow, p_kind, p_currency, p_amount,
        case when p_kind in ('reversal_opened', 'reversal_lost', 'held')
            then private.taken_beside(p_escrow, p_currency, p_reference) else 0 end
    );
end
$$;
comment on function private.rail_word_refusal(
    private.escrow_transactions, text, text, text, numeric, text, timestamptz, timestamptz, timestamptz
) is 'Why what a rail says of an escrow is not believed; null: it may be so. Raises escrow_not_found (404).';

create function private.escrow_report_refusal(p_report jsonb, p_now timestamptz) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_escrow private.escrow_transactions;
begin
    select * into v_escrow from private.escrow_transactions where id = (p_report ->> 'reference_id')::uuid;
    if not found then
        perform private.refuse('escrow_not_found');
    end if;
    return private.rail_word_refusal(
        v_escrow, p_report ->> 'rail', p_report ->> 'kind', p_report ->> 'currency', (p_report ->> 'amount')::numeric,
        p_report ->> 'reference', (p_report ->> 'provider_time')::timestamptz, (p_report ->> 'due_by')::timestamptz, p_now
    );
end
$$;
comment on function private.escrow_report_refusal(jsonb, timestamptz) is
'Why what a rail says of an escrow is not believed; null: it may be so. Raises escrow_not_found (404).';

create function private.escrow_owners(p_escrow_id uuid) returns uuid[]
language plpgsql stable set search_path = ''
as $$
begin
    return (select array[e.payer_id, e.payee_id] from private.escrow_transactions as e where e.id = p_escrow_id);
end
$$;
comment on function private.escrow_owners(uuid) is 'Sides of an escrow, the payer first.';

create function private.rail_event_refusal(
    p_event text, p_payload jsonb, p_escrow private.escrow_transactions, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_kind text := case
        when p_event in ('funds_confirmed', 'funds_mismatch', 'top_up') then 'funds'
        when p_event in ('rail_return', 'rail_void', 'rail_take', 'rail_dispute') then 'reversal_lost'
        when p_event = 'freeze' and p_payload ->> 'amount' is not null then 'held'
    end;
begin
    if v_kind is null then
        return null;
    end if;
    return private.rail_word_refusal(
        p_escrow, p_escrow.rail, v_kind, coalesce(p_payload ->> 'currency', p_escrow.currency),
        (p_payload ->> 'amount')::numeric, coalesce(p_payload ->> 'reference', ''),
        nullif((p_payload ->> 'provider_time')::timestamptz, '-infinity'),
        (p_payload ->> 'due_by')::timestamptz, p_now
    );
end
$$;
comment on function private.rail_event_refusal(text, jsonb, private.escrow_transactions, timestamptz) is
'Why a move that a rail makes is not believed; null: it may be so.';
