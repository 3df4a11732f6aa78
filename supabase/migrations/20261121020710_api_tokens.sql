-- An API key is exchanged for tokens of five minutes; how often, rate limits say.

create table public.rate_limits (
    id text primary key check (id ~ '^[a-z_]{1,40}$'),
    burst integer not null check (burst > 0),
    per_minute integer not null check (per_minute > 0)
);
alter table public.rate_limits enable row level security;
comment on table public.rate_limits is
'Token buckets: so many at once, then so many a minute. Each subject (a key, a party, an address) has one of its own.';
comment on column public.rate_limits.id is 'What is counted, and of whom.';
comment on column public.rate_limits.burst is 'How many at once after a pause.';
comment on column public.rate_limits.per_minute is 'How many a minute from then on.';
insert into public.rate_limits (id, burst, per_minute) values
('exchanges_of_key', 60, 60),
('failures_of_address', 10, 10);
select private.make_setting('public.rate_limits', 'How often keys and addresses may ask.', '{
    "burst": {"least": "1", "most": "100000"}, "per_minute": {"least": "1", "most": "100000"}
}');

create table private.rate_buckets (
    limit_id text not null references public.rate_limits (id) on delete restrict,
    subject text not null,
    full_at timestamptz not null,
    primary key (limit_id, subject)
) with (fillfactor = 70);
alter table private.rate_buckets enable row level security;
create index rate_buckets_full_at_idx on private.rate_buckets (full_at);
comment on table private.rate_buckets is 'The buckets of rate_limits that are not full. One that is missing is.';
comment on column private.rate_buckets.limit_id is 'The limit.';
comment on column private.rate_buckets.subject is 'Who is counted: a key, a party, an address.';
comment on column private.rate_buckets.full_at is 'When it is full again if nothing more is taken.';

create type private.rate as (
    burst integer,
    remaining integer,
    retry_after integer,
    reset integer
);
comment on type private.rate is
'A bucket: its size, the whole tokens left, in how many seconds there is one (0: there is), and in how many it is full.';

create function private.rate_of(p_limit text, p_full_at timestamptz, p_now timestamptz) returns private.rate
language plpgsql stable set search_path = ''
as $$
declare
    v_limit public.rate_limits;
    v_token numeric;
    v_waits numeric;
begin
    select * into strict v_limit from public.rate_limits as l where l.id = p_limit;
    v_token := 60.0 / v_limit.per_minute;
    v_waits := greatest(coalesce(extract(epoch from p_full_at - p_now), 0), 0);
    return row(
        v_limit.burst, greatest(floor(v_limit.burst - v_waits / v_token), 0),
        greatest(ceil(v_waits - (v_limit.burst - 1) * v_token), 0), ceil(v_waits)
    )::private.rate;
end
$$;
comment on function private.rate_of(text, timestamptz, timestamptz) is 'What a bucket holds that is full at a time; null: it is full.';

create function private.rate_left(p_limit text, p_subject text, p_now timestamptz) returns private.rate
language plpgsql stable set search_path = ''
as $$
begin
    return private.rate_of(p_limit, (
        select b.full_at from private.rate_buckets as b where b.limit_id = p_limit and b.subject = p_subject
    ), p_now);
end
$$;
comment on function private.rate_left(text, text, timestamptz) is 'What a bucket holds now; nothing is taken.';

create function private.take_rate(p_limit text, p_subject text, p_now timestamptz) returns private.rate
language plpgsql volatile set search_path = ''
as $$
declare
    v_limit public.rate_limits;
    v_token interval;
    v_full_at timestamptz;
    v_rate private.rate;
begin
    select * into strict v_limit from public.rate_limits as l where l.id = p_limit;
    v_token := interval '1 minute' / v_limit.per_minute;
    insert into private.rate_buckets as b (limit_id, subject, full_at) values (p_limit, p_subject, p_now + v_token)
    on conflict (limit_id, subject) do update set full_at = greatest(b.full_at, p_now) + v_token
    where greatest(b.full_at, p_now) + v_token <= p_now + v_limit.burst * v_token
    returning b.full_at into v_full_at;
    if v_full_at is null then
        return private.rate_left(p_limit, p_subject, p_now);
    end if;
    v_rate := private.rate_of(p_limit, v_full_at, p_now);
    v_rate.retry_after := 0;
    return v_rate;
end
$$;
comment on function private.take_rate(text, text, timestamptz) is
'Takes one token of a bucket; where there is none, retry_after says when there is. Only in a transaction that is short: others wait for its row.';

-- Definer: service_role reads no key.
create function service.api_token_exchange(prefix text, secret_hash text, address text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_address inet := api_token_exchange.address::inet;
    -- Whoever has one address of the newer kind has all of its network.
    v_from text := host(network(set_masklen(v_address, case family(v_address) when 6 then 64 else 32 end)));
    v_rate private.rate;
    v_now timestamptz := private.clock();
    v_key public.api_keys;
begin
    perform set_config('synchronous_commit', 'off', true);
    -- What is wrong costs the same and says the same.
    select k.* into v_key
    from private.api_key_secrets as s inner join public.api_keys as k on s.key_id = k.id
    where s.secret_hash = api_token_exchange.secret_hash and coalesce(s.good_until, 'infinity') > v_now
        and k.prefix = api_token_exchange.prefix and private.is_live(k)
        and (k.ip_allow = '{}' or v_address <<= any (k.ip_allow));
    -- A neighbour of the same address who guesses stops nobody who has a key.
    if v_key.id is null then
        v_rate := private.take_rate('failures_of_address', v_from, v_now);
    else
        v_rate := private.take_rate('exchanges_of_key', v_key.id::text, v_now);
    end if;
    if v_rate.retry_after > 0 then
        return jsonb_build_object('retry_after', v_rate.retry_after);
    elsif v_key.id is null then
        return '{"refused": true}';
    end if;
    -- Once an hour: every exchange of the key would wait for its row.
    update public.api_keys as k set last_used_at = v_now
    where k.id = v_key.id and coalesce(k.last_used_at, '-infinity') < v_now - interval '1 hour';
    return jsonb_build_object('key_id', v_key.id, 'party_id', v_key.party_id, 'scopes', v_key.scopes);
end
$$;
comment on function service.api_token_exchange(text, text, text) is
'Whose key it is {prefix, secret_hash: SHA-256 in hex, address: from where it is shown} -> {key_id, party_id, scopes}; {refused} where it is unknown, rotated away, revoked, expired or shown from elsewhere; {retry_after: seconds} where the key is exchanged too often, or the address was refused ten times.';
