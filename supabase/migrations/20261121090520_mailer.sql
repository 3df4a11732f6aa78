-- The mailer: from events to messages, and what a sender does with one.

create function private.message_address(p_user_id uuid, p_channel public.message_channel) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select case p_channel
            when 'email' then case when u.email_confirmed_at is not null then nullif(u.email, '') end
            else case when f.phone_verified then '+' || ltrim(nullif(u.phone, ''), '+') end
        end
        from auth.users as u join public.profiles as f on f.id = u.id
        where u.id = p_user_id and u.deleted_at is null and f.deleted_at is null
    );
end
$$;
comment on function private.message_address(uuid, public.message_channel) is
'Where a person is written to by a channel: a confirmed address, a verified number; null: nowhere.';

-- Definer: a feed is written by the relay, which holds no right on messages.
create function private.tg_notifications__messages() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
begin
    insert into public.message_deliveries (
        id, user_id, kind, channel, source_id, data, next_attempt_at, give_up_at, last_event, last_actor_role,
        created_at, updated_at
    )
    select private.uuid_v7(v_now), t.user_id, k.id, c.channel, t.event_id,
        t.data || jsonb_build_object('object_type', t.object_type, 'object_id', t.object_id),
        case when k.is_urgent then v_now
            else coalesce(private.quiet_until(t.user_id, c.channel, v_now), v_now) end,
        v_now + interval '3 days', 'tell', 'relay', v_now, v_now
    from told as t
    join private.message_events as m on m.event = t.event and m.state in ('', coalesce(t.data ->> 'state', ''))
    join public.message_kinds as k on k.id = m.kind
    cross join lateral unnest(k.channels) as c (channel)
    where private.is_message_wanted(t.user_id, k.id, c.channel)
        and private.message_address(t.user_id, c.channel) is not null
    order by t.id
    on conflict on constraint message_deliveries_once do nothing;
    return null;
end
$$;
comment on function private.tg_notifications__messages() is
'An event that a person finds in the feed is also written to them, where its kind and their preferences say so: once for each channel.';

create trigger _610_messages after insert on public.notifications
referencing new table as told
for each statement execute function private.tg_notifications__messages();

create function private.is_suppressed(p_kind text, p_channel public.message_channel, p_hash text, p_now timestamptz)
returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from private.message_suppressions as s
        where s.channel = p_channel and s.address_hash = p_hash and case s.reason
            when 'bounced' then s.created_at > p_now - interval '30 days'
            else (select k.may_turn_off from public.message_kinds as k where k.id = p_kind) end
    );
end
$$;
comment on function private.is_suppressed(text, public.message_channel, text, timestamptz) is
'Whether an address gets no message of this kind, because it bounced or complained before.';

