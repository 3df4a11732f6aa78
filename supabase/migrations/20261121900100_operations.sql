-- Housekeeping: partitions are made ahead, old keys are deleted.

select private.ensure_partitions(3);

-- Definer: service_role owns no table.
create function service.housekeeping(keep_keys interval default '7 days') returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_partitions integer := private.ensure_partitions(3);
    v_keys integer;
    v_months integer := private.forget_events(private.clock());
    v_messages integer := private.forget_messages(private.clock());
    v_origins integer := private.forget_origins(private.clock());
begin
    -- Whatever its age: the relay reads what was closed of late.
    while private.close_deliveries('-infinity', private.clock()) > 0 loop
        continue;
    end loop;
    -- Answers are kept at least a day, whatever is asked for.
    delete from private.idempotency_keys
    where created_at < private.clock() - greatest(keep_keys, interval '24 hours');
    get diagnostics v_keys = row_count;
    delete from private.quota_levels
    where counted_at < private.clock() - (select max(q.in_window) from private.quotas as q);
    delete from private.rate_buckets where full_at < private.clock();
    return jsonb_build_object(
        'partitions', v_partitions, 'keys', v_keys, 'months', v_months, 'messages', v_messages,
        'origins', v_origins
    );
end
$$;
comment on function service.housekeeping(interval) is
'Daily: makes the partitions of the coming months and forgets stored answers older than the given time, ends messages of endpoints long closed, drops months of events that are over, forgets messages to people after 180 days and where requests in the audit log came from after 400, and forgets what was counted before any window of a quota began, and buckets of rate limits that are full.';
