-- The security watch: rules as rows, findings as events.

create table public.security_rules (
    id text primary key check (id ~ '^[a-z][a-z_]{2,63}$'),
    description text not null,
    severity public.security_severity not null,
    watch_window interval not null check (watch_window between '1 hour' and '31 days'),
    threshold integer not null check (threshold > 0),
    is_active boolean not null default true
);
alter table public.security_rules enable row level security;
select private.make_audited('public.security_rules');
select private.make_setting('public.security_rules', 'What the security watch finds.', '{
    "watch_window": {"least": "1 hour", "most": "31 days", "second": true},
    "threshold": {"least": "1", "most": "1000000", "second": true}, "is_active": {"second": true}
}');
comment on table public.security_rules is 'What is watched for, and from how many cases within which time on it is reported.';
comment on column public.security_rules.id is 'Name of the rule; the kind of its events.';
comment on column public.security_rules.description is 'What the rule counts, in words for an operator.';
comment on column public.security_rules.severity is 'How much attention an event of this rule deserves.';
comment on column public.security_rules.watch_window is 'How far back cases are counted.';
comment on column public.security_rules.threshold is 'From how many cases on an event is written.';
comment on column public.security_rules.is_active is 'Whether the rule is applied.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.security_rules (id, description, severity, watch_window, threshold) values
('repeated_disputes', 'Disputes a party raised or met.', 'warning', '7 days', 3),
('lost_disputes', 'Disputes decided wholly against a party.', 'high', '30 days', 2),
('passing_through', 'Withdrawals of a party that brought money in and traded nothing.', 'high', '24 hours', 1);

-- The id of a trade, a dispute and a transfer carries its time: the window is a range of the primary key.
create function private.security_cases(p_rule text, p_since uuid) returns table (party_id uuid, found bigint)
language plpgsql stable set search_path = ''
as $$
begin
    case p_rule
        when 'repeated_disputes' then
            return query
            select side.id, count(*)
            from public.disputes as d
            join private.escrow_transactions as e on e.id = d.escrow_id
            cross join lateral (values (e.payer_id), (e.payee_id)) as side (id)
            where d.id >= p_since
            group by side.id;
        when 'lost_disputes' then
            return query
            select case when m.payee_amount = 0 then e.payee_id else e.payer_id end, count(*)
            from public.disputes as d
            join private.escrow_transactions as e on e.id = d.escrow_id
            join public.dispute_decisions as m on m.dispute_id = d.id and m.level = d.level
            where d.id >= p_since and d.status = 'resolved' and least(m.payee_amount, m.payer_amount) = 0
            group by 1;
        when 'passing_through' then
            return query
            select w.party_id, count(*) filter (where m.kind = 'withdrawal')
            from private.ledger_transfers as m
            join public.ledger_entries as n on n.transfer_id = m.id
            join public.wallets as w on w.id = n.wallet_id and w.kind = 'normal'
            where m.id >= p_since and m.kind in ('deposit', 'withdrawal')
                -- Asked once, and not for each wallet.
                and w.party_id not in (select t.party_id from private.traded_since(p_since) as t)
            group by w.party_id, w.currency
            having count(*) filter (where m.kind = 'deposit') > 0;
        else
            return query select c.party_id, c.found from private.product_cases(p_rule, p_since) as c;
    end case;
end
$$;
comment on function private.security_cases(text, uuid) is
'Cases of a rule by party, among what began at or after the time that the id carries.';

-- Definer: a schedule has no user, and service_role reads no trade.
create function service.security_watch() returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_rule public.security_rules;
    v_since uuid;
    v_event public.security_events;
    v_written jsonb := '[]';
begin
    -- Two runs at once would write the same finding twice.
    perform pg_advisory_xact_lock(hashtextextended('security_watch', 0));
    for v_rule in select * from public.security_rules where is_active order by id loop
        v_since := private.uuid_v7_floor(v_now - v_rule.watch_window);
        for v_event in
            insert into public.security_events (id, kind, severity, party_id, found, request_id, created_at)
            select private.uuid_v7(v_now), v_rule.id, v_rule.severity, c.party_id, c.found, private.request_id(), v_now
            from private.security_cases(v_rule.id, v_since) as c
            where c.found >= v_rule.threshold and not exists (
                select from public.security_events as s
                where s.party_id = c.party_id and s.kind = v_rule.id and s.id >= v_since
            )
            returning *
        loop
            perform private.emit_event(
                'security.' || v_event.kind, 'security_event', v_event.id, 1, array[private.platform_party()],
                jsonb_build_object(
                    'party_id', v_event.party_id, 'severity', v_event.severity, 'found', v_event.found
                ), v_now
            );
            v_written := v_written || jsonb_build_object(
                'id', v_event.id, 'kind', v_event.kind, 'severity', v_event.severity, 'party_id', v_event.party_id,
                'found', v_event.found
            );
        end loop;
    end loop;
    return v_written;
end
$$;
comment on function service.security_watch() is
'Applies every active rule and writes what it finds, once per party and rule within the rule''s time; returns the new events. The staff is told, the party is not.';
