-- From the outbox to deliveries and notifications, and from deliveries to the queue.

create function private.fan_out(p_ids bigint[], p_endpoint_id uuid, p_now timestamptz) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_made integer;
begin
    -- Once for each event, and then by the party: never every event beside every endpoint.
    with told as materialized (
        select o.*, private.event_patterns(o.event) as patterns from private.outbox as o where o.id = any(p_ids)
    ),

    concerned as materialized (
        select distinct t.id, c.party_id from told as t cross join lateral unnest(t.parties) as c (party_id)
    )

    insert into public.webhook_deliveries (
        id, endpoint_id, party_id, event_id, event, object_type, object_id, sequence, payload, next_attempt_at,
        event_at, created_at, updated_at
    )
    select private.uuid_v7(p_now), e.id, e.party_id, o.event_id, o.event, o.object_type, o.object_id, o.sequence,
        -- Due since it happened: the earlier event goes first.
        o.payload, o.created_at, o.created_at, p_now, p_now
    from told as o
    inner join concerned as c on o.id = c.id
    inner join public.webhook_endpoints as e on c.party_id = e.party_id
    where e.status = 'active' and e.event_types && o.patterns and e.id = coalesce(p_endpoint_id, e.id)
    order by o.id;
    get diagnostics v_made = row_count;
    return v_made;
end
$$;
comment on function private.fan_out(bigint[], uuid, timestamptz) is
'Writes the messages of events for every endpoint that wants them, or for one; returns how many.';

create function private.relay_events(
    p_ids bigint[], p_now timestamptz, out events integer, out messages integer, out notifications integer
)
language plpgsql volatile set search_path = ''
as $$
begin
    messages := private.fan_out(p_ids, null, p_now);
    insert into public.notifications (
        id, user_id, event_id, event, object_type, object_id, sequence, data, created_at
    )
    select private.uuid_v7(p_now), u.user_id, o.event_id, o.event, o.object_type, o.object_id, o.sequence, o.payload,
        o.created_at
    from private.outbox as o
    cross join lateral (
        select p.id as user_id from public.profiles as p where p.id = any(o.parties) and p.deleted_at is null
        union
        select m.user_id from public.party_members as m
        where m.party_id = any(o.parties) and m.role in ('owner', 'operator', 'signer', 'viewer')
    ) as u
    where o.id = any(p_ids)
    order by o.id;
    get diagnostics notifications = row_count;
    update private.outbox set relayed_at = p_now where id = any(p_ids);
    events := cardinality(p_ids);
end
$$;
comment on function private.relay_events(bigint[], timestamptz) is
'Gives events to the endpoints and users they concern, all of them or none.';

-- Definer: schedules have no user.
create function service.outbox_relay() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_odd boolean := exists (select from public.setbacks where queue = 'outbox');
    v_ids bigint[];
    v_done record;
    v_each record;
    v_events integer := 0;
    v_messages integer := 0;
    v_notifications integer := 0;
begin
    v_ids := array(
        select o.id from private.outbox as o
        where o.relayed_at is null and (not v_odd or not private.is_put_off('outbox', o.id::text, v_now))
        order by o.id limit 1000 for update skip locked
    );
    if cardinality(v_ids) = 0 then
        return '{"events": 0, "messages": 0, "notifications": 0}';
    end if;
    begin
        v_done := private.relay_events(v_ids, v_now);
        v_events := v_done.events;
        v_messages := v_done.messages;
        v_notifications := v_done.notifications;
        if v_odd then
            delete from public.setbacks where queue = 'outbox' and subject = any (v_ids::text[]);
        end if;
    exception when others then
        -- One that cannot be told: each alone, and that one waits.
        for v_each in select u.id from unnest(v_ids) as u (id) loop
            begin
                v_done := private.relay_events(array[v_each.id], v_now);
                v_events := v_events + v_done.events;
                v_messages := v_messages + v_done.messages;
                v_notifications := v_notifications + v_done.notifications;
                perform private.went_through('outbox', v_each.id::text);
            exception when others then
                perform private.put_off('outbox', v_each.id::text, sqlerrm, v_now);
            end;
        end loop;
    end;
    return jsonb_build_object('events', v_events, 'messages', v_messages, 'notifications', v_notifications);
end
$$;
comment on function service.outbox_relay() is
'Gives up to 1000 waiting events to the endpoints and users they concern -> {events, messages, notifications}. One that cannot be told is put off alone (setbacks). Two at once share the work.';

create function private.close_deliveries(p_closed_after timestamptz, p_now timestamptz) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_closed integer;
begin
    update public.webhook_deliveries set
        status = 'failed', next_attempt_at = null, updated_at = p_now,
        last_event = 'close', last_actor_role = 'relay'
    where id = any(array(
        select d.id from public.webhook_endpoints as e
        cross join lateral (
            select w.id from public.webhook_deliveries as w
            where w.endpoint_id = e.id and w.status in ('pending', 'queued', 'sending')
                and (w.status = 'pending' or w.next_attempt_at <= p_now)
            limit 1000
            for update skip locked
        ) as d
        where e.status <> 'active' and e.closed_at > p_closed_after
        limit 5000
    ));
    get diagnostics v_closed = row_count;
    return v_closed;
