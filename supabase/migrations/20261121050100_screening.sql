-- What is known of the addresses that money comes from and goes to: who is watched, what the
-- provider said and when, and what an operator made of a hit.

create type public.screening_result as enum ('clear', 'hit', 'unknown');

create table public.screening_rules (
    rail text primary key references public.rails (id) on delete restrict,
    renew_after interval not null check (renew_after > '0'),
    stale_after interval not null,
    decide_within interval not null check (decide_within > '0'),
    constraint screening_rules_renewed_in_time check (renew_after < stale_after)
);
alter table public.screening_rules enable row level security;
select private.make_audited('public.screening_rules', 'rail');
select private.make_setting('public.screening_rules', 'How long an answer about an address counts.', '{
    "renew_after": {"least": "1 minute", "most": "24 hours", "second": true},
    "stale_after": {"least": "1 minute", "most": "48 hours", "second": true},
    "decide_within": {"least": "1 day", "most": "60 days", "second": true}
}');
comment on table public.screening_rules is
'Rails whose addresses are screened, and for how long an answer counts. On a rail without a row no address is ever clear.';
comment on column public.screening_rules.rail is 'How money comes or goes.';
comment on column public.screening_rules.renew_after is 'Age of an answer from which on the provider is asked again.';
comment on column public.screening_rules.stale_after is 'Age of an answer from which on it no longer counts.';
comment on column public.screening_rules.decide_within is 'How long a deposit of an address that is warned of waits for an operator.';
insert into public.screening_rules (rail, renew_after, stale_after, decide_within)
select r.id, '23 hours', '24 hours', '14 days' from public.rails as r where r.has_deposit_addresses;

create table private.screened_addresses (
    rail text not null references public.rails (id) on delete restrict,
    address text not null,
    next_at timestamptz not null,
    claim_id uuid,
    failures integer not null default 0,
    primary key (rail, address)
);
alter table private.screened_addresses enable row level security;
create index screened_addresses_next_at_idx on private.screened_addresses (next_at);
comment on table private.screened_addresses is
'When each address is screened next: now when it is new, after renew_after once it was screened, and meanwhile the end of the lease of whoever asks.';

create table private.address_watches (
    rail text not null references public.rails (id) on delete restrict,
    address text not null,
    party_id uuid not null references public.parties (id) on delete restrict,
    reason text not null check (length(reason) between 1 and 80),
    began_at timestamptz not null,
    ended_at timestamptz,
    primary key (rail, address, party_id, reason),
    foreign key (rail, address) references private.screened_addresses (rail, address) on delete restrict
);
alter table private.address_watches enable row level security;
create index address_watches_party_id_idx on private.address_watches (party_id);
comment on table private.address_watches is
'Whose address it is, and what for: an address is screened as long as one of its watches has not ended.';

create table public.wallet_screenings (
    id uuid primary key,
    rail text not null references public.rails (id) on delete restrict,
    address text not null,
    party_ids uuid[] not null,
    provider text not null check (length(provider) between 1 and 40),
    result public.screening_result not null,
    categories text[] not null default '{}',
    risk_score smallint check (risk_score between 0 and 100),
    document_hash text check (document_hash ~ '^[0-9a-f]{64}$'),
    request_id text not null default '',
    screened_at timestamptz not null,
    constraint wallet_screenings_says_by_what check ((result = 'unknown') = (document_hash is null))
);
alter table public.wallet_screenings enable row level security;
create index wallet_screenings_address_idx on public.wallet_screenings (rail, address, id desc);
create index wallet_screenings_hits_idx on public.wallet_screenings (id) where result = 'hit';
select private.make_append_only('public.wallet_screenings');
comment on table public.wallet_screenings is
'Append-only: what the provider said of an address. Of several unknowns in a row the first is kept.';
comment on column public.wallet_screenings.id is 'The screening; carries the time at which the address was claimed for it.';
comment on column public.wallet_screenings.rail is 'Rail of the address.';
comment on column public.wallet_screenings.address is 'The address, in small letters.';
comment on column public.wallet_screenings.party_ids is 'Parties it was watched for then.';
comment on column public.wallet_screenings.provider is 'Who was asked.';
comment on column public.wallet_screenings.result is
'clear; hit: somebody warns of it; unknown: no answer, or none that makes sense.';
comment on column public.wallet_screenings.categories is 'What the provider warns of, such as sanctions.';
comment on column public.wallet_screenings.risk_score is '0 to 100, in the provider''s measure; null where it gives none.';
comment on column public.wallet_screenings.document_hash is 'sha256 of the answer as it came; null where there was none.';
comment on column public.wallet_screenings.request_id is 'Correlation id of the run that asked.';
comment on column public.wallet_screenings.screened_at is 'When the answer was recorded.';

