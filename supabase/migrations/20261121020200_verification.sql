-- How well a person is known: flags, the tier that follows from them, and what each tier may trade.

create type public.verification_flag as enum ('phone', 'id_document', 'address', 'biometric');
create type public.payment_risk as enum ('low', 'medium', 'high');

create table public.verification_tiers (
    id smallint primary key check (id between 0 and 3),
    name text not null check (length(name) between 1 and 40),
    required_flags public.verification_flag[],
    per_trade_limit public.money_amount check (per_trade_limit >= 0),
    daily_limit public.money_amount check (daily_limit >= 0),
    monthly_limit public.money_amount check (monthly_limit >= 0),
    max_open_trades integer check (max_open_trades >= 0),
    max_unpaid_takes integer check (max_unpaid_takes >= 0),
    max_published_orders integer check (max_published_orders >= 0),
    max_unbacked_orders integer check (max_unbacked_orders >= 0),
    max_method_risk public.payment_risk
);
alter table public.verification_tiers enable row level security;
select private.make_audited('public.verification_tiers');
select private.make_setting('public.verification_tiers', 'What each verification tier may do.', '{
    "per_trade_limit": {"no_limit": true, "least": "0", "most": "100000000", "second": true},
    "daily_limit": {"no_limit": true, "least": "0", "most": "1000000000", "second": true},
    "monthly_limit": {"no_limit": true, "least": "0", "most": "10000000000", "second": true},
    "max_open_trades": {"no_limit": true, "least": "0", "most": "1000"}, "max_unpaid_takes": {"no_limit": true, "least": "0", "most": "1000"},
    "max_published_orders": {"no_limit": true, "least": "0", "most": "1000"},
    "max_unbacked_orders": {"no_limit": true, "least": "0", "most": "1000"}, "max_method_risk": {"no_limit": true, "second": true}
}');
comment on table public.verification_tiers is
'What a person of each tier may trade, whichever side they are on. Amounts in private.reference_currency(); null: no limit.';
comment on column public.verification_tiers.id is '0 to 3: a higher tier is better known.';
comment on column public.verification_tiers.name is 'Word for people.';
comment on column public.verification_tiers.required_flags is
'What must be verified for it; null: only by an operator''s grant.';
comment on column public.verification_tiers.per_trade_limit is 'Most that one trade may be worth.';
comment on column public.verification_tiers.daily_limit is
'Most that the trades of the last 24 hours may be worth together: those still open and those that settled.';
comment on column public.verification_tiers.monthly_limit is 'As daily_limit, of the last 30 days.';
comment on column public.verification_tiers.max_open_trades is 'Most trades that may be open at once.';
comment on column public.verification_tiers.max_unpaid_takes is
'Most trades a buyer may have taken without having paid yet: takes hide an offer (incident 27).';
comment on column public.verification_tiers.max_published_orders is 'Most orders that may be published at once, paused ones included.';
comment on column public.verification_tiers.max_unbacked_orders is
'Most orders to buy, which hold no money, that may be published at once; one more for each counterparty of rated trades.';
comment on column public.verification_tiers.max_method_risk is 'Riskiest payment methods that may be used.';

insert into public.verification_tiers (
    id, name, required_flags, per_trade_limit, daily_limit, monthly_limit, max_open_trades, max_unpaid_takes,
    max_published_orders, max_unbacked_orders, max_method_risk
) values
(0, 'E-mail only', '{}', 200, 500, 2000, 2, 1, 5, 1, 'low'),
(1, 'Phone', '{phone}', 1000, 3000, 15000, 5, 2, 15, 3, 'medium'),
(2, 'Identity and address', '{phone,id_document,address,biometric}', 25000, 100000, 1000000, 30, 5, 100, 20, 'high'),
(3, 'By contract', null, null, null, null, null, null, null, null, null);

create function private.tier_of(p_flags public.verification_flag[]) returns smallint
language plpgsql stable set search_path = ''
as $$
begin
    return (select max(id) from public.verification_tiers where required_flags <@ p_flags);
end
$$;
comment on function private.tier_of(public.verification_flag[]) is
'The highest tier whose required flags are all there; null where even the lowest asks for more.';

