-- Law 2 for endpoints and deliveries, and what follows from a change of status.

create function private.are_event_types(p_types text[]) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return coalesce(cardinality(p_types) between 1 and 50 and array_ndims(p_types) = 1, false) and not exists (
        select from unnest(p_types) as t
        where t is null or length(t) > 100 or t !~ '^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)$'
    );
end
$$;
comment on function private.are_event_types(text[]) is
'Whether these are 1 to 50 exact names of events, families (escrow.*) or *.';

create function private.event_patterns(p_event text) returns text[]
language plpgsql immutable set search_path = ''
as $$
declare
    v_parts text[] := string_to_array(p_event, '.');
begin
    return array['*', p_event] || array(
        select array_to_string(v_parts[1:n], '.') || '.*' from generate_series(1, cardinality(v_parts) - 1) as n
    );
end
$$;
comment on function private.event_patterns(text) is
'What an endpoint may have asked for to get this event: *, its name, and each family it is in.';

insert into private.refusals (code, status, detail, hint) values
('bad_event_types', 422, 'Event types are 1 to 50 names, families (escrow.*) or *.', ''),
('webhook_url_refused', 422, 'Webhooks go to https addresses on the public internet.', ''),
('webhook_endpoint_not_found', 404, 'No such endpoint.', ''),
('webhook_endpoint_not_active', 409, 'The endpoint is disabled or removed.', 'Enable it first.'),
('webhook_delivery_not_found', 404, 'No such delivery.', ''),
('too_many_webhook_endpoints', 409, 'A party has at most 20 endpoints.', 'Remove one first.'),
('not_your_party', 403, 'Only who may act for the party may do this.', '');

-- The owner writes only the status; the move follows from it. Definer: the owner
-- may not read the lists of moves and refusals.
create function private.tg_webhook_endpoints__guard() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_event text;
    v_actor text;
begin
    if not private.are_event_types(new.event_types) then
        perform private.refuse('bad_event_types');
    end if;
    if tg_op = 'UPDATE' and new.status = old.status then
        return new;
    end if;
    if new.status = 'disabled' then
        new.disabled_reason := coalesce(new.disabled_reason, 'owner');
    else
        new.disabled_reason := null;
    end if;
    v_event := case
        when tg_op = 'INSERT' then 'create'
        when new.status = 'active' then 'enable'
        when new.status = 'removed' then 'remove'
        else case new.disabled_reason when 'gone' then 'gone' when 'failing' then 'fail' else 'disable' end
    end;
    v_actor := case v_event when 'gone' then 'receiver' when 'fail' then 'system' else 'owner' end;
    if not private.has_edge(
        'webhook_endpoint', case when tg_op = 'UPDATE' then old.status end, '', v_event, v_actor, new.status, ''
    ) then
        raise sqlstate 'PT409' using
            message = 'illegal_move',
            detail = format('An endpoint does not become %s by %s.', new.status, v_event);
    end if;
    if new.status = 'active' then
        new.consecutive_failures := 0;
        new.failing_since := null;
        new.paused_until := null;
        new.closed_at := null;
    else
        new.closed_at := private.clock();
    end if;
    if tg_op = 'UPDATE' then
        new.version := old.version + 1;
    end if;
    return new;
end
$$;
comment on function private.tg_webhook_endpoints__guard() is
'Law 2 for endpoints. Raises illegal_move (409), bad_event_types (422).';
create trigger _500_guard before insert or update on public.webhook_endpoints
for each row execute function private.tg_webhook_endpoints__guard();

-- Definer: the owner may write the status, not the outbox or the secrets.
create function private.tg_webhook_endpoints__told() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.status = 'removed' then
        delete from private.webhook_secrets where endpoint_id = new.id;
    end if;
    perform private.emit_event(
        'webhook_endpoint.' || case new.status when 'active' then 'enabled' else new.status end,
        'webhook_endpoint', new.id, new.version, array[new.party_id],
        jsonb_build_object('status', new.status, 'reason', coalesce(new.disabled_reason, '')), new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_webhook_endpoints__told() is
'Tells the owner of a change of status; forgets the secrets of a removed endpoint.';
create trigger _600_told after update of status on public.webhook_endpoints
for each row when (old.status <> new.status) execute function private.tg_webhook_endpoints__told();

create function private.tg_webhook_deliveries__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if private.is_erasing() then
        return new;
    end if;
    if not private.has_edge(
        'webhook_delivery', case when tg_op = 'UPDATE' then old.status end, '', new.last_event, new.last_actor_role,
        new.status, ''
    ) then
        raise sqlstate 'PT409' using
            message = 'illegal_move',
            detail = format('A delivery does not become %s by %s.', new.status, new.last_event);
    end if;
    if (new.next_attempt_at is null) <> (new.status in ('delivered', 'failed')) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'A live delivery has a time, an ended one none.';
    end if;
    return new;
end
$$;
comment on function private.tg_webhook_deliveries__guard() is 'Law 2 for deliveries, and law 11: a live one has its time.';
create trigger _500_guard_update before update on public.webhook_deliveries
for each row execute function private.tg_webhook_deliveries__guard();
-- Fan-out writes many rows at once, and all of them begin alike.
create trigger _500_guard_insert before insert on public.webhook_deliveries
for each row when (
    new.status <> 'pending' or new.last_event not in ('fan_out', 'ping') or new.next_attempt_at is null
) execute function private.tg_webhook_deliveries__guard();
