-- Whoever wants to be forgotten: asked for, waited for, and carried out unless something is in the way.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('erasure_in_the_way', 409, 'What is still open stands in the way of an erasure; in_the_way names it.', 'End it, then ask again.'),
('erasure_open', 409, 'This erasure was asked for already.', 'Read erasure_requests.'),
('erasure_not_found', 404, 'No such request for an erasure.', 'Read erasure_requests.'),
('erasure_signs_in', 409, 'This person can sign in, and asks without anybody else.', 'Tell them of POST /erasure-requests; a lost factor is reset first.'),
('erasure_closed', 409, 'This erasure was cancelled or refused, or it has begun.', ''),
('hold_end_invalid', 422, 'A legal hold ends at a time to come, within ten years; to end one now, name a time that is past.', '');
insert into private.personal_columns (table_name, column_name, erasure, holds, readers, kept) values
('public.legal_holds', 'reason', 'keep_by_law', 'why somebody is not erased, in an operator''s words', 'operators', 'defence of claims: limitation');
insert into private.export_parts (table_name, why_not) values
('public.legal_holds', 'words of operators, kept for audits');
-- noqa: enable=LT05

insert into public.message_kinds (id, description, channels, default_channels, may_turn_off, is_urgent) values
('security.erasure', 'Somebody asked to erase the account.', '{email,sms}', '{email}', false, true);
insert into private.message_events (event, kind) values
('erasure.ask', 'security.erasure');

create table private.erasure_rules (
    is_only boolean primary key default true check (is_only),
    wait_for interval not null check (wait_for between '1 day' and '30 days')
);
alter table private.erasure_rules enable row level security;
insert into private.erasure_rules (wait_for) values ('14 days');
select private.make_setting('private.erasure_rules', 'How long an erasure waits.', '{
    "wait_for": {"least": "1 day", "most": "30 days", "second": true}
}');
comment on table private.erasure_rules is
'How long an erasure waits, so that whoever did not ask for it can cancel it: one row. The law gives a month to answer.';

create table public.legal_holds (
    party_id uuid primary key references public.profiles (id) on delete restrict,
    reason text not null check (length(reason) <= 500 and private.has_words(reason)),
    ends_at timestamptz not null check (isfinite(ends_at)),
    set_by uuid not null references auth.users (id) on delete restrict,
    updated_at timestamptz not null
);
alter table public.legal_holds enable row level security;
create index legal_holds_set_by_idx on public.legal_holds (set_by);
select private.make_text('public.legal_holds', 'prose', 'reason');
select private.make_audited('public.legal_holds', 'party_id');
comment on table public.legal_holds is
'Persons who are not erased for a time, since a court, an authority or a claim needs what they wrote. Read by operators.';
comment on column public.legal_holds.party_id is 'The person.';
comment on column public.legal_holds.reason is 'Why, in the operator''s words.';
comment on column public.legal_holds.ends_at is 'When it ends by itself; a time that is past: it was ended.';
comment on column public.legal_holds.set_by is 'Operator who set it last.';
comment on column public.legal_holds.updated_at is 'When it was set last, by the database clock.';

create table public.erasure_requests (
    id uuid primary key,
    party_id uuid not null references public.profiles (id) on delete restrict,
    state text not null check (state in ('waiting', 'cancelled', 'refused', 'erasing', 'erased')),
    last_event text not null,
    last_actor_role text not null,
    erase_from timestamptz not null check (isfinite(erase_from)),
    in_the_way text[] not null default '{}',
    step integer not null default 0,
    rows_erased bigint not null default 0,
    rows_at_last_pass bigint not null default 0,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint erasure_requests_refused_says_why check ((state = 'refused') = (in_the_way <> '{}'))
);
alter table public.erasure_requests enable row level security;
create unique index erasure_requests_open_idx on public.erasure_requests (party_id)
where state in ('waiting', 'erasing', 'erased');
create index erasure_requests_party_id_idx on public.erasure_requests (party_id);
create index erasure_requests_due_idx on public.erasure_requests (erase_from) where state in ('waiting', 'erasing');
comment on table public.erasure_requests is
'Requests to be erased, and how far each has come. Read by the person while there is a sign-in, and by operators.';
comment on column public.erasure_requests.id is 'The request.';
comment on column public.erasure_requests.party_id is 'Who is erased.';
comment on column public.erasure_requests.state is
'waiting until erase_from; cancelled by the person; refused, since something was in the way when its time came; erasing; erased.';
comment on column public.erasure_requests.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.erasure_requests.last_actor_role is 'Who made the last move: person, operator or timer.';
comment on column public.erasure_requests.erase_from is 'When it begins; until then it can be cancelled.';
comment on column public.erasure_requests.in_the_way is 'What was in the way when it was refused: codes.';
comment on column public.erasure_requests.step is 'Where the present pass over private.personal_columns stands.';
comment on column public.erasure_requests.rows_erased is 'Rows whose words are gone so far.';
comment on column public.erasure_requests.rows_at_last_pass is 'The same when the present pass began: one that finds nothing is the last.';
comment on column public.erasure_requests.created_at is 'When it was asked for, by the database clock.';
comment on column public.erasure_requests.updated_at is 'When it last changed, by the database clock.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(29, 'erasure', null, 'ask', 'person', 'waiting', 'nothing is in the way; with the second factor'),
(29, 'erasure', null, 'ask', 'operator', 'waiting', 'two of them, for somebody without a sign-in; nothing is in the way'),
(29, 'erasure', 'waiting', 'cancel', 'person', 'cancelled', 'from any session'),
(29, 'erasure', 'waiting', 'refuse', 'timer', 'refused', 'something has come into the way meanwhile'),
(29, 'erasure', 'waiting', 'begin', 'timer', 'erasing', 'the account is closed, and sign-in ends'),
(29, 'erasure', 'erasing', 'finish', 'timer', 'erased', 'a pass over all columns has found nothing more');
-- noqa: enable=LT05