create table public.screening_clearances (
    screening_id uuid primary key references public.wallet_screenings (id) on delete restrict,
    cleared_by uuid not null references auth.users (id) on delete restrict,
    reason text not null check (length(reason) between 1 and 500),
    created_at timestamptz not null
);
alter table public.screening_clearances enable row level security;
select private.make_text('public.screening_clearances', 'prose', 'reason');
create index screening_clearances_cleared_by_idx on public.screening_clearances (cleared_by);
select private.make_append_only('public.screening_clearances');
select private.make_audited('public.screening_clearances', 'screening_id');
comment on table public.screening_clearances is
'Append-only: hits that an operator found to be none. The same answer about the same address is cleared with it; another one is a hit again.';
comment on column public.screening_clearances.screening_id is 'The hit.';
comment on column public.screening_clearances.cleared_by is 'Operator who cleared it.';
comment on column public.screening_clearances.reason is 'Why, in the operator''s words.';
comment on column public.screening_clearances.created_at is 'When.';

insert into private.refusals (code, status, detail, hint) values
('screening_not_found', 404, 'No such hit.', ''),
('screening_cleared', 409, 'This hit was cleared before.', '');

create function private.standing_hit(p_rail text, p_address text) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select s.id from public.wallet_screenings as s
        where s.rail = p_rail and s.address = p_address and s.result = 'hit' and not exists (
            select from public.screening_clearances as c
            inner join public.wallet_screenings as h on c.screening_id = h.id
            where h.rail = s.rail and h.address = s.address and h.document_hash = s.document_hash
        )
        order by s.id desc limit 1
    );
end
$$;
comment on function private.standing_hit(text, text) is
'Latest hit of an address that nobody cleared; null: none. A later answer of the provider lifts none.';

create function private.address_is_clear(
    p_rail text, p_address text, p_now timestamptz
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_address text := private.normal_address(p_rail, p_address);
    v_screened_at timestamptz;
begin
    if private.standing_hit(p_rail, v_address) is not null then
        return 'hit';
    end if;
    v_screened_at := (
        select s.screened_at from public.wallet_screenings as s
        where s.rail = p_rail and s.address = v_address and s.result <> 'unknown'
        order by s.id desc limit 1
    );
    return case
        when v_screened_at > p_now - (select r.stale_after from public.screening_rules as r where r.rail = p_rail)
            then 'clear'
        when v_screened_at is null or not exists (select from public.screening_rules as r where r.rail = p_rail)
            then 'unknown'
        else 'stale'
    end;
end
$$;
comment on function private.address_is_clear(text, text, timestamptz) is
'What is known of an address: clear, hit (not cleared by an operator), stale (the last answer is too old) or unknown (no answer yet, or a rail that is not screened). Money goes on with clear alone.';

create function private.watch_address(
    p_rail text, p_address text, p_party_id uuid, p_reason text
) returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_address text := private.normal_address(p_rail, p_address);
    v_status text := private.address_is_clear(p_rail, v_address, v_now);
begin
    if v_address is null then
        perform private.refuse('bad_address');
    end if;
    insert into private.screened_addresses (rail, address, next_at) values (p_rail, v_address, v_now)
    on conflict (rail, address) do nothing;
    if v_status <> 'clear' then
        -- Asked again at once: a hit then freezes for the new party too. Who holds the row records an
        -- answer, and may wait for an escrow that the caller has locked: it is not waited for.
        update private.screened_addresses set next_at = v_now, failures = 0
        where (rail, address) in (
            select a.rail, a.address from private.screened_addresses as a
            where a.rail = p_rail and a.address = v_address and a.next_at > v_now
            for no key update skip locked
        );
    end if;
    insert into private.address_watches (rail, address, party_id, reason, began_at)
    values (p_rail, v_address, p_party_id, p_reason, v_now)
    on conflict (rail, address, party_id, reason) do update set ended_at = null;
    return v_status;
end
$$;
comment on function private.watch_address(text, text, uuid, text) is
'Has an address screened for a party from now on, until private.unwatch_address; returns what is known of it, as private.address_is_clear. Raises bad_address (422).';

create function private.unwatch_address(
    p_rail text, p_address text, p_party_id uuid, p_reason text
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update private.address_watches set ended_at = private.clock()
    where rail = p_rail and address = private.normal_address(p_rail, p_address) and party_id = p_party_id
        and reason = p_reason and ended_at is null;
end
$$;
comment on function private.unwatch_address(text, text, uuid, text) is
'What the address was watched for is over.';
