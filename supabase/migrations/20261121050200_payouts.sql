-- Payouts: money on its way out over an outside rail. The escrow is settled before;
-- a payout that fails never reopens it.

create table public.payout_destinations (
    id uuid primary key,
    party_id uuid not null references public.parties (id) on delete restrict,
    rail text not null references public.rails (id) on delete restrict
    check (rail <> 'internal'),
    currency text references public.currencies (code) on delete restrict,
    address text not null check (length(address) between 1 and 255),
    created_by uuid not null references auth.users (id) on delete restrict,
    created_at timestamptz not null,
    usable_from timestamptz not null,
    default_from timestamptz,
    removed_at timestamptz,
    constraint payout_destinations_default_when_usable check (default_from >= usable_from)
);
alter table public.payout_destinations enable row level security;
select private.make_quota('public.payout_destinations', 'payout_destination', 'party_id', '', 'removed_at is null');
create unique index payout_destinations_once_idx on public.payout_destinations (party_id, rail, address, currency)
nulls not distinct where removed_at is null;
create index payout_destinations_party_id_idx on public.payout_destinations (party_id, rail);
create index payout_destinations_rail_idx on public.payout_destinations (rail);
create index payout_destinations_currency_idx on public.payout_destinations (currency);
create index payout_destinations_created_by_idx on public.payout_destinations (created_by);
select private.make_audited('public.payout_destinations');
comment on table public.payout_destinations is
'Where a party may have its money sent, on each outside rail. The default is used where nobody names one; a payout under way keeps the destination that it was claimed with.';
comment on column public.payout_destinations.id is 'The destination.';
comment on column public.payout_destinations.party_id is 'Whose money goes there.';
comment on column public.payout_destinations.rail is 'Rail it is on.';
comment on column public.payout_destinations.currency is 'For this currency only; null: for every currency of the rail.';
comment on column public.payout_destinations.address is 'As address_kinds of its rail says: account of Stripe (acct_…), address on a chain.';
comment on column public.payout_destinations.created_by is 'User who named it, with a second factor.';
comment on column public.payout_destinations.created_at is 'When it was named.';
comment on column public.payout_destinations.usable_from is
'From when it may be used: at once for the first of a party on a rail, after rails.destination_wait for every other.';
comment on column public.payout_destinations.default_from is
'From when it is the default; of several, the latest. Null: it is used where it is named only.';
comment on column public.payout_destinations.removed_at is 'When its party removed it; null while it may be used.';

create function private.default_destination(
    p_party_id uuid, p_rail text, p_currency text, p_now timestamptz
) returns public.payout_destinations
language plpgsql stable set search_path = ''
as $$
declare
    v_row public.payout_destinations;
begin
    select * into v_row from public.payout_destinations as d
    where d.party_id = p_party_id and d.rail = p_rail and (d.currency = p_currency or d.currency is null)
        and d.removed_at is null and d.default_from <= p_now
    order by d.currency nulls last, d.default_from desc, d.id desc limit 1;
    return v_row;
end
$$;
comment on function private.default_destination(uuid, text, text, timestamptz) is
'Where money of a party goes that no destination was named for: its latest default that may be used, of the currency before one of all; a row of nulls when there is none.';

create table public.payout_reserves (
    id uuid primary key default gen_random_uuid(),
    rail text not null references public.rails (id) on delete restrict,
    party_id uuid references public.parties (id) on delete restrict,
    new_for interval not null check (new_for >= '0'),
    hold_for interval not null check (hold_for between '0' and '28 days'),
    constraint payout_reserves_once unique nulls not distinct (rail, party_id)
);
alter table public.payout_reserves enable row level security;
create index payout_reserves_party_id_idx on public.payout_reserves (party_id);
select private.make_audited('public.payout_reserves');
select private.make_setting('public.payout_reserves', 'How long what a new payee earns waits.', '{
    "new_for": {"least": "0", "most": "731 days", "second": true},
    "hold_for": {"least": "0", "most": "28 days", "second": true}
}');
comment on table public.payout_reserves is
'How long what a new payee earns on a rail waits before it is sent, so that a reversal finds it. The row of a party goes before that of its rail; a rail without a row sends at once.';
comment on column public.payout_reserves.id is 'The rule.';
comment on column public.payout_reserves.rail is 'Rail that pays.';
comment on column public.payout_reserves.party_id is 'Payee it is for; null for every payee without a row of its own.';
comment on column public.payout_reserves.new_for is
'How long a payee is new: from its first payout that the rail confirmed. Nothing: never.';
comment on column public.payout_reserves.hold_for is 'How long a release to a new payee waits.';
-- Cards are charged back for months, but mostly of strangers and soon; a deposit on a chain that is final is not.
insert into public.payout_reserves (rail, new_for, hold_for) values ('stripe', '90 days', '7 days');

