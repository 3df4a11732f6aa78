-- A party sends money out of its wallet, to a destination of its own.

insert into public.purposes (purpose, description) values
('withdrawal', 'A withdrawal.');
insert into private.hold_purposes (purpose, description) values
('withdrawal', 'Fee and network cost of money on its way out; of the withdrawal.');
-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('withdrawal_not_open', 409, 'This currency cannot be withdrawn over this rail now.', 'See withdrawal_policies.'),
('withdrawal_out_of_range', 422, 'So little, or so much, is not sent at once.', 'See withdrawal_policies.'),
('withdrawal_day_limit', 409, 'This is more than one party may withdraw in a day.', 'The member "limit" says what is left.');
-- noqa: enable=LT05

create table public.withdrawal_policies (
    rail text not null references public.rails (id) on delete restrict check (rail <> 'internal'),
    currency text not null references public.currencies (code) on delete restrict,
    is_open boolean not null,
    min_amount public.money_amount not null check (min_amount > 0),
    max_amount public.money_amount not null,
    max_per_day public.money_amount not null,
    fee_amount public.money_amount not null check (fee_amount >= 0),
    fee_bps integer not null check (fee_bps between 0 and 1000),
    hold_for interval not null check (hold_for between '0' and '7 days'),
    primary key (rail, currency),
    foreign key (rail, currency) references public.network_costs (rail, currency) on delete restrict,
    constraint withdrawal_policies_in_order check (min_amount <= max_amount and max_amount <= max_per_day)
);
alter table public.withdrawal_policies enable row level security;
create index withdrawal_policies_currency_idx on public.withdrawal_policies (currency);
select private.make_audited('public.withdrawal_policies', 'rail');
select private.make_setting('public.withdrawal_policies', 'Whether, how much and for which fee parties withdraw.', '{
    "is_open": {"second": true}, "min_amount": {"least": "0.000001", "most": "1000000000", "second": true},
    "max_amount": {"least": "0.000001", "most": "1000000000", "second": true},
    "max_per_day": {"least": "0.000001", "most": "1000000000", "second": true},
    "fee_amount": {"least": "0", "most": "1000", "second": true},
    "fee_bps": {"least": "0", "most": "1000", "second": true},
    "hold_for": {"least": "0", "most": "7 days", "second": true}
}');
comment on table public.withdrawal_policies is
'What may be withdrawn over each rail, and our fee for it; what the network takes is in network_costs. A pair without a row cannot be withdrawn.';
comment on column public.withdrawal_policies.rail is 'How money leaves.';
comment on column public.withdrawal_policies.currency is 'What leaves; currency of the amounts.';
comment on column public.withdrawal_policies.is_open is 'Whether new withdrawals are taken; what is under way goes on.';
comment on column public.withdrawal_policies.min_amount is 'Least that is sent at once.';
comment on column public.withdrawal_policies.max_amount is 'Most that is sent at once.';
comment on column public.withdrawal_policies.max_per_day is 'Most that one party sends in 24 hours.';
comment on column public.withdrawal_policies.fee_amount is 'Our fee for one withdrawal.';
comment on column public.withdrawal_policies.fee_bps is 'And this share of what is sent, in basis points, cut to the decimals of the currency.';
comment on column public.withdrawal_policies.hold_for is 'How long a withdrawal waits before it is sent, and can be cancelled.';
insert into public.withdrawal_policies (
    rail, currency, is_open, min_amount, max_amount, max_per_day, fee_amount, fee_bps, hold_for
) values
('ethereum', 'USDC_ETH', true, 10, 50000, 100000, 0.5, 0, '10 minutes'),
('ethereum', 'USDT_ETH', true, 10, 50000, 100000, 0.5, 0, '10 minutes'),
('bsc', 'USDT_BSC', true, 1, 50000, 100000, 0.5, 0, '10 minutes'),
('polygon', 'USDC_POLYGON', true, 1, 50000, 100000, 0.5, 0, '10 minutes'),
('base', 'USDC_BASE', true, 1, 50000, 100000, 0.5, 0, '10 minutes'),
('celo', 'CUSD', true, 1, 50000, 100000, 0.5, 0, '10 minutes'),
('ethereum', 'ETH', true, 0.005, 20, 40, 0.0002, 0, '10 minutes'),
('bsc', 'BNB', true, 0.01, 80, 160, 0.0008, 0, '10 minutes'),
('polygon', 'POL', true, 5, 100000, 200000, 1, 0, '10 minutes'),
('base', 'ETH_BASE', true, 0.0005, 20, 40, 0.0002, 0, '10 minutes'),
('celo', 'CELO', true, 5, 100000, 200000, 1, 0, '10 minutes');

