-- After the end: claims of a party, money that came too late, reversals of a
-- rail. A case never reopens an escrow; money moves only from reserves.

create table public.escrow_cases (
    id uuid primary key,
    escrow_id uuid not null references public.escrow_transactions (id) on delete restrict,
    kind text not null check (kind in ('claim', 'late_funds', 'rail_reversal', 'payout')),
    raised_by uuid references public.parties (id) on delete restrict,
    reason text not null check (length(reason) between 1 and 64),
    description text not null default '' check (length(description) <= 5000),
    amount public.money_amount,
    paid_amount public.money_amount check (paid_amount >= 0),
    provider_event_id text unique,
    reference text,
    debtor_id uuid references public.parties (id) on delete restrict,
    taken_amount public.money_amount check (taken_amount >= 0),
    evidence_due_at timestamptz,
    state text not null default 'review' check (state in ('review', 'upheld', 'dismissed')),
    last_event text not null,
    last_actor_role public.escrow_role not null,
    resolution text not null default '' check (length(resolution) <= 5000),
    resolved_by uuid references auth.users (id) on delete restrict,
    deadline_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint escrow_cases_open_has_deadline check ((state = 'review') = (deadline_at is not null)),
    constraint escrow_cases_deadline_is_finite check (isfinite(deadline_at))
);
alter table public.escrow_cases enable row level security;
select private.make_text('public.escrow_cases', 'prose', 'reason', 'description', 'resolution');
select private.make_quota('public.escrow_cases', 'claim', 'raised_by', 'escrow_id');
create unique index escrow_cases_one_claim_idx on public.escrow_cases (escrow_id, raised_by) where kind = 'claim';
create index escrow_cases_escrow_id_idx on public.escrow_cases (escrow_id);
create index escrow_cases_raised_by_idx on public.escrow_cases (raised_by);
create index escrow_cases_debtor_id_idx on public.escrow_cases (debtor_id);
create index escrow_cases_resolved_by_idx on public.escrow_cases (resolved_by);
create index escrow_cases_deadline_at_idx on public.escrow_cases (deadline_at) where state = 'review';
select private.make_audited('public.escrow_cases');
comment on table public.escrow_cases is 'What is brought forward after an escrow has ended; never reopens it.';
comment on column public.escrow_cases.id is 'The case.';
comment on column public.escrow_cases.escrow_id is 'The ended escrow it is about; it is never reopened.';
comment on column public.escrow_cases.kind is
'claim by a party; late_funds or rail_reversal by a rail; payout for a payment the rail refused for good.';
comment on column public.escrow_cases.raised_by is 'Party that claims; null when a rail reported it.';
comment on column public.escrow_cases.reason is 'Why, as the party or the rail says.';
comment on column public.escrow_cases.description is 'Words of the party; empty for a rail.';
comment on column public.escrow_cases.state is 'review, then upheld or dismissed.';
comment on column public.escrow_cases.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.escrow_cases.last_actor_role is 'Who made the last move.';
comment on column public.escrow_cases.resolution is 'Words of the operator who closed it; empty while open.';
comment on column public.escrow_cases.resolved_by is
'Operator who closed it; null while open or when its time ran out.';
comment on column public.escrow_cases.deadline_at is
'When the case is dismissed unless closed before; null once closed.';
comment on column public.escrow_cases.created_at is 'When the row was made, by the database clock.';
comment on column public.escrow_cases.updated_at is 'When the row last changed, by the database clock.';
comment on column public.escrow_cases.amount is 'Amount the rail reported, in the escrow''s currency; null for a claim.';
comment on column public.escrow_cases.paid_amount is 'Amount an upheld claim was paid from the loss account; null when nothing was.';
comment on column public.escrow_cases.provider_event_id is 'Event of the rail that raised the case; each raises one.';
comment on column public.escrow_cases.reference is 'The rail''s name of the dispute or payment.';
comment on column public.escrow_cases.debtor_id is 'Of a reversal: the party that had been paid the money.';
comment on column public.escrow_cases.taken_amount is 'Of a reversal: what was taken from the debtor''s balance; the rest is a receivable.';
comment on column public.escrow_cases.evidence_due_at is 'Until when the rail takes evidence; null where it takes none.';

insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(24, 'case', null, 'claim', 'payer', 'review', 'inside the claim window'),
(24, 'case', null, 'claim', 'payee', 'review', 'inside the claim window'),
(25, 'case', null, 'rail_reversal', 'rail', 'review', 'the rail took money back after the end'),
(6, 'case', null, 'late_funds', 'rail', 'review', 'money for an escrow that is void'),
(26, 'case', null, 'payout_failed', 'rail', 'review', 'the rail provably did not pay'),
(25, 'case', 'review', 'reversal_won', 'rail', 'dismissed', 'the rail gave the money back'),
(25, 'case', 'review', 'reversal_lost', 'rail', 'upheld', 'the rail keeps the money'),
(24, 'case', 'review', 'uphold', 'operator', 'upheld', 'paid from the loss account, never from the escrow'),
(24, 'case', 'review', 'dismiss', 'operator', 'dismissed', ''),
(24, 'case', 'review', 'timeout_dismiss', 'timer', 'dismissed', 'nobody upheld it in time');

create function private.tg_escrow_cases__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'A case is never deleted.';
    end if;
    if not private.has_edge(
        'case', case when tg_op = 'UPDATE' then old.state end, '', new.last_event, new.last_actor_role::text, new.state, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for the case.';
    end if;
    return new;
end
$$;
comment on function private.tg_escrow_cases__guard() is 'Law 2 for cases.';
create trigger _500_guard before insert or update or delete on public.escrow_cases
for each row execute function private.tg_escrow_cases__guard();

-- Definer: service_role may give commands, not write the tables.
create function service.escrow_claim(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_turn private.escrow_turn := private.begin_escrow_command(command, 'escrow_claim');
    v_now timestamptz := v_turn.now;
    v_actor uuid := v_turn.actor_id;
    v_escrow public.escrow_transactions := v_turn.escrow;
    v_role public.escrow_role;
    v_answer jsonb;
begin
    if v_turn.answer is not null then
        return v_turn.answer;
    end if;
    v_role := case
        when private.acts_for(v_actor, v_escrow.payer_id) then 'payer'
        when private.acts_for(v_actor, v_escrow.payee_id) then 'payee'
    end;
    if v_role is null then
        perform private.refuse('not_your_move');
    elsif not private.is_terminal(v_escrow.state) then
        perform private.refuse('illegal_move');
    elsif v_now > private.later_by_outages(v_escrow.completed_at, v_escrow.claim_until) then
        perform private.refuse('deadline_passed');
    elsif not private.has_words(command ->> 'reason') then
        perform private.refuse('reason_required');
    end if;
    insert into public.escrow_cases (
        id, escrow_id, kind, raised_by, reason, description, last_event, last_actor_role, deadline_at, created_at, updated_at
    )
    select private.uuid_v7(v_now), v_escrow.id, 'claim',
        case v_role when 'payer' then v_escrow.payer_id else v_escrow.payee_id end,
        command ->> 'reason', coalesce(command ->> 'description', ''), 'claim', v_role,
        v_now + p.claim_review_within, v_now, v_now
    from public.escrow_policies as p where p.id = v_escrow.policy_id
    returning jsonb_build_object('case_id', id, 'escrow_id', escrow_id, 'state', state, 'deadline_at', deadline_at)
    into v_answer;
    return private.finish_command(command, v_answer, v_now);
end
$$;
comment on function service.escrow_claim(service.command) is
'A party brings a case inside the claim window {escrow_id, actor_id, reason, description, idempotency_key, request_hash}. Raises not_your_move (403), illegal_move, deadline_passed, duplicate (409).';

-- Definer: as escrow_claim.
create function service.escrow_rail_case(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_escrow public.escrow_transactions;
    v_kind text := command ->> 'kind';
    v_amount numeric := (command ->> 'amount')::numeric;
    v_currency text;
    v_transfer uuid;
    v_clearing uuid;
    v_debtor uuid;
    v_taken numeric;
    v_payment public.settlement_instructions;
    v_entries ledger.new_entry [];
    v_case public.escrow_cases;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select * into v_escrow from public.escrow_transactions
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
    if v_kind is null or v_kind not in ('late_funds', 'rail_reversal')
        or (v_kind = 'late_funds' and v_escrow.state in ('proposed', 'awaiting_funds', 'funding_exception'))
        or (v_kind = 'rail_reversal' and not private.is_terminal(v_escrow.state)) then
        perform private.refuse('illegal_move');
    elsif not coalesce(v_amount > 0 and private.fits(v_amount, v_currency), false)
        or (v_kind = 'rail_reversal' and v_currency <> v_escrow.currency) then
        perform private.refuse('funds_not_exact');
    end if;
    if v_kind = 'rail_reversal' then
        v_debtor := case when v_escrow.payee_amount > 0 then v_escrow.payee_id else v_escrow.payer_id end;
        -- What has not left yet does not leave any more.
        for v_payment in
            select * from public.settlement_instructions
            where escrow_id = v_escrow.id and party_id = v_debtor and currency = v_currency
                and state in ('created', 'failed_final')
            order by id for no key update
        loop
            perform private.keep_payment(v_payment, 'rail', 'the rail took the money back', v_now);
        end loop;
        select least(w.available, v_amount) into v_taken from public.wallets as w
        where w.id = ledger.wallet_of(v_debtor, v_currency) for no key update;
    end if;
    insert into public.escrow_cases (
        id, escrow_id, kind, reason, amount, provider_event_id, reference, debtor_id, taken_amount, evidence_due_at,
        last_event, last_actor_role, deadline_at, created_at, updated_at
    )
    select private.uuid_v7(v_now), v_escrow.id, v_kind, coalesce(nullif(command ->> 'reason', ''), v_kind), v_amount,
        command ->> 'provider_event_id', coalesce(command ->> 'reference', command ->> 'provider_event_id'), v_debtor, v_taken,
        (command ->> 'due_by')::timestamptz, v_kind, 'rail',
        -- A rail takes months to decide; after that a reversal stands.
        case v_kind when 'rail_reversal' then coalesce((command ->> 'due_by')::timestamptz, v_now) + interval '180 days'
            else v_now + p.claim_review_within end,
        v_now, v_now
    from public.escrow_policies as p where p.id = v_escrow.policy_id
    returning * into v_case;
    v_transfer := private.uuid_v7(v_now);
    v_clearing := ledger.wallet_of(private.external_party(), v_currency, 'clearing');
    if v_kind = 'late_funds' then
        v_entries := array[row(v_transfer, v_clearing, 'available', -v_amount, null, null)::ledger.new_entry]
        || private.pay_out(
            v_escrow, v_escrow.version, v_case.id, 'return', v_transfer, v_escrow.payer_id, v_currency, v_amount, null, v_now
        );
    else
        v_entries := array[row(v_transfer, v_clearing, 'available', v_amount, null, null)::ledger.new_entry];
        if v_taken > 0 then
            v_entries := v_entries || row(
                v_transfer, ledger.wallet_of(v_debtor, v_currency), 'available', -v_taken, null, null
            )::ledger.new_entry;
        end if;
        if v_amount > v_taken then
            v_entries := v_entries || row(
                v_transfer, ledger.wallet_of(private.platform_party(), v_currency, 'losses'), 'available',
                v_taken - v_amount, null, null
            )::ledger.new_entry;
            insert into public.receivables (id, party_id, case_id, currency, amount, created_at, updated_at)
            values (private.uuid_v7(v_now), v_debtor, v_case.id, v_currency, v_amount - v_taken, v_now, v_now);
        end if;
    end if;
    perform ledger.post(
        array[row(v_transfer, 'case.' || v_kind, 'case', v_case.id, '', null, null)::ledger.new_transfer], v_entries, v_now
    );
    return jsonb_build_object('case_id', v_case.id, 'replayed', false);
end
$$;
comment on function service.escrow_rail_case(service.command) is
'A rail reports money beside the moves {escrow_id, kind late_funds|rail_reversal, amount, currency, provider_event_id, reference, reason, due_by}: once per event. Money that no move waits for goes back to the payer. Money that the rail took back after the end is taken from the party that had been paid it, as far as its balance reaches; the rest is a receivable. Raises illegal_move, funds_not_exact (409).';

-- Definer: as escrow_claim.
create function service.escrow_rail_outcome(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_case public.escrow_cases;
    v_escrow public.escrow_transactions;
    v_debt public.receivables;
    v_transfer uuid;
    v_entries ledger.new_entry [];
    v_owed numeric := 0;
    v_event text := command ->> 'event';
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select e.* into v_escrow from public.escrow_transactions as e
    inner join public.escrow_cases as c on e.id = c.escrow_id
    where c.id = (command ->> 'case_id')::uuid for no key update of e;
    if not found or v_event is null or v_event not in ('reversal_won', 'reversal_lost') then
        perform private.refuse('illegal_move');
    end if;
    select * into strict v_case from public.escrow_cases where id = (command ->> 'case_id')::uuid for no key update;
    v_now := private.clock();
    if v_case.last_event = v_event then
        return jsonb_build_object('case_id', v_case.id, 'replayed', true);
    elsif v_case.state <> 'review' or v_case.kind <> 'rail_reversal' then
        perform private.refuse('illegal_move');
    end if;
    update public.escrow_cases set
        state = case v_event when 'reversal_won' then 'dismissed' else 'upheld' end,
        last_event = v_event, last_actor_role = 'rail', deadline_at = null, updated_at = v_now
    where id = v_case.id;
    if v_event = 'reversal_won' then
        v_transfer := private.uuid_v7(v_now);
        v_entries := array[row(
            v_transfer, ledger.wallet_of(private.external_party(), v_escrow.currency, 'clearing'), 'available',
            -v_case.amount, null, null
        )::ledger.new_entry];
        select * into v_debt from public.receivables where case_id = v_case.id for no key update;
        if found then
            v_owed := v_debt.amount - v_debt.recovered_amount;
            update public.receivables set cancelled_amount = v_owed, updated_at = v_now where id = v_debt.id;
            v_entries := v_entries || row(
                v_transfer, ledger.wallet_of(private.platform_party(), v_escrow.currency, 'losses'), 'available', v_owed, null, null
            )::ledger.new_entry;
        end if;
        -- What was taken from the party, then or since, is its own again.
        if v_case.amount > v_owed then
            v_entries := v_entries || private.pay_out(
                v_escrow, v_escrow.version, v_case.id, 'reinstate', v_transfer, v_case.debtor_id, v_escrow.currency,
                v_case.amount - v_owed, null, v_now
            );
        end if;
        perform ledger.post(
            array[row(v_transfer, 'case.reversal_won', 'case', v_case.id, '', null, null)::ledger.new_transfer], v_entries, v_now
        );
    end if;
    return jsonb_build_object('case_id', v_case.id, 'replayed', false);
end
$$;
comment on function service.escrow_rail_outcome(service.command) is
'How a reversal ended {case_id, event reversal_won|reversal_lost}: won, the platform and the party have back what each had lost; lost, it stands. Raises illegal_move (409).';

create function private.close_case(
    p_case_id uuid, p_event text, p_role public.escrow_role, p_actor uuid, p_resolution text,
    p_amount numeric, p_now timestamptz
) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_case public.escrow_cases;
    v_currency text;
    v_transfer uuid := private.uuid_v7(p_now);
begin
    update public.escrow_cases set
        state = case p_event when 'uphold' then 'upheld' else 'dismissed' end,
        paid_amount = case when p_event = 'uphold' and kind = 'claim' and p_amount > 0 then p_amount end,
        last_event = p_event, last_actor_role = p_role,
        resolution = coalesce(p_resolution, ''), resolved_by = p_actor, deadline_at = null, updated_at = p_now
    where id = p_case_id
    returning * into v_case;
    if v_case.paid_amount is not null then
        select currency into v_currency from public.escrow_transactions where id = v_case.escrow_id;
        perform ledger.post(
            array[row(v_transfer, 'case.claim', 'case', v_case.id, '', null, p_actor)::ledger.new_transfer],
            array[
                row(v_transfer, ledger.wallet_of(private.platform_party(), v_currency, 'losses'), 'available', -p_amount, null, null)::ledger.new_entry,
                row(v_transfer, ledger.wallet_of(v_case.raised_by, v_currency), 'available', p_amount, null, null)::ledger.new_entry
            ],
            p_now
        );
    end if;
    return jsonb_build_object('case_id', v_case.id, 'state', v_case.state);
end
$$;
comment on function private.close_case(uuid, text, public.escrow_role, uuid, text, numeric, timestamptz) is
'Upholds or dismisses a case; an upheld claim is paid from the loss account.';

-- Definer: service_role may give commands, not write the tables.
create function service.escrow_case_close(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_answer jsonb;
    v_case public.escrow_cases;
    v_escrow public.escrow_transactions;
    v_event text := command ->> 'event';
    v_amount numeric := (command ->> 'amount')::numeric;
begin
    select * into v_case from public.escrow_cases where id = (command ->> 'case_id')::uuid for no key update;
    select * into v_escrow from public.escrow_transactions where id = v_case.escrow_id;
    v_answer := private.begin_operator_command(
        'case_close', command, array[v_escrow.payer_id, v_escrow.payee_id], v_escrow.currency, v_amount
    );
    if v_answer is not null then
        return v_answer;
    elsif v_case.id is null then
        raise sqlstate 'PT404' using message = 'case_not_found', detail = 'No such case.';
    elsif v_event is null or v_event not in ('uphold', 'dismiss') or v_case.state <> 'review'
        -- How a reversal ends is the rail's word: it moves money.
        or v_case.kind = 'rail_reversal' then
        perform private.refuse('illegal_move');
    elsif v_amount is not null and not (v_amount between 0 and v_escrow.amount and private.fits(v_amount, v_escrow.currency)) then
        raise sqlstate 'PT422' using message = 'bad_amount', detail = 'Between nothing and the amount of the escrow.';
    end if;
    return private.finish_command(command, private.close_case(
        v_case.id, v_event, 'operator', (command ->> 'actor_id')::uuid, command ->> 'resolution', v_amount, private.clock()
    ), private.clock());
end
$$;
comment on function service.escrow_case_close(service.command) is
'Operator command: uphold or dismiss {case_id, event, amount, resolution, actor_id, aal, idempotency_key, request_hash}.';

-- Definer: timers have no user.
create function service.escrow_cases_expire(max_rows integer default 500) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_case record;
    v_closed integer := 0;
begin
    for v_case in
        select id from public.escrow_cases
        where state = 'review' and deadline_at <= v_now
            and private.later_by_outages(created_at, deadline_at) <= v_now
        order by deadline_at limit max_rows for no key update skip locked
    loop
        perform private.close_case(v_case.id, 'timeout_dismiss', 'timer', null, 'not upheld in time', null, v_now);
        v_closed := v_closed + 1;
    end loop;
    return v_closed;
end
$$;
comment on function service.escrow_cases_expire(integer) is 'Dismisses cases whose review time is over, later by our own outages; returns how many.';
