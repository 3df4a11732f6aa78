-- Deposits that do not count by themselves: dust, and money of an address that is warned of. That
-- deposit only waits, in an account of its own; an operator decides, or time does.

create table public.deposit_quarantines (
    id uuid primary key,
    chain_id bigint not null,
    transaction_hash text not null,
    log_index integer not null,
    reason text not null check (reason in ('dust', 'flagged')),
    screening_id uuid references public.wallet_screenings (id) on delete restrict,
    decide_by timestamptz,
    outcome text check (outcome in ('accepted', 'released', 'withheld', 'lost')),
    decided_by uuid references auth.users (id) on delete restrict,
    note text not null default '' check (length(note) <= 500),
    created_at timestamptz not null,
    decided_at timestamptz,
    foreign key (chain_id, transaction_hash, log_index)
    references public.chain_deposits (chain_id, transaction_hash, log_index) on delete restrict,
    constraint deposit_quarantines_open_has_deadline check (
        (outcome is null) = (decide_by is not null) and (outcome is null) = (decided_at is null)
    ),
    constraint deposit_quarantines_flagged_by check ((reason = 'flagged') = (screening_id is not null)),
    constraint deposit_quarantines_accepted_by check (
        (outcome is not distinct from 'accepted') = (decided_by is not null)
    )
);
alter table public.deposit_quarantines enable row level security;
select private.make_text('public.deposit_quarantines', 'prose', 'note');
create unique index deposit_quarantines_open_idx on public.deposit_quarantines (chain_id, transaction_hash, log_index)
where outcome is null;
create index deposit_quarantines_deposit_idx on public.deposit_quarantines (chain_id, transaction_hash, log_index);
create index deposit_quarantines_screening_id_idx on public.deposit_quarantines (screening_id);
create index deposit_quarantines_decided_by_idx on public.deposit_quarantines (decided_by);
create index deposit_quarantines_decide_by_idx on public.deposit_quarantines (decide_by) where outcome is null;
select private.make_audited('public.deposit_quarantines');
create trigger _000_never_deleted before delete or truncate on public.deposit_quarantines
for each statement execute function private.tg__append_only();
comment on table public.deposit_quarantines is
'For operators: deposits that somebody must decide about, and what was decided. Whom they are about does not read them.';
comment on column public.deposit_quarantines.id is 'Names it in POST /quarantines/{id}/accept.';
comment on column public.deposit_quarantines.chain_id is 'Chain of the deposit.';
comment on column public.deposit_quarantines.transaction_hash is 'Transaction of the deposit.';
comment on column public.deposit_quarantines.log_index is 'Place of its log.';
comment on column public.deposit_quarantines.reason is
'dust: below chain_tokens.dust_below; flagged: somebody warns of the address it came from.';
comment on column public.deposit_quarantines.screening_id is 'The warning; null for dust.';
comment on column public.deposit_quarantines.decide_by is 'When time decides; null once it is decided.';
comment on column public.deposit_quarantines.outcome is
'accepted by an operator: it counts. released: the warning was found to be none, or its time to hold an escrow is over. withheld: its time was over and it stays where it is; an operator may still accept it. lost: the chain took it back.';
comment on column public.deposit_quarantines.decided_by is 'Operator who accepted it; null when time or the chain decided.';
comment on column public.deposit_quarantines.note is 'Why, in the operator''s words.';
comment on column public.deposit_quarantines.created_at is 'When it was quarantined, by the database clock.';
comment on column public.deposit_quarantines.decided_at is 'When it was decided.';

create function private.tg_deposit_quarantines__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if (to_jsonb(old) - '{decide_by,outcome,decided_by,note,decided_at}'::text[])
        is distinct from (to_jsonb(new) - '{decide_by,outcome,decided_by,note,decided_at}'::text[])
        or coalesce(old.outcome, 'withheld') <> 'withheld' then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What was decided about a deposit is not changed.';
    end if;
    return new;
