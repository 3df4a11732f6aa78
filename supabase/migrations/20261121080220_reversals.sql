-- Money that a rail takes back, or brings, beside the moves: who bears it, and how the books of
-- one escrow stay whole.

create type private.escrow_account as (
    escrow_id uuid, came_in numeric, to_payer numeric, to_payee numeric, fee numeric, rail_took numeric,
    borne_by_payer numeric, borne_by_payee numeric, borne_by_fee numeric, lost numeric
);
comment on type private.escrow_account is
'The money of an escrow on an outside rail, in its own currency: what came in; what each party was paid, on whatever way; our fee; what the rail took back; what of that parties and fee bear; what is booked to losses for it.';

create function private.escrow_accounts(p_escrows uuid[]) returns setof private.escrow_account
language plpgsql stable set search_path = ''
as $$
begin
    -- In plpgsql its plan is kept: making it costs far more than running it.
    return query
    with escrow as (
        select * from private.escrow_transactions where id = any(p_escrows) and rail <> 'internal'
    ), moved as (
        select e.id as escrow_id, t.kind, n.amount, n.bucket, n.hold_id is not distinct from e.id as held, w.type,
            w.party_id = e.payer_id as is_payers, t.kind like 'escrow.%' and private.is_funding(substr(t.kind, 8)) as funds
        from escrow as e
        cross join lateral (
            select e.id as reference_id
            union all
            select c.id from public.escrow_cases as c where c.escrow_id = e.id
        ) as r
        inner join private.ledger_transfers as t
            on t.reference_id = r.reference_id and t.reference_type in ('escrow', 'case')
        inner join public.ledger_entries as n on n.transfer_id = t.id and n.currency = e.currency
        inner join public.wallets as w on w.id = n.wallet_id
        -- A claim is the platform's own money, a bond the appellant's.
        where t.kind not in ('case.claim', 'escrow.bond')
    ), sums as (
        select
            m.escrow_id,
            sum(-m.amount) filter (
                where m.amount < 0 and (
                    (m.type = 'clearing' and m.kind <> 'case.reversal_won')
                    or (m.type = 'spot' and m.is_payers and m.bucket = 'available' and m.funds)
                )
            ) as came_in,
            sum(m.amount) filter (
                where m.amount > 0 and m.type = 'spot' and m.is_payers and not m.held
                    and (m.funds or m.kind = 'case.late_funds')
            ) as returned,
            sum(m.amount) filter (where m.type = 'clearing' and m.kind = 'escrow.rail_return') as rail_return,
            sum(m.amount) filter (
                where m.type = 'clearing' and (m.amount > 0 or m.kind = 'case.reversal_won')
            ) as rail_took,
            sum(-m.amount) filter (where m.type = 'losses') as lost
        from moved as m group by m.escrow_id
    ), borne as (
        select
            c.escrow_id,
            sum(r.amount - r.cancelled_amount) filter (where r.party_id = e.payer_id) as payer,
            sum(r.amount - r.cancelled_amount) filter (where r.party_id = e.payee_id) as payee
        from escrow as e
        inner join public.escrow_cases as c on c.escrow_id = e.id and c.last_event <> 'reversal_won'
        inner join public.receivables as r on r.purpose = 'escrow_case' and r.reference_id = c.id
        group by c.escrow_id
    )
    select
        e.id, coalesce(s.came_in, 0),
        coalesce(case when private.is_terminal(e.state) then e.payer_amount end, 0) - coalesce(s.rail_return, 0)
        + coalesce(s.returned, 0),
        coalesce(case when private.is_terminal(e.state) then e.payee_amount end, 0),
        coalesce(case when private.is_terminal(e.state) then e.fee_amount end, 0),
        coalesce(s.rail_took, 0), coalesce(b.payer, 0), coalesce(b.payee, 0),
        coalesce((
            select sum(c.fee_amount) from public.escrow_cases as c
            where c.escrow_id = e.id and c.last_event <> 'reversal_won'
        ), 0),
        coalesce(s.lost, 0)
    from escrow as e
    left join sums as s on s.escrow_id = e.id
    left join borne as b on b.escrow_id = e.id;
end
$$;
comment on function private.escrow_accounts(uuid[]) is 'The money of escrows on outside rails, from the ledger and the debts.';

