-- One attempt: a sender claims a message, sends it, and records the outcome.

-- Definer: senders have no user, and nobody else may read a secret.
create function service.webhook_claim(delivery_id uuid, attempt integer default null) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_delivery public.webhook_deliveries;
    v_endpoint public.webhook_endpoints;
begin
    select e.* into v_endpoint from public.webhook_endpoints as e
    inner join public.webhook_deliveries as d on e.id = d.endpoint_id
    where d.id = webhook_claim.delivery_id;
    if v_endpoint.status is distinct from 'active' then
        return null;
    end if;
    -- Compare and set: of two senders with one message the second finds nothing.
    -- Counted before it is sent: a message that kills its sender ends, too.
    update public.webhook_deliveries as d set
        attempt_count = d.attempt_count + 1, schedule_step = d.schedule_step + 1,
        status = 'sending', next_attempt_at = v_now + interval '90 seconds', updated_at = v_now,
        last_event = 'send', last_actor_role = 'sender'
    where d.id = webhook_claim.delivery_id and d.attempt_count = webhook_claim.attempt and d.status = 'queued'
    returning * into v_delivery;
    if not found then
        return null;
    end if;
    return jsonb_build_object(
        'url', v_endpoint.url,
        'now', v_now,
        'event_id', v_delivery.event_id,
        'event', v_delivery.event,
        'event_at', v_delivery.event_at,
        'object_type', v_delivery.object_type,
        'object_id', v_delivery.object_id,
        'sequence', v_delivery.sequence,
        'payload', v_delivery.payload,
        'schedule_step', v_delivery.schedule_step - 1,
        'secrets', array(
            select s.secret from private.webhook_secrets as s
            where s.endpoint_id = v_endpoint.id and (s.expires_at is null or s.expires_at > v_now)
            order by s.created_at desc
        )
    );
end
$$;
comment on function service.webhook_claim(uuid, integer) is
'The message to send now, with the address and the live secrets; null when another sender has it, it has moved on, or the endpoint is closed. schedule_step: attempts of the schedule before this one, which counts from now on. The claim lasts 90 seconds.';

create function private.quick_answer_ms() returns integer
language sql immutable set search_path = ''
as $$ select 2000 $$;
comment on function private.quick_answer_ms() is 'Within how many milliseconds a receiver answers that may hold up others.';

create function private.measure_receiver(p_endpoint public.webhook_endpoints, p_took_ms integer) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    if p_took_ms > private.quick_answer_ms() then
        update public.webhook_endpoints set quick_answers = 0 where id = p_endpoint.id and quick_answers > 0;
    elsif p_endpoint.quick_answers < 5 then
        update public.webhook_endpoints set quick_answers = quick_answers + 1 where id = p_endpoint.id;
    end if;
end
$$;
comment on function private.measure_receiver(public.webhook_endpoints, integer) is
'Whether a receiver may hold up others follows from how long its answers take, not from what they say.';

-- Definer: senders have no user.
create function service.webhook_record(
    delivery_id uuid, attempt integer default null, outcome text default null, next_in_ms integer default null,
    pause_in_ms integer default null, status_code integer default null, duration_ms integer default null,
    error text default '', answer text default ''
) returns boolean
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_endpoint public.webhook_endpoints;
    v_delivery public.webhook_deliveries;
begin
    -- The endpoint first, as its owner's commands take it.
    select e.* into v_endpoint from public.webhook_endpoints as e
    where e.id = (select d.endpoint_id from public.webhook_deliveries as d where d.id = webhook_record.delivery_id)
    for no key update;
    if not found or coalesce(webhook_record.outcome, '') not in ('succeed', 'retry', 'exhaust', 'gone') then
        return false;
    end if;
    update public.webhook_deliveries as d set
        status = case webhook_record.outcome when 'succeed' then 'delivered' when 'retry' then 'pending' else 'failed' end,
        next_attempt_at = case when webhook_record.outcome = 'retry'
            then v_now + make_interval(secs => greatest(coalesce(webhook_record.next_in_ms, 0), 0) / 1000.0) end,
        last_status_code = webhook_record.status_code, last_error = left(coalesce(webhook_record.error, ''), 200),
        last_event = case webhook_record.outcome when 'gone' then 'exhaust' else webhook_record.outcome end,
        last_actor_role = case webhook_record.outcome when 'succeed' then 'receiver' else 'sender' end,
        updated_at = v_now
    where d.id = webhook_record.delivery_id and d.attempt_count = webhook_record.attempt + 1 and d.status = 'sending'
    returning * into v_delivery;
    if not found then
        return false;
    end if;
    insert into public.webhook_attempts (
        id, delivery_id, endpoint_id, party_id, number, status_code, duration_ms, error, answer, created_at
    ) values (
        private.uuid_v7(v_now), v_delivery.id, v_delivery.endpoint_id, v_delivery.party_id, v_delivery.attempt_count,
        webhook_record.status_code, greatest(coalesce(webhook_record.duration_ms, 0), 0),
        left(coalesce(webhook_record.error, ''), 200), left(coalesce(webhook_record.answer, ''), 4096), v_now
    );
    perform private.measure_receiver(v_endpoint, coalesce(webhook_record.duration_ms, 0));
    if webhook_record.outcome = 'succeed' then
        update public.webhook_endpoints set consecutive_failures = 0, failing_since = null, paused_until = null
        where id = v_endpoint.id and consecutive_failures > 0;
    elsif v_endpoint.status = 'active' then
        update public.webhook_endpoints set
            consecutive_failures = consecutive_failures + 1,
            failing_since = coalesce(failing_since, v_now),
            paused_until = coalesce(
                v_now + make_interval(secs => webhook_record.pause_in_ms / 1000.0), paused_until
            ),
            status = case when webhook_record.outcome = 'gone' or failing_since <= v_now - interval '5 days'
                then 'disabled' else status end,
            disabled_reason = case when webhook_record.outcome = 'gone' then 'gone'
                when failing_since <= v_now - interval '5 days' then 'failing' end
        where id = v_endpoint.id;
    end if;
    return true;
end
$$;
comment on function service.webhook_record(uuid, integer, text, integer, integer, integer, integer, text, text) is
'Writes an attempt and what follows: outcome is succeed, retry (in next_in_ms), exhaust or gone (410: the endpoint is disabled, as it is after five days of failures only). pause_in_ms: nothing more goes to the endpoint so long. False when the message has moved on meanwhile.';