end
$$;
comment on function private.tg_deposit_quarantines__guard() is
'Law 10 for quarantines: only a decision is written, once; what time withheld may be accepted later.';
create trigger _500_guard before update on public.deposit_quarantines
for each row execute function private.tg_deposit_quarantines__guard();

insert into private.refusals (code, status, detail, hint) values
('quarantine_not_found', 404, 'No such deposit waits for a decision.', ''),
('quarantine_decided', 409, 'This was decided before.', '');
insert into public.operator_commands (kind, function_name, title) values
('quarantine_accept', 'quarantine_accept', 'accept a deposit that is quarantined');

create function private.quarantine_reason(p_deposit public.chain_deposits) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if p_deposit.amount < (
        select k.dust_below from public.chain_tokens as k
        where k.chain_id = p_deposit.chain_id and k.address = p_deposit.token
    ) and not exists (
        -- Who pays in parts may end with a small one; a stranger has paid nothing that counts.
        select from public.chain_deposits as d
        where d.request_id = p_deposit.request_id and d.sender = p_deposit.sender and d.sender <> '' and d.state = 'credited'
    ) then
        return 'dust';
    elsif private.standing_hit(private.chain_rail(p_deposit.chain_id), private.normal_address(private.chain_rail(p_deposit.chain_id), p_deposit.sender)) is not null then
        return 'flagged';
    end if;
    return null;
end
$$;
comment on function private.quarantine_reason(public.chain_deposits) is
'Why a deposit is not credited though the chain has it: dust or flagged; null: it counts.';

