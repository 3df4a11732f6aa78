-- Rules of the security watch about orders and trades.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.security_rules (id, description, severity, watch_window, threshold) values
('unpaid_takes', 'Trades whose buyer let the time to pay run out.', 'warning', '24 hours', 3),
('circular_trades', 'Settled trades between the same two parties that went both ways in one currency.', 'high', '24 hours', 4);

create function private.p2p_security_cases(p_rule text, p_since uuid) returns table (party_id uuid, found bigint)
language plpgsql stable set search_path = ''
as $$
begin
    case p_rule
        when 'unpaid_takes' then
            return query
            select t.buyer_id, count(*)
            from public.p2p_trades as t
            join private.escrow_transactions as e on e.id = t.id
            where t.id >= p_since and e.last_event = 'timeout_refund' and e.performed_at is null
            group by t.buyer_id;
        when 'circular_trades' then
            return query
            with pairs as (
                select least(t.buyer_id, t.seller_id) as one, greatest(t.buyer_id, t.seller_id) as other, count(*) as n
                from public.p2p_trades as t
                where t.id >= p_since and t.status in ('completed', 'split')
                group by 1, 2, t.cryptocurrency
                having count(distinct t.buyer_id) = 2
            )
            select side.id, sum(p.n)::bigint
            from pairs as p cross join lateral (values (p.one), (p.other)) as side (id)
            group by side.id;
    end case;
end
$$;
comment on function private.p2p_security_cases(text, uuid) is
'Cases of a rule about trades by party, among those that began at or after the time that the id carries. Raises case_not_found for a rule that nobody counts.';

create function private.p2p_traders_since(p_since uuid) returns table (party_id uuid)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select t.buyer_id from public.p2p_trades as t where t.id >= p_since
    union
    select t.seller_id from public.p2p_trades as t where t.id >= p_since;
end
$$;
comment on function private.p2p_traders_since(uuid) is 'Who bought or sold in trades that began at or after the time that the id carries.';
