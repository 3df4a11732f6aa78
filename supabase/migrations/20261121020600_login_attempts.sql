-- Attempts to sign in, as the hooks of Auth or POST /sign-in report them, and how long an account is then locked.

create table public.login_attempts (
    id uuid primary key,
    user_id uuid,
    identifier_hash text check (identifier_hash ~ '^[0-9a-f]{64}$'),
    method text not null check (method in ('password', 'second_factor')),
    factor_id uuid,
    is_valid boolean not null,
    decision text not null check (decision in ('continue', 'reject')),
    address inet,
    source text not null check (source in ('hook', 'sign_in')),
    report_id uuid not null,
    created_at timestamptz not null,
    constraint login_attempts_factor check ((factor_id is not null) = (method = 'second_factor')),
    constraint login_attempts_whose check ((user_id is null) = (identifier_hash is not null))
) partition by range (id);
alter table public.login_attempts enable row level security;
create index login_attempts_user_id_idx on public.login_attempts (user_id, id);
create index login_attempts_counted_idx on public.login_attempts (user_id, method, id)
where not is_valid and decision = 'continue';
create index login_attempts_address_idx on public.login_attempts (address, id);
select private.make_erasable('public.login_attempts', 'address');
comment on table public.login_attempts is
'Passwords and codes that were tried, by month; kept for 180 days. Auth asks no hook about a name that nobody has, nor about whoever is banned; POST /sign-in reports both.';
comment on column public.login_attempts.id is 'Carries its time.';
comment on column public.login_attempts.user_id is 'Whose account; null: a name that nobody has.';
comment on column public.login_attempts.identifier_hash is
'Of a name that nobody has: HMAC-SHA256 of it in hex, with a key that is not in the database. Null: the account is known.';
comment on column public.login_attempts.method is 'password or second_factor.';
comment on column public.login_attempts.factor_id is 'The second factor; null for a password.';
comment on column public.login_attempts.is_valid is 'Whether the password or code was right.';
comment on column public.login_attempts.decision is
'continue: Auth goes on. reject: refused, right or wrong; such an attempt does not count towards a lock.';
comment on column public.login_attempts.address is 'Who called Auth or POST /sign-in: of a sign-in through somebody else''s server the server''s; null where Auth did not say.';
comment on column public.login_attempts.source is 'hook: of Auth. sign_in: POST /sign-in, where Auth asks no hook.';
comment on column public.login_attempts.report_id is
'metadata.uuid of the hook, or what POST /sign-in calls its request: what is reported twice is one attempt.';
comment on column public.login_attempts.created_at is 'When, by the database clock.';

create table private.lockout_rules (
    method text not null check (method in ('password', 'second_factor')),
    failures integer not null check (failures > 0),
    counted_within interval not null check (counted_within between '1 minute' and '24 hours'),
    locked_for interval not null check (locked_for between '1 second' and '24 hours'),
    severity public.security_severity not null,
    primary key (method, failures)
);
alter table private.lockout_rules enable row level security;
select private.make_audited('private.lockout_rules', 'failures');
select private.make_setting('private.lockout_rules',
'After how many wrong attempts, and for how long, an account is locked.', '{
    "counted_within": {"least": "1 minute", "most": "24 hours", "second": true},
    "locked_for": {"least": "1 second", "most": "24 hours", "second": true}
}');
comment on table private.lockout_rules is
'From how many wrong attempts on an account is locked, and for how long after the last one. The longest lock that applies counts.';
comment on column private.lockout_rules.method is 'What is locked: sign-in by password, or the second factor.';
comment on column private.lockout_rules.failures is 'How many wrong attempts.';
comment on column private.lockout_rules.counted_within is 'Within which time up to the last one.';
comment on column private.lockout_rules.locked_for is 'How long from the last one on.';
comment on column private.lockout_rules.severity is 'Of the security event; from warning on the owner is told.';
-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.lockout_rules (method, failures, counted_within, locked_for, severity) values
('password', 5, '15 minutes', '60 seconds', 'info'),
('password', 10, '15 minutes', '15 minutes', 'info'),
('password', 20, '24 hours', '60 minutes', 'high'),
('second_factor', 5, '15 minutes', '15 minutes', 'high');
-- noqa: enable=LT05