create type public.payout_state as enum (
    'created', 'claimed', 'submitted', 'unknown', 'confirmed', 'failed_final', 'kept'
);

create table public.payouts (
    id uuid primary key,
    purpose text not null references public.purposes (purpose) on delete restrict,
    reference_id uuid not null,
    reference_version integer not null,
    kind text not null check (kind in ('release', 'refund', 'return', 'rail_return', 'reinstate', 'withdrawal')),
    rail text not null check (rail <> 'internal'),
    party_id uuid not null references public.parties (id) on delete restrict,
    currency text not null references public.currencies (code) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    state public.payout_state not null,
    version integer not null default 1,
    attempt integer not null default 1 check (attempt >= 1),
    claims integer not null default 0 check (claims >= 0),
    tries integer not null default 0 check (tries >= 0),
    to_source boolean not null,
    destination text,
    provider_reference text,
    returned_amount public.money_amount not null default 0 check (returned_amount between 0 and amount),
    reason text not null default '' check (length(reason) <= 500),
    not_before timestamptz,
    next_at timestamptz,
    deadline_at timestamptz,
    waits_for_float_since timestamptz,
    last_event text not null,
    last_actor_role text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint payouts_once unique (purpose, reference_id, reference_version, party_id, currency, kind),
    constraint payouts_only_what_was_not_sent_waits check (
        waits_for_float_since is null or state in ('created', 'claimed')
    ),
    constraint payouts_live_has_time check (
        (state in ('confirmed', 'kept')) = (next_at is null and deadline_at is null)
        and (state in ('created', 'failed_final')) = (deadline_at is not null)
    ),
    constraint payouts_destination_frozen check (
        state not in ('claimed', 'submitted', 'unknown') or destination is not null
    ),
    constraint payouts_submitted_is_named check (
        state not in ('submitted', 'confirmed') or provider_reference is not null
    )
) with (fillfactor = 70);
alter table public.payouts enable row level security;
create index payouts_party_id_idx on public.payouts (party_id, created_at desc);
create index payouts_currency_idx on public.payouts (currency);
create index payouts_next_at_idx on public.payouts (rail, next_at)
where next_at is not null;
create index payouts_deadline_at_idx on public.payouts (deadline_at)
where deadline_at is not null;
create unique index payouts_provider_reference_idx
on public.payouts (rail, provider_reference) where kind <> 'rail_return';
comment on table public.payouts is
'Money on its way to one party over an outside rail: once for each version of what it is for, party, currency and kind. It waits in the party''s pending balance until the rail confirms it. Keys and attempts: a new attempt only after the rail has provably refused the one before.';
comment on column public.payouts.id is 'The payout; also the id of the hold.';
comment on column public.payouts.purpose is 'What it is for.';
comment on column public.payouts.reference_id is 'Which one of that: the escrow, the case of one, the withdrawal, the deposit that nobody asked for.';
comment on column public.payouts.reference_version is 'Version of it whose move ordered the payout.';
comment on column public.payouts.kind is
'release to the payee; refund to the payer; return of money that was never held; rail_return: the rail gave it back itself; reinstate: a reversal that was undone; withdrawal: out of a wallet. Of an invoice refund is what goes back to who paid it.';
comment on column public.payouts.rail is 'Rail it goes over: that of the escrow.';
comment on column public.payouts.party_id is 'Who is paid.';
comment on column public.payouts.currency is 'Currency of the amount.';
comment on column public.payouts.amount is 'What is paid, in units of the currency.';
comment on column public.payouts.state is
'created, claimed by a worker, submitted to the rail, unknown (sent, and no answer came: only the rail can tell), confirmed, failed_final (provably not paid), kept (not sent: it is in the party''s balance in Holdfast, or in suspense where it came from there).';
comment on column public.payouts.version is 'Counts the moves.';
comment on column public.payouts.attempt is 'Counts the payouts that were tried: one more only after the one before was provably refused.';
comment on column public.payouts.claims is
'How often a worker has taken it on to send it. Each has a key of its own at the rail: where nothing was provably sent, the rail may still keep its refusal under the old one.';
comment on column public.payouts.tries is 'How often a worker has had to come back within this state; spaces the next polls.';
comment on column public.payouts.to_source is 'Whether it can go nowhere but where its money came from: the rail gives it back itself.';
comment on column public.payouts.destination is
'Where it goes, frozen when it was ordered or else claimed: account, charge to refund, or address. Null before.';
comment on column public.payouts.provider_reference is 'What the rail calls it: transfer, refund or transaction hash.';
comment on column public.payouts.returned_amount is 'What came back of it after it was confirmed, so far.';
comment on column public.payouts.reason is 'Why the last move was made, in the rail''s words.';
comment on column public.payouts.not_before is
'Until when it is not sent: its payee is new (payout_reserves), and does not keep it before either; or it waits for the hold of a withdrawal, or of a new address. Null where it does not wait.';
comment on column public.payouts.next_at is 'When a worker polls it next; null once it has ended, or while its party has named no destination.';
comment on column public.payouts.deadline_at is 'When the money is kept unless it can be sent before; null while the rail has the word.';
comment on column public.payouts.waits_for_float_since is
'Since when the rail has too little of ours to send it; null where it has enough, or was not asked.';
comment on column public.payouts.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.payouts.last_actor_role is 'Who made the last move.';
comment on column public.payouts.created_at is 'When it was ordered, by the database clock.';
comment on column public.payouts.updated_at is 'When it last moved.';

