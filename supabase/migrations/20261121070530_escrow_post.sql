-- The money of moves: what settling divides, what arrives from outside.

create function private.bond_returns(p_dispute public.disputes, p_payee_gross numeric) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return (
        select case p_dispute.appellant_role
            when 'payee' then p_payee_gross > p_dispute.first_award_payee_amount
            else p_payee_gross < p_dispute.first_award_payee_amount
        end
    );
end
$$;
comment on function private.bond_returns(public.disputes, numeric) is
'Whether an appeal got its party more than the first decision: then its bond goes back.';

-- Money that reaches an escrow from outside, or waits in suspense.
create function private.is_funding(p_event text) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return p_event in (
        'fund', 'funds_confirmed', 'funds_mismatch', 'top_up', 'accept_partial', 'return_funds', 'timeout_return',
        'rail_void', 'rail_take', 'rail_dispute', 'rail_restore'
    );
end
$$;
comment on function private.is_funding(text) is 'Whether an event brings money to an escrow, or takes some out of it, without dividing what it holds.';

create function private.pay_from_escrow(
    p_escrow private.escrow_transactions, p_version integer, p_case_id uuid, p_kind text, p_transfer uuid,
    p_party_id uuid, p_currency text, p_amount numeric, p_reference text, p_now timestamptz
) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_payout public.payouts;
begin
    if p_escrow.rail = 'internal' then
        return array[
            row(p_transfer, ledger.wallet_of(p_party_id, p_currency), 'available', p_amount, null, null)::ledger.new_entry
        ];
    end if;
    v_payout.purpose := case when p_case_id is null then 'escrow' else 'escrow_case' end;
    v_payout.reference_id := coalesce(p_case_id, p_escrow.id);
    v_payout.reference_version := p_version;
    v_payout.kind := p_kind;
    v_payout.rail := p_escrow.rail;
    v_payout.party_id := p_party_id;
    v_payout.currency := p_currency;
    v_payout.amount := p_amount;
    v_payout.provider_reference := p_reference;
    v_payout.to_source := p_kind in ('refund', 'return')
        and (select r.refunds_itself from public.rails as r where r.id = p_escrow.rail);
    v_payout.created_at := p_now;
    if p_kind = 'release' then
        v_payout.not_before := private.reserved_until(p_escrow.rail, p_party_id, p_now);
    end if;
    return private.order_payout(v_payout, p_transfer);
end
$$;
comment on function private.pay_from_escrow(
    private.escrow_transactions, integer, uuid, text, uuid, uuid, text, numeric, text, timestamptz
) is
'Entries that give money of an escrow to a party: on the rail internal it becomes available; on an outside rail a payout is ordered. p_case_id: the case that gives it; null: a move. p_reference: of the rail, when the rail has given it back itself.';

create function private.rail_part_entries(
    p_move private.escrow_move, p_transfer uuid, p_now timestamptz
) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_decision private.escrow_decision := p_move.decision;
    v_escrow private.escrow_transactions := p_move.escrow;
    v_currency text := coalesce(v_decision.payload ->> 'currency', v_escrow.currency);
    v_amount numeric := (v_decision.payload ->> 'amount')::numeric;
    v_wallet uuid := ledger.wallet_of(v_escrow.payer_id, v_currency);
begin
    if v_decision.event = 'rail_restore' then
        return array[
            row(
                p_transfer, ledger.wallet_of(private.external_party(), v_currency, 'clearing'), 'available', -v_amount, null, null
            )::ledger.new_entry,
            row(p_transfer, v_wallet, 'locked', v_amount, v_escrow.id, 'escrow')::ledger.new_entry
        ];
    end if;
    return case v_escrow.state
        when 'funding_exception'
            then row(p_transfer, v_wallet, 'pending', -v_amount, v_escrow.id, 'suspense')::ledger.new_entry
        else row(p_transfer, v_wallet, 'locked', -v_amount, v_escrow.id, 'escrow')::ledger.new_entry
    end || private.pay_from_escrow(
        v_escrow, v_escrow.version + 1, null, 'rail_return', p_transfer, v_escrow.payer_id, v_currency, v_amount,
        v_decision.payload ->> 'reference', p_now
    );
end
$$;
comment on function private.rail_part_entries(private.escrow_move, uuid, timestamptz) is
'Entries of a part that a rail took of what is held or in suspense, or gave back: the rest stays where it is.';