create function private.tg_erasure_requests__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'A request for an erasure is never deleted.';
    elsif tg_op = 'UPDATE' and (new.id, new.party_id, new.erase_from, new.created_at)
        is distinct from (old.id, old.party_id, old.erase_from, old.created_at) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What was asked for never changes.';
    elsif tg_op = 'UPDATE' and new.state = 'erasing' and old.state = 'erasing' then
        return new;
    elsif not private.has_edge(
        'erasure', case when tg_op = 'UPDATE' then old.state end, '', new.last_event, new.last_actor_role, new.state, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for an erasure.';
    end if;
    return new;
end
$$;
comment on function private.tg_erasure_requests__guard() is 'Law 2 for erasures.';
create trigger _500_guard before insert or update or delete on public.erasure_requests
for each row execute function private.tg_erasure_requests__guard();

-- Definer: written for whoever moved the request.
create function private.tg_erasure_requests__event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.emit_event(
        'erasure.' || new.last_event, 'erasure', new.id,
        case new.state when 'waiting' then 1 when 'erased' then 3 else 2 end,
        -- Whoever is being erased was told for the last time while it waited.
        case when new.state in ('erasing', 'erased') then array[private.platform_party()] else array[new.party_id] end,
        jsonb_build_object('state', new.state, 'erase_from', new.erase_from, 'in_the_way', to_jsonb(new.in_the_way)),
        new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_erasure_requests__event() is
'Tells the person what was asked for and how it went, and once it has begun the operators only.';
create trigger _600_event after insert or update of state on public.erasure_requests
for each row execute function private.tg_erasure_requests__event();

create function private.in_the_way_of_erasure(p_party_id uuid, p_now timestamptz) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    return private.products_in_the_way(p_party_id) || array_remove(array[
        case when exists (
            select from public.wallets as w
            where w.party_id = p_party_id and (w.available <> 0 or w.pending <> 0 or w.locked <> 0)
        ) then 'money' end,
        case when exists (
            select from public.wallets as w where w.party_id = p_party_id and w.owed > 0
        ) then 'debts' end,
        case when exists (
            select from private.escrow_transactions as e
            where p_party_id in (e.payer_id, e.payee_id) and e.completed_at is null
        ) then 'escrows' end,
        case when exists (
            select from private.escrow_transactions as e
            where p_party_id in (e.payer_id, e.payee_id) and private.later_by_outages(e.completed_at, e.claim_until) > p_now
        ) then 'time_for_claims' end,
        case when exists (
            select from public.escrow_cases as c
            inner join private.escrow_transactions as e on c.escrow_id = e.id
            where p_party_id in (e.payer_id, e.payee_id) and c.state = 'review'
        ) then 'cases' end,
        case when exists (
            select from public.payouts as o
            where o.party_id = p_party_id and o.state not in ('confirmed', 'kept', 'failed_final')
        ) then 'payouts' end,
        case when exists (
            select from public.unmatched_deposits as d where d.party_id = p_party_id and d.outcome is null
        ) then 'deposits' end,
        case when exists (
            select from public.party_members as m where m.user_id = p_party_id and m.party_id <> p_party_id
        ) then 'memberships' end,
        case when exists (
            select from public.legal_holds as h where h.party_id = p_party_id and h.ends_at > p_now
        ) then 'legal_hold' end
    ], null);
end
$$;
comment on function private.in_the_way_of_erasure(uuid, timestamptz) is
'What speaks against erasing a person now: money, debts, escrows, time_for_claims (somebody may still claim about one that ended), cases, payouts, deposits, orders, listings, offers, memberships (of another party, the staff included), legal_hold. Empty: nothing.';
