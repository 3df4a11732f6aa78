-- Law 13: a hold is a set of reasons. One row for each; whoever opened one closes that one, and the
-- hold is over when the set is empty.

create table public.hold_kinds (
    kind text primary key check (kind ~ '^[a-z][a-z_]{0,31}$'),
    owner_role public.escrow_role not null check (owner_role in ('operator', 'rail', 'system')),
    ends_after interval not null check (ends_after > '0'),
    at_end text not null check (at_end in ('lift', 'stand')),
    description text not null,
    constraint hold_kinds_only_a_rail_takes check (at_end = 'lift' or owner_role = 'rail')
);
alter table public.hold_kinds enable row level security;
select private.make_audited('public.hold_kinds', 'kind');
select private.make_setting('public.hold_kinds', 'How long a new hold of an escrow lasts at most.', '{
    "ends_after": {"least": "1 hour", "most": "366 days", "second": true}
}');
comment on table public.hold_kinds is
'Why the money of an escrow may be held: who owns such a reason, how long it may last, and what happens when its time is over.';
comment on column public.hold_kinds.kind is 'What a reason names.';
comment on column public.hold_kinds.owner_role is 'Who opens and closes such reasons.';
comment on column public.hold_kinds.ends_after is 'Longest time from opening to end; no reason holds for ever.';
comment on column public.hold_kinds.at_end is
'What the timer does then. lift: the reason is over, and the escrow goes on under its rules. stand: what the rail has withdrawn is gone for good, as if it had said so.';
comment on column public.hold_kinds.description is 'What it is, for people.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.hold_kinds (kind, owner_role, ends_after, at_end, description) values
('operator', 'operator', '30 days', 'lift', 'An operator investigates.'),
('chargeback', 'rail', '240 days', 'stand', 'The payer''s bank has taken the money back; the rail decides whether it stays so.'),
('inquiry', 'rail', '60 days', 'lift', 'The payer''s bank asks about the payment; no money has moved.'),
('screening', 'system', '14 days', 'lift', 'Somebody warns of an address of a party; an operator investigates.'),
('outage', 'system', '7 days', 'lift', 'Holdfast itself is out of order.');
-- noqa: enable=LT05

create table public.escrow_holds (
    id uuid primary key,
    escrow_id uuid not null references private.escrow_transactions (id) on delete restrict,
    kind text not null references public.hold_kinds (kind) on delete restrict,
    owner_role public.escrow_role not null,
    reference text not null check (length(reference) between 1 and 255),
    reason text not null check (length(reason) between 1 and 500),
    amount public.money_amount check (amount > 0),
    opened_version integer not null,
    opened_at timestamptz not null,
    ends_at timestamptz not null,
    at_end text not null check (at_end in ('lift', 'stand')),
    closed_version integer,
    closed_event text,
    closed_role public.escrow_role,
    closed_at timestamptz,
    constraint escrow_holds_end check (isfinite(ends_at) and ends_at > opened_at),
    constraint escrow_holds_stand_says_how_much check (at_end = 'lift' or amount is not null),
    constraint escrow_holds_closed_by_a_move check (
        num_nulls(closed_version, closed_event, closed_role, closed_at) in (0, 4)
        and closed_version > opened_version
    )
);
alter table public.escrow_holds enable row level security;
select private.make_text('public.escrow_holds', 'prose', 'reason');
create unique index escrow_holds_one_open_idx on public.escrow_holds (escrow_id, kind, reference)
where closed_at is null;
create index escrow_holds_escrow_id_idx on public.escrow_holds (escrow_id, opened_version);
create index escrow_holds_kind_idx on public.escrow_holds (kind);
create index escrow_holds_ends_at_idx on public.escrow_holds (ends_at) where closed_at is null;
create trigger _000_never_deleted before delete or truncate on public.escrow_holds
for each statement execute function private.tg__append_only();
comment on table public.escrow_holds is
'Why an escrow is held: one row for each reason, opened and closed by a move. While one is open no money moves and the clocks of the escrow rest; the ends of the reasons do not rest.';
comment on column public.escrow_holds.id is 'The reason; what closes it names it.';
comment on column public.escrow_holds.escrow_id is 'Escrow that is held.';
comment on column public.escrow_holds.kind is 'Row of hold_kinds: who owns it, and what happens at its end.';
comment on column public.escrow_holds.owner_role is 'Who opened it, and alone closes it.';
comment on column public.escrow_holds.reference is
'What it belongs to: the rail''s name of a dispute, a screening, or the version it was opened with.';
comment on column public.escrow_holds.reason is 'Why, as the history shows it.';
comment on column public.escrow_holds.amount is
'What the rail has withdrawn, in units of the escrow''s currency; null where no money has moved.';
comment on column public.escrow_holds.opened_version is 'Version of the escrow whose event opened it.';
comment on column public.escrow_holds.opened_at is 'Since when it holds.';
comment on column public.escrow_holds.ends_at is 'When it ends at the latest.';
comment on column public.escrow_holds.at_end is 'What happens then: lift or stand, see hold_kinds.';
comment on column public.escrow_holds.closed_version is 'Version of the escrow whose event closed it; null while open.';
comment on column public.escrow_holds.closed_event is 'Event that closed it.';
comment on column public.escrow_holds.closed_role is 'As what it was closed.';
comment on column public.escrow_holds.closed_at is 'When it was closed.';

create function private.tg_escrow_holds__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if old.closed_at is not null
        or (to_jsonb(old) - '{closed_version,closed_event,closed_role,closed_at}'::text[])
        is distinct from (to_jsonb(new) - '{closed_version,closed_event,closed_role,closed_at}'::text[]) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'A reason is only closed, once.';
    end if;
    return new;