create function private.account_faults(p_escrows uuid[]) returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'more_paid_than_came_in', a.escrow_id::text, a::text
    from private.escrow_accounts(p_escrows) as a
    where a.to_payer + a.to_payee - a.borne_by_payer - a.borne_by_payee + a.fee - a.borne_by_fee + a.rail_took - a.lost
        > a.came_in
    union all
    select 'more_borne_than_paid', a.escrow_id::text, a::text
    from private.escrow_accounts(p_escrows) as a
    where a.borne_by_payer > a.to_payer or a.borne_by_payee > a.to_payee or a.borne_by_fee > a.fee;
end
$$;
comment on function private.account_faults(uuid[]) is
'Law 14 for escrows on outside rails: paid to the parties, less what they bear, plus the fee kept, plus what the rail took, less what is booked to losses, is at most what came in; and nobody bears more than it was paid. Empty is good.';

-- Definer: whoever writes a case, at the end of its transaction.
create function private.tg_escrow_cases__accounts() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_fault text;
begin
    select f.problem || ' ' || f.detail into v_fault from private.account_faults(array[new.escrow_id]) as f limit 1;
    if v_fault is not null then
        raise sqlstate 'PT409' using
            message = 'books_differ', detail = format('The books of the escrow are not whole: %s.', v_fault);
    end if;
    return null;
end
$$;
comment on function private.tg_escrow_cases__accounts() is 'No transaction about a case ends with books of its escrow that are not whole.';
create constraint trigger _900_accounts after insert or update on public.escrow_cases
deferrable initially deferred
for each row when (new.kind <> 'claim') execute function private.tg_escrow_cases__accounts();

create function private.open_discrepancy(
    p_escrow private.escrow_transactions, p_currency text, p_amount numeric, p_reason text, p_event_id text,
    p_reference text, p_now timestamptz
) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid := private.uuid_v7(p_now);
begin
    insert into public.escrow_cases (
        id, escrow_id, kind, reason, currency, amount, provider_event_id, reference, last_event, last_actor_role,
        deadline_at, created_at, updated_at
    ) values (
        v_id, p_escrow.id, 'discrepancy', p_reason, p_currency, p_amount, p_event_id, p_reference, 'discrepancy', 'rail',
        p_now + interval '30 days', p_now, p_now
    );
    return v_id;
end
$$;
comment on function private.open_discrepancy(
    private.escrow_transactions, text, numeric, text, text, text, timestamptz
) is 'A case for an operator: what the platform lost (above zero) or has too much (below) by what a rail did.';

create type private.reversal_shares as (payer numeric, payee numeric, fee numeric, loss numeric);
comment on type private.reversal_shares is 'What each bears of a reversal.';

create function private.shares_of_reversal(p_escrow_id uuid, p_amount numeric) returns private.reversal_shares
language plpgsql stable set search_path = ''
as $$
declare
    v_account private.escrow_account;
    v_shares private.reversal_shares;
begin
    select * into strict v_account from private.escrow_accounts(array[p_escrow_id]);
    v_shares.payer := least(p_amount, greatest(v_account.to_payer - v_account.borne_by_payer, 0));
    v_shares.payee := least(p_amount - v_shares.payer, greatest(v_account.to_payee - v_account.borne_by_payee, 0));
    v_shares.fee := least(
        p_amount - v_shares.payer - v_shares.payee, greatest(v_account.fee - v_account.borne_by_fee, 0)
    );
    v_shares.loss := p_amount - v_shares.payer - v_shares.payee - v_shares.fee;
    return v_shares;
end
$$;
comment on function private.shares_of_reversal(uuid, numeric) is
'Who bears what a rail took back of an ended escrow: first the payer up to what it was given back, then the payee up to what it was paid, then our fee, then losses.';

