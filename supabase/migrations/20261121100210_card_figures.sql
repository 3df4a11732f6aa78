-- What explains a difference between Stripe's balance and the books: what Stripe withholds, and what it
-- moved in the last hours that our workers have not processed yet.

create function private.card_withheld(p_currency text) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(sum(r.amount), 0)
        from public.escrow_holds as h
        inner join public.rail_reports as r
            on r.purpose = 'escrow' and h.escrow_id = r.reference_id and h.reference = r.reference
        where h.kind = 'chargeback' and h.closed_at is null
            and r.rail = 'stripe' and r.kind = 'reversal_opened' and r.currency = p_currency
            and (r.next_at is null or private.report_is_booked(r))
    );
end
$$;
comment on function private.card_withheld(text) is
'What chargebacks on live escrows have taken and nobody has decided: it is gone at Stripe, and held in the books.';

create function private.card_under_way(p_currency text, p_told jsonb) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        with told as (
            select m.reference, m.amount, m.fee_reference, m.fee_amount
            from jsonb_to_recordset(p_told -> 'moves') as m (
                reference text, currency text, amount numeric, fee_reference text, fee_amount numeric
            )
            where m.currency = p_currency
        ), moves as (
            select t.reference, coalesce(sum(t.amount) filter (where t.amount > 0), 0) as came,
                coalesce(sum(t.amount) filter (where t.amount < 0), 0) as went
            from told as t group by t.reference
        ), said as (
            select r.provider_event_id, r.kind from public.rail_reports as r where r.rail = 'stripe'
            union all
            select r.provider_event_id, r.report ->> 'kind' from public.refused_reports as r where r.rail = 'stripe'
        )
        select coalesce(sum(case
            when i.state in ('claimed', 'submitted', 'unknown') then m.came + m.went
            when i.state = 'confirmed' then greatest(m.came - i.returned_amount, 0)
            when i.id is not null or exists (
                select from public.escrow_cases as c where c.kind = 'discrepancy' and c.reference = m.reference
            ) or exists (
                select from public.refused_reports as r
                where r.rail = 'stripe' and r.refusal = 'no_escrow' and r.report ->> 'reference' = m.reference
            ) then 0
            else case when exists (
                select from said as s
                where s.provider_event_id in (m.reference || ':won', m.reference || ':returned')
                    or (s.provider_event_id = m.reference and s.kind = 'funds')
            ) then 0 else m.came end + case when exists (
                select from said as s
                where s.provider_event_id in (m.reference || ':opened', m.reference || ':lost')
                    or (s.provider_event_id = m.reference and s.kind = 'reversal_lost')
            ) then 0 else m.went end
        end), 0) - (
            select coalesce(sum(t.fee_amount), 0) from told as t
            where not exists (
                select from private.rail_costs as k where k.rail = 'stripe' and k.provider_event_id = t.fee_reference
            )
        ) - private.card_withheld(p_currency)
        from moves as m
        left join public.payouts as i
            on i.rail = 'stripe' and m.reference = i.provider_reference and i.kind <> 'rail_return'
    );
end
$$;
comment on function private.card_under_way(text, jsonb) is
'What Stripe has moved lately {moves [{reference: charge, refund, transfer or dispute, currency, amount: above zero it came, fee_reference, fee_amount}]} and neither a report, a payout, a cost nor a case of ours speaks of, less what chargebacks withhold.';
