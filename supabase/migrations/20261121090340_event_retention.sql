-- What is kept for a time only: whole months go at once, history included.

create function private.drop_months(p_table regclass, p_before timestamptz) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_partition record;
    v_dropped integer := 0;
begin
    for v_partition in
        select c.oid::regclass as name, right(c.relname, 7) as month
        from pg_inherits as i
        inner join pg_class as c on i.inhrelid = c.oid
        where i.inhparent = p_table and c.relname ~ '_[0-9]{4}_[0-9]{2}$'
    loop
        if to_date(v_partition.month, 'YYYY_MM') + interval '1 month' <= p_before at time zone 'UTC' then
            execute format('drop table %s', v_partition.name);
            v_dropped := v_dropped + 1;
        end if;
    end loop;
    return v_dropped;
end
$$;
comment on function private.drop_months(regclass, timestamptz) is
'Drops the monthly partitions of a table that ended before a moment; returns how many.';

create function private.forget_events(p_now timestamptz) returns integer
language plpgsql volatile set search_path = ''
as $$
begin
    delete from private.webhook_secrets where expires_at <= p_now;
    -- What was never relayed stays, whatever its age.
    delete from private.outbox where relayed_at < p_now - interval '14 days';
    delete from public.user_devices where last_seen_at < p_now - interval '180 days';
    delete from public.webhook_events where received_at <= p_now - interval '60 days';
    return private.drop_months('public.webhook_deliveries', p_now - interval '60 days')
        + private.drop_months('public.webhook_attempts', p_now - interval '60 days')
        + private.drop_months('public.notifications', p_now - interval '180 days')
        + private.drop_months('public.login_attempts', p_now - interval '180 days')
        + private.drop_months('public.session_audits', p_now - interval '400 days');
end
$$;
comment on function private.forget_events(timestamptz) is
'Forgets relayed events after 14 days, messages, attempts and events of providers after 60, notifications, attempts to sign in and devices after 180, sessions after 400, and expired secrets; returns how many months were dropped.';