create function private.funding_entries(
    p_move private.escrow_move, p_transfer uuid, p_now timestamptz
) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_decision private.escrow_decision := p_move.decision;
    v_escrow private.escrow_transactions := p_move.escrow;
    v_currency text := coalesce(v_decision.payload ->> 'currency', v_escrow.currency);
    v_arrived numeric := (v_decision.payload ->> 'amount')::numeric;
    v_entries ledger.new_entry [];
    v_hold record;
    v_spot uuid;
    v_need numeric := 0;
    v_free numeric := 0;
begin
    if v_decision.event in ('rail_void', 'rail_take', 'rail_dispute', 'rail_restore') then
        return private.rail_part_entries(p_move, p_transfer, p_now);
    elsif (p_move.edge).actor = 'rail' and v_decision.event in ('funds_mismatch', 'funds_confirmed', 'top_up') then
        v_entries := array[row(
            p_transfer, ledger.wallet_of(private.external_party(), v_currency, 'clearing'), 'available', -v_arrived, null, null
        )::ledger.new_entry];
        if v_decision.event = 'funds_mismatch' then
            return v_entries || row(
                p_transfer, ledger.wallet_of(v_escrow.payer_id, v_currency), 'pending', v_arrived, v_escrow.id, 'suspense'
            )::ledger.new_entry;
        end if;
        v_free := v_arrived;
    end if;
    for v_hold in
        select h.wallet_id, h.amount, w.currency
        from public.ledger_holds as h join public.wallets as w on w.id = h.wallet_id
        where h.reference_id = v_escrow.id and h.bucket = 'pending' and h.amount > 0
    loop
        v_entries := v_entries || row(
            p_transfer, v_hold.wallet_id, 'pending', -v_hold.amount, v_escrow.id, 'suspense'
        )::ledger.new_entry;
        if v_hold.currency = v_escrow.currency then
            v_free := v_free + v_hold.amount;
        else
            v_entries := v_entries || private.pay_from_escrow(
                v_escrow, v_escrow.version + 1, null, 'return', p_transfer, v_escrow.payer_id, v_hold.currency,
                v_hold.amount, null, p_now
            );
        end if;
    end loop;
    if v_decision.event in ('fund', 'funds_confirmed', 'top_up') then
        v_need := v_escrow.amount;
    elsif v_decision.event = 'accept_partial' then
        v_need := v_free;
    end if;
    v_free := v_free - v_need;
    if v_free > 0 then
        v_entries := v_entries || private.pay_from_escrow(
            v_escrow, v_escrow.version + 1, null, 'return', p_transfer, v_escrow.payer_id, v_escrow.currency, v_free, null, p_now
        );
    end if;
    v_spot := ledger.wallet_of(v_escrow.payer_id, v_escrow.currency);
    if v_free < 0 then
        v_entries := v_entries || row(p_transfer, v_spot, 'available', v_free, null, null)::ledger.new_entry;
    end if;
    if v_need > 0 then
        v_entries := v_entries || row(p_transfer, v_spot, 'locked', v_need, v_escrow.id, 'escrow')::ledger.new_entry;
    end if;
    return v_entries;
end
$$;
comment on function private.funding_entries(private.escrow_move, uuid, timestamptz) is
'Entries of a funding or suspense move. What arrives and what was in suspense pays for the escrow, the payer''s balance for the rest; any excess, and money of another currency, goes back to the payer.';

create function private.lock_paid(p_moves private.escrow_move[]) returns boolean
language plpgsql volatile set search_path = ''
as $$
declare
    v_move private.escrow_move;
    v_parties uuid[];
    v_owing boolean;
begin
    foreach v_move in array p_moves loop
        if (v_move.escrow).rail <> 'internal' and (v_move.edge).event is not null then
            v_parties := v_parties || array[(v_move.escrow).payer_id, (v_move.escrow).payee_id];
        end if;
    end loop;
    if v_parties is null then
        return false;
    end if;
    -- All that the posting locks, for one order of locks: also what escrows on the rail internal move.
    foreach v_move in array p_moves loop
        v_parties := v_parties || array[(v_move.escrow).payer_id, (v_move.escrow).payee_id];
    end loop;
    select coalesce(bool_or(l.owed > 0), false) into v_owing
    from (
        select w.owed from public.wallets as w
        where w.party_id = any (v_parties) and w.kind = 'normal'
        order by w.id
        for no key update
    ) as l;
    return v_owing;
end
$$;
comment on function private.lock_paid(private.escrow_move[]) is
'Locks, in id order, the wallets of the parties of all moves when one of them orders payments over an outside rail; whether any of them owes.';

