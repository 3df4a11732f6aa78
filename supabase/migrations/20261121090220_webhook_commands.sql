-- Commands of the owner of an endpoint.

create function private.begin_webhook_command(command jsonb, p_act text, p_endpoint_id uuid) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_party uuid;
begin
    select party_id into v_party from public.webhook_endpoints
    where id = p_endpoint_id for no key update;
    if v_party is null or not private.acts_for(v_actor, v_party) then
        perform private.refuse('webhook_endpoint_not_found');
    end if;
    -- Before the stored answer, which brings a secret with it.
    perform private.ask(command, v_party, p_act);
    return private.command_answer(command);
end
$$;
comment on function private.begin_webhook_command(jsonb, text, uuid) is
'Locks an endpoint for a command of who may act for its party and do the act; the stored answer of a repeated key, or null. Raises webhook_endpoint_not_found (404) and what private.ask raises.';

create function private.with_secret(p_answer jsonb) returns jsonb
language plpgsql volatile set search_path = ''
as $$
begin
    return p_answer || jsonb_build_object('secret', (
        select s.secret from private.webhook_secrets as s where s.id = (p_answer ->> 'secret_id')::uuid
    ));
end
$$;
comment on function private.with_secret(jsonb) is
'An answer with the secret it is about; null when that is gone. Stored answers hold no secret.';

create function private.new_webhook_secret(p_endpoint_id uuid, p_now timestamptz) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid := private.uuid_v7(p_now);
begin
    insert into private.webhook_secrets (id, endpoint_id, secret, created_at)
    values (
        v_id, p_endpoint_id,
        'whsec_' || encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'base64'), p_now
    );
    return v_id;
end
$$;
comment on function private.new_webhook_secret(uuid, timestamptz) is
'Makes the current secret of an endpoint: 32 bytes with 244 random bits.';

