-- What operators look at when somebody guesses passwords.

create view public.failed_logins with (security_invoker = true) as
select
    address, count(*) as failures, count(distinct coalesce(user_id::text, identifier_hash)) as accounts,
    max(created_at) as last_at
from public.login_attempts
where not is_valid and id >= private.uuid_v7_floor(private.clock() - interval '24 hours')
group by address;
comment on view public.failed_logins is 'Wrong passwords and codes of the last 24 hours by address.';
comment on column public.failed_logins.address is 'Who called Auth or POST /sign-in; null where Auth did not say.';
comment on column public.failed_logins.failures is 'How many, refused ones included.';
comment on column public.failed_logins.accounts is 'At how many accounts, names that nobody has included.';
comment on column public.failed_logins.last_at is 'The last one.';

create view public.password_sprays with (security_invoker = true) as
select
    address, date_bin('10 minutes', created_at, '2000-01-01 00:00:00+00') as since,
    count(distinct coalesce(user_id::text, identifier_hash)) as accounts
from public.login_attempts
where not is_valid and method = 'password' and id >= private.uuid_v7_floor(private.clock() - interval '24 hours')
group by address, date_bin('10 minutes', created_at, '2000-01-01 00:00:00+00')
having count(distinct coalesce(user_id::text, identifier_hash)) >= 20;
comment on view public.password_sprays is 'Addresses that tried 20 accounts or more, names that nobody has included, in ten minutes, in the last 24 hours.';
comment on column public.password_sprays.address is 'Who called Auth or POST /sign-in.';
comment on column public.password_sprays.since is 'Beginning of the ten minutes.';
comment on column public.password_sprays.accounts is 'How many accounts, names that nobody has included.';

create view public.lockouts with (security_invoker = true) as
select party_id as user_id, detail ->> 'method' as method, found as failures, detail ->> 'address' as address,
    created_at, (detail ->> 'until')::timestamptz as locked_until
from public.security_events
where subject_kind = 'account' and kind = 'account_locked'
    and id >= private.uuid_v7_floor(private.clock() - interval '24 hours');
comment on view public.lockouts is 'Accounts that were locked in the last 24 hours. Their owner sees the own ones.';
comment on column public.lockouts.user_id is 'Whose account.';
comment on column public.lockouts.method is 'password or second_factor.';
comment on column public.lockouts.failures is 'How many wrong attempts.';
comment on column public.lockouts.address is 'Who made the last of them.';
comment on column public.lockouts.created_at is 'Since when.';
comment on column public.lockouts.locked_until is 'Until when.';

create view public.hook_losses with (security_invoker = true) as
select detail ->> 'hook' as hook, detail ->> 'sqlstate' as sqlstate, count(*) as losses, max(created_at) as last_at,
    max(detail ->> 'message') as message
from public.security_events
where subject_kind = 'hook' and id >= private.uuid_v7_floor(private.clock() - interval '24 hours')
group by detail ->> 'hook', detail ->> 'sqlstate';
comment on view public.hook_losses is 'Hooks and triggers of Auth that failed inside in the last 24 hours: what they should have counted or kept is lost.';
comment on column public.hook_losses.hook is 'Which.';
comment on column public.hook_losses.sqlstate is 'Class of the error.';
comment on column public.hook_losses.losses is 'How often.';
comment on column public.hook_losses.last_at is 'Last time.';
comment on column public.hook_losses.message is 'One of the messages.';