create table public.withdrawals (
    id uuid primary key,
    party_id uuid not null references public.parties (id) on delete restrict,
    rail text not null references public.rails (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    fee_amount public.money_amount not null check (fee_amount >= 0),
    network_cost public.money_amount not null check (network_cost >= 0),
    destination_id uuid not null references public.payout_destinations (id) on delete restrict,
    payout_id uuid not null unique references public.payouts (id) on delete restrict,
    requested_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null
);
alter table public.withdrawals enable row level security;
create index withdrawals_party_id_idx on public.withdrawals (party_id, currency, created_at);
create index withdrawals_rail_idx on public.withdrawals (rail);
create index withdrawals_currency_idx on public.withdrawals (currency);
create index withdrawals_destination_id_idx on public.withdrawals (destination_id);
create index withdrawals_requested_by_idx on public.withdrawals (requested_by);
select private.make_append_only('public.withdrawals');
comment on table public.withdrawals is
'What parties asked to be sent out of their wallets, with what it costs. How it fares is told by its payout.';
comment on column public.withdrawals.id is 'The withdrawal.';
comment on column public.withdrawals.party_id is 'Whose wallet it leaves.';
comment on column public.withdrawals.rail is 'How it leaves.';
comment on column public.withdrawals.currency is 'Currency of the amounts.';
comment on column public.withdrawals.amount is 'What arrives.';
comment on column public.withdrawals.fee_amount is 'Our fee; beside the amount.';
comment on column public.withdrawals.network_cost is 'What the network takes, as fixed when it was asked for; beside the amount.';
comment on column public.withdrawals.destination_id is 'Where it goes.';
comment on column public.withdrawals.payout_id is 'Its payout: state, hold, and what the rail calls it.';
comment on column public.withdrawals.requested_by is 'User who asked, with a second factor.';
comment on column public.withdrawals.created_at is 'When, by the database clock.';

create function private.check_withdrawal(
    p_policy public.withdrawal_policies, p_party_id uuid, p_amount numeric, p_now timestamptz
) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_used numeric;
begin
    if p_policy.is_open is not true then
        perform private.refuse('withdrawal_not_open');
    elsif not coalesce(private.fits(p_amount, p_policy.currency), false)
        or p_amount not between p_policy.min_amount and p_policy.max_amount then
        perform private.refuse('withdrawal_out_of_range');
    end if;
    perform private.check_rail(p_policy.rail, p_policy.currency, p_amount, p_party_id, p_party_id);
    select coalesce(sum(w.amount), 0) into v_used
    from public.withdrawals as w inner join public.payouts as p on p.id = w.payout_id
    where w.party_id = p_party_id and w.currency = p_policy.currency and w.rail = p_policy.rail
        and w.created_at > p_now - interval '24 hours' and p.state <> 'kept';
    if v_used + p_amount > p_policy.max_per_day then
        perform private.refuse(
            'withdrawal_day_limit', 'This is more than one party may withdraw in a day.',
            jsonb_build_object('limit', jsonb_build_object(
                'name', 'withdrawal_day', 'maximum', trim_scale(p_policy.max_per_day)::text,
                'left', trim_scale(greatest(p_policy.max_per_day - v_used, 0))::text, 'unit', p_policy.currency
            ))
        );
    end if;
end
$$;
comment on function private.check_withdrawal(public.withdrawal_policies, uuid, numeric, timestamptz) is
'Whether a party may withdraw an amount now, by the policy, its tier and what it withdrew in 24 hours; the lock of its limits is held. Raises withdrawal_not_open, rail_not_open, withdrawal_day_limit (409), withdrawal_out_of_range (422).';

-- Definer: service_role may give commands, not write the tables.
create function service.withdrawal_request(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_party uuid := coalesce((command ->> 'party_id')::uuid, v_actor);
    v_amount numeric := (command ->> 'amount')::numeric;
    v_answer jsonb;
    v_now timestamptz;
    v_policy public.withdrawal_policies;
    v_destination public.payout_destinations;
    v_row public.withdrawals;
    v_payout public.payouts;
    v_wallet uuid;
    v_transfer uuid;
    v_cost numeric;
    v_entries ledger.new_entry [];
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    if not private.acts_for(v_actor, v_party) then
        perform private.refuse('not_your_move');
    end if;
    perform private.ask(command, v_party, 'withdrawal_request');
    -- Two withdrawals of a party follow one another: the second counts the first.
    perform private.count_alone(array[v_party]);
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return v_answer;
    end if;
    perform private.take_quota('withdrawal', v_party);
    v_now := private.clock();
    select * into v_destination from public.payout_destinations as d
    where d.id = (command ->> 'destination_id')::uuid and d.party_id = v_party and d.removed_at is null
        and (d.currency is null or d.currency = command ->> 'currency');
    if not found then
        perform private.refuse('destination_not_found');
    elsif v_destination.usable_from > v_now then
        perform private.refuse('destination_waits');
    end if;
    select * into v_policy from public.withdrawal_policies as p
    where p.rail = v_destination.rail and p.currency = command ->> 'currency';
    perform private.check_withdrawal(v_policy, v_party, v_amount, v_now);
    perform private.assert_payable(v_destination.rail, v_destination.address);
    v_row.id := private.uuid_v7(v_now);
    v_row.fee_amount := v_policy.fee_amount + private.fee_of(
        v_amount, v_policy.fee_bps, (select c.decimals::integer from public.currencies as c where c.code = v_policy.currency)
    );
    v_row.network_cost := private.network_cost(v_policy.rail, v_policy.currency);
    v_cost := v_row.fee_amount + v_row.network_cost;
    v_wallet := ledger.wallet_of(v_party, v_policy.currency);
    v_transfer := private.uuid_v7(v_now);
    perform private.assert_no_debt(v_party, v_policy.currency, v_amount + v_cost, v_now);
    v_payout.purpose := 'withdrawal';
    v_payout.reference_id := v_row.id;
    v_payout.reference_version := 1;
    v_payout.kind := 'withdrawal';
    v_payout.rail := v_destination.rail;
    v_payout.party_id := v_party;
    v_payout.currency := v_policy.currency;
    v_payout.amount := v_amount;
    v_payout.to_source := false;
    v_payout.destination := v_destination.address;
    v_payout.not_before := v_now + v_policy.hold_for;
    v_payout.created_at := v_now;
    v_entries := private.order_payout(v_payout, v_transfer)
        || row(v_transfer, v_wallet, 'available', -v_amount - v_cost, null, null)::ledger.new_entry;
    if v_cost > 0 then
        v_entries := v_entries || row(v_transfer, v_wallet, 'pending', v_cost, v_row.id, 'withdrawal')::ledger.new_entry;
    end if;
    perform ledger.post(
        array[row(v_transfer, 'withdrawal.request', 'withdrawal', v_row.id, '', null, v_actor)::ledger.new_transfer],
        v_entries, v_now
    );
    select * into v_payout from public.payouts as p where p.purpose = 'withdrawal' and p.reference_id = v_row.id;
    if v_payout.amount is distinct from v_amount then
        perform private.refuse('debt_open');
    end if;
    insert into public.withdrawals (
        id, party_id, rail, currency, amount, fee_amount, network_cost, destination_id, payout_id, requested_by, created_at
    ) values (
        v_row.id, v_party, v_policy.rail, v_policy.currency, v_amount, v_row.fee_amount, v_row.network_cost,
        v_destination.id, v_payout.id, v_actor, v_now
    );
    return private.finish_command(command, jsonb_build_object(
        'withdrawal_id', v_row.id, 'payout_id', v_payout.id, 'party_id', v_party, 'rail', v_policy.rail,
        'currency', v_policy.currency, 'amount', trim_scale(v_amount)::text,
        'fee_amount', trim_scale(v_row.fee_amount)::text, 'network_cost', trim_scale(v_row.network_cost)::text,
        'address', v_destination.address, 'not_before', v_payout.not_before
    ), v_now);
end
$$;
comment on function service.withdrawal_request(service.command) is
'A party sends money out of its wallet {party_id, destination_id, currency, amount: what arrives, actor_id, aal, idempotency_key, request_hash} -> {withdrawal_id, payout_id, …, fee_amount, network_cost, address, not_before}. Amount, fee and cost are pending at once; until not_before it can be cancelled (payout_keep). Raises not_your_move (403), destination_not_found (404), destination_waits, withdrawal_not_open, rail_not_open, withdrawal_day_limit, debt_open, insufficient_funds (409), withdrawal_out_of_range, bad_destination (422), quota_exceeded (429) and what private.ask raises.';

create function private.withdrawal_ended(
    p_payout public.payouts, p_transfer uuid, p_is_paid boolean
) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_row public.withdrawals;
    v_platform uuid := private.platform_party();
    v_wallet uuid := ledger.wallet_of(p_payout.party_id, p_payout.currency);
begin
    select * into strict v_row from public.withdrawals as w where w.id = p_payout.reference_id;
    return array(
        select row(p_transfer, e.wallet_id, e.bucket, e.amount, e.hold_id, e.purpose)::ledger.new_entry
        from (
            values
            (v_wallet, 'pending'::public.wallet_bucket, -v_row.fee_amount - v_row.network_cost, v_row.id, 'withdrawal'),
            (
                v_wallet, 'available',
                case when p_is_paid then 0 else p_payout.amount + v_row.fee_amount + v_row.network_cost end,
                null::uuid, null::text
            ),
            (
                ledger.wallet_of(v_platform, p_payout.currency, 'fees'), 'available',
                case when p_is_paid then v_row.fee_amount else 0 end, null, null
            ),
            (
                ledger.wallet_of(v_platform, p_payout.currency, 'costs'), 'available',
                case when p_is_paid then v_row.network_cost else 0 end, null, null
            )
        ) as e (wallet_id, bucket, amount, hold_id, purpose)
        where e.amount <> 0
    );
end
$$;
comment on function private.withdrawal_ended(public.payouts, uuid, boolean) is
'Entries of a withdrawal that has ended: fee and network cost go to our accounts when it was paid; else all of it is back in the balance.';

create function private.verify_withdrawals() returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'held_differs_from_withdrawal', w.id::text,
        format('%s holds %s of %s', p.state, coalesce(h.amount, 0), w.fee_amount + w.network_cost)
    from public.withdrawals as w
    inner join public.payouts as p on p.id = w.payout_id
    left join public.ledger_holds as h on h.reference_id = w.id and h.purpose = 'withdrawal'
    where coalesce(h.amount, 0) <> case when p.state in ('confirmed', 'kept') then 0 else w.fee_amount + w.network_cost end
    union all
    select 'withdrawal_hold_without_withdrawal', h.reference_id::text, h.amount::text
    from public.ledger_holds as h
    left join public.withdrawals as w on w.id = h.reference_id
    where h.purpose = 'withdrawal' and h.amount > 0 and w.id is null;
end
$$;
comment on function private.verify_withdrawals() is
'Withdrawals and what is set aside for their fee and network cost agree; empty is good.';
