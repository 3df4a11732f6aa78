-- What comes to an address of a party and nobody asked for waits in suspense: the party takes it into
-- its wallet, or sends it back.

insert into public.purposes (purpose, description) values
('unmatched_deposit', 'A deposit that nobody asked for, on its way back.');
insert into private.hold_purposes (purpose, description) values
('unmatched_deposit', 'What came to an address of a party and nobody asked for; of the deposit.');
-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('deposit_not_found', 404, 'No such deposit waits.', 'Read unmatched_deposits.'),
('network_cost_exceeds', 409, 'To send this back costs as much as it is, or more.', 'See network_costs. It can be taken into the wallet.');
-- noqa: enable=LT05

create table public.unmatched_deposits (
    id uuid primary key,
    party_id uuid not null references public.parties (id) on delete restrict,
    rail text not null references public.rails (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    reference text not null check (length(reference) between 1 and 255),
    report_id uuid not null,
    after_payout_id uuid unique references public.payouts (id) on delete restrict,
    outcome text check (outcome in ('taken', 'sent_back', 'lost')),
    case_at timestamptz,
    created_at timestamptz not null,
    ended_at timestamptz,
    constraint unmatched_deposits_open_has_no_end check ((outcome is null) = (ended_at is null)),
    constraint unmatched_deposits_ended_has_no_time check (outcome is null or case_at is null)
);
alter table public.unmatched_deposits enable row level security;
create index unmatched_deposits_party_id_idx on public.unmatched_deposits (party_id, created_at desc);
create index unmatched_deposits_rail_idx on public.unmatched_deposits (rail);
create index unmatched_deposits_currency_idx on public.unmatched_deposits (currency);
create unique index unmatched_deposits_waits_once_idx on public.unmatched_deposits (report_id) where outcome is null;
create index unmatched_deposits_report_id_idx on public.unmatched_deposits (report_id);
create index unmatched_deposits_case_at_idx on public.unmatched_deposits (case_at) where case_at is not null;
select private.make_audited('public.unmatched_deposits');
create trigger _000_never_deleted before delete or truncate on public.unmatched_deposits
for each statement execute function private.tg__append_only();
comment on table public.unmatched_deposits is
'Deposits at an address of a party that nobody asked for: another currency than the address is for. They wait in suspense until the party takes them into its wallet or sends them back.';
comment on column public.unmatched_deposits.id is 'Names it in POST /unmatched-deposits/{id}/take and send-back; also the id of the hold.';
comment on column public.unmatched_deposits.party_id is 'Whose address it came to.';
comment on column public.unmatched_deposits.rail is 'How it came.';
comment on column public.unmatched_deposits.currency is 'What came.';
comment on column public.unmatched_deposits.amount is 'How much, in units of the currency.';
comment on column public.unmatched_deposits.reference is 'The rail''s name of it.';
comment on column public.unmatched_deposits.report_id is
'The report that brought it, as private.report_id names it. Of one report money waits in one row at most.';
comment on column public.unmatched_deposits.after_payout_id is
'Payout that was to send it back and was kept: since then it waits anew. Null: it waits as it came.';
comment on column public.unmatched_deposits.outcome is
'taken into the wallet; sent_back, with a payout that tells how it fares (purpose unmatched_deposit, reference_id this id); lost, the rail took it back. Null while it waits.';
comment on column public.unmatched_deposits.case_at is
'When operators are told that it still waits: after 90 days, then every 30. Null once it has ended.';
comment on column public.unmatched_deposits.created_at is 'Since when it waits, by the database clock.';
comment on column public.unmatched_deposits.ended_at is 'When it ended; null while it waits.';

create function private.tg_unmatched_deposits__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if old.outcome is not null
        or (to_jsonb(old) - '{outcome,case_at,ended_at}'::text[])
        is distinct from (to_jsonb(new) - '{outcome,case_at,ended_at}'::text[]) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What came in never changes; it only ends, once.';
    end if;
    return new;
end
$$;
comment on function private.tg_unmatched_deposits__guard() is 'Law 10 for what nobody asked for: only its end is written, once.';
create trigger _500_guard before update on public.unmatched_deposits
for each row execute function private.tg_unmatched_deposits__guard();

create function private.report_id(p_rail text, p_provider_event_id text) returns uuid
language plpgsql immutable set search_path = ''
as $$
begin
    return md5(p_rail || ':' || p_provider_event_id)::uuid;
end
$$;
comment on function private.report_id(text, text) is 'A report as a reference names it: MD5 of its rail and event.';

create function private.wait_in_suspense(
    p_deposit public.unmatched_deposits, p_transfer uuid, p_now timestamptz
) returns ledger.new_entry
language plpgsql volatile set search_path = ''
as $$
begin
    insert into public.unmatched_deposits (
        id, party_id, rail, currency, amount, reference, report_id, after_payout_id, case_at, created_at
    ) values (
        p_deposit.id, p_deposit.party_id, p_deposit.rail, p_deposit.currency, p_deposit.amount, p_deposit.reference,
        p_deposit.report_id, p_deposit.after_payout_id, p_now + interval '90 days', p_now
    );
    perform private.emit_event(
        'deposit.unmatched', 'deposit', p_deposit.id, 1, array[p_deposit.party_id], jsonb_build_object(
            'rail', p_deposit.rail, 'currency', p_deposit.currency, 'amount', trim_scale(p_deposit.amount)::text,
            'reference', p_deposit.reference
        ), p_now
    );
    return row(
        p_transfer, ledger.wallet_of(p_deposit.party_id, p_deposit.currency), 'pending', p_deposit.amount, p_deposit.id,
        'unmatched_deposit'
    )::ledger.new_entry;
end
$$;
comment on function private.wait_in_suspense(public.unmatched_deposits, uuid, timestamptz) is
'A deposit {id, party_id, rail, currency, amount, reference, report_id, after_payout_id} waits from now on: the entry of a transfer that holds it. The party is told.';

create function private.suspend_deposit(p_report public.rail_reports, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_row public.unmatched_deposits;
    v_transfer uuid := private.uuid_v7(p_now);
begin
    v_row.report_id := private.report_id(p_report.rail, p_report.provider_event_id);
    v_row.id := v_row.report_id;
    v_row.party_id := p_report.reference_id;
    v_row.rail := p_report.rail;
    v_row.currency := p_report.currency;
    v_row.amount := p_report.amount;
    v_row.reference := p_report.reference;
    perform ledger.post(
        array[row(v_transfer, 'wallet.suspense', 'wallet', v_row.party_id, '', null, null)::ledger.new_transfer],
        array[
            row(
                v_transfer, ledger.wallet_of(private.external_party(), v_row.currency, 'clearing'), 'available',
                -v_row.amount, null, null
            )::ledger.new_entry,
            private.wait_in_suspense(v_row, v_transfer, p_now)
        ],
        p_now
    );
end
$$;
comment on function private.suspend_deposit(public.rail_reports, timestamptz) is
'Money that nobody asked for waits in suspense of the party whose address it came to.';

create function private.end_suspense(
    p_deposit public.unmatched_deposits, p_outcome text, p_transfer uuid, p_to ledger.new_entry[], p_actor uuid,
    p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update public.unmatched_deposits set outcome = p_outcome, case_at = null, ended_at = p_now where id = p_deposit.id;
    perform ledger.post(
        array[row(
            p_transfer, 'wallet.suspense_' || p_outcome, 'wallet', p_deposit.party_id, '', null, p_actor
        )::ledger.new_transfer],
        p_to || row(
            p_transfer, ledger.wallet_of(p_deposit.party_id, p_deposit.currency), 'pending',
            (select -sum(e.amount) from unnest(p_to) as e), p_deposit.id, 'unmatched_deposit'
        )::ledger.new_entry,
        p_now
    );
end
$$;
comment on function private.end_suspense(
    public.unmatched_deposits, text, uuid, ledger.new_entry[], uuid, timestamptz
) is 'What waited ends, once, and goes where the entries of the transfer say; what they leave of it stays held.';

create function private.begin_unmatched_deposit_command(
    command jsonb, p_act text, out answer jsonb, out deposit public.unmatched_deposits
)
language plpgsql volatile set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into deposit from public.unmatched_deposits as u
    where u.id = (command ->> 'deposit_id')::uuid for no key update;
    if not found or not private.acts_for(private.command_actor(command), deposit.party_id) then
        perform private.refuse('deposit_not_found');
    end if;
    perform private.ask(command, deposit.party_id, p_act);
    answer := private.command_answer(command);
    if answer is null and deposit.outcome is not null then
        perform private.refuse('deposit_not_found');
    end if;
end
$$;
comment on function private.begin_unmatched_deposit_command(jsonb, text) is
'Common entry of commands about a deposit that waits: its party, under its lock, whether the party may do the act. answer: of before, when the key was answered. Raises deposit_not_found (404), also where it waits no more, and what private.ask raises.';

-- Definer: service_role may give commands, not write the tables.
create function service.unmatched_deposit_take(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_context record;
    v_row public.unmatched_deposits;
    v_now timestamptz;
    v_transfer uuid;
begin
    select * into v_context from private.begin_unmatched_deposit_command(command, 'unmatched_deposit_take');
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_row := v_context.deposit;
    v_now := private.clock();
    v_transfer := private.uuid_v7(v_now);
    perform private.end_suspense(
        v_row, 'taken', v_transfer, array[row(
            v_transfer, ledger.wallet_of(v_row.party_id, v_row.currency), 'available', v_row.amount, null, null
        )::ledger.new_entry], v_actor, v_now
    );
    return private.finish_command(command, jsonb_build_object(
        'deposit_id', v_row.id, 'currency', v_row.currency, 'amount', trim_scale(v_row.amount)::text, 'outcome', 'taken'
    ), v_now);
end
$$;
comment on function service.unmatched_deposit_take(service.command) is
'A party takes into its wallet what came to its address and nobody asked for {deposit_id, actor_id, idempotency_key, request_hash} -> {deposit_id, currency, amount, outcome, replayed}; from there it may be withdrawn. Raises deposit_not_found (404) and what private.ask raises.';

-- Definer: as above.
create function service.unmatched_deposit_send_back(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_context record;
    v_row public.unmatched_deposits;
    v_now timestamptz;
    v_cost numeric;
    v_destination public.payout_destinations;
    v_order public.payouts;
    v_payout public.payouts;
    v_transfer uuid;
begin
    select * into v_context from private.begin_unmatched_deposit_command(command, 'unmatched_deposit_send_back');
    if v_context.answer is not null then
        return v_context.answer;
    end if;
    v_row := v_context.deposit;
    perform private.take_quota('withdrawal', v_row.party_id);
    v_now := private.clock();
    v_cost := private.network_cost(v_row.rail, v_row.currency);
    if v_cost >= v_row.amount then
        perform private.refuse('network_cost_exceeds');
    end if;
    -- As every address of the party: a new one waits, so that a thief cannot lead money away at once.
    v_destination := private.name_destination(
        v_row.party_id, v_row.rail, null, command ->> 'address', v_actor, v_now
    );
    -- What waits covers no debt; who owes takes it, and it is set off.
    perform private.assert_no_debt(v_row.party_id, v_row.currency, 0, v_now);
    v_order.purpose := 'unmatched_deposit';
    v_order.reference_id := v_row.id;
    v_order.reference_version := 1;
    v_order.kind := 'return';
    v_order.rail := v_row.rail;
    v_order.party_id := v_row.party_id;
    v_order.currency := v_row.currency;
    v_order.amount := v_row.amount - v_cost;
    v_order.to_source := false;
    v_order.destination := v_destination.address;
    v_order.not_before := case when v_destination.usable_from > v_now then v_destination.usable_from end;
    v_order.created_at := v_now;
    v_transfer := private.uuid_v7(v_now);
    perform private.end_suspense(
        v_row, 'sent_back', v_transfer, private.order_payout(v_order, v_transfer), v_actor, v_now
    );
    select * into v_payout from public.payouts as p where p.purpose = 'unmatched_deposit' and p.reference_id = v_row.id;
    if v_payout.amount is distinct from v_order.amount then
        perform private.refuse('debt_open');
    end if;
    return private.finish_command(command, jsonb_build_object(
        'deposit_id', v_row.id, 'payout_id', v_payout.id, 'rail', v_row.rail, 'currency', v_row.currency,
        'amount', trim_scale(v_payout.amount)::text, 'network_cost', trim_scale(v_cost)::text,
        'address', v_payout.destination, 'not_before', v_payout.not_before
    ), v_now);
end
$$;
comment on function service.unmatched_deposit_send_back(service.command) is
'A party sends back what came to its address and nobody asked for {deposit_id, address, actor_id, aal, idempotency_key, request_hash} -> {deposit_id, payout_id, rail, currency, amount: what arrives, network_cost: off it, address, not_before: until then the address waits, null: it is not new, replayed}. The address becomes a destination of the party, and no default. Until a worker takes the payout on, payout_keep cancels it; what is not sent waits in suspense anew. Raises deposit_not_found (404), network_cost_exceeds, debt_open (409), bad_address, bad_destination, rail_currency (422), quota_exceeded (429) and what private.ask raises.';

create function private.sending_back_ended(
    p_payout public.payouts, p_transfer uuid, p_is_paid boolean
) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_row public.unmatched_deposits;
    v_cost numeric;
    v_entries ledger.new_entry [] := '{}';
begin
    select * into strict v_row from public.unmatched_deposits as u where u.id = p_payout.reference_id;
    v_cost := v_row.amount - p_payout.amount;
    if v_cost > 0 then
        v_entries := array[row(
            p_transfer, ledger.wallet_of(p_payout.party_id, p_payout.currency), 'pending', -v_cost, v_row.id,
            'unmatched_deposit'
        )::ledger.new_entry];
    end if;
    if not p_is_paid then
        v_row.id := private.uuid_v7(p_payout.updated_at);
        v_row.after_payout_id := p_payout.id;
        return v_entries || private.wait_in_suspense(v_row, p_transfer, p_payout.updated_at);
    elsif v_cost > 0 then
        v_entries := v_entries || row(
            p_transfer, ledger.wallet_of(private.platform_party(), p_payout.currency, 'costs'), 'available', v_cost,
            null, null
        )::ledger.new_entry;
    end if;
    return v_entries;
end
$$;
comment on function private.sending_back_ended(public.payouts, uuid, boolean) is
'Entries of a deposit whose payout has ended: what the network takes goes to the account of costs; what was kept waits in suspense anew, whole.';

create function private.lose_suspended(p_report_id uuid, p_now timestamptz) returns boolean
language plpgsql volatile set search_path = ''
as $$
declare
    v_payout public.payouts;
    v_row public.unmatched_deposits;
    v_transfer uuid := private.uuid_v7(p_now);
begin
    -- What is on its way back and has not left does not leave any more.
    for v_payout in
        select p.* from public.payouts as p
        inner join public.unmatched_deposits as u on p.reference_id = u.id
        where p.purpose = 'unmatched_deposit' and u.report_id = p_report_id and p.state = 'created'
        for no key update of p
    loop
        perform private.keep_payout(v_payout, 'rail', 'the rail took the money back', p_now);
    end loop;
    select * into v_row from public.unmatched_deposits as u
    where u.report_id = p_report_id and u.outcome is null for no key update;
    if not found then
        return false;
    end if;
    perform private.end_suspense(
        v_row, 'lost', v_transfer, array[row(
            v_transfer, ledger.wallet_of(private.external_party(), v_row.currency, 'clearing'), 'available', v_row.amount,
            null, null
        )::ledger.new_entry], null, p_now
    );
    return true;
end
$$;
comment on function private.lose_suspended(uuid, timestamptz) is
'The rail took back what a report of it brought: it is gone from suspense, and a payout that was to send it back and has not left is kept. False where it waits no more: it was taken, or has left.';

-- Definer: a schedule has no user.
create function service.unmatched_deposits_remind() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_row public.unmatched_deposits;
    v_told integer := 0;
begin
    for v_row in
        select * from public.unmatched_deposits as u where u.case_at <= v_now
        order by u.case_at limit 100 for no key update skip locked
    loop
        update public.unmatched_deposits set case_at = v_now + interval '30 days' where id = v_row.id;
        perform private.tell_operators(
            'deposit_unclaimed', 'warning', v_row.party_id, private.uuid_v7(v_now), jsonb_build_object(
                'deposit_id', v_row.id, 'rail', v_row.rail, 'currency', v_row.currency,
                'amount', trim_scale(v_row.amount)::text
            ), v_now
        );
        v_told := v_told + 1;
    end loop;
    return v_told;
end
$$;
comment on function service.unmatched_deposits_remind() is
'Scheduled: tells operators of deposits that nobody asked for and that still wait after 90 days, and every 30 days again; of how many.';

create function private.verify_suspense() returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'held_differs_from_unmatched_deposit', u.id::text, format('%s of %s', coalesce(h.amount, 0), u.amount)
    from public.unmatched_deposits as u
    left join public.payouts as p on p.purpose = 'unmatched_deposit' and u.id = p.reference_id
    left join public.ledger_holds as h on h.reference_id = u.id and h.purpose = 'unmatched_deposit'
    where coalesce(h.amount, 0) <> case
        when u.outcome is null then u.amount
        when p.state not in ('confirmed', 'kept') then u.amount - p.amount
        else 0
    end
    union all
    select 'sent_back_differs_from_payout', u.id::text, format('%s, %s', coalesce(u.outcome, 'waits'), coalesce(p.state::text, 'no payout'))
    from public.unmatched_deposits as u
    left join public.payouts as p on p.purpose = 'unmatched_deposit' and u.id = p.reference_id
    where (u.outcome is not distinct from 'sent_back') <> (p.id is not null)
    union all
    select 'kept_payout_without_unmatched_deposit', p.id::text, p.amount::text
    from public.payouts as p
    left join public.unmatched_deposits as u on p.id = u.after_payout_id
    where p.purpose = 'unmatched_deposit' and (p.state = 'kept') <> (u.id is not null)
    union all
    select 'hold_without_unmatched_deposit', h.reference_id::text, h.amount::text
    from public.ledger_holds as h
    left join public.unmatched_deposits as u on u.id = h.reference_id
    where h.purpose = 'unmatched_deposit' and h.amount > 0 and u.id is null;
end
$$;
comment on function private.verify_suspense() is
'Deposits that nobody asked for, the payouts that send them back and the money that waits agree; empty is good.';
