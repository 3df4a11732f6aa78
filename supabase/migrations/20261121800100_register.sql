-- The register of products and purposes: the only place of the engine that names products and rails.
-- Each function is a plain list of calls to their own functions. The engine's files call what is made
-- here, and nothing else of a later file; a product adds its line to each question that it answers.

create function private.escrow_moved(
    p_product public.escrow_product, p_changes private.escrow_change[]
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    -- Without an else: a product that is not named here moves no escrow.
    case p_product
        when 'p2p' then perform private.p2p_escrow_moved(p_changes);
        when 'market' then perform private.market_escrow_moved(p_changes);
    end case;
end
$$;
comment on function private.escrow_moved(public.escrow_product, private.escrow_change[]) is
'Escrows of one product have moved: its own rows follow. Raises case_not_found (20000) for a product without a line here.';

create function private.escrow_ends(p_moves private.escrow_move[]) returns private.escrow_move[]
language plpgsql volatile set search_path = ''
as $$
begin
    return private.p2p_escrow_ends(p_moves);
end
$$;
comment on function private.escrow_ends(private.escrow_move[]) is
'Products'' rows of escrows that end: locks them, in id order and before any wallet, and names in each move the hold a refund goes back to, and its purpose.';

create function private.rail_funds_pending(p_escrow private.escrow_transactions, p_event text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return case when private.rail_kind(p_escrow.rail) in ('evm', 'tron', 'bitcoin', 'litecoin')
        then private.chain_funds_pending(p_escrow, p_event) else false end;
end
$$;
comment on function private.rail_funds_pending(private.escrow_transactions, text) is
'Whether the rail of an escrow has seen money for it that it has not reported yet, or has yet to poll.';

create function private.deposit_standing(p_request public.deposit_requests) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return case p_request.purpose when 'escrow' then private.escrow_deposit_standing(p_request.reference_id) else 'wanted' end;
end
$$;
comment on function private.deposit_standing(public.deposit_requests) is
'Whether the money of a request is still wanted: wanted; waits, perhaps later; over.';

create function private.least_deposit(p_request public.deposit_requests) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(private.chain_least_deposit(p_request), 0);
end
$$;
comment on function private.least_deposit(public.deposit_requests) is
'Least that counts by itself of what comes in for a request, by its rail; 0: anything does.';

create function private.rail_asset(p_rail text, p_currency text, out chain_id bigint, out token text)
language plpgsql stable set search_path = ''
as $$
begin
    select a.chain_id, a.token into chain_id, token from private.chain_asset(p_rail, p_currency) as a;
end
$$;
comment on function private.rail_asset(text, text) is
'What a currency is on a rail: its chain, and its contract there, native for the coin itself; nulls where there is no chain.';

create function private.owners_of(p_purpose text, p_reference_id uuid) returns uuid[]
language plpgsql stable set search_path = ''
as $$
begin
    return case p_purpose
        when 'escrow' then private.escrow_owners(p_reference_id)
        when 'wallet' then array[p_reference_id]
        when 'invoice' then array(select i.merchant_id from public.invoices as i where i.id = p_reference_id)
    end;
end
$$;
comment on function private.owners_of(text, uuid) is
'Whose money it is, who pays first; null: there is no such thing.';

create function private.lock_reference(p_purpose text, p_reference_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    if p_purpose = 'escrow' then
        perform from private.escrow_transactions as e where e.id = p_reference_id for no key update;
    elsif p_purpose = 'invoice' then
        perform from public.invoices as i where i.id = p_reference_id for no key update;
    end if;
end
$$;
comment on function private.lock_reference(text, uuid) is 'Locks what money is for, before its rows are, as all that moves it does.';

create function private.report_refusal(p_report jsonb, p_now timestamptz) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return case p_report ->> 'purpose'
        when 'escrow' then private.escrow_report_refusal(p_report, p_now)
        when 'wallet' then private.wallet_report_refusal(p_report, p_now)
        when 'invoice' then private.invoice_report_refusal(p_report, p_now)
        else private.unknown_purpose()
    end;
end
$$;
comment on function private.report_refusal(jsonb, timestamptz) is
'Why what a rail says is not believed {purpose, reference_id, rail, kind, currency, amount, reference, provider_time, due_by}; null: it may be so.';

create function private.apply_report(p_report public.rail_reports, p_now timestamptz) returns text
language plpgsql volatile set search_path = ''
as $$
begin
    return case p_report.purpose
        when 'wallet' then private.apply_wallet_report(p_report, p_now)
        when 'invoice' then private.apply_invoice_report(p_report, p_now)
    end;
end
$$;
comment on function private.apply_report(public.rail_reports, timestamptz) is
'What comes of a report at once, in a word; null: a worker makes a move of it.';

create function private.report_is_booked(p_report public.rail_reports) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return case p_report.purpose when 'escrow' then private.escrow_report_is_booked(p_report) else false end;
end
$$;
comment on function private.report_is_booked(public.rail_reports) is
'Whether the books have the money of a report already, although nobody has said yet what came of it.';

create function private.rail_under_way(p_rail text, p_currency text, p_told jsonb) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    -- Without an else: a rail that is not named here is compared with nothing.
    case private.rail_kind(p_rail)
        when 'stripe_account' then return private.card_under_way(p_currency, p_told);
        when 'evm', 'tron', 'bitcoin', 'litecoin' then return private.chain_under_way(p_currency, p_told);
    end case;
end
$$;
comment on function private.rail_under_way(text, text, jsonb) is
'What is between books and rail by what the rail tells with its figures: above zero it is there and not booked, below zero the other way round. Raises case_not_found (20000) for a rail without a line here.';

create function private.rail_seen(p_request_id uuid) returns table (
    rail text, currency text, amount public.money_amount, reference text, paid_at timestamptz, confirmations bigint,
    needs text
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select * from private.chain_seen(p_request_id)
    union all
    select * from private.mempool_seen(p_request_id);
end
$$;
comment on function private.rail_seen(uuid) is
'What rails have seen for a request and are not sure of yet: how, what, their name of it, when, how many confirmations it has, and what it needs in a word.';

create function private.deposit_moved(p_request_id uuid, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    case (select d.purpose from public.deposit_requests as d where d.id = p_request_id)
        when 'invoice' then perform private.invoice_deposit_moved(p_request_id, p_now);
        else null;
    end case;
end
$$;
comment on function private.deposit_moved(uuid, timestamptz) is
'A rail has seen money for a request, or sees it no more; what is sure comes as a report.';

create function private.organisation_tier(p_party_id uuid) returns smallint
language plpgsql stable set search_path = ''
as $$
begin
    return private.merchant_tier(p_party_id);
end
$$;
comment on function private.organisation_tier(uuid) is 'Verification tier of a party that is no person; null: nobody knows it.';

create function private.payout_group(p_payout public.payouts) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return case when p_payout.purpose in ('escrow', 'escrow_case')
        then private.escrow_of_payout(p_payout) else p_payout.reference_id end;
end
$$;
comment on function private.payout_group(public.payouts) is 'What a payout belongs to, as the rail groups it with the payment of its money.';

create function private.payout_source(p_payout public.payouts) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return case when p_payout.purpose in ('escrow', 'escrow_case')
        then private.escrow_source_reference(private.escrow_of_payout(p_payout)) end;
end
$$;
comment on function private.payout_source(public.payouts) is
'What the rail calls the payment that the money of a payout came in with; null: it came with none.';

create function private.payout_failed(p_payout public.payouts, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    case when p_payout.purpose in ('escrow', 'escrow_case') then
        perform private.escrow_payout_case(
            p_payout, 'payout_failed', p_payout.amount, p_payout.id || ':' || p_payout.attempt, p_now
        );
    when p_payout.purpose in ('withdrawal', 'unmatched_deposit', 'invoice_refund') then
        -- The money is the party's own: it has it back, and asks again.
        perform private.keep_payout(p_payout, 'rail', p_payout.reason, p_now);
    end case;
end
$$;
comment on function private.payout_failed(public.payouts, timestamptz) is
'A rail has provably refused a payout: it ends in a case, or where its money was before, not in a loop. Raises case_not_found (20000) for a purpose without a line here.';

create function private.payout_ended(
    p_payout public.payouts, p_transfer uuid, p_is_paid boolean
) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
begin
    return case p_payout.purpose
        when 'withdrawal' then private.withdrawal_ended(p_payout, p_transfer, p_is_paid)
        when 'unmatched_deposit' then private.sending_back_ended(p_payout, p_transfer, p_is_paid)
        when 'invoice_refund' then private.refund_payout_ended(p_payout, p_transfer, p_is_paid)
        else case when not p_is_paid then private.kept_in_balance(p_payout, p_transfer) end
    end;
end
$$;
comment on function private.payout_ended(public.payouts, uuid, boolean) is
'Entries of a payout that has ended, beside its hold and what went out: of one that was paid; of one that is kept, where its money goes.';

create function private.payout_came_back(p_payout public.payouts, p_amount numeric, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    case when p_payout.purpose in ('escrow', 'escrow_case') then
        perform private.escrow_payout_case(
            p_payout, 'payout_returned', p_amount,
            p_payout.provider_reference || ':' || trim_scale(p_payout.returned_amount), p_now
        );
    when p_payout.purpose in ('withdrawal', 'unmatched_deposit', 'invoice_refund') then
        perform private.emit_event(
            'payout.returned', 'payout', p_payout.id, p_payout.version, array[p_payout.party_id],
            jsonb_build_object(
                'purpose', p_payout.purpose, 'reference_id', p_payout.reference_id, 'amount', trim_scale(p_amount)::text,
                'currency', p_payout.currency
            ), p_now
        );
    end case;
end
$$;
comment on function private.payout_came_back(public.payouts, numeric, timestamptz) is
'Money of a confirmed payout is back: somebody is told. Raises case_not_found (20000) for a purpose without a line here.';

create function private.paid_from(p_screening public.wallet_screenings) returns uuid[]
language plpgsql volatile set search_path = ''
as $$
begin
    return private.chain_paid_from(p_screening);
end
$$;
comment on function private.paid_from(public.wallet_screenings) is
'Escrows whose money came, over any rail, from the address of a hit; the rail sets aside what that address has paid.';

create function private.dispute_worth(p_escrow private.escrow_transactions) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(
        case p_escrow.product when 'p2p' then private.p2p_dispute_worth(p_escrow.id) end, private.worth_by_limit(p_escrow)
    );
end
$$;
comment on function private.dispute_worth(private.escrow_transactions) is
'Worth of a disputed escrow in about the reference currency: what its product says, else by the limit of its currency.';

create function private.limit_uses(p_party_id uuid, p_since timestamptz) returns table (
    worth numeric, used_at timestamptz
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select u.worth, u.used_at from private.p2p_limit_uses(p_party_id, p_since) as u
    union all
    select u.worth, u.used_at from private.contract_limit_uses(p_party_id, p_since) as u;
end
$$;
comment on function private.limit_uses(uuid, timestamptz) is
'What a party used of its daily and monthly limit since a time, in every product: worth in the reference currency (null: unknown), and when.';

create function private.open_uses(p_party_id uuid) returns table (open_trades bigint, unpaid_takes bigint)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select t.open_trades + private.open_contracts(p_party_id), t.unpaid_takes
    from private.p2p_open_uses(p_party_id) as t;
end
$$;
comment on function private.open_uses(uuid) is
'How much a party has open, in every product (a contract is one), and how much of it the party took and has not paid.';

create function private.credit_outage(p_outage public.outages, p_max_rows integer) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_done integer := 0;
begin
    -- What is offered waits for nobody's money: it loses no time while a network stands still.
    if p_outage.network_id is null then
        v_done := private.credit_orders(p_outage, p_max_rows);
        if v_done = 0 then
            v_done := private.credit_offers(p_outage, p_max_rows);
        end if;
    end if;
    return v_done;
end
$$;
comment on function private.credit_outage(public.outages, integer) is
'Gives a batch of what one product offers the time of an outage back; how many, 0 when no product has anything left.';

create function private.pause_published(p_party_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform private.pause_orders_of(p_party_id);
    perform private.pause_listings_of(p_party_id);
end
$$;
comment on function private.pause_published(uuid) is 'Pauses what a party has published, in every product.';

create function private.deal_evidence(p_escrow_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return private.contract_evidence(p_escrow_id);
end
$$;
comment on function private.deal_evidence(uuid) is
'What the product of an escrow can show to a bank {contract with its signatures or null, deliveries}.';

create function private.product_cases(p_rule text, p_since uuid) returns table (party_id uuid, found bigint)
language plpgsql stable set search_path = ''
as $$
begin
    return query select c.party_id, c.found from private.p2p_security_cases(p_rule, p_since) as c;
end
$$;
comment on function private.product_cases(text, uuid) is
'Cases of a rule of a product by party, among what began at or after the time that the id carries.';

create function private.traded_since(p_since uuid) returns table (party_id uuid)
language plpgsql stable set search_path = ''
as $$
begin
    return query select t.party_id from private.p2p_traders_since(p_since) as t;
end
$$;
comment on function private.traded_since(uuid) is
'Who traded, among what began at or after the time that the id carries.';

create function private.products_in_the_way(p_party_id uuid) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    return private.p2p_in_the_way(p_party_id) || private.market_in_the_way(p_party_id)
        || private.merchant_in_the_way(p_party_id);
end
$$;
comment on function private.products_in_the_way(uuid) is
'What a person has open in products, so that it is not erased now: codes. Empty: nothing.';

create function private.verify_products(p_since timestamptz) returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select * from private.verify_holds()
    union all
    select * from private.verify_events(p_since)
    union all
    select * from private.verify_seals(p_since)
    union all
    select * from private.verify_disputes()
    union all
    select * from private.verify_overlay()
    union all
    select * from private.verify_payouts()
    union all
    select * from private.verify_withdrawals()
    union all
    select * from private.verify_suspense()
    union all
    select * from private.verify_debts(p_since)
    union all
    select * from private.verify_p2p()
    union all
    select * from private.verify_invoices(p_since)
    union all
    select * from private.verify_refunds()
    union all
    select * from private.verify_reputation(p_since);
end
$$;
comment on function private.verify_products(timestamptz) is
'What is wrong in the rows of every floor above the ledger: escrows and their holds, disputes, payouts, debts, orders and trades, since a time.';

create function private.reached_by_halt(p_kind text, p_name text) returns setof uuid
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select r from private.payouts_reached_by_halt(p_kind, p_name) as r
    union
    select r from private.escrow_reached_by_halt(p_kind, p_name) as r
    union
    select r from private.p2p_reached_by_halt(p_kind, p_name) as r;
end
$$;
comment on function private.reached_by_halt(text, text) is
'Parties that a halt of a pair, a price source, a rail or a network keeps from something they have begun.';