-- Definer: service_role may give commands, not write the tables.
create function service.webhook_endpoint_create(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_actor uuid := private.command_actor(command);
    v_party uuid := coalesce((command ->> 'party_id')::uuid, v_actor);
    v_id uuid := private.uuid_v7(v_now);
    v_answer jsonb;
begin
    -- Two at once would both find room for one.
    perform from public.parties where id = v_party for no key update;
    if not found or not private.acts_for(v_actor, v_party) then
        perform private.refuse('not_your_party');
    end if;
    perform private.ask(command, v_party, 'webhook_endpoint_create');
    v_answer := private.command_answer(command);
    if v_answer is not null then
        return private.with_secret(v_answer);
    end if;
    if (select count(*) >= 20 from public.webhook_endpoints where party_id = v_party and status <> 'removed') then
        perform private.refuse('too_many_webhook_endpoints');
    elsif not coalesce(length(command ->> 'url') between 8 and 2000 and command ->> 'url' ~ '^https?://', false) then
        perform private.refuse('webhook_url_refused');
    end if;
    insert into public.webhook_endpoints (
        id, party_id, url, description, event_types, created_by, created_at, updated_at
    ) values (
        v_id, v_party, command ->> 'url', coalesce(command ->> 'description', ''),
        case when coalesce(jsonb_typeof(command -> 'event_types'), 'null') = 'null' then array['*']
            else array(select jsonb_array_elements_text(command -> 'event_types'))
        end,
        v_actor, v_now, v_now
    );
    return private.with_secret(private.finish_command(
        command,
        jsonb_build_object(
            'endpoint_id', v_id, 'status', 'active', 'secret_id', private.new_webhook_secret(v_id, v_now)
        ),
        v_now
    ));
end
$$;
comment on function service.webhook_endpoint_create(service.command) is
'Makes an endpoint {party_id?, url, description?, event_types?, actor_id, idempotency_key, request_hash} -> {endpoint_id, status, secret_id, secret}. Raises not_your_party (403), too_many_webhook_endpoints (409), webhook_url_refused, bad_event_types (422).';

-- Definer: as webhook_endpoint_create.
create function service.webhook_secret_rotate(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_answer jsonb := private.begin_webhook_command(command, 'webhook_secret_rotate', (command ->> 'endpoint_id')::uuid);
    v_now timestamptz := private.clock();
    v_endpoint uuid := (command ->> 'endpoint_id')::uuid;
begin
    if v_answer is not null then
        return private.with_secret(v_answer);
    end if;
    if (select status from public.webhook_endpoints where id = v_endpoint) = 'removed' then
        perform private.refuse('webhook_endpoint_not_active');
    end if;
    -- At most two live: what was on its way out goes now.
    delete from private.webhook_secrets where endpoint_id = v_endpoint and expires_at is not null;
    update private.webhook_secrets set expires_at = v_now + interval '24 hours' where endpoint_id = v_endpoint;
    return private.with_secret(private.finish_command(
        command,
        jsonb_build_object(
            'endpoint_id', v_endpoint, 'secret_id', private.new_webhook_secret(v_endpoint, v_now),
            'old_secret_expires_at', v_now + interval '24 hours'
        ),
        v_now
    ));
end
$$;
comment on function service.webhook_secret_rotate(service.command) is
'Gives an endpoint a new secret {endpoint_id, actor_id, idempotency_key, request_hash} -> {endpoint_id, secret_id, secret, old_secret_expires_at}; the old one signs beside it for 24 hours. Raises webhook_endpoint_not_found (404), webhook_endpoint_not_active (409).';

-- Definer: as webhook_endpoint_create.
create function service.webhook_endpoint_enable(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_answer jsonb := private.begin_webhook_command(command, 'webhook_endpoint_enable', (command ->> 'endpoint_id')::uuid);
begin
    if v_answer is not null then
        return v_answer;
    end if;
    update public.webhook_endpoints set status = 'active' where id = (command ->> 'endpoint_id')::uuid;
    return private.finish_command(
        command, jsonb_build_object('endpoint_id', (command ->> 'endpoint_id')::uuid, 'status', 'active'), private.clock()
    );
end
$$;
comment on function service.webhook_endpoint_enable(service.command) is
'Switches a disabled endpoint on again {endpoint_id, actor_id, idempotency_key, request_hash}. Raises webhook_endpoint_not_found (404), illegal_move (409).';

-- Definer: as webhook_endpoint_create.
create function service.webhook_ping(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_answer jsonb := private.begin_webhook_command(command, 'webhook_ping', (command ->> 'endpoint_id')::uuid);
    v_now timestamptz := private.clock();
    v_endpoint public.webhook_endpoints;
    v_delivery uuid := private.uuid_v7(v_now);
    v_event uuid := gen_random_uuid();
begin
    if v_answer is not null then
        return v_answer;
    end if;
    select * into v_endpoint from public.webhook_endpoints where id = (command ->> 'endpoint_id')::uuid;
    if v_endpoint.status <> 'active' then
        perform private.refuse('webhook_endpoint_not_active');
    end if;
    perform private.take_quota('webhook_ping', v_endpoint.party_id);
    insert into public.webhook_deliveries (
        id, endpoint_id, party_id, event_id, event, object_type, object_id, sequence, payload, next_attempt_at,
        last_event, last_actor_role, event_at, created_at, updated_at
    ) values (
        v_delivery, v_endpoint.id, v_endpoint.party_id, v_event, 'webhook_endpoint.ping', 'webhook_endpoint',
        v_endpoint.id, v_endpoint.version, '{}', v_now, 'ping', 'owner', v_now, v_now, v_now
    );
    return private.finish_command(
        command, jsonb_build_object('delivery_id', v_delivery, 'event_id', v_event), v_now
    );
end
$$;
comment on function service.webhook_ping(service.command) is
'Sends a test message {endpoint_id, actor_id, idempotency_key, request_hash} -> {delivery_id, event_id}. Raises webhook_endpoint_not_found (404), webhook_endpoint_not_active (409).';
