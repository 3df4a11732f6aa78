-- What becomes of payments after a rail said that it paid: news of them, and money that comes back.

-- Definer: rails have no user.
create function service.payout_news(payout_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
begin
    update public.settlement_instructions as i set next_at = v_now
    where i.id = payout_news.payout_id and i.state in ('submitted', 'unknown') and i.next_at > v_now;
    return (
        select jsonb_build_object('state', i.state, 'provider_reference', i.provider_reference)
        from public.settlement_instructions as i where i.id = payout_news.payout_id
    );
end
$$;
comment on function service.payout_news(uuid) is
'The rail has news of a payment: it is looked at now -> {state, provider_reference}; null for one we do not know.';

-- Definer: as above.
create function service.payout_returned(returned service.command) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_payment public.settlement_instructions;
    v_new numeric;
    v_transfer uuid;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_payment from public.settlement_instructions
    where id = (returned ->> 'payout_id')::uuid for no key update;
    v_now := private.clock();
    if not found or v_payment.state <> 'confirmed'
        or v_payment.provider_reference is distinct from returned ->> 'provider_reference' then
        perform private.refuse('illegal_move');
    elsif not coalesce((returned ->> 'amount')::numeric > 0, false) then
        perform private.refuse('funds_not_exact');
    end if;
    select (returned ->> 'amount')::numeric - coalesce(sum(c.amount), 0) into v_new
    from public.escrow_cases as c
    where c.escrow_id = v_payment.escrow_id and c.kind = 'payout' and c.reason = 'payout_returned'
        and c.reference = v_payment.provider_reference;
    if v_new <= 0 then
        return false;
    elsif (returned ->> 'amount')::numeric > v_payment.amount or not private.fits(v_new, v_payment.currency) then
        perform private.refuse('funds_not_exact');
    end if;
    insert into public.escrow_cases (
        id, escrow_id, kind, reason, currency, amount, provider_event_id, reference, last_event, last_actor_role,
        deadline_at, created_at, updated_at
    ) values (
        private.uuid_v7(v_now), v_payment.escrow_id, 'payout', 'payout_returned', v_payment.currency, v_new,
        v_payment.provider_reference || ':' || trim_scale((returned ->> 'amount')::numeric), v_payment.provider_reference,
        'payout_failed', 'rail', v_now + interval '14 days', v_now, v_now
    );
    v_transfer := private.uuid_v7(v_now);
    perform ledger.post(
        array[row(v_transfer, 'payout.returned', 'payout', v_payment.id, '', null, null)::ledger.new_transfer],
        array[
            row(
                v_transfer, ledger.wallet_of(private.external_party(), v_payment.currency, 'clearing'), 'available', -v_new,
                null, null
            )::ledger.new_entry,
            row(
                v_transfer, ledger.wallet_of(v_payment.party_id, v_payment.currency), 'available', v_new, null, null
            )::ledger.new_entry
        ],
        v_now
    );
    return true;
end
$$;
comment on function service.payout_returned(service.command) is
'Money of a confirmed payment is back at the rail {payout_id, provider_reference, amount in all so far}: what is new of it goes into the party''s balance, where what it owes is set off, and a case tells an operator. False when nothing is new. Raises illegal_move, funds_not_exact (409).';
