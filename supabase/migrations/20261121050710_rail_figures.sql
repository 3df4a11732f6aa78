-- The books' side of a comparison: what they say that a rail holds for us.

create function private.rail_booked(p_currency text, out booked numeric, out entry bigint)
language plpgsql stable set search_path = ''
as $$
declare
    v_clearing uuid := (
        select w.id from public.wallets as w
        where w.party_id = private.external_party() and w.currency = p_currency and w.type = 'clearing'
    );
begin
    select coalesce(sum(m.amount), 0) into booked
    from (
        select -b.available as amount from public.wallet_balances as b where b.id = v_clearing
        union all
        -- What came or went some other way is no rail's; what was undone is in the balance twice.
        select e.amount
        from public.outside_transfers as o inner join public.ledger_entries as e on o.transfer_id = e.transfer_id
        where o.currency = p_currency and o.undone_at is null and e.wallet_id = v_clearing
    ) as m;
    select max(e.id) into entry from public.ledger_entries as e where e.wallet_id = v_clearing and e.seq is null;
end
$$;
comment on function private.rail_booked(text) is
'What the books say that rails hold in a currency, and the last entry that says so. One rail carries a currency.';

create function private.rail_reported(p_rail text, p_currency text) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(sum(case
            when r.kind in ('funds', 'reversal_won') then r.amount
            when r.kind = 'reversal_opened' then -r.amount
            -- What a chargeback had taken before it was lost is gone once.
            when r.kind = 'reversal_lost' and (
                select b.kind from public.rail_reports as b
                where b.purpose = r.purpose and b.reference_id = r.reference_id and b.reference = r.reference
                    and b.id < r.id and b.kind like 'reversal_%'
                order by b.id desc limit 1
            ) is distinct from 'reversal_opened' then -r.amount
        end), 0)
        from public.rail_reports as r
        where r.rail = p_rail and r.currency = p_currency and r.next_at is not null and not private.report_is_booked(r)
    );
end
$$;
comment on function private.rail_reported(text, text) is 'What a rail has reported and the books do not have yet: above zero it came.';

create function private.rail_figures(p_rail text, p_told jsonb) returns table (
    currency text, booked numeric, under_way numeric, mark text
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select c.code, b.booked,
        case when p_told is not null then r.reported + private.rail_under_way(p_rail, c.code, p_told) end,
        concat_ws(':', c.code, b.booked, b.entry, r.reported)
    from public.rails as l
    inner join public.currencies as c on l.network_id is not distinct from c.network_id
    cross join lateral private.rail_booked(c.code) as b
    cross join lateral (select private.rail_reported(p_rail, c.code) as reported) as r
    where l.id = p_rail;
end
$$;
comment on function private.rail_figures(text, jsonb) is
'The books'' side of a comparison, by currency that the rail carries: what they say it holds, and, by what the rail tells with its figures, what is between the two. mark: it changes when the books do.';

create function private.rail_mark(p_rail text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (select md5(string_agg(f.mark, ' ' order by f.currency)) from private.rail_figures(p_rail, null) as f);
end
$$;
comment on function private.rail_mark(text) is 'Another text whenever what the books say of a rail has changed.';

-- Definer: schedules have no user.
create function service.rail_position(rail text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_rail text := private.known_rail(rail_position.rail);
    v_now timestamptz := private.clock();
begin
    return (select jsonb_build_object(
        'mark', private.rail_mark(v_rail), 'now', v_now,
        'since', greatest(v_now - interval '2 days', least(v_now - interval '2 hours', (
            select min(e.created_at) - interval '10 minutes'
            from public.payouts as i inner join public.payout_events as e on i.id = e.payout_id and e.event = 'claim'
            where i.rail = v_rail and i.state in ('claimed', 'unknown') and i.provider_reference is null
        ))),
        'references', (
            select coalesce(jsonb_agg(i.provider_reference order by i.id), '[]') from public.payouts as i
            where i.rail = v_rail and i.state in ('claimed', 'submitted', 'unknown') and i.provider_reference is not null
        )
    ) where exists (select from public.deposit_requests as d where d.rail = v_rail));
end
$$;
comment on function service.rail_position(text) is
'Before a rail is asked what it holds {mark of the books, now, since when it may have moved what the books do not have, references of payouts that have not ended}; null where nobody ever paid over it.';
