-- Sending again: one message, some events, a time, or all that failed.

create function private.resend_deliveries(p_ids uuid[], p_now timestamptz) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_resent integer;
begin
    -- What is in the queue now is on its way anyhow.
    update public.webhook_deliveries set
        status = 'pending', schedule_step = 0, next_attempt_at = p_now, updated_at = p_now,
        last_event = 'resend', last_actor_role = 'owner'
    where id = any(p_ids) and status in ('pending', 'delivered', 'failed');
    get diagnostics v_resent = row_count;
    return v_resent;
end
$$;
comment on function private.resend_deliveries(uuid[], timestamptz) is
'Begins the schedule of messages anew, with their ids; returns how many. Messages on their way are left alone.';

-- Definer: service_role may give commands, not write the tables.
create function service.webhook_resend(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_answer jsonb := private.begin_webhook_command(command, 'webhook_resend', (command ->> 'endpoint_id')::uuid);
    v_now timestamptz := private.clock();
    v_from timestamptz := (command ->> 'since')::timestamptz;
    v_to timestamptz := (command ->> 'until')::timestamptz;
    c_page constant integer := 1000;
    v_all_failed boolean := coalesce((command ->> 'all_failed')::boolean, false);
    v_after uuid := coalesce((command ->> 'after')::uuid, '00000000-0000-0000-0000-000000000000');
    v_events uuid[];
    v_endpoint public.webhook_endpoints;
    v_found uuid[];
    v_missed integer := 0;
    v_next uuid;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    select * into v_endpoint from public.webhook_endpoints where id = (command ->> 'endpoint_id')::uuid;
    if v_endpoint.status <> 'active' then
        perform private.refuse('webhook_endpoint_not_active');
    end if;
    perform private.take_quota('webhook_resend', v_endpoint.party_id);
    if coalesce(jsonb_typeof(command -> 'event_ids'), 'null') <> 'null' then
        v_events := array(select jsonb_array_elements_text(command -> 'event_ids')::uuid);
    end if;
    if num_nulls(v_from, v_to) = 1 or v_from > v_to
        or (v_events is not null)::integer + (v_from is not null)::integer + v_all_failed::integer <> 1 then
        perform private.refuse('bad_resend');
    end if;
    v_found := array(
        select d.id from public.webhook_deliveries as d
        where d.endpoint_id = v_endpoint.id and d.id > v_after and (
            d.event_id = any(v_events)
            or (d.event_at between v_from and v_to and d.status in ('delivered', 'failed'))
            or (v_all_failed and d.status = 'failed')
        )
        order by d.id limit c_page
    );
    if cardinality(v_found) = c_page then
        v_next := v_found[c_page];
    elsif v_from is not null then
        -- Events of a time in which it was disabled have no messages yet.
        v_missed := private.fan_out(
            array(
                select o.id from private.outbox as o
                where o.created_at between v_from and v_to and o.relayed_at is not null
                    and v_endpoint.party_id = any(o.parties)
                    and v_endpoint.event_types && private.event_patterns(o.event)
                    and not exists (
                        select from public.webhook_deliveries as d
                        where d.event_id = o.event_id and d.endpoint_id = v_endpoint.id
                    )
                order by o.id limit c_page
            ),
            v_endpoint.id, v_now
        );
        if v_missed = c_page then
            -- Behind what was made just now, which must not be sent twice.
            v_next := (
                select d.id from public.webhook_deliveries as d
                where d.endpoint_id = v_endpoint.id
                order by d.id desc limit 1
            );
        end if;
    end if;
    return private.finish_command(
        command,
        jsonb_build_object(
            'endpoint_id', v_endpoint.id, 'messages', private.resend_deliveries(v_found, v_now) + v_missed,
            'next', v_next
        ),
        v_now
    );
end
$$;
comment on function service.webhook_resend(service.command) is
'Sends messages of an endpoint again {endpoint_id, event_ids | since, until | all_failed, after?, actor_id, idempotency_key, request_hash} -> {endpoint_id, messages, next}: at most 1000 at a time; next is null at the end, else after of the command that goes on. A range also sends what the endpoint missed, as far as the outbox remembers (14 days). Raises webhook_endpoint_not_found (404), webhook_endpoint_not_active (409), bad_resend (422).';

-- Definer: as webhook_resend.
create function service.webhook_delivery_resend(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_delivery uuid := (command ->> 'delivery_id')::uuid;
    v_endpoint uuid := (select d.endpoint_id from public.webhook_deliveries as d where d.id = v_delivery);
    v_answer jsonb;
begin
    if v_endpoint is null or not private.acts_for(
        (command ->> 'actor_id')::uuid, (select e.party_id from public.webhook_endpoints as e where e.id = v_endpoint)
    ) then
        perform private.refuse('webhook_delivery_not_found');
    end if;
    v_answer := private.begin_webhook_command(command, 'webhook_delivery_resend', v_endpoint);
    if v_answer is not null then
        return v_answer;
    end if;
    if (select status from public.webhook_endpoints where id = v_endpoint) <> 'active' then
        perform private.refuse('webhook_endpoint_not_active');
    end if;
    perform private.take_quota('webhook_resend', (select party_id from public.webhook_endpoints where id = v_endpoint));
    return private.finish_command(
        command,
        jsonb_build_object(
            'endpoint_id', v_endpoint, 'messages', private.resend_deliveries(array[v_delivery], v_now), 'next', null
        ),
        v_now
    );
end
$$;
comment on function service.webhook_delivery_resend(service.command) is
'Sends one message again {delivery_id, actor_id, idempotency_key, request_hash} -> {endpoint_id, messages, next}; messages is 0 when it is on its way. Raises webhook_delivery_not_found (404), webhook_endpoint_not_active (409).';

insert into private.refusals (code, status, detail, hint) values
('bad_resend', 422, 'Say what to send again: event ids, since and until, or all_failed.', 'Exactly one of the three.');
