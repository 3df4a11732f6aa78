-- Money on its way out over an outside rail. What became of an escrow is settled before;
-- a payment that fails never reopens it.

create table public.rails (
    id public.escrow_rail primary key,
    description text not null,
    hold_within interval,
    network_id text references public.networks (id) on delete restrict,
    has_reports boolean not null,
    takes_back boolean not null,
    has_chargebacks boolean not null,
    max_amount public.money_amount not null check (max_amount > 0),
    margin_bps integer not null default 0 check (margin_bps between 0 and 5000),
    margin_amount public.money_amount not null default 0 check (margin_amount >= 0),
    answer_within interval not null check (answer_within between '1 minute' and '366 days'),
    cost_bps integer not null default 0 check (cost_bps between 0 and 5000),
    cost_amount public.money_amount not null default 0 check (cost_amount >= 0),
    constraint rails_hold_within_is_positive check (hold_within > '0'),
    constraint rails_chargebacks_take_back check (takes_back or not has_chargebacks),
    constraint rails_take_back_what_they_report check (has_reports or not takes_back)
);
alter table public.rails enable row level security;
create index rails_network_id_idx on public.rails (network_id);
select private.make_audited('public.rails');
comment on table public.rails is 'How money comes in and goes out.';
comment on column public.rails.id is 'Name of the rail.';
comment on column public.rails.description is 'What it is, for people.';
comment on column public.rails.hold_within is
'How long the rail lets money be held, from the moment it arrived: rail_hold_until of its escrows. Null: for ever.';
comment on column public.rails.network_id is 'Network whose currencies it carries; null: bank money.';
comment on column public.rails.has_reports is 'Whether it tells us of money: there is somebody outside who can.';
comment on column public.rails.takes_back is 'Whether what came in can be gone again: a chargeback, a reorganisation.';
comment on column public.rails.has_chargebacks is 'Whether the payer''s bank can take money back, and give it back again.';
comment on column public.rails.max_amount is 'Most that one report can be about, in units of its currency; more is not believed.';
comment on column public.rails.margin_bps is 'How much more than was paid in it may take back, in basis points of that: rates and fees of banks.';
comment on column public.rails.margin_amount is 'And this much beside, in units of the currency.';
comment on column public.rails.answer_within is 'How far ahead a day to answer a chargeback can lie.';
comment on column public.rails.cost_bps is 'Most that it takes for its own work, in basis points of what it reported under the same name.';
comment on column public.rails.cost_amount is 'And this much beside, in units of the currency.';
insert into public.rails (
    id, description, hold_within, network_id, has_reports, takes_back, has_chargebacks, max_amount,
    margin_bps, margin_amount, answer_within, cost_bps, cost_amount
) values
('internal', 'Balance in Holdfast.', null, null, false, false, false, 1e15, 0, 0, '1 minute', 0, 0),
-- Stripe holds 90 days in most countries, 2 years in the US, 10 days in Thailand; it charges at most 999,999.99.
('stripe', 'Card, through Stripe.', '90 days', null, true, true, true, 1000000, 1000, 30, '120 days', 1000, 100),
-- A chain takes back what it brought, to the unit.
('usdc_base', 'USDC on Base.', null, 'base', true, true, false, 100000000, 0, 0, '120 days', 0, 100);

create function private.rail_hold_until(p_rail public.escrow_rail, p_from timestamptz) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((select p_from + r.hold_within from public.rails as r where r.id = p_rail), 'infinity');
end
$$;
comment on function private.rail_hold_until(public.escrow_rail, timestamptz) is
'Until when a rail holds money that arrived at a time; infinity where it holds for ever.';

create table public.payout_destinations (
    id uuid primary key,
    party_id uuid not null references public.parties (id) on delete restrict,
    rail public.escrow_rail not null check (rail <> 'internal'),
    address text not null check (length(address) between 1 and 255),
    created_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    replaced_at timestamptz
);
alter table public.payout_destinations enable row level security;
select private.make_quota('public.payout_destinations', 'payout_destination', 'party_id');
create unique index payout_destinations_one_current_idx on public.payout_destinations (party_id, rail)
where replaced_at is null;
create index payout_destinations_party_id_idx on public.payout_destinations (party_id);
create index payout_destinations_created_by_idx on public.payout_destinations (created_by);
select private.make_audited('public.payout_destinations');
comment on table public.payout_destinations is
'Where a party wants its money on each outside rail. A new one replaces the old; a payment under way keeps the one it was claimed with.';
comment on column public.payout_destinations.id is 'The destination.';
comment on column public.payout_destinations.party_id is 'Whose money goes there.';
comment on column public.payout_destinations.rail is 'Rail it is on.';
comment on column public.payout_destinations.address is 'Connected account of Stripe (acct_…), or address on Base.';
comment on column public.payout_destinations.created_by is 'User who named it, with a second factor.';
comment on column public.payout_destinations.created_at is 'From when it is used.';
comment on column public.payout_destinations.replaced_at is 'When another took its place; null while current.';

