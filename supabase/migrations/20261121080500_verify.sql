-- Proofs of ledger.verify() about escrows: their history is unbroken, and their disputes ended as
-- arbiters decided.

create function private.verify_events(p_since timestamptz) returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'event_chain_broken', e.escrow_id::text, e.version::text
    from private.escrow_events as e
    left join private.escrow_events as before on before.escrow_id = e.escrow_id and before.version = e.version - 1
    where (p_since is null or e.created_at >= p_since)
        and e.hash is distinct from private.escrow_event_link(
            case e.version when 1 then '\x'::bytea else before.hash end,
            e.escrow_id, e.version, e.event, e.actor_role, e.actor_id, e.to_state, e.to_phase,
            e.payer_amount, e.payee_amount, e.fee_amount, e.payload
        )
    union all
    select 'words_differ_from_seal', e.escrow_id::text, e.version::text
    from private.escrow_events as e
    where (p_since is null or e.created_at >= p_since) and private.unfit_seals(e.payload, e.payload -> 'seals') <> '{}'
    union all
    select 'event_chain_head_differs', t.id::text, t.version::text
    from private.escrow_transactions as t
    inner join private.escrow_events as e on e.escrow_id = t.id and e.version = t.version
    where (p_since is null or t.updated_at >= p_since)
        and (e.hash, e.to_state, e.to_phase) is distinct from (t.last_hash, t.state, t.phase);
end
$$;
comment on function private.verify_events(timestamptz) is 'The history of escrows: every link, and that its end is the row.';

create function private.verify_disputes() returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'held_by_another', e.id::text, h.wallet_id::text
    from public.ledger_holds as h
    inner join private.escrow_transactions as e on e.id = h.reference_id
    inner join public.wallets as w on w.id = h.wallet_id
    where h.amount > 0 and h.purpose in ('escrow', 'suspense') and w.party_id <> e.payer_id
    union all
    select 'dispute_differs_from_escrow', e.id::text, e.state || ', ' || count(d.id) || ' pending'
    from private.escrow_transactions as e
    left join public.disputes as d on d.escrow_id = e.id and d.status = 'pending'
    group by e.id
    having (e.state in ('disputed', 'decided')) <> (count(d.id) = 1)
    union all
    select 'award_differs_from_decision', d.id::text, d.level::text
    from public.disputes as d
    left join public.dispute_decisions as made on made.dispute_id = d.id and made.level = d.level
    left join public.dispute_decisions as first_made on first_made.dispute_id = d.id and first_made.level = 1
    inner join private.escrow_transactions as e on e.id = d.escrow_id
    -- A rail may have left less than was awarded.
    where d.award_payee_amount is distinct from case when made.level is not null then least(made.payee_amount, e.amount) end
        or (d.level = 2 and d.first_award_payee_amount is distinct from least(first_made.payee_amount, e.amount));
end
$$;
comment on function private.verify_disputes() is
'Escrows hold the payer''s money, a disputed one has one pending dispute, and awards are what arbiters decided.';