create table public.profile_verifications (
    id uuid primary key,
    party_id uuid not null references public.profiles (id) on delete restrict,
    sequence integer not null,
    change text not null check (change in ('verify', 'revoke', 'grant_tier', 'withdraw_tier')),
    flag public.verification_flag,
    tier smallint references public.verification_tiers (id) on delete restrict,
    source text not null check (source in ('operator', 'provider')),
    provider text check (length(provider) between 1 and 40),
    provider_reference text check (length(provider_reference) <= 200),
    compared_name text check (length(compared_name) <= 120 and btrim(compared_name) <> ''),
    occurred_at timestamptz not null,
    created_at timestamptz not null,
    constraint profile_verifications_sequence_key unique (party_id, sequence),
    constraint profile_verifications_what check (
        (change in ('verify', 'revoke')) = (flag is not null) and (change = 'grant_tier') = (tier is not null)
    ),
    constraint profile_verifications_name_of_a_document check (
        compared_name is null or (change = 'verify' and flag is not distinct from 'id_document')
    ),
    constraint profile_verifications_source check ((source = 'provider') = (provider is not null))
);
alter table public.profile_verifications enable row level security;
create index profile_verifications_tier_idx on public.profile_verifications (tier);
select private.make_append_only('public.profile_verifications');
select private.make_audited('public.profile_verifications');
comment on table public.profile_verifications is
'Append-only history of what was verified of a person. Which operator did it and why is in the audit log. The flags and tiers of profiles follow it: nothing else changes them.';
comment on column public.profile_verifications.id is 'Carries its time.';
comment on column public.profile_verifications.party_id is 'Whose it is.';
comment on column public.profile_verifications.sequence is '1, 2, 3 … of this person.';
comment on column public.profile_verifications.change is
'verify or revoke a flag; grant a tier in place of the one the flags give, or withdraw that grant.';
comment on column public.profile_verifications.flag is 'What was verified or revoked; null for tiers.';
comment on column public.profile_verifications.tier is 'The granted tier; null else.';
comment on column public.profile_verifications.source is 'An operator''s command or a provider''s signed event.';
comment on column public.profile_verifications.provider is 'Name of the provider; null for an operator.';
comment on column public.profile_verifications.provider_reference is 'The provider''s own name for its check.';
comment on column public.profile_verifications.compared_name is
'Name on the document, as whoever checked it read it; null: no name was compared. Only this name is verified.';
comment on column public.profile_verifications.occurred_at is
'When it was decided, by the clock of who decided: a flag follows its latest decision, not the last to arrive.';
comment on column public.profile_verifications.created_at is 'When it was written.';

select private.make_text('public.profile_verifications', 'line', 'compared_name');

create function private.tier_row(p_party_id uuid) returns public.verification_tiers
language plpgsql stable set search_path = ''
as $$
declare
    v_tier public.verification_tiers;
begin
    select t.* into v_tier from public.verification_tiers as t
    where t.id = coalesce(
        (select p.verification_tier from public.profiles as p where p.id = p_party_id), private.organisation_tier(p_party_id), 0
    );
    return v_tier;
end
$$;
comment on function private.tier_row(uuid) is 'What a party may trade now: by the tier of the person, or of the organisation; the lowest where nobody knows it.';

-- What the history says of a person now. Later decisions win; of the same moment the later row.
create function private.verified_now(
    p_party_id uuid, out flags public.verification_flag[], out granted_tier smallint
)
language plpgsql stable set search_path = ''
as $$
begin
    flags := array(
        select latest.flag from (
            select distinct on (v.flag) v.flag, v.change from public.profile_verifications as v
            where v.party_id = p_party_id and v.flag is not null
            order by v.flag, v.occurred_at desc, v.sequence desc
        ) as latest
        where latest.change = 'verify'
    );
    granted_tier := (
        select v.tier from public.profile_verifications as v
        where v.party_id = p_party_id and v.flag is null
        order by v.occurred_at desc, v.sequence desc limit 1
    );
end
$$;
comment on function private.verified_now(uuid) is 'Flags and granted tier of a person as the history has them.';

create function private.name_key(p_name text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return nullif(lower(btrim(regexp_replace(normalize(p_name, NFKC), '\s+', ' ', 'g'))), '');
end
$$;
comment on function private.name_key(text) is
'A name as names are compared: one form of its letters, one case, single spaces; null for an empty one.';

create function private.verified_name(p_party_id uuid, out name text, out verification_id uuid)
language plpgsql stable set search_path = ''
as $$
begin
    select v.compared_name, v.id into name, verification_id
    from public.profile_verifications as v
    where v.party_id = p_party_id and v.compared_name is not null and not exists (
        select from public.profile_verifications as r
        where r.party_id = p_party_id and r.flag = 'id_document' and r.change = 'revoke'
            and (r.occurred_at, r.sequence) > (v.occurred_at, v.sequence)
    )
    order by v.occurred_at desc, v.sequence desc limit 1;
end
$$;
comment on function private.verified_name(uuid) is
'The name that was last read from a document of a person, and the row that says so; null when there is none, or the document was revoked since.';

create function private.has_verified_name(p_party_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select private.name_key(f.full_name) = private.name_key((private.verified_name(p_party_id)).name)
        from public.profiles as f where f.id = p_party_id
    ), false);