create function private.post_quarantine(
    p_deposit public.chain_deposits, p_amount numeric, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_transfer uuid := private.uuid_v7(p_now);
    v_request public.deposit_requests := private.counts_for(p_deposit);
begin
    perform ledger.post(
        array[row(
            v_transfer, case when p_amount > 0 then 'deposit.quarantine' else 'deposit.unquarantine' end, v_request.purpose,
            v_request.reference_id, '', null, null
        )::ledger.new_transfer],
        array[
            row(
                v_transfer, ledger.wallet_of(private.external_party(), p_deposit.currency, 'clearing'), 'available', -p_amount,
                null, null
            )::ledger.new_entry,
            row(
                v_transfer, ledger.wallet_of(private.platform_party(), p_deposit.currency, 'quarantine'), 'available', p_amount,
                null, null
            )::ledger.new_entry
        ],
        p_now
    );
end
$$;
comment on function private.post_quarantine(public.chain_deposits, numeric, timestamptz) is
'Money that is there and counts for nobody has an account of its own: amount above zero goes in, below zero comes out.';

create function private.begin_quarantine(
    p_deposit public.chain_deposits, p_reason text, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_hit uuid := case p_reason when 'flagged'
        then private.standing_hit(private.chain_rail(p_deposit.chain_id), private.normal_address(private.chain_rail(p_deposit.chain_id), p_deposit.sender)) end;
begin
    insert into public.deposit_quarantines (
        id, chain_id, transaction_hash, log_index, reason, screening_id, decide_by, created_at
    )
    select private.uuid_v7(p_now), p_deposit.chain_id, p_deposit.transaction_hash, p_deposit.log_index, p_reason, v_hit,
        p_now + r.decide_within, p_now
    from public.screening_rules as r where r.rail = private.chain_rail(p_deposit.chain_id)
    on conflict (chain_id, transaction_hash, log_index) where outcome is null do nothing;
    -- Dust costs a stranger nothing: it makes no noise. Of a hit on what was credited the staff hears by itself.
    if p_reason = 'flagged' and p_deposit.state = 'quarantined' then
        insert into public.security_events (id, kind, severity, party_id, found, request_id, created_at)
        select private.uuid_v7(p_now), 'deposit_quarantined', 'high', r.party_id, 1, private.request_id(), p_now
        from public.deposit_requests as r where r.id = p_deposit.request_id;
    end if;
end
$$;
comment on function private.begin_quarantine(public.chain_deposits, text, timestamptz) is
'Has somebody decide about a deposit, in time; operators are told of one that is flagged.';

create function private.end_quarantine(
    p_id uuid, p_outcome text, p_actor uuid, p_note text, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_row public.deposit_quarantines;
    v_deposit public.chain_deposits;
    v_address text;
    v_holds uuid[];
begin
    update public.deposit_quarantines set
        outcome = p_outcome, decided_by = p_actor, note = coalesce(p_note, ''), decide_by = null, decided_at = p_now
    where id = p_id
    returning * into strict v_row;
    select * into strict v_deposit from public.chain_deposits as d
    where d.chain_id = v_row.chain_id and d.transaction_hash = v_row.transaction_hash and d.log_index = v_row.log_index;
    if v_deposit.state = 'credited' and p_outcome = 'accepted' then
        -- Its escrow goes on, unless something else holds it; the address stays what it is.
        v_address := private.normal_address(private.chain_rail(v_deposit.chain_id), v_deposit.sender);
        select array_agg(h.id) into v_holds from public.escrow_holds as h
        inner join public.wallet_screenings as s on h.reference = s.id::text
        inner join public.deposit_requests as r on r.purpose = 'escrow' and r.reference_id = h.escrow_id
        where r.id = v_deposit.request_id and h.kind = 'screening' and h.closed_at is null
            and s.rail = private.chain_rail(v_deposit.chain_id) and s.address = v_address;
        perform private.lift_holds(v_holds);
    elsif v_deposit.state = 'quarantined' and p_outcome in ('accepted', 'released') then
        perform private.post_quarantine(v_deposit, -v_deposit.amount, p_now);
        update public.chain_deposits set
            state = 'credited', last_event = case p_outcome when 'accepted' then 'accept' else 'release' end, watched = true,
            next_at = p_now, credits = credits + 1, updated_at = p_now
        where chain_id = v_deposit.chain_id and transaction_hash = v_deposit.transaction_hash
            and log_index = v_deposit.log_index
        returning * into v_deposit;
        perform private.report_deposit(v_deposit);
    end if;
end
$$;
comment on function private.end_quarantine(uuid, text, uuid, text, timestamptz) is
'Writes what was decided about a deposit, and does it: an accepted or released one counts from now on, as one of the time of its block; the escrow that an accepted one has paid goes on.';

-- Definer: service_role may give the command, not write the tables.
create function service.quarantine_accept(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz;
    v_answer jsonb;
    v_row public.deposit_quarantines;
    v_deposit public.chain_deposits;
    v_request public.deposit_requests;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    select q.* into v_row from public.deposit_quarantines as q where q.id = (command ->> 'quarantine_id')::uuid;
    select d.* into v_deposit from public.chain_deposits as d
    where d.chain_id = v_row.chain_id and d.transaction_hash = v_row.transaction_hash and d.log_index = v_row.log_index;
    if v_deposit.request_id is not null then
        v_request := private.counts_for(v_deposit);
    end if;
    perform private.lock_reference(v_request.purpose, v_request.reference_id);
    v_answer := private.begin_operator_command(
        'quarantine_accept', command, private.owners_of(v_request.purpose, v_request.reference_id), v_deposit.currency,
        v_deposit.amount
    );
    if v_answer is not null then
        return v_answer;
    elsif v_row.id is null then
        perform private.refuse('quarantine_not_found');
    elsif not private.has_words(command ->> 'reason') then
        perform private.refuse('reason_required');
    end if;
    -- As the chain's own verdicts: a deposit moves under its lock.
    perform from public.chain_deposits as d
    where d.chain_id = v_row.chain_id and d.transaction_hash = v_row.transaction_hash and d.log_index = v_row.log_index
    for no key update;
    select q.* into v_row from public.deposit_quarantines as q where q.id = v_row.id for no key update;
    if coalesce(v_row.outcome, 'withheld') <> 'withheld' then
        perform private.refuse('quarantine_decided');
    end if;
    v_now := private.clock();
    perform private.end_quarantine(v_row.id, 'accepted', (command ->> 'actor_id')::uuid, command ->> 'reason', v_now);
    return private.finish_command(command, jsonb_build_object(
        'quarantine_id', v_row.id, 'purpose', v_request.purpose, 'reference_id', v_request.reference_id, 'outcome', 'accepted'
    ), v_now);
end
$$;
comment on function service.quarantine_accept(service.command) is
'Operator command: this deposit counts {quarantine_id, reason, actor_id, aal, idempotency_key, request_hash} -> {quarantine_id, purpose, reference_id, outcome, replayed}. Of its address nothing is said: its next deposit is quarantined again. Raises quarantine_not_found (404), quarantine_decided (409), not_your_move (403), reason_required.';

-- Definer: timers have no user.
create function service.quarantines_expire(max_rows integer default 100) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_due record;
    v_ended integer := 0;
begin
    perform pg_advisory_xact_lock_shared(ledger.rollup_lock());
    for v_due in
        select q.id, q.reason, d.state, d.sender, d.chain_id
        from public.deposit_quarantines as q
        inner join public.chain_deposits as d
            on q.chain_id = d.chain_id and q.transaction_hash = d.transaction_hash and q.log_index = d.log_index
        where q.decide_by <= v_now and private.later_by_outages(q.created_at, q.decide_by) <= v_now
            and not private.sweep_is_late(v_now)
        order by q.decide_by limit least(greatest(max_rows, 1), 1000)
        for no key update of q, d skip locked
    loop
        perform private.end_quarantine(v_due.id, case
            -- What it has paid was held for its own time; what was cleared meanwhile is as any other.
            when v_due.state = 'credited' then 'released'
            when v_due.reason = 'flagged'
                and private.standing_hit(private.chain_rail(v_due.chain_id), private.normal_address(private.chain_rail(v_due.chain_id), v_due.sender)) is null then 'released'
            else 'withheld'
        end, null, null, v_now);
        v_ended := v_ended + 1;
    end loop;
    return v_ended;
end
$$;
comment on function service.quarantines_expire(integer) is
'Decides about deposits that nobody decided about in time, later by our own outages: what came from an address that is not warned of any more counts, all else stays in the account of the quarantine. How many.';

create function private.chain_paid_from(p_screening public.wallet_screenings) returns uuid[]
language plpgsql volatile set search_path = ''
as $$
declare
    v_chain bigint := private.rail_chain(p_screening.rail);
    v_deposit public.chain_deposits;
    v_escrows uuid[] := '{}';
begin
    for v_deposit in
        select d.* from public.chain_deposits as d
        inner join public.deposit_requests as r on d.request_id = r.id
        inner join private.escrow_transactions as e on r.purpose = 'escrow' and r.reference_id = e.id
        where p_screening.rail = r.rail and d.chain_id = v_chain and lower(d.sender) = lower(p_screening.address) and d.state = 'credited'
            and e.completed_at is null
            -- Money that went back at once is not the escrow's.
            and not exists (
                select from public.rail_reports as p
                where p.purpose = 'escrow' and p.reference_id = e.id and p.kind = 'funds' and p.reference = d.transaction_hash
                    and p.applied_as = 'late_funds'
            )
            and not exists (
                select from public.deposit_quarantines as q
                left join public.wallet_screenings as s on q.screening_id = s.id
                where q.chain_id = d.chain_id and q.transaction_hash = d.transaction_hash and q.log_index = d.log_index
                    -- Decided about, or of this very answer: that holds once.
                    and (q.outcome is null or q.outcome = 'accepted' or s.document_hash = p_screening.document_hash)
            )
        order by d.transaction_hash, d.log_index
    loop
        perform private.begin_quarantine(v_deposit, 'flagged', p_screening.screened_at);
        v_escrows := v_escrows || (select r.reference_id from public.deposit_requests as r where r.id = v_deposit.request_id);
    end loop;
    return v_escrows;
end
$$;
comment on function private.chain_paid_from(public.wallet_screenings) is
'Escrows whose money came from the address of a hit; what that address has paid is quarantined.';
