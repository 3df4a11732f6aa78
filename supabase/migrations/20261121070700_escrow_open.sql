-- How an escrow begins. The caller has locked what it comes from.

create function private.escrow_open(p_escrow private.escrow_transactions) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform private.ask_way(p_escrow.rail, p_escrow.currency);
    -- Settling joins these wallets, so they exist from the start.
    perform
        ledger.wallet_of(p_escrow.payee_id, p_escrow.currency),
        ledger.wallet_of(private.platform_party(), p_escrow.currency, 'fees');
    insert into private.escrow_transactions (
        id, product, policy_id, rail, payer_id, payee_id, currency, amount, fee_bps, perform_within, accept_within,
        terms_hash, state, deadline_at, expires_at, last_event, last_actor_role, last_actor_id, last_payload,
        created_at, updated_at
    )
    select p_escrow.id, p_escrow.product, p.id, p_escrow.rail, p_escrow.payer_id, p_escrow.payee_id, p_escrow.currency,
        p_escrow.amount, p.fee_bps, p_escrow.perform_within, coalesce(p_escrow.accept_within, p.accept_within),
        p_escrow.terms_hash, p_escrow.state, p_escrow.deadline_at, p_escrow.expires_at, p_escrow.last_event,
        p_escrow.last_actor_role, p_escrow.last_actor_id, coalesce(p_escrow.last_payload, '{}'),
        p_escrow.created_at, p_escrow.created_at
    from public.escrow_policies as p where p.id = p_escrow.policy_id;
end
$$;
comment on function private.escrow_open(private.escrow_transactions) is
'Begins an escrow with its first event, from id, product, policy, rail, parties, currency, amount, times, terms_hash, state, deadlines, created_at and last_*; fee_bps, and accept_within where it is null, are those of the policy. The guard checks that it may begin so. Raises halted (409).';

create function private.longest_hold(p_policy public.escrow_policies, p_perform_within interval) returns interval
language plpgsql stable set search_path = ''
as $$
begin
    -- Each clock at its end: performed late, disputed on the last day, both sides heard, two arbiters
    -- at each level. Revisions and other delays shorten what is left: no deadline outlives the rail.
    return p_perform_within + p_policy.perform_grace + p_policy.accept_within + p_policy.statement_within * 2
        + (p_policy.acknowledge_within + p_policy.decide_within * 2) * 2 + p_policy.appeal_within;
end
$$;
comment on function private.longest_hold(public.escrow_policies, interval) is
'How long money may have to be held from when it is paid in until an appeal is decided, with so much time to perform.';

create function private.escrow_reached_by_halt(p_kind text, p_name text) returns setof uuid
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select s.party_id from private.escrow_transactions as e
    inner join public.rails as r on r.id = e.rail
    inner join public.currencies as c on c.code = e.currency
    cross join unnest(array[e.payer_id, e.payee_id]) as s (party_id)
    where e.state in ('proposed', 'awaiting_funds', 'funding_exception') and s.party_id is not null
        and case p_kind when 'rail' then e.rail = p_name when 'network' then p_name in (r.network_id, c.network_id) else false end;
end
$$;
comment on function private.escrow_reached_by_halt(text, text) is
'Sides of escrows that nobody pays while something is halted.';