create function private.locked_until(p_user_id uuid, p_method text, p_now timestamptz) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
    v_last timestamptz;
begin
    select max(a.created_at) into v_last from public.login_attempts as a
    where a.user_id = p_user_id and a.method = p_method and not a.is_valid and a.decision = 'continue'
        and a.id >= private.uuid_v7_floor(p_now - interval '24 hours');
    return (
        select max(v_last + r.locked_for) from private.lockout_rules as r
        where r.method = p_method and r.failures <= (
            select count(*) from public.login_attempts as a
            where a.user_id = p_user_id and a.method = p_method and not a.is_valid and a.decision = 'continue'
                and a.id >= private.uuid_v7_floor(v_last - r.counted_within)
        )
    );
end
$$;
comment on function private.locked_until(uuid, text, timestamptz) is
'Until when an account is locked for a method by its last wrong attempt; null, or in the past: it is not.';

create function private.lock_account(p_user_id uuid) returns boolean
language plpgsql volatile set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('login ' || p_user_id, 0));
    return true;
exception when lock_not_available then
    return false;
end
$$;
comment on function private.lock_account(uuid) is
'Waits until nobody else tries the account, until the end of the transaction; false when that took longer than lock_timeout.';

create function private.watch_spray(p_address inet, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_accounts integer := (
        select count(distinct a.account) from (
            select coalesce(b.user_id::text, b.identifier_hash) as account from public.login_attempts as b
            where b.address = p_address and b.id >= private.uuid_v7_floor(p_now - interval '10 minutes')
                and b.method = 'password' and not b.is_valid
            -- However often an address tries, a sign-in does not wait for it to be counted.
            order by b.id desc limit 500
        ) as a
    );
    v_id uuid := private.uuid_v7(p_now);
    v_detail jsonb := jsonb_build_object('address', host(p_address), 'accounts', v_accounts);
begin
    -- Of two at once the first one tells.
    if v_accounts < 20 or not pg_try_advisory_xact_lock(hashtextextended('spray ' || p_address, 0)) then
        return;
    end if;
    if exists (
        select from public.security_events as e
        where e.party_id is null and e.kind = 'password_spray' and e.detail ->> 'address' = host(p_address)
            and e.id >= private.uuid_v7_floor(p_now - interval '1 hour')
    ) then
        return;
    end if;
    insert into public.security_events (id, kind, severity, subject_kind, found, detail, request_id, created_at)
    values (v_id, 'password_spray', 'high', 'address', v_accounts, v_detail, private.request_id(), p_now);
    perform private.emit_event(
        'security.password_spray', 'security_event', v_id, 1, array['00000000-0000-4000-8000-000000000001'::uuid],
        v_detail, p_now
    );
end
$$;
comment on function private.watch_spray(inet, timestamptz) is
'Tells operators, once an hour, of an address that tried passwords at 20 accounts or more in ten minutes.';

create function private.attempt(
    event jsonb, p_method text, p_is_refused boolean default false, p_source text default 'hook'
) returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_user uuid := (event ->> 'user_id')::uuid;
    v_report uuid := (event #>> '{metadata,uuid}')::uuid;
    v_valid boolean := (event ->> 'valid')::boolean;
    v_address text := event #>> '{metadata,ip_address}';
    v_now timestamptz;
    v_decision text;
    v_failures bigint;
    v_rule private.lockout_rules;
begin
    -- Of two guesses at once the second counts the first. So many at once are no person: nobody else waits.
    if not private.lock_account(v_user) then
        return 'reject';
    end if;
    v_now := private.clock();
    select a.decision into v_decision from public.login_attempts as a
    where a.user_id = v_user and a.report_id = v_report and a.id >= private.uuid_v7_floor(v_now - interval '5 minutes');
    if found then
        return v_decision;
    end if;
    v_decision := case
        when p_is_refused or private.locked_until(v_user, p_method, v_now) > v_now then 'reject' else 'continue'
    end;
    insert into public.login_attempts (
        id, user_id, method, factor_id, is_valid, decision, address, source, report_id, created_at
    ) values (
        private.uuid_v7(v_now), v_user, p_method, (event ->> 'factor_id')::uuid, v_valid, v_decision,
        case when pg_input_is_valid(v_address, 'inet') then v_address::inet end, p_source, v_report, v_now
    );
    if p_method = 'password' and not v_valid and pg_input_is_valid(v_address, 'inet') then
        perform private.watch_spray(v_address::inet, v_now);
    end if;
    if v_decision = 'reject' then
        return v_decision;
    elsif v_valid then
        select count(*) into v_failures from public.login_attempts as a
        where a.user_id = v_user and a.method = p_method and not a.is_valid and a.decision = 'continue'
            and a.id >= private.uuid_v7_floor(v_now - interval '24 hours')
            and a.created_at > coalesce((
                select max(b.created_at) from public.login_attempts as b
                where b.user_id = v_user and b.method = p_method and b.is_valid and b.decision = 'continue'
                    and b.id >= private.uuid_v7_floor(v_now - interval '24 hours') and b.report_id <> v_report
            ), '-infinity');
        if v_failures >= (select min(r.failures) from private.lockout_rules as r where r.method = p_method) then
            perform private.account_event(
                'sign_in_after_failures', 'warning', v_user, v_failures::integer,
                jsonb_build_object('method', p_method, 'address', v_address), v_now
            );
        end if;
        return v_decision;
    end if;
    for v_rule in
        select r.* from private.lockout_rules as r
        where r.method = p_method and r.failures = (
            select count(*) from public.login_attempts as a
            where a.user_id = v_user and a.method = p_method and not a.is_valid and a.decision = 'continue'
                and a.id >= private.uuid_v7_floor(v_now - r.counted_within)
        )
    loop
        perform private.account_event(
            'account_locked', v_rule.severity, v_user, v_rule.failures,
            jsonb_build_object('method', p_method, 'address', v_address, 'until', v_now + v_rule.locked_for), v_now
        );
    end loop;
    return v_decision;
end
$$;
comment on function private.attempt(jsonb, text, boolean, text) is
'Keeps an attempt that a hook or POST /sign-in reports and decides: continue, or reject while its account is locked or when it is refused anyway. Exact for any number at once.';

-- Definer: Auth's own role writes no table of ours.
create function private.hook_password_verification(event jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' set lock_timeout = '1s'
as $$
begin
    return case private.attempt(event, 'password')
        when 'continue' then '{"decision": "continue"}'
        -- The text of a wrong password: who guesses does not learn that the account is locked.
        else '{"decision": "reject", "message": "Invalid login credentials", "should_logout_user": false}'
    end::jsonb;
-- An error here would be a 500 for everybody who signs in. Auth ends a hook after two seconds.
exception when query_canceled or others then
    perform private.note_loss('password_verification', sqlstate, sqlerrm);
    return '{"decision": "continue"}';
end
$$;
comment on function private.hook_password_verification(jsonb) is
'Password verification hook of Auth {user_id, valid, metadata} -> {decision, message, should_logout_user}. While the account is locked a right password is refused like a wrong one. A failure inside lets the sign-in go on, and is noted.';

-- Definer: as above.
create function private.hook_custom_access_token(event jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' set lock_timeout = '1s'
as $$
declare
    v_method text := event ->> 'authentication_method';
begin
    v_method := case
        when v_method = 'password' then v_method when v_method in ('totp', 'mfa/phone') then 'second_factor'
    end;
    if private.locked_until((event ->> 'user_id')::uuid, v_method, private.clock()) > private.clock() then
        return jsonb_build_object('error', jsonb_build_object('http_code', 400, 'message', case v_method
            when 'password' then 'Invalid login credentials' else 'Invalid TOTP code entered'
        end));
    end if;
    return jsonb_build_object('claims', event -> 'claims');
exception when query_canceled or others then
    perform private.note_loss('custom_access_token', sqlstate, sqlerrm);
    return jsonb_build_object('claims', event -> 'claims');
end
$$;
comment on function private.hook_custom_access_token(jsonb) is
'Custom access token hook of Auth {user_id, claims, authentication_method} -> {claims}, unchanged; or {error} for a sign-in by password, or a second factor, while the account is locked for it. Refreshed tokens are not asked about.';