end
$$;
comment on function private.close_deliveries(timestamptz, timestamptz) is
'Ends up to 5000 messages of endpoints that were closed after a moment, but for what a sender may still have; returns how many.';

create function private.count_lost_attempts(p_schedule integer[], p_now timestamptz) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_lost uuid[] := array(
        select w.id from public.webhook_deliveries as w
        where w.status = 'sending' and w.next_attempt_at <= p_now
        limit 500
        for update skip locked
    );
begin
    insert into public.webhook_attempts (
        id, delivery_id, endpoint_id, party_id, number, duration_ms, error, created_at
    )
    select private.uuid_v7(p_now), w.id, w.endpoint_id, w.party_id, w.attempt_count, 0, 'sender_lost', p_now
    from public.webhook_deliveries as w
    where w.id = any(v_lost);
    update public.webhook_deliveries as w set
        status = case when w.schedule_step < cardinality(p_schedule) then 'pending' else 'failed' end,
        -- Of an array the first has number one: this is the wait before the next attempt.
        next_attempt_at = p_now + make_interval(secs => p_schedule[w.schedule_step + 1]),
        last_status_code = null, last_error = 'sender_lost', updated_at = p_now,
        last_event = case when w.schedule_step < cardinality(p_schedule) then 'lose' else 'exhaust' end,
        last_actor_role = 'relay'
    where w.id = any(v_lost);
    return cardinality(v_lost);
end
$$;
comment on function private.count_lost_attempts(integer[], timestamptz) is
'Writes an attempt for each message whose sender did not come back, and has it wait for its next one or ends it; returns how many. It may have arrived: what comes again has the same id.';

-- Definer: schedules have no user.
create function service.webhook_enqueue(schedule integer[] default null) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_handed jsonb;
begin
    -- Nobody waits for an endpoint that was closed: its owner sends again what matters.
    -- What a relay that stood still for longer left, housekeeping ends.
    perform private.close_deliveries(v_now - interval '3 days', v_now);
    -- An attempt that nobody knows the end of is not given up by somebody without a schedule.
    if cardinality(schedule) > 0 then
        perform private.count_lost_attempts(schedule, v_now);
    end if;
    with handed as (
        update public.webhook_deliveries as d set
            status = 'queued', next_attempt_at = v_now + interval '5 minutes', updated_at = v_now,
            last_event = 'enqueue', last_actor_role = 'relay'
        where d.id = any(array(
            select turn.id from (
            select due.id, due.next_attempt_at, e.party_id,
                row_number() over (partition by e.party_id order by due.next_attempt_at) as place
            from public.webhook_endpoints as e
            cross join lateral (
                select w.id, w.next_attempt_at from public.webhook_deliveries as w
                where w.endpoint_id = e.id and w.status in ('pending', 'queued')
                    and w.next_attempt_at <= v_now
                order by w.next_attempt_at
                limit greatest(
                    case when e.consecutive_failures >= 5 then 1 else 10 end - (
                        select count(*) from public.webhook_deliveries as f
                        where f.endpoint_id = e.id and f.status in ('queued', 'sending') and f.next_attempt_at > v_now
                    ), 0
                )
                for update skip locked
            ) as due
            where e.status = 'active' and (e.paused_until is null or e.paused_until <= v_now)
            ) as turn
            -- A party's share, whatever number of endpoints it has.
            where turn.place <= 20 - (
                select count(*) from public.webhook_deliveries as f
                where f.party_id = turn.party_id and f.status in ('queued', 'sending') and f.next_attempt_at > v_now
            )
            order by turn.place, turn.next_attempt_at
            limit 500
        ))
        returning d.id, d.attempt_count, d.endpoint_id
    )
    select coalesce(
        jsonb_agg(jsonb_build_object(
            'delivery_id', h.id, 'attempt', h.attempt_count,
            'lane', case when e.failing_since is null and e.quick_answers = 5 then 'fast' else 'slow' end
        )), '[]'
    ) into v_handed
    from handed as h inner join public.webhook_endpoints as e on h.endpoint_id = e.id;
    return v_handed;
end
$$;
comment on function service.webhook_enqueue(integer[]) is
'Takes up to 500 messages whose time has come, for five minutes, parties in turn -> [{delivery_id, attempt, lane}]: at most twenty of one party on their way and ten of one endpoint, one when it keeps failing. lane: fast for an endpoint whose last attempt did not fail and that is known to answer quickly; slow for all others, which may hold their sender. What does not reach a sender in that time is taken again. schedule: seconds before each attempt; what a sender took and never came back from has made an attempt, and waits as long or ends.';