create table public.payout_reserves (
    id uuid primary key default gen_random_uuid(),
    rail public.escrow_rail not null references public.rails (id) on delete restrict,
    party_id uuid references public.parties (id) on delete restrict,
    new_for interval not null check (new_for >= '0'),
    hold_for interval not null check (hold_for between '0' and '28 days'),
    constraint payout_reserves_once unique nulls not distinct (rail, party_id)
);
alter table public.payout_reserves enable row level security;
create index payout_reserves_party_id_idx on public.payout_reserves (party_id);
select private.make_audited('public.payout_reserves');
comment on table public.payout_reserves is
'How long what a new payee earns on a rail waits before it is sent, so that a reversal finds it. The row of a party goes before that of its rail; a rail without a row sends at once.';
comment on column public.payout_reserves.id is 'The rule.';
comment on column public.payout_reserves.rail is 'Rail that pays.';
comment on column public.payout_reserves.party_id is 'Payee it is for; null for every payee without a row of its own.';
comment on column public.payout_reserves.new_for is
'How long a payee is new: from its first payment that the rail confirmed. Nothing: never.';
comment on column public.payout_reserves.hold_for is 'How long a release to a new payee waits.';
-- Cards are charged back for months, but mostly of strangers and soon; a deposit on a chain that is final is not.
insert into public.payout_reserves (rail, new_for, hold_for) values ('stripe', '90 days', '7 days');

create type public.settlement_state as enum (
    'created', 'claimed', 'submitted', 'unknown', 'confirmed', 'failed_final', 'kept'
);