create function private.reverse_after_end(
    p_escrow private.escrow_transactions, p_case public.escrow_cases, p_shares private.reversal_shares,
    p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfer uuid := private.uuid_v7(p_now);
    v_keep uuid;
    v_transfers ledger.new_transfer [] := array[row(
        v_transfer, 'case.rail_reversal', 'case', p_case.id, '', null, null
    )::ledger.new_transfer];
    v_entries ledger.new_entry [] := array[row(
        v_transfer, ledger.wallet_of(private.external_party(), p_escrow.currency, 'clearing'), 'available', p_case.amount,
        null, null
    )::ledger.new_entry];
    v_payout public.payouts;
    v_side record;
    v_taken numeric;
    v_owed numeric := 0;
    v_wallets uuid[] := array[
        ledger.wallet_of(p_escrow.payer_id, p_escrow.currency), ledger.wallet_of(p_escrow.payee_id, p_escrow.currency)
    ];
    v_debts public.receivables [];
begin
    -- What has not left yet does not leave any more.
    for v_payout in
        select * from public.payouts
        where id in (select private.payouts_of(p_escrow.id)) and currency = p_escrow.currency and state in ('created', 'failed_final')
        order by id for no key update
    loop
        v_keep := private.uuid_v7(p_now);
        v_transfers := v_transfers || row(v_keep, 'payout.keep', 'payout', v_payout.id, '', null, null)::ledger.new_transfer;
        v_entries := v_entries || private.stop_payout(v_payout, 'rail', 'the rail took the money back', v_keep, p_now);
    end loop;
    perform from public.wallets where id = any (v_wallets) order by id for no key update;
    for v_side in
        select s.party_id, s.bears, w.id as wallet_id, w.available + coalesce((
            select sum(e.amount) from unnest(v_entries) as e where e.wallet_id = w.id and e.bucket = 'available'
        ), 0) as available
        from (values (p_escrow.payer_id, p_shares.payer), (p_escrow.payee_id, p_shares.payee)) as s (party_id, bears)
        inner join public.wallets as w
            on w.party_id = s.party_id and w.currency = p_escrow.currency and w.type = 'spot'
        where s.bears > 0
    loop
        v_taken := least(v_side.bears, v_side.available);
        v_owed := v_owed + v_side.bears - v_taken;
        if v_taken > 0 then
            v_entries := v_entries || row(v_transfer, v_side.wallet_id, 'available', -v_taken, null, null)::ledger.new_entry;
        end if;
        v_debts := v_debts || row(
            private.uuid_v7(p_now), v_side.party_id, 'escrow_case', p_case.id, p_escrow.currency, v_side.bears, v_taken, 0, 0, null, p_now,
            p_now
        )::public.receivables;
    end loop;
    v_entries := v_entries || (
        select array_agg(row(
            v_transfer, ledger.wallet_of(private.platform_party(), p_escrow.currency, own.type), 'available', -own.amount,
            null, null
        )::ledger.new_entry)
        from (values
            ('receivables'::public.wallet_type, v_owed), ('fees', p_shares.fee), ('losses', p_shares.loss)
        ) as own (type, amount)
        where own.amount > 0
    );
    perform ledger.post(v_transfers, v_entries, p_now);
    insert into public.receivables select (d).* from unnest(v_debts) as d;
    if p_shares.loss > 0 then
        perform private.open_discrepancy(
            p_escrow, p_escrow.currency, p_shares.loss, 'reversal_loss', p_case.provider_event_id || ':loss', p_case.reference, p_now
        );
    end if;
end
$$;
comment on function private.reverse_after_end(
    private.escrow_transactions, public.escrow_cases, private.reversal_shares, timestamptz
) is
'Books a reversal after the end. Payments of the escrow that have not left are stopped; what a balance does not cover its party owes; a loss becomes a case.';

-- Definer: as escrow_claim.
create function service.escrow_rail_case(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_escrow private.escrow_transactions;
    v_kind text := command ->> 'kind';
    v_amount numeric := (command ->> 'amount')::numeric;
    v_currency text;
    v_transfer uuid;
    v_clearing uuid;
    v_entries ledger.new_entry [];
    v_shares private.reversal_shares;
    v_case public.escrow_cases;
    v_refusal text;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_escrow from private.escrow_transactions
    where id = (command ->> 'escrow_id')::uuid for no key update;
    if not found then
        perform private.refuse('escrow_not_found');
    end if;
    v_now := private.clock();
    v_currency := coalesce(command ->> 'currency', v_escrow.currency);
    if coalesce(command ->> 'provider_event_id', '') = '' then
        raise sqlstate 'PT422' using
            message = 'event_id_required', detail = 'A rail names its event, so that it counts once.';
    end if;
    select * into v_case from public.escrow_cases where provider_event_id = command ->> 'provider_event_id';
    if found then
        return jsonb_build_object('case_id', v_case.id, 'replayed', true);
    end if;
    if v_kind is null or v_kind not in ('late_funds', 'rail_reversal', 'discrepancy')
        or v_escrow.rail = 'internal'
        or (v_kind = 'late_funds' and v_escrow.state in ('proposed', 'awaiting_funds', 'funding_exception'))
        or (v_kind = 'rail_reversal' and not private.is_terminal(v_escrow.state)) then
        perform private.refuse('illegal_move');
    elsif not coalesce(
        (v_amount > 0 or (v_kind = 'discrepancy' and v_amount < 0)) and private.fits(v_amount, v_currency), false
    ) or (v_kind = 'rail_reversal' and v_currency <> v_escrow.currency) then
        perform private.refuse('funds_not_exact');
    elsif v_kind = 'discrepancy' then
        v_refusal := private.discrepancy_refusal(v_escrow, v_currency, v_amount);
        if v_refusal is not null then
            perform private.refuse(v_refusal);
        end if;
    end if;
    v_transfer := private.uuid_v7(v_now);
    v_clearing := ledger.wallet_of(private.external_party(), v_currency, 'clearing');
    if v_kind = 'discrepancy' then
        v_case.id := private.open_discrepancy(
            v_escrow, v_currency, v_amount, coalesce(nullif(command ->> 'reason', ''), v_kind),
            command ->> 'provider_event_id', coalesce(command ->> 'reference', command ->> 'provider_event_id'), v_now
        );
        v_entries := array[
            row(v_transfer, v_clearing, 'available', v_amount, null, null)::ledger.new_entry,
            row(
                v_transfer, ledger.wallet_of(private.platform_party(), v_currency, 'losses'), 'available', -v_amount, null, null
            )::ledger.new_entry
        ];
    else
        if v_kind = 'rail_reversal' then
            v_shares := private.shares_of_reversal(v_escrow.id, v_amount);
        end if;
        insert into public.escrow_cases (
            id, escrow_id, kind, reason, currency, amount, fee_amount, loss_amount, provider_event_id, reference, evidence_due_at,
            last_event, last_actor_role, deadline_at, created_at, updated_at
        )
        select private.uuid_v7(v_now), v_escrow.id, v_kind, coalesce(nullif(command ->> 'reason', ''), v_kind), v_currency,
            v_amount, coalesce(v_shares.fee, 0), coalesce(v_shares.loss, 0), command ->> 'provider_event_id',
            coalesce(command ->> 'reference', command ->> 'provider_event_id'), (command ->> 'due_by')::timestamptz,
            v_kind, 'rail',
            -- A rail takes months to decide; after that a reversal stands.
            case v_kind when 'rail_reversal' then coalesce((command ->> 'due_by')::timestamptz, v_now) + interval '180 days'
                else v_now + p.claim_review_within end,
            v_now, v_now
        from public.escrow_policies as p where p.id = v_escrow.policy_id
        returning * into v_case;
        if v_kind = 'rail_reversal' then
            perform private.reverse_after_end(v_escrow, v_case, v_shares, v_now);
            return jsonb_build_object('case_id', v_case.id, 'replayed', false);
        end if;
        v_entries := array[row(v_transfer, v_clearing, 'available', -v_amount, null, null)::ledger.new_entry]
        || private.pay_from_escrow(
            v_escrow, v_escrow.version, v_case.id, 'return', v_transfer, v_escrow.payer_id, v_currency, v_amount, null, v_now
        );
    end if;
    perform ledger.post(
        array[row(v_transfer, 'case.' || v_kind, 'case', v_case.id, '', null, null)::ledger.new_transfer], v_entries, v_now
    );
    return jsonb_build_object('case_id', v_case.id, 'replayed', false);
end
$$;
comment on function service.escrow_rail_case(service.command) is
'A rail reports money beside the moves {escrow_id, kind late_funds|rail_reversal|discrepancy, amount, currency, provider_event_id, reference, reason, due_by}: once per event. late_funds: no move waits for it, it goes back to the payer. rail_reversal: taken back after the end, borne by whoever had been paid it. discrepancy: the rail took it (above zero) or gave it (below) and it fits nothing: losses, and a case for an operator. Raises illegal_move, funds_not_exact, and why it cannot be: other_rail, no_reversals, rail_currency, report_too_large, report_time (409).';

create function private.book_discrepancy(
    p_escrow private.escrow_transactions, p_said jsonb, p_amount numeric, p_now timestamptz
) returns boolean
language plpgsql volatile set search_path = ''
as $$
declare
    v_said jsonb := p_said || jsonb_build_object(
        'rail', p_escrow.rail, 'escrow_id', p_escrow.id, 'amount', trim_scale(p_amount)::text
    );
    v_refusal text := private.discrepancy_refusal(p_escrow, p_said ->> 'currency', p_amount);
begin
    if v_refusal is not null then
        return private.refuse_report(
            v_said || jsonb_build_object('purpose', 'escrow', 'reference_id', p_escrow.id), v_refusal, p_now
        );
    end if;
    return not (service.escrow_rail_case(v_said || jsonb_build_object(
        'kind', 'discrepancy', 'provider_event_id', p_escrow.rail || ':' || (p_said ->> 'provider_event_id')
    )) ->> 'replayed')::boolean;
end
$$;
comment on function private.book_discrepancy(private.escrow_transactions, jsonb, numeric, timestamptz) is
'Books what fits nothing of an escrow {provider_event_id, currency, reference, reason} to losses, with a case; what it cannot be is a refused report instead. True when it was new.';

-- Definer: as escrow_claim.
create function service.escrow_rail_outcome(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_case public.escrow_cases;
    v_escrow private.escrow_transactions;
    v_debt public.receivables;
    v_transfer uuid;
    v_entries ledger.new_entry [];
    v_owed numeric := 0;
    v_written_off uuid;
    v_refusal text;
    v_transfers ledger.new_transfer [];
    v_amount numeric := (command ->> 'amount')::numeric;
    -- What the rail took beyond what the case says, or did not give back of it.
    v_more numeric;
    v_event text := command ->> 'event';
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select e.* into v_escrow from private.escrow_transactions as e
    inner join public.escrow_cases as c on e.id = c.escrow_id
    where c.id = (command ->> 'case_id')::uuid for no key update of e;
    if not found or v_event is null or v_event not in ('reversal_won', 'reversal_lost') then
        perform private.refuse('illegal_move');
    end if;
    select * into strict v_case from public.escrow_cases where id = (command ->> 'case_id')::uuid for no key update;
    v_now := private.clock();
    v_amount := coalesce(v_amount, v_case.amount);
    if v_case.last_event = v_event then
        return jsonb_build_object('case_id', v_case.id, 'replayed', true);
    elsif v_case.kind <> 'rail_reversal' or v_case.last_event = 'reversal_won' then
        perform private.refuse('illegal_move');
    elsif not coalesce(v_amount > 0 and private.fits(v_amount, v_case.currency), false) then
        perform private.refuse('funds_not_exact');
    elsif v_amount > v_case.amount then
        -- As bounded as a report: what it took beyond the case, or gave back in all.
        v_refusal := private.amount_refusal(
            v_escrow, 'reversal_lost', v_case.currency,
            case v_event when 'reversal_lost' then v_amount - v_case.amount else v_amount end,
            case v_event when 'reversal_lost' then (private.rail_moved(v_escrow, v_case.currency)).taken else 0 end
        );
        if v_refusal is not null then
            perform private.refuse(v_refusal);
        end if;
    end if;
    update public.escrow_cases set
        state = case v_event when 'reversal_won' then 'dismissed' else 'upheld' end,
        last_event = v_event, last_actor_role = 'rail', deadline_at = null, updated_at = v_now
    where id = v_case.id;
    v_transfer := private.uuid_v7(v_now);
    if v_event = 'reversal_won' then
        v_more := v_case.amount - v_amount;
        perform from public.wallets as w
        inner join public.receivables as r on r.party_id = w.party_id and r.currency = w.currency
        where r.purpose = 'escrow_case' and r.reference_id = v_case.id and w.type = 'spot' order by w.id for no key update of w;
        for v_debt in
            select * from public.receivables where purpose = 'escrow_case' and reference_id = v_case.id order by created_at, id for no key update
        loop
            v_owed := v_owed + private.still_owed(v_debt) + v_debt.written_off_amount;
            update public.receivables set
                cancelled_amount = amount - recovered_amount - written_off_amount, updated_at = v_now
            where id = v_debt.id;
            if v_debt.written_off_amount > 0 then
                -- What was given up is no loss any more.
                v_written_off := private.uuid_v7(v_now);
                v_transfers := v_transfers || row(
                    v_written_off, 'debt.write_off_undone', 'receivable', v_debt.id, '', null, null
                )::ledger.new_transfer;
                v_entries := v_entries || array[
                    row(
                        v_written_off, ledger.wallet_of(private.platform_party(), v_case.currency, 'losses'), 'available',
                        v_debt.written_off_amount, null, null
                    )::ledger.new_entry,
                    row(
                        v_written_off, ledger.wallet_of(private.platform_party(), v_case.currency, 'receivables'), 'available',
                        -v_debt.written_off_amount, null, null
                    )::ledger.new_entry
                ];
            end if;
            -- What was taken from the party, then or since, is its own again.
            if v_debt.recovered_amount > 0 then
                v_entries := v_entries || private.pay_from_escrow(
                    v_escrow, v_escrow.version, v_case.id, 'reinstate', v_transfer, v_debt.party_id, v_case.currency,
                    v_debt.recovered_amount, null, v_now
                );
            end if;
        end loop;
    else
        v_more := v_amount - v_case.amount;
    end if;
    v_entries := v_entries || (
        select array_agg(row(
            v_transfer, ledger.wallet_of(own.party_id, v_case.currency, own.type), 'available', own.amount, null, null
        )::ledger.new_entry)
        from (values
            (
                private.external_party(), 'clearing'::public.wallet_type,
                case v_event when 'reversal_won' then -v_amount else v_more end
            ),
            (private.platform_party(), 'receivables', v_owed),
            (private.platform_party(), 'fees', case v_event when 'reversal_won' then v_case.fee_amount else 0 end),
            (
                private.platform_party(), 'losses',
                case v_event when 'reversal_won' then v_case.loss_amount else 0 end - v_more
            )
        ) as own (party_id, type, amount)
        where own.amount <> 0
    );
    if cardinality(v_entries) > 0 then
        perform ledger.post(
            row(v_transfer, 'case.' || v_event, 'case', v_case.id, '', null, null)::ledger.new_transfer || v_transfers,
            v_entries, v_now
        );
    end if;
    if v_more <> 0 then
        perform private.open_discrepancy(
            v_escrow, v_case.currency, v_more, v_event || '_differs', v_case.provider_event_id || ':' || v_event,
            v_case.reference, v_now
        );
    end if;
    return jsonb_build_object('case_id', v_case.id, 'replayed', false);
end
$$;
comment on function service.escrow_rail_outcome(service.command) is
'How a reversal ended {case_id, event reversal_won|reversal_lost, amount}, also when it was lost before, or its case had run out of time. Won: each part goes back to whoever bore it. Lost: it stands. An amount that is not that of the case: the rest is booked to losses and becomes a case. Raises illegal_move, funds_not_exact, report_too_large (409).';

create function private.verify_debts(p_since timestamptz) returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select f.problem, f.subject, f.detail
    from private.account_faults((
        select array_agg(e.id) from private.escrow_transactions as e
        where e.rail <> 'internal' and (
            p_since is null or e.updated_at >= p_since or exists (
                select from public.escrow_cases as c where c.escrow_id = e.id and c.updated_at >= p_since
            )
        )
    )) as f
    union all
    select 'owed_differs_from_receivables', w.id::text, format('%s of %s', w.owed, coalesce(r.open, 0))
    from public.wallets as w
    left join (
        select o.party_id, o.currency, sum(private.still_owed(o)) as open
        from public.receivables as o where private.still_owed(o) > 0 group by o.party_id, o.currency
    ) as r on r.party_id = w.party_id and r.currency = w.currency and w.type = 'spot'
    where w.owed <> coalesce(r.open, 0)
    union all
    select 'debt_not_collected', w.id::text, w.available::text
    from public.wallets as w where w.owed > 0 and w.available > 0
    union all
    select 'receivables_differ_from_ledger', coalesce(b.currency, r.currency), format('%s, booked %s', r.open, b.booked)
    from (
        select currency, -available as booked from public.wallet_balances where type = 'receivables' and available <> 0
    ) as b
    full join (
        select o.currency, sum(private.still_owed(o)) as open
        from public.receivables as o where private.still_owed(o) > 0 group by o.currency
    ) as r on r.currency = b.currency
    where b.booked is distinct from r.open
    union all
    select 'claims_exceed_escrow', e.id::text, sum(c.paid_amount)::text
    from public.escrow_cases as c inner join private.escrow_transactions as e on e.id = c.escrow_id
    where c.paid_amount > 0 group by e.id having sum(c.paid_amount) > e.amount;
end
$$;
comment on function private.verify_debts(timestamptz) is
'The money of each escrow on an outside rail (law 14), what parties owe and what the ledger says of it, and claims; empty is good.';

-- Definer: a schedule has no user.
create function service.discrepancies_open() returns integer
language sql stable security definer set search_path = ''
as $$ select count(*)::integer from public.escrow_cases where kind = 'discrepancy' and state = 'review' $$;
comment on function service.discrepancies_open() is
'Scheduled: how many losses, and how many sums that nobody waits for, no operator has closed.';