create function private.escrow_post(p_moves private.escrow_move[], p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfers ledger.new_transfer [];
    v_entries ledger.new_entry [];
    v_refund record;
    v_bond record;
    v_move private.escrow_move;
    v_decision private.escrow_decision;
    v_edge private.state_edges;
    v_escrow private.escrow_transactions;
    v_transfer uuid;
    v_payer_wallet uuid;
    v_back numeric;
    v_fees_wallet uuid;
    v_owing boolean := private.lock_paid(p_moves);
begin
    foreach v_move in array p_moves loop
        if v_owing then
            -- Each by itself: what it pays of a debt is paid when the next one asks what is owed.
            perform ledger.post(v_transfers, v_entries, p_now);
            v_transfers := null;
            v_entries := null;
        end if;
        v_decision := v_move.decision;
        v_edge := v_move.edge;
        continue when v_edge.event is null or (v_edge.settles is null and not private.is_funding(v_decision.event));
        v_escrow := v_move.escrow;
        v_transfer := private.uuid_v7(p_now);
        v_transfers := v_transfers || row(
            v_transfer, 'escrow.' || v_decision.event, 'escrow', v_escrow.id, '', null, v_decision.actor_id
        )::ledger.new_transfer;
        if v_edge.settles is null then
            v_entries := v_entries || private.funding_entries(v_move, v_transfer, p_now);
            continue;
        end if;
        select payer.id, fees.id into strict v_payer_wallet, v_fees_wallet
        from public.wallets as payer, public.wallets as fees
        where payer.party_id = v_escrow.payer_id and payer.currency = v_escrow.currency and payer.type = 'spot'
            and fees.party_id = private.platform_party() and fees.currency = v_escrow.currency and fees.type = 'fees';
        v_entries := v_entries || row(
            v_transfer, v_payer_wallet, 'locked', -v_escrow.amount, v_escrow.id, 'escrow'
        )::ledger.new_entry;
        if v_decision.event = 'rail_return' then
            v_back := (v_decision.payload ->> 'amount')::numeric;
            v_entries := v_entries || private.pay_from_escrow(
                v_escrow, v_escrow.version + 1, null, 'rail_return', v_transfer, v_escrow.payer_id, v_escrow.currency,
                v_back, v_decision.payload ->> 'reference', p_now
            );
        else
            v_back := 0;
        end if;
        if v_decision.payer_amount > v_back then
            v_entries := v_entries || case when v_move.refund_hold_id is null
                then private.pay_from_escrow(
                    v_escrow, v_escrow.version + 1, null, 'refund', v_transfer, v_escrow.payer_id, v_escrow.currency,
                    v_decision.payer_amount - v_back, null, p_now
                )
                else array[row(
                    v_transfer, v_payer_wallet, 'locked', v_decision.payer_amount, v_move.refund_hold_id, v_move.refund_purpose
                )::ledger.new_entry]
            end;
        end if;
        if v_decision.payee_amount > 0 then
            v_entries := v_entries || private.pay_from_escrow(
                v_escrow, v_escrow.version + 1, null, 'release', v_transfer, v_escrow.payee_id, v_escrow.currency,
                v_decision.payee_amount, null, p_now
            );
        end if;
        if v_decision.fee_amount > 0 then
            v_entries := v_entries || row(
                v_transfer, v_fees_wallet, 'available', v_decision.fee_amount, null, null
            )::ledger.new_entry;
        end if;
        continue when v_escrow.state not in ('disputed', 'decided');
        -- The bond of an appeal: back when the appeal improved the award or nobody will hear it, else to the platform.
        for v_bond in
            select h.wallet_id, h.amount, h.reference_id,
                v_decision.event in ('timeout_undecided', 'timeout_hold', 'rail_return')
                or private.bond_returns(d, v_decision.payee_amount + v_decision.fee_amount) as returns
            from public.disputes as d
            join public.ledger_holds as h on h.reference_id = d.id and h.purpose = 'bond' and h.amount > 0
            where d.escrow_id = v_escrow.id
        loop
            v_entries := v_entries || array[
                row(v_transfer, v_bond.wallet_id, 'locked', -v_bond.amount, v_bond.reference_id, 'bond')::ledger.new_entry,
                row(
                    v_transfer, case when v_bond.returns then v_bond.wallet_id else v_fees_wallet end, 'available',
                    v_bond.amount, null, null
                )::ledger.new_entry
            ];
        end loop;
    end loop;
    perform ledger.post(v_transfers, v_entries, p_now);
end
$$;
comment on function private.escrow_post(private.escrow_move[], timestamptz) is
'Posts the money of all moves in one call, which locks the wallets of all of them in id order: what settling divides (payer part, payee part, fee, the bond of an appeal), what arrives and what goes back.';