end
$$;
comment on function private.tg_escrow_holds__guard() is 'Law 10 for reasons of a hold: only the end of one is written, once.';
create trigger _500_guard before update on public.escrow_holds
for each row execute function private.tg_escrow_holds__guard();

insert into private.refusals (code, status, detail, hint) values
('hold_kind_unknown', 422, 'Nobody in this role holds an escrow for such a reason.', 'See hold_kinds.'),
('hold_open', 409, 'This reason is open already.', ''),
('hold_not_open', 409, 'No such reason holds the escrow.', 'See escrow_holds.'),
('hold_required', 422, 'Several reasons of yours hold the escrow.', 'Name one: hold_id.');

-- Whatever ends the escrow ends every reason to hold it.
create function private.hold_closes(
    p_hold public.escrow_holds, p_event text, p_payload jsonb, p_ends boolean
) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return p_ends or case
        when p_event = 'unfreeze' then p_hold.id = (p_payload ->> 'hold_id')::uuid
        -- The rail has the last word about its own reasons.
        when p_event in ('rail_take', 'rail_dispute') then
            p_hold.owner_role = 'rail' and p_hold.reference = p_payload ->> 'reference'
        else false
    end;
end
$$;
comment on function private.hold_closes(public.escrow_holds, text, jsonb, boolean) is
'Whether a move closes an open reason; p_ends: it ends the escrow.';

create function private.frozen_after(
    p_escrow private.escrow_transactions, p_event text, p_payload jsonb, p_ends boolean, p_now timestamptz
) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    if p_event = 'freeze' then
        return coalesce(p_escrow.frozen_at, p_now);
    elsif p_escrow.frozen_at is not null and exists (
        select from public.escrow_holds as h
        where h.escrow_id = p_escrow.id and h.closed_at is null
            and not private.hold_closes(h, p_event, p_payload, p_ends)
    ) then
        return p_escrow.frozen_at;
    end if;
    return null;
end
$$;
comment on function private.frozen_after(private.escrow_transactions, text, jsonb, boolean, timestamptz) is
'Since when the escrow is held after a move: the set of reasons as one fact. Null when the set is empty.';

create function private.freeze_refusal(
    p_escrow private.escrow_transactions, p_role public.escrow_role, p_payload jsonb
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_kind public.hold_kinds;
begin
    select * into v_kind from public.hold_kinds where kind = p_payload ->> 'kind';
    if not private.has_words(p_payload ->> 'reason') then
        return 'reason_required';
    elsif v_kind.owner_role is distinct from p_role then
        return 'hold_kind_unknown';
    elsif p_role = 'rail' and p_escrow.rail = 'internal' then
        return 'other_rail';
    elsif (v_kind.at_end = 'stand' or p_payload ->> 'amount' is not null) and not coalesce(
        (p_payload ->> 'amount')::numeric > 0 and private.fits((p_payload ->> 'amount')::numeric, p_escrow.currency), false
    ) then
        return 'funds_not_exact';
    elsif p_role <> 'operator' and coalesce(p_payload ->> 'reference', '') = '' then
        return 'reference_required';
    elsif exists (
        select from public.escrow_holds as h
        where h.escrow_id = p_escrow.id and h.kind = v_kind.kind and h.reference = p_payload ->> 'reference'
            and h.closed_at is null
    ) then
        return 'hold_open';
    end if;
    return null;
end
$$;
comment on function private.freeze_refusal(private.escrow_transactions, public.escrow_role, jsonb) is
'Why a reason may not be opened; that another is open is none. Null when nothing speaks against it.';

create function private.unfreeze_refusal(
    p_escrow private.escrow_transactions, p_role public.escrow_role, p_payload jsonb, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_hold public.escrow_holds;
begin
    select * into v_hold from public.escrow_holds as h
    where h.id = (p_payload ->> 'hold_id')::uuid and h.escrow_id = p_escrow.id and h.closed_at is null;
    if not found then
        return 'hold_not_open';
    end if;
    if p_role <> 'timer' then
        return case when v_hold.owner_role <> p_role then 'not_your_move' end;
    elsif v_hold.at_end <> 'lift' and (
        private.is_holding(p_escrow.state) or private.suspense_of(p_escrow.id, p_escrow.currency) > 0
    ) then
        -- There is money that the rail has withdrawn.
        return 'policy_mismatch';
    elsif not private.hold_lapsed(v_hold, p_now) then
        return 'not_due';
    end if;
    return null;
end
$$;
comment on function private.unfreeze_refusal(private.escrow_transactions, public.escrow_role, jsonb, timestamptz) is
'Why a reason may not be closed: not_your_move for one of another owner. Null when nothing speaks against it.';

create function private.hold_lapsed(p_hold public.escrow_holds, p_now timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return p_hold.closed_at is null and private.later_by_outages(p_hold.opened_at, p_hold.ends_at) <= p_now;
end
$$;
comment on function private.hold_lapsed(public.escrow_holds, timestamptz) is
'Whether an open reason has had its longest time, later by our own outages: from then on the timer ends it.';

create function private.stand_refusal(
    p_escrow private.escrow_transactions, p_payload jsonb, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if exists (
        select from public.escrow_holds as h
        where h.escrow_id = p_escrow.id and h.at_end = 'stand' and h.reference = p_payload ->> 'reference'
            and h.amount >= (p_payload ->> 'amount')::numeric and private.hold_lapsed(h, p_now)
    ) then
        return null;
    end if;
    return 'not_due';
end
$$;
comment on function private.stand_refusal(private.escrow_transactions, jsonb, timestamptz) is
'Why the timer may not yet say that what a rail has withdrawn is gone for good; null when it may.';