insert into private.hold_purposes (purpose, description) values
('payout', 'Money on its way out; of the payout.');

create table public.payout_events (
    payout_id uuid not null references public.payouts (id) on delete restrict,
    version integer not null,
    event text not null,
    actor_role text not null,
    from_state public.payout_state,
    to_state public.payout_state not null,
    attempt integer not null,
    destination text,
    provider_reference text,
    reason text not null,
    created_at timestamptz not null,
    primary key (payout_id, version)
);
alter table public.payout_events enable row level security;
select private.make_append_only('public.payout_events');
comment on table public.payout_events is 'Every move of every payout.';
comment on column public.payout_events.payout_id is 'The payout.';
comment on column public.payout_events.version is 'Version it led to: no gaps.';
comment on column public.payout_events.event is 'Name of the move.';
comment on column public.payout_events.actor_role is 'Who made it.';
comment on column public.payout_events.from_state is 'State before; null for the first.';
comment on column public.payout_events.to_state is 'State after.';
comment on column public.payout_events.attempt is 'Attempt it belongs to.';
comment on column public.payout_events.destination is 'Where the money was to go.';
comment on column public.payout_events.provider_reference is 'What the rail called it.';
comment on column public.payout_events.reason is 'Why, in the rail''s words.';
comment on column public.payout_events.created_at is 'When, by the database clock.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(26, 'payout', null, 'instruct', 'system', 'created', 'with the move of the escrow that ends or returns the money'),
(26, 'payout', null, 'rail_return', 'rail', 'confirmed', 'the rail has given the money back itself'),
(26, 'payout', 'created', 'claim', 'system', 'claimed', 'one worker; the destination is frozen'),
(26, 'payout', 'created', 'keep', 'timer', 'kept', 'no destination was named, or it could not be sent, in time'),
(26, 'payout', 'created', 'keep', 'party', 'kept', 'the party would rather keep it'),
(26, 'payout', 'created', 'keep', 'system', 'kept', 'its party owes, is suspended or closed: what it gets is set off or held in its balance'),
(26, 'payout', 'created', 'keep', 'rail', 'kept', 'the rail took the money back that it is of'),
(26, 'payout', 'claimed', 'submit', 'rail', 'submitted', 'the rail has it, and has given it a name'),
(26, 'payout', 'claimed', 'confirm', 'rail', 'confirmed', 'paid'),
(26, 'payout', 'claimed', 'fail', 'rail', 'failed_final', 'provably not paid: a case is opened'),
(26, 'payout', 'claimed', 'postpone', 'system', 'created', 'provably not sent: later again'),
(26, 'payout', 'claimed', 'lose', 'system', 'unknown', 'no answer came, or the worker died'),
(26, 'payout', 'submitted', 'poll', 'system', 'submitted', 'not yet final'),
(26, 'payout', 'submitted', 'confirm', 'rail', 'confirmed', 'paid'),
(26, 'payout', 'submitted', 'fail', 'rail', 'failed_final', 'provably not paid: a case is opened'),
(26, 'payout', 'unknown', 'poll', 'system', 'unknown', 'the rail cannot tell yet'),
(26, 'payout', 'unknown', 'submit', 'rail', 'submitted', 'the rail has it after all'),
(26, 'payout', 'unknown', 'confirm', 'rail', 'confirmed', 'paid after all'),
(26, 'payout', 'unknown', 'fail', 'rail', 'failed_final', 'the rail has shown that it was not paid: a case is opened'),
(26, 'payout', 'failed_final', 'retry', 'party', 'created', 'a new attempt, where the party wants it now'),
(26, 'payout', 'failed_final', 'retry', 'operator', 'created', 'a new attempt'),
(26, 'payout', 'failed_final', 'keep', 'party', 'kept', 'the party would rather keep it'),
(26, 'payout', 'failed_final', 'keep', 'timer', 'kept', 'nobody asked for a new attempt in time'),
(26, 'payout', 'failed_final', 'keep', 'rail', 'kept', 'the rail took the money back, or its party asks anew');
-- noqa: enable=LT05