end
$$;
comment on function private.has_verified_name(uuid) is
'Whether the name a person goes by now is the one that was read from the document: not once it is changed, never when it is empty.';

-- Definer: whoever edits the own profile may not read the history's every column.
create function private.tg_profiles__verification() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_now record;
begin
    select * into v_now from private.verified_now(new.id);
    if tg_op = 'INSERT' then
        new.verification_tier := coalesce(private.tier_of(v_now.flags), 0::smallint);
    end if;
    if (new.phone_verified, new.id_document_verified, new.address_verified, new.biometric_verified)
        is distinct from (
            'phone' = any (v_now.flags), 'id_document' = any (v_now.flags), 'address' = any (v_now.flags),
            'biometric' = any (v_now.flags)
        )
        or new.granted_tier is distinct from v_now.granted_tier
        or new.verification_tier is distinct from coalesce(v_now.granted_tier, private.tier_of(v_now.flags), 0::smallint)
    then
        raise sqlstate 'PT403' using
            message = 'verification_is_history',
            detail = 'Flags and tier of a profile follow the history of its verifications.',
            hint = 'An operator or the provider adds to the history.';
    end if;
    return new;
end
$$;
comment on function private.tg_profiles__verification() is
'Refuses flags and tiers that the history does not have, whoever writes them.';
create trigger _500_verification_insert before insert on public.profiles
for each row execute function private.tg_profiles__verification();
create trigger _500_verification_update before update on public.profiles
for each row when (
    (
        old.phone_verified, old.id_document_verified, old.address_verified, old.biometric_verified, old.granted_tier,
        old.verification_tier
    ) is distinct from (
        new.phone_verified, new.id_document_verified, new.address_verified, new.biometric_verified, new.granted_tier,
        new.verification_tier
    )
) execute function private.tg_profiles__verification();

create function private.follow_verifications(p_party_id uuid) returns public.profiles
language plpgsql volatile set search_path = ''
as $$
declare
    v_now record;
    v_profile public.profiles;
begin
    select * into v_now from private.verified_now(p_party_id);
    update public.profiles set
        phone_verified = 'phone' = any (v_now.flags),
        id_document_verified = 'id_document' = any (v_now.flags),
        address_verified = 'address' = any (v_now.flags),
        biometric_verified = 'biometric' = any (v_now.flags),
        granted_tier = v_now.granted_tier,
        verification_tier = coalesce(v_now.granted_tier, private.tier_of(v_now.flags), 0::smallint)
    where id = p_party_id
    returning * into v_profile;
    return v_profile;
end
$$;
comment on function private.follow_verifications(uuid) is 'Brings a profile to what its history says; the profile.';

create function private.tg_profile_verifications__number() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform from public.profiles where id = new.party_id for no key update;
    new.sequence := (
        select coalesce(max(v.sequence), 0) + 1 from public.profile_verifications as v where v.party_id = new.party_id
    );
    new.created_at := private.clock();
    new.id := private.uuid_v7(new.created_at);
    new.occurred_at := coalesce(new.occurred_at, new.created_at);
    return new;
end
$$;
comment on function private.tg_profile_verifications__number() is
'Numbers the history of a person under the lock of the profile, and times it.';
create trigger _100_number before insert on public.profile_verifications
for each row execute function private.tg_profile_verifications__number();

-- Definer: whoever may add to the history holds no right on profiles.
create function private.tg_profile_verifications__follow() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_profile public.profiles := private.follow_verifications(new.party_id);
begin
    perform private.emit_event(
        'profile.verification_changed', 'profile', new.party_id, new.sequence, array[new.party_id],
        jsonb_build_object(
            'change', new.change, 'flag', new.flag, 'tier', v_profile.verification_tier, 'source', new.source
        ),
        new.created_at
    );
    return null;
end
$$;
comment on function private.tg_profile_verifications__follow() is
'Flags and tier of the profile follow the history; the person is told.';
create trigger _500_follow after insert on public.profile_verifications
for each row execute function private.tg_profile_verifications__follow();

-- Definer: whoever edits the tiers holds no right on profiles.
create function private.tg_verification_tiers__follow() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.follow_verifications(p.id) from public.profiles as p;
    return null;
end
$$;
comment on function private.tg_verification_tiers__follow() is
'What a tier asks for has changed: the tier of every person is decided again.';
create trigger _500_follow after insert or delete or update of required_flags on public.verification_tiers
for each statement execute function private.tg_verification_tiers__follow();