create function private.end_message(p_id uuid, p_event text, p_detail text, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update public.message_deliveries set
        status = case p_event when 'suppress' then 'suppressed' else 'failed' end,
        status_detail = p_detail, next_attempt_at = null, updated_at = p_now, last_event = p_event,
        last_actor_role = case p_event when 'refuse' then 'provider' else 'sender' end
    where id = p_id;
end
$$;
comment on function private.end_message(uuid, text, text, timestamptz) is
'Ends a message that waits: suppress, refuse or give_up, and why in one word.';

-- Definer: schedules have no user.
create function service.message_enqueue(max_rows integer default 500) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_now timestamptz := private.clock();
    v_handed jsonb;
begin
    perform private.end_message(d.id, 'give_up', 'too_late', v_now)
    from (
        select m.id from public.message_deliveries as m
        where m.status = 'waiting' and m.next_attempt_at <= v_now and m.give_up_at <= v_now
        limit 500 for no key update skip locked
    ) as d;
    with due as (
        select m.id from public.message_deliveries as m
        where m.status = 'waiting' and m.next_attempt_at <= v_now and m.data is not null
        order by m.next_attempt_at limit least(greatest(max_rows, 1), 1000)
        for no key update skip locked
    ), handed as (
        update public.message_deliveries as m set next_attempt_at = v_now + interval '5 minutes', updated_at = v_now
        from due where m.id = due.id
        returning m.id, m.attempt_count
    )
    select coalesce(jsonb_agg(jsonb_build_object('delivery_id', h.id, 'attempt', h.attempt_count)), '[]')
    into v_handed from handed as h;
    return v_handed;
end
$$;
comment on function service.message_enqueue(integer) is
'Takes messages whose time has come, for five minutes -> [{delivery_id, attempt}], and ends those whose time is over. What does not reach a sender in that time is taken again. Those that Auth asked for are never among them: nobody else knows what they say.';

create function private.claim_message(
    p_message public.message_deliveries, p_address text, p_now timestamptz
) returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_hash text := private.address_hash(p_message.channel, p_address);
    v_rate private.message_rates := private.rate_of(p_message.channel, p_address);
begin
    update public.message_deliveries set
        masked_address = private.mask_address(channel, p_address), address_hash = v_hash
    where id = p_message.id;
    if private.is_suppressed(p_message.kind, p_message.channel, v_hash, p_now) then
        perform private.end_message(p_message.id, 'suppress', 'address_suppressed', p_now);
        return 'address_suppressed';
    elsif p_message.cost is null and not private.spend(v_rate, 1, p_now) then
        return 'limit_met';
    end if;
    -- Counted once: what was tried before and may have been sent has its cost already.
    update public.message_deliveries set cost = coalesce(cost, v_rate.cost), currency = v_rate.currency,
        cost_prefix = v_rate.prefix
    where id = p_message.id;
    return null;
end
$$;
comment on function private.claim_message(public.message_deliveries, text, timestamptz) is
'Readies a message for an address: null, or why it is not sent: address_suppressed (it is over), limit_met (of the day''s costs).';

-- Definer: senders have no user, and nobody else may read an address.
create function service.message_claim(delivery_id uuid, attempt integer default null) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_message public.message_deliveries;
    v_address text;
    v_refused text;
begin
    -- Compare and set: of two senders with one message the second finds nothing.
    update public.message_deliveries as m set
        attempt_count = m.attempt_count + 1, next_attempt_at = v_now + interval '90 seconds', updated_at = v_now
    where m.id = message_claim.delivery_id and m.attempt_count = message_claim.attempt and m.status = 'waiting'
        and m.data is not null
    returning * into v_message;
    if not found then
        return null;
    end if;
    v_address := private.message_address(v_message.user_id, v_message.channel);
    if v_address is null then
        perform private.end_message(v_message.id, 'give_up', 'no_address', v_now);
        return null;
    elsif not private.is_message_wanted(v_message.user_id, v_message.kind, v_message.channel) then
        perform private.end_message(v_message.id, 'suppress', 'turned_off', v_now);
        return null;
    end if;
    v_refused := private.claim_message(v_message, v_address, v_now);
    if v_refused = 'limit_met' then
        -- The day has an end; until then others of the channel wait as well.
        update public.message_deliveries as m set
            next_attempt_at = v_now + interval '1 hour', status_detail = v_refused,
            attempt_count = m.attempt_count - 1
        where m.id = v_message.id;
        return '{"limit_met": true}';
    end if;
    if v_refused is not null then
        return null;
    end if;
    return jsonb_build_object(
        'kind', v_message.kind, 'channel', v_message.channel, 'address', v_address, 'data', v_message.data,
        'user_id', v_message.user_id, 'now', v_now, 'may_turn_off',
        (select k.may_turn_off from public.message_kinds as k where k.id = v_message.kind),
        'language', (select s.language from public.message_settings as s where s.user_id = v_message.user_id)
    );
end
$$;
comment on function service.message_claim(uuid, integer) is
'A message to send now {kind, channel, address, data, user_id, may_turn_off, language (null: not said), now}; null when another sender has it, it has moved on, is no longer wanted, or has no address; {limit_met: true} when the costs of the day are at their limit: it waits an hour. The claim lasts 90 seconds.';

-- Definer: Auth's hooks have no user of ours.
create function service.message_ask(
    user_id uuid, kind text default null, source_id uuid default null, part integer default 1, address text default ''
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_kind public.message_kinds;
    v_message public.message_deliveries;
    v_refused text;
begin
    select * into v_kind from public.message_kinds as k where k.id = message_ask.kind and k.id like 'auth.%';
    if not found or message_ask.part not in (1, 2) or coalesce(message_ask.address, '') = ''
        or num_nulls(message_ask.user_id, message_ask.source_id, message_ask.part) > 0 then
        perform private.refuse('message_kind_unknown');
    end if;
    insert into public.message_deliveries (
        id, user_id, kind, channel, source_id, part, next_attempt_at, give_up_at, last_event, last_actor_role,
        created_at, updated_at
    ) values (
        private.uuid_v7(v_now), message_ask.user_id, v_kind.id, v_kind.channels[1], message_ask.source_id,
        message_ask.part, v_now, v_now + interval '10 minutes', 'ask', 'auth', v_now, v_now
    )
    on conflict on constraint message_deliveries_once do nothing;
    -- Auth comes again with the same call; whoever is at it has three seconds.
    update public.message_deliveries as m set
        attempt_count = m.attempt_count + 1, next_attempt_at = v_now + interval '3 seconds', updated_at = v_now
    where m.source_id = message_ask.source_id and m.user_id = message_ask.user_id and m.channel = v_kind.channels[1]
        and m.part = message_ask.part and m.status = 'waiting' and m.next_attempt_at <= v_now
    returning * into v_message;
    if not found then
        select * into strict v_message from public.message_deliveries as m
        where m.source_id = message_ask.source_id and m.user_id = message_ask.user_id
            and m.channel = v_kind.channels[1] and m.part = message_ask.part;
        return jsonb_build_object(
            'delivery_id', v_message.id, 'outcome', case v_message.status when 'waiting' then 'busy'
                when 'failed' then 'failed' when 'suppressed' then 'address_suppressed' else 'sent' end
        );
    end if;
    v_refused := private.claim_message(v_message, message_ask.address, v_now);
    if v_refused = 'limit_met' then
        perform private.end_message(v_message.id, 'give_up', v_refused, v_now);
    end if;
    return jsonb_build_object(
        'delivery_id', v_message.id, 'attempt', v_message.attempt_count - 1, 'outcome', coalesce(v_refused, 'send'),
        'language', (select s.language from public.message_settings as s where s.user_id = v_message.user_id)
    );
end
$$;
comment on function service.message_ask(uuid, text, uuid, integer, text) is
'Auth asks for a message of a kind of its own; source_id: of its call; part: 1, or 2 of the second of two -> {delivery_id, outcome, attempt, language}. outcome: send (now, by the caller), sent (it was, by this call before), busy (another is at it), failed, address_suppressed, limit_met. Nothing of what it says is handed over. Raises message_kind_unknown (422).';

-- Definer: senders have no user.
create function service.message_record(
    delivery_id uuid, attempt integer default null, outcome text default null, next_in integer default null,
    provider text default '', provider_message_id text default null, language text default '', units integer default 1,
    detail text default ''
) returns boolean
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_message public.message_deliveries;
begin
    select * into v_message from public.message_deliveries as m
    where m.id = message_record.delivery_id for no key update;
    if not found or v_message.status <> 'waiting' or v_message.attempt_count <> message_record.attempt + 1 then
        return false;
    end if;
    if message_record.outcome = 'send' then
        update public.message_deliveries as m set
            status = 'sent', status_detail = '', next_attempt_at = null, sent_at = v_now, updated_at = v_now,
            last_event = 'send', last_actor_role = 'provider', provider = left(message_record.provider, 40),
            provider_message_id = message_record.provider_message_id, language = message_record.language,
            cost = m.cost * greatest(coalesce(message_record.units, 1), 1)
        where m.id = v_message.id;
        -- More parts than the one that was counted before anybody knew the text.
        update private.message_spending as s set
            cost = s.cost + v_message.cost * (greatest(coalesce(message_record.units, 1), 1) - 1)
        where message_record.units > 1 and s.channel = v_message.channel and s.day_at = date_trunc('day', v_now, 'UTC')
            and s.prefix in ('', v_message.cost_prefix);
    elsif message_record.outcome = 'retry' then
        update public.message_deliveries as m set
            next_attempt_at = v_now + make_interval(secs => greatest(coalesce(message_record.next_in, 0), 0)),
            status_detail = left(message_record.detail, 100), updated_at = v_now
        where m.id = v_message.id;
    elsif message_record.outcome in ('refuse', 'give_up') then
        perform private.end_message(v_message.id, message_record.outcome, left(message_record.detail, 100), v_now);
    else
        return false;
    end if;
    return true;
end
$$;
comment on function service.message_record(uuid, integer, text, integer, text, text, text, integer, text) is
'Writes what became of an attempt: outcome is send (the provider has it, as provider_message_id, in so many units), retry (in next_in seconds), refuse or give_up. detail: why, in one word, never the words of a provider. False when the message has moved on meanwhile.';

-- Definer: providers have no user.
create function service.message_receipt(
    delivery_id uuid, provider text default '', provider_message_id text default '', event text default '',
    detail text default ''
) returns text
language plpgsql volatile security definer set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_now timestamptz := private.clock();
    v_event text := message_receipt.event;
    v_message public.message_deliveries;
begin
    select * into v_message from public.message_deliveries as m
    where m.id = message_receipt.delivery_id for no key update;
    -- Nobody may name a provider's message that is none.
    if not found or coalesce(message_receipt.provider_message_id, '') = '' or (
        v_message.provider_message_id is distinct from message_receipt.provider_message_id
        and v_message.status <> 'waiting'
    ) then
        return 'unmatched';
    end if;
    if v_message.status = 'waiting' then
        -- The receipt was quicker than the record of the attempt.
        update public.message_deliveries as m set
            status = 'sent', next_attempt_at = null, sent_at = v_now, updated_at = v_now, last_event = 'send',
            last_actor_role = 'provider', provider = message_receipt.provider,
            provider_message_id = message_receipt.provider_message_id
        where m.id = v_message.id returning * into v_message;
    end if;
    if not exists (
        select from private.state_edges as e
        where e.machine = 'message_delivery' and e.from_state = v_message.status and e.event = v_event
    ) then
        return 'noted';
    end if;
    update public.message_deliveries as m set
        status = case v_event when 'deliver' then 'delivered' when 'bounce' then 'bounced'
            when 'complain' then 'complained' else 'failed' end,
        status_detail = left(coalesce(message_receipt.detail, ''), 100), updated_at = v_now, last_event = v_event,
        last_actor_role = 'provider'
    where m.id = v_message.id;
    if v_event in ('bounce', 'complain') and v_message.address_hash <> '' then
        insert into private.message_suppressions as s (channel, address_hash, reason, created_at)
        values (
            v_message.channel, v_message.address_hash, case v_event when 'bounce' then 'bounced' else 'complained' end, v_now
        )
        on conflict (channel, address_hash) do update set reason = excluded.reason, created_at = excluded.created_at;
    end if;
    return 'applied';
end
$$;
comment on function service.message_receipt(uuid, text, text, text, text) is
'A provider tells what became of a message; event: deliver, bounce, complain or fail -> applied, noted (nothing to do: it came before, or later than what is known) or unmatched. A bounce for good or a complaint suppresses the address.';

-- Definer: whoever follows the link of a message need not be signed in.
create function service.message_unsubscribe(user_id uuid, kind text default null) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_kind public.message_kinds;
begin
    select * into v_kind from public.message_kinds as k where k.id = message_unsubscribe.kind;
    if not found or not v_kind.may_turn_off then
        perform private.refuse('message_kind_fixed');
    elsif not exists (select from public.profiles as p where p.id = message_unsubscribe.user_id) then
        return false;
    end if;
    insert into public.message_preferences (user_id, kind, channel, is_wanted)
    values (message_unsubscribe.user_id, v_kind.id, 'email', false)
    on conflict on constraint message_preferences_pkey do update set is_wanted = false;
    return true;
end
$$;
comment on function service.message_unsubscribe(uuid, text) is
'Turns a kind of e-mail off for whoever the signed link names; false when there is no such person. As often as wanted. Raises message_kind_fixed (422).';