create function private.tg_payouts__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'A payout is never deleted.';
    end if;
    if tg_op = 'UPDATE' and (
        new.returned_amount < old.returned_amount or (new.returned_amount > old.returned_amount and old.state <> 'confirmed')
    ) then
        raise sqlstate 'PT409' using
            message = 'payout_terms_fixed', detail = 'Only what was paid comes back, and more of it each time.';
    end if;
    -- When it is polled next, and what came back of it, is no move.
    if tg_op = 'UPDATE' and (to_jsonb(old) - '{next_at,tries,returned_amount}'::text[]) = (to_jsonb(new) - '{next_at,tries,returned_amount}'::text[]) then
        return new;
    end if;
    if not private.has_edge(
        'payout', case when tg_op = 'UPDATE' then old.state::text end, '', new.last_event, new.last_actor_role,
        new.state::text, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for the payout.';
    end if;
    if tg_op = 'INSERT' then
        return new;
    end if;
    if (
            old.id, old.purpose, old.reference_id, old.reference_version, old.kind, old.to_source, old.rail, old.party_id, old.currency, old.amount,
            old.not_before
        )
        is distinct from
        (
            new.id, new.purpose, new.reference_id, new.reference_version, new.kind, new.to_source, new.rail, new.party_id, new.currency, new.amount,
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
comment on function private.tg_payouts__guard() is
'Law 2 for payouts: a legal move, the same money, and no other destination while it is under way (incident 3).';
create trigger _500_guard before insert or update or delete on public.payouts
for each row execute function private.tg_payouts__guard();

-- Definer: the history is written for whoever moved the payout.
create function private.tg_payouts__record() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.payout_events (
        payout_id, version, event, actor_role, from_state, to_state, attempt, destination, provider_reference,
        reason, created_at
    ) values (
        new.id, new.version, new.last_event, new.last_actor_role, case when tg_op = 'UPDATE' then old.state end,
        new.state, new.attempt, new.destination, new.provider_reference, new.reason, new.updated_at
    );
    if tg_op = 'UPDATE' and old.waits_for_float_since is null and new.waits_for_float_since is not null then
        perform private.emit_event(
            'payout.waits_for_float', 'payout', new.id, new.version, array[new.party_id],
            jsonb_build_object(
                'purpose', new.purpose, 'reference_id', new.reference_id, 'rail', new.rail,
                'amount', trim_scale(new.amount)::text, 'currency', new.currency, 'since', new.waits_for_float_since
            ), new.updated_at
        );
    end if;
    -- A poll that finds nothing new is no news.
    if new.last_event not in ('poll', 'claim', 'postpone') then
        perform private.emit_event(
            'payout.' || new.last_event, 'payout', new.id, new.version, array[new.party_id],
            jsonb_build_object(
                'state', new.state, 'purpose', new.purpose, 'reference_id', new.reference_id, 'kind', new.kind, 'rail', new.rail,
                'amount', trim_scale(new.amount)::text, 'currency', new.currency,
                'needs_destination', new.state = 'created' and new.next_at is null, 'not_before', new.not_before
            ), new.updated_at
        );
    end if;
    return null;
end
$$;
comment on function private.tg_payouts__record() is
'Each version of a payout writes its event; the party is told.';
create trigger _510_record_first after insert on public.payouts
for each row execute function private.tg_payouts__record();
create trigger _510_record after update on public.payouts
for each row when (new.version <> old.version) execute function private.tg_payouts__record();

create function private.reserved_until(
    p_rail text, p_party_id uuid, p_now timestamptz
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
        select from public.payouts as i
        where i.party_id = p_party_id and i.rail = p_rail and i.kind = 'release' and i.state = 'confirmed'
            and i.updated_at <= p_now - v_rule.new_for
    ) then
        return p_now + v_rule.hold_for;
    end if;
    return null;
end
$$;
comment on function private.reserved_until(text, uuid, timestamptz) is
'Until when a release to a payee waits because it is new on a rail; null: it does not wait.';

create function private.watch_payout(p_payout public.payouts) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    if exists (select from public.screening_rules as r where r.rail = p_payout.rail) then
        perform private.watch_address(p_payout.rail, p_payout.destination, p_payout.party_id, p_payout.purpose);
    end if;
end
$$;
comment on function private.watch_payout(public.payouts) is
'The address that a payout was ordered to is asked about until it has ended, whatever becomes of the destination.';

create function private.unwatch_payout(p_payout public.payouts) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    if not exists (
        select from public.payouts as p
        where p.purpose = p_payout.purpose and p.party_id = p_payout.party_id and p.rail = p_payout.rail
            and p.destination = p_payout.destination and p.state not in ('confirmed', 'kept') and p.id <> p_payout.id
    ) then
        perform private.unwatch_address(p_payout.rail, p_payout.destination, p_payout.party_id, p_payout.purpose);
    end if;
end
$$;
comment on function private.unwatch_payout(public.payouts) is
'A payout has ended: its address is asked about no more, unless another of its party and purpose goes there.';

create function private.order_payout(p_payout public.payouts, p_transfer uuid) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz := p_payout.created_at;
    v_wallet uuid := ledger.wallet_of(p_payout.party_id, p_payout.currency);
    v_back boolean := p_payout.kind = 'rail_return';
    v_owed numeric;
    v_entries ledger.new_entry [];
begin
    if p_payout.destination is not null then
        perform private.watch_payout(p_payout);
    end if;
    -- What the party owes does not leave: it becomes available, and ledger.post sets it off. Locked, so that
    -- of two payouts at once the second sees what the first has paid of it.
    select case when v_back then 0 else least(w.owed, p_payout.amount) end into v_owed
    from public.wallets as w where w.id = v_wallet for no key update;
    if v_owed > 0 then
        v_entries := array[row(p_transfer, v_wallet, 'available', v_owed, null, null)::ledger.new_entry];
        if v_owed = p_payout.amount then
            return v_entries;
        end if;
    end if;
    p_payout.id := private.uuid_v7(v_now);
    p_payout.amount := p_payout.amount - v_owed;
    if v_back then
        p_payout.state := 'confirmed';
        p_payout.last_event := 'rail_return';
        p_payout.last_actor_role := 'rail';
    else
        p_payout.state := 'created';
        p_payout.last_event := 'instruct';
        p_payout.last_actor_role := 'system';
        p_payout.deadline_at := v_now + interval '30 days';
        if p_payout.to_source or p_payout.destination is not null then
            p_payout.next_at := coalesce(p_payout.not_before, v_now);
        else
            -- From when it has somewhere to go; null while it has not.
            select greatest(min(d.default_from), p_payout.not_before, v_now) into p_payout.next_at
            from public.payout_destinations as d
            where d.party_id = p_payout.party_id and d.rail = p_payout.rail and d.removed_at is null
                and (d.currency = p_payout.currency or d.currency is null)
            having min(d.default_from) is not null;
        end if;
    end if;
    insert into public.payouts (
        id, purpose, reference_id, reference_version, kind, rail, party_id, currency, amount, state, to_source,
        destination, provider_reference, not_before, next_at, deadline_at, last_event, last_actor_role, created_at, updated_at
    ) values (
        p_payout.id, p_payout.purpose, p_payout.reference_id, p_payout.reference_version, p_payout.kind, p_payout.rail,
        p_payout.party_id, p_payout.currency, p_payout.amount, p_payout.state, p_payout.to_source,
        p_payout.destination, p_payout.provider_reference, p_payout.not_before, p_payout.next_at, p_payout.deadline_at, p_payout.last_event,
        p_payout.last_actor_role, v_now, v_now
    );
    return v_entries || case when v_back
        then row(
            p_transfer, ledger.wallet_of(private.external_party(), p_payout.currency, 'clearing'), 'available', p_payout.amount,
            null, null
        )::ledger.new_entry
        else row(p_transfer, v_wallet, 'pending', p_payout.amount, p_payout.id, 'payout')::ledger.new_entry
    end;
end
$$;
comment on function private.order_payout(public.payouts, uuid) is
'Orders a payout {purpose, reference_id, reference_version, kind, rail, party_id, currency, amount, to_source, destination, provider_reference, not_before, created_at} and returns the entries of a transfer that hold its money: pending until the rail confirms it. As much as the party owes becomes available instead, and is set off; the wallet is locked until then. A rail_return is confirmed at once: the rail has given it back itself.';

create function private.kept_in_balance(p_payout public.payouts, p_transfer uuid) returns ledger.new_entry[]
language plpgsql stable set search_path = ''
as $$
begin
    return array[row(
        p_transfer, ledger.wallet_of(p_payout.party_id, p_payout.currency), 'available', p_payout.amount, null, null
    )::ledger.new_entry];
end
$$;
comment on function private.kept_in_balance(public.payouts, uuid) is
'Entries of a payout that is kept: its money is its party''s to spend.';

create function private.stop_payout(
    p_payout public.payouts, p_role text, p_reason text, p_transfer uuid, p_now timestamptz
) returns ledger.new_entry[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_wallet uuid := ledger.wallet_of(p_payout.party_id, p_payout.currency);
begin
    update public.payouts set
        state = 'kept', last_event = 'keep', last_actor_role = p_role, reason = p_reason, next_at = null, deadline_at = null,
        waits_for_float_since = null,
        updated_at = p_now
    where id = p_payout.id
    returning * into p_payout;
    perform private.unwatch_payout(p_payout);
    return row(p_transfer, v_wallet, 'pending', -p_payout.amount, p_payout.id, 'payout')::ledger.new_entry
        || private.payout_ended(p_payout, p_transfer, false);
end
$$;
comment on function private.stop_payout(public.payouts, text, text, uuid, timestamptz) is
'A payout is not sent: the entries of a transfer payout.keep that give its money back to where its purpose has it.';

create function private.keep_payout(
    p_payout public.payouts, p_role text, p_reason text, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfer uuid := private.uuid_v7(p_now);
begin
    perform ledger.post(
        array[row(v_transfer, 'payout.keep', 'payout', p_payout.id, '', null, null)::ledger.new_transfer],
        private.stop_payout(p_payout, p_role, p_reason, v_transfer, p_now), p_now
    );
end
$$;
comment on function private.keep_payout(public.payouts, text, text, timestamptz) is
'Nothing of a payout is sent: its money is back in its party''s balance, or where else its purpose has it.';
