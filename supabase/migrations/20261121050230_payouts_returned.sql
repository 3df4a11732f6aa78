-- Payouts after the rail confirmed them: news, and money that comes back.

-- Definer: rails have no user.
create function service.payout_news(payout_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
begin
    update public.payouts as i set next_at = v_now
    where i.id = payout_news.payout_id and i.state in ('submitted', 'unknown') and i.next_at > v_now;
    return (
        select jsonb_build_object('state', i.state, 'provider_reference', i.provider_reference)
        from public.payouts as i where i.id = payout_news.payout_id
    );
end
$$;
comment on function service.payout_news(uuid) is
'The rail has news of a payout: it is polled now -> {state, provider_reference}; null for one we do not know.';

-- Definer: as above.
create function service.payout_returned(returned service.command) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_payout public.payouts;
    v_new numeric;
    v_transfer uuid;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_payout from public.payouts
    where id = (returned ->> 'payout_id')::uuid for no key update;
    v_now := private.clock();
    if not found or v_payout.state <> 'confirmed'
        or v_payout.provider_reference is distinct from returned ->> 'provider_reference' then
        perform private.refuse('illegal_move');
    elsif not coalesce((returned ->> 'amount')::numeric > 0, false) then
        perform private.refuse('funds_not_exact');
    end if;
    v_new := (returned ->> 'amount')::numeric - v_payout.returned_amount;
    if v_new <= 0 then
        return false;
    elsif (returned ->> 'amount')::numeric > v_payout.amount or not private.fits(v_new, v_payout.currency) then
        perform private.refuse('funds_not_exact');
    end if;
    update public.payouts set returned_amount = returned_amount + v_new where id = v_payout.id
    returning * into v_payout;
    perform private.payout_came_back(v_payout, v_new, v_now);
    v_transfer := private.uuid_v7(v_now);
    perform ledger.post(
        array[row(v_transfer, 'payout.returned', 'payout', v_payout.id, '', null, null)::ledger.new_transfer],
        array[
            row(
                v_transfer, ledger.wallet_of(private.external_party(), v_payout.currency, 'clearing'), 'available', -v_new,
                null, null
            )::ledger.new_entry,
            row(
                v_transfer, ledger.wallet_of(v_payout.party_id, v_payout.currency), 'available', v_new, null, null
            )::ledger.new_entry
        ],
        v_now
    );
    return true;
end
$$;
comment on function service.payout_returned(service.command) is
'Money of a confirmed payout is back at the rail {payout_id, provider_reference, amount in all so far}: what is new of it goes into the party''s balance, where what it owes is set off, and a case tells an operator. False when nothing is new. Raises illegal_move, funds_not_exact (409).';