create table public.settlement_instructions (
    id uuid primary key,
    escrow_id uuid not null references public.escrow_transactions (id) on delete restrict,
    escrow_version integer not null,
    case_id uuid,
    kind text not null check (kind in ('release', 'refund', 'return', 'rail_return', 'reinstate')),
    rail public.escrow_rail not null check (rail <> 'internal'),
    party_id uuid not null references public.parties (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    state public.settlement_state not null,
    version integer not null default 1,
    attempt integer not null default 1 check (attempt >= 1),
    claims integer not null default 0 check (claims >= 0),
    tries integer not null default 0 check (tries >= 0),
    destination text,
    provider_reference text,
    reason text not null default '' check (length(reason) <= 500),
    not_before timestamptz,
    next_at timestamptz,
    deadline_at timestamptz,
    last_event text not null,
    last_actor_role text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint settlement_instructions_once unique nulls not distinct (
        escrow_id, escrow_version, party_id, currency, kind, case_id
    ),
    constraint settlement_instructions_live_has_time check (
        (state in ('confirmed', 'kept')) = (next_at is null and deadline_at is null)
        and (state in ('created', 'failed_final')) = (deadline_at is not null)
    ),
    constraint settlement_instructions_destination_frozen check (
        state not in ('claimed', 'submitted', 'unknown') or destination is not null
    ),
    constraint settlement_instructions_submitted_is_named check (
        state not in ('submitted', 'confirmed') or provider_reference is not null
    )
) with (fillfactor = 70);
alter table public.settlement_instructions enable row level security;
create index settlement_instructions_party_id_idx on public.settlement_instructions (party_id, created_at desc);
create index settlement_instructions_currency_idx on public.settlement_instructions (currency);
create index settlement_instructions_case_id_idx on public.settlement_instructions (case_id);
create index settlement_instructions_next_at_idx on public.settlement_instructions (rail, next_at)
where next_at is not null;
create index settlement_instructions_deadline_at_idx on public.settlement_instructions (deadline_at)
where deadline_at is not null;
create unique index settlement_instructions_provider_reference_idx
on public.settlement_instructions (rail, provider_reference) where kind <> 'rail_return';
comment on table public.settlement_instructions is
'One payment to one party over an outside rail: once per escrow, version, party, currency and kind. Its money waits in the party''s pending balance until the rail confirms it. Keys and attempts: a new attempt only after the rail has provably refused the one before.';
comment on column public.settlement_instructions.id is 'The payment; also the id of the hold.';
comment on column public.settlement_instructions.escrow_id is 'Escrow the money comes from.';
comment on column public.settlement_instructions.escrow_version is 'Version of the escrow whose move ordered the payment.';
comment on column public.settlement_instructions.case_id is 'Case it belongs to; null for what the escrow itself ordered.';
comment on column public.settlement_instructions.kind is
'release to the payee; refund to the payer; return of money that was never held; rail_return: the rail gave it back itself; reinstate: a reversal that was undone.';
comment on column public.settlement_instructions.rail is 'Rail it goes over: that of the escrow.';
comment on column public.settlement_instructions.party_id is 'Who is paid.';
comment on column public.settlement_instructions.currency is 'Currency of the amount.';
comment on column public.settlement_instructions.amount is 'What is paid, in units of the currency.';
comment on column public.settlement_instructions.state is
'created, claimed by a worker, submitted to the rail, unknown (sent, and no answer came: only the rail can tell), confirmed, failed_final (provably not paid), kept (it stays in the party''s balance in Holdfast).';
comment on column public.settlement_instructions.version is 'Counts the moves.';
comment on column public.settlement_instructions.attempt is 'Counts the payments that were tried: one more only after the one before was provably refused.';
comment on column public.settlement_instructions.claims is
'How often a worker has taken it on to send it. Each has a key of its own at the rail: where nothing was provably sent, the rail may still keep its refusal under the old one.';
comment on column public.settlement_instructions.tries is 'How often a worker has had to come back within this state; spaces the next looks.';
comment on column public.settlement_instructions.destination is
'Where it goes, frozen when it was claimed: account, charge to refund, or address. Null before.';
comment on column public.settlement_instructions.provider_reference is 'What the rail calls it: transfer, refund or transaction hash.';
comment on column public.settlement_instructions.reason is 'Why the last move was made, in the rail''s words.';
comment on column public.settlement_instructions.not_before is
'Until when it waits because its payee is new (payout_reserves), and is neither sent nor kept by its party; null where it does not.';
comment on column public.settlement_instructions.next_at is 'When a worker looks at it next; null once it has ended, or while its party has named no destination.';
comment on column public.settlement_instructions.deadline_at is 'When the money is kept in the balance unless it can be sent before; null while the rail has the word.';
comment on column public.settlement_instructions.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.settlement_instructions.last_actor_role is 'Who made the last move.';
comment on column public.settlement_instructions.created_at is 'When it was ordered, by the database clock.';
comment on column public.settlement_instructions.updated_at is 'When it last moved.';

insert into private.hold_purposes (purpose, description) values
('payout', 'Money on its way out; of the settlement instruction.');

create table public.settlement_events (
    instruction_id uuid not null references public.settlement_instructions (id) on delete restrict,
    version integer not null,
    event text not null,
    actor_role text not null,
    from_state public.settlement_state,
    to_state public.settlement_state not null,
    attempt integer not null,
    destination text,
    provider_reference text,
    reason text not null,
    created_at timestamptz not null,
    primary key (instruction_id, version)
);
alter table public.settlement_events enable row level security;
select private.make_append_only('public.settlement_events');
comment on table public.settlement_events is 'Every move of every payment.';
comment on column public.settlement_events.instruction_id is 'The payment.';
comment on column public.settlement_events.version is 'Version it led to: no gaps.';
comment on column public.settlement_events.event is 'Name of the move.';
comment on column public.settlement_events.actor_role is 'Who made it.';
comment on column public.settlement_events.from_state is 'State before; null for the first.';
comment on column public.settlement_events.to_state is 'State after.';
comment on column public.settlement_events.attempt is 'Attempt it belongs to.';
comment on column public.settlement_events.destination is 'Where the money was to go.';
comment on column public.settlement_events.provider_reference is 'What the rail called it.';
comment on column public.settlement_events.reason is 'Why, in the rail''s words.';
comment on column public.settlement_events.created_at is 'When, by the database clock.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(26, 'payout', null, 'instruct', 'system', 'created', 'with the move of the escrow that ends or returns the money'),
(26, 'payout', null, 'rail_return', 'rail', 'confirmed', 'the rail has given the money back itself'),
(26, 'payout', 'created', 'claim', 'system', 'claimed', 'one worker; the destination is frozen'),
(26, 'payout', 'created', 'keep', 'timer', 'kept', 'no destination was named in time'),
(26, 'payout', 'created', 'keep', 'party', 'kept', 'the party would rather have it in the balance'),
(26, 'payout', 'created', 'keep', 'system', 'kept', 'its party owes, is suspended or closed: what it gets is set off or held in its balance'),
(26, 'payout', 'created', 'keep', 'rail', 'kept', 'the rail took the money of the escrow back'),
(26, 'payout', 'claimed', 'submit', 'rail', 'submitted', 'the rail has it, and has given it a name'),
(26, 'payout', 'claimed', 'confirm', 'rail', 'confirmed', 'paid'),
(26, 'payout', 'claimed', 'fail', 'rail', 'failed_final', 'provably not paid: a case is opened'),
(26, 'payout', 'claimed', 'postpone', 'system', 'created', 'provably not sent: later again'),
(26, 'payout', 'claimed', 'lose', 'system', 'unknown', 'no answer came, or the worker died'),
(26, 'payout', 'submitted', 'look', 'system', 'submitted', 'not yet final'),
(26, 'payout', 'submitted', 'confirm', 'rail', 'confirmed', 'paid'),
(26, 'payout', 'submitted', 'fail', 'rail', 'failed_final', 'provably not paid: a case is opened'),
(26, 'payout', 'unknown', 'look', 'system', 'unknown', 'the rail cannot tell yet'),
(26, 'payout', 'unknown', 'submit', 'rail', 'submitted', 'the rail has it after all'),
(26, 'payout', 'unknown', 'confirm', 'rail', 'confirmed', 'paid after all'),
(26, 'payout', 'unknown', 'fail', 'rail', 'failed_final', 'the rail has shown that it was not paid: a case is opened'),
(26, 'payout', 'failed_final', 'retry', 'party', 'created', 'a new attempt, where the party wants it now'),
(26, 'payout', 'failed_final', 'retry', 'operator', 'created', 'a new attempt'),
(26, 'payout', 'failed_final', 'keep', 'party', 'kept', 'the party would rather have it in the balance'),
(26, 'payout', 'failed_final', 'keep', 'timer', 'kept', 'nobody asked for a new attempt in time'),
(26, 'payout', 'failed_final', 'keep', 'rail', 'kept', 'the rail took the money of the escrow back');
-- noqa: enable=LT05

create function private.tg_settlement_instructions__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'A payment is never deleted.';
    end if;
    -- When it is looked at next is no move.
    if tg_op = 'UPDATE' and (to_jsonb(old) - '{next_at,tries}'::text[]) = (to_jsonb(new) - '{next_at,tries}'::text[]) then
        return new;
    end if;
    if not private.has_edge(
        'payout', case when tg_op = 'UPDATE' then old.state::text end, '', new.last_event, new.last_actor_role,
        new.state::text, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for the payment.';
    end if;
    if tg_op = 'INSERT' then
        return new;
    end if;
    if (
            old.id, old.escrow_id, old.escrow_version, old.case_id, old.kind, old.rail, old.party_id, old.currency, old.amount,
            old.not_before
        )
        is distinct from
        (
            new.id, new.escrow_id, new.escrow_version, new.case_id, new.kind, new.rail, new.party_id, new.currency, new.amount,
            new.not_before
        )
        or (old.destination is distinct from new.destination and old.state not in ('created', 'failed_final'))
        or new.attempt <> old.attempt + (new.last_event = 'retry')::integer then
        raise sqlstate 'PT409' using
            message = 'payout_terms_fixed',
            detail = 'What is paid never changes, where it goes not while it is under way, and only a retry counts an attempt.';
    end if;
    new.version := old.version + 1;
    return new;
end
$$;
comment on function private.tg_settlement_instructions__guard() is
'Law 2 for payments: a legal move, the same money, and no other destination while it is under way (incident 3).';
create trigger _500_guard before insert or update or delete on public.settlement_instructions
for each row execute function private.tg_settlement_instructions__guard();

-- Definer: the history is written for whoever moved the payment.
create function private.tg_settlement_instructions__record() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.settlement_events (
        instruction_id, version, event, actor_role, from_state, to_state, attempt, destination, provider_reference,
        reason, created_at
    ) values (
        new.id, new.version, new.last_event, new.last_actor_role, case when tg_op = 'UPDATE' then old.state end,
        new.state, new.attempt, new.destination, new.provider_reference, new.reason, new.updated_at
    );
    -- A look that finds nothing new is no news.
    if new.last_event not in ('look', 'claim', 'postpone') then
        perform private.emit_event(
            'payout.' || new.last_event, 'payout', new.id, new.version, array[new.party_id],
            jsonb_build_object(
                'state', new.state, 'escrow_id', new.escrow_id, 'kind', new.kind, 'rail', new.rail,
                'amount', trim_scale(new.amount)::text, 'currency', new.currency,
                'needs_destination', new.state = 'created' and new.next_at is null, 'not_before', new.not_before
            ), new.updated_at
        );
    end if;
    return null;
end
$$;
comment on function private.tg_settlement_instructions__record() is
'Each version of a payment writes its event; the party is told.';
create trigger _510_record_first after insert on public.settlement_instructions
for each row execute function private.tg_settlement_instructions__record();
create trigger _510_record after update on public.settlement_instructions
for each row when (new.version <> old.version) execute function private.tg_settlement_instructions__record();

create function private.reserved_until(
    p_rail public.escrow_rail, p_party_id uuid, p_now timestamptz
) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
    v_rule public.payout_reserves;
begin
    select * into v_rule from public.payout_reserves as r
    where r.rail = p_rail and (r.party_id = p_party_id or r.party_id is null)
    order by r.party_id nulls last limit 1;
    if v_rule.hold_for > '0' and v_rule.new_for > '0' and not exists (
        select from public.settlement_instructions as i
        where i.party_id = p_party_id and i.rail = p_rail and i.kind = 'release' and i.state = 'confirmed'
            and i.updated_at <= p_now - v_rule.new_for
    ) then
        return p_now + v_rule.hold_for;
    end if;
    return null;
end
$$;
comment on function private.reserved_until(public.escrow_rail, uuid, timestamptz) is
'Until when a release to a payee waits because it is new on a rail; null: it does not wait.';

create function private.pay_out(
    p_escrow public.escrow_transactions, p_version integer, p_case_id uuid, p_kind text, p_transfer uuid,
    p_party_id uuid, p_currency text, p_amount numeric, p_reference text, p_now timestamptz
) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
    v_wallet uuid := ledger.wallet_of(p_party_id, p_currency);
    v_back boolean := p_kind = 'rail_return';
    v_owed numeric;
    v_entries ledger.new_entry [];
    v_ready boolean;
    v_not_before timestamptz;
begin
    if p_escrow.rail = 'internal' then
        return array[row(p_transfer, v_wallet, 'available', p_amount, null, null)::ledger.new_entry];
    end if;
    -- What the party owes does not leave: it becomes available, and ledger.post sets it off. Locked, so that
    -- of two payments at once the second sees what the first has paid of it.
    select case when v_back then 0 else least(w.owed, p_amount) end into v_owed
    from public.wallets as w where w.id = v_wallet for no key update;
    if v_owed > 0 then
        v_entries := array[row(p_transfer, v_wallet, 'available', v_owed, null, null)::ledger.new_entry];
        if v_owed = p_amount then
            return v_entries;
        end if;
    end if;
    v_id := private.uuid_v7(p_now);
    -- A card is refunded to itself.
    v_ready := (p_escrow.rail = 'stripe' and p_kind in ('refund', 'return')) or exists (
        select from public.payout_destinations as d
        where d.party_id = p_party_id and d.rail = p_escrow.rail and d.replaced_at is null
    );
    if p_kind = 'release' then
        v_not_before := private.reserved_until(p_escrow.rail, p_party_id, p_now);
    end if;
    insert into public.settlement_instructions (
        id, escrow_id, escrow_version, case_id, kind, rail, party_id, currency, amount, state, provider_reference,
        not_before, next_at, deadline_at, last_event, last_actor_role, created_at, updated_at
    ) values (
        v_id, p_escrow.id, p_version, p_case_id, p_kind, p_escrow.rail, p_party_id, p_currency, p_amount - v_owed,
        (case when v_back then 'confirmed' else 'created' end)::public.settlement_state,
        p_reference, v_not_before, case when v_ready and not v_back then coalesce(v_not_before, p_now) end,
        case when not v_back then p_now + interval '30 days' end,
        case when v_back then 'rail_return' else 'instruct' end, case when v_back then 'rail' else 'system' end, p_now, p_now
    );
    return v_entries || case when v_back
        then row(
            p_transfer, ledger.wallet_of(private.external_party(), p_currency, 'clearing'), 'available', p_amount, null, null
        )::ledger.new_entry
        else row(p_transfer, v_wallet, 'pending', p_amount - v_owed, v_id, 'payout')::ledger.new_entry
    end;
end
$$;
comment on function private.pay_out(
    public.escrow_transactions, integer, uuid, text, uuid, uuid, text, numeric, text, timestamptz
) is
'Entries that give money of an escrow to a party: on the rail internal it becomes available; on an outside rail it is pending, and a payment is ordered. As much as the party owes becomes available on any rail: it is set off; the wallet is locked until then. p_reference: of the rail, when the rail has given it back itself.';
