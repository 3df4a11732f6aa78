-- What was sent to people, what became of it and what it cost. Never what it said.

create table public.message_deliveries (
    id uuid primary key,
    user_id uuid not null,
    kind text not null references public.message_kinds (id) on delete restrict,
    channel public.message_channel not null,
    source_id uuid not null,
    part smallint not null default 1 check (part between 1 and 2),
    data jsonb,
    language text not null default '' check (language ~ '^([a-z]{2})?$'),
    masked_address text not null default '' check (length(masked_address) <= 120),
    address_hash text not null default '' check (address_hash ~ '^([0-9a-f]{64})?$'),
    provider text not null default '' check (length(provider) <= 40),
    provider_message_id text check (length(provider_message_id) between 1 and 200),
    status text not null default 'waiting' check (
        status in ('waiting', 'sent', 'delivered', 'bounced', 'complained', 'failed', 'suppressed')
    ),
    status_detail text not null default '' check (length(status_detail) <= 100),
    attempt_count integer not null default 0 check (attempt_count >= 0),
    next_attempt_at timestamptz,
    give_up_at timestamptz not null,
    cost public.money_amount,
    currency text references public.currencies (code) on delete restrict,
    cost_prefix text not null default '',
    last_event text not null,
    last_actor_role text not null,
    created_at timestamptz not null,
    sent_at timestamptz,
    updated_at timestamptz not null,
    constraint message_deliveries_once unique (source_id, user_id, channel, part),
    constraint message_deliveries_provider_message unique (provider, provider_message_id),
    constraint message_deliveries_live_has_time check ((status = 'waiting') = (next_attempt_at is not null)),
    constraint message_deliveries_cost_has_currency check ((cost is null) = (currency is null))
);
alter table public.message_deliveries enable row level security;
create index message_deliveries_user_id_idx on public.message_deliveries (user_id, id desc);
create index message_deliveries_waiting_idx on public.message_deliveries (next_attempt_at) where status = 'waiting';
create index message_deliveries_kind_idx on public.message_deliveries (kind);
create index message_deliveries_currency_idx on public.message_deliveries (currency);
create index message_deliveries_created_at_idx on public.message_deliveries (created_at);
comment on table public.message_deliveries is
'Messages to people by e-mail and SMS: what kind, when, by whom it was carried and how it ended. Neither text, code nor link is kept. Shown to the person; kept for 180 days.';
comment on column public.message_deliveries.id is 'The message; the provider is told it, and receipts name it.';
comment on column public.message_deliveries.user_id is
'To whom; no foreign key, since Auth asks for a message before a new person is committed.';
comment on column public.message_deliveries.kind is 'What it tells.';
comment on column public.message_deliveries.channel is 'email or sms.';
comment on column public.message_deliveries.source_id is 'The event it tells, or the call of Auth that asked for it: once for each person and channel.';
comment on column public.message_deliveries.part is 'A change of address has two, to the new and to the present one; else 1.';
comment on column public.message_deliveries.data is
'What the text is filled with: ids, states and amounts of the event. Null where Auth asked: what it handed over is gone with the call.';
comment on column public.message_deliveries.language is 'Language it was sent in; empty before.';
comment on column public.message_deliveries.masked_address is 'Enough of the address for its owner to know it; empty before the first attempt.';
comment on column public.message_deliveries.address_hash is 'Salted hash of the address, for suppressions.';
comment on column public.message_deliveries.provider is 'Who carried it; empty before.';
comment on column public.message_deliveries.provider_message_id is 'The provider''s id of it, unique with the provider.';
comment on column public.message_deliveries.status is
'waiting, sent (the provider has it), delivered, bounced, complained, failed (given up), suppressed (not sent: turned off, or the address bounced or complained before). It only goes forward.';
comment on column public.message_deliveries.status_detail is 'Why, in one word; empty where there is nothing to say.';
comment on column public.message_deliveries.attempt_count is 'Attempts begun, those whose sender died too.';
comment on column public.message_deliveries.next_attempt_at is 'When it is tried next; while a sender has it, when the claim ends. Null at the end.';
comment on column public.message_deliveries.give_up_at is 'After that it is news no more: what still waits has failed.';
comment on column public.message_deliveries.cost is 'What it cost by private.message_rates; null before.';
comment on column public.message_deliveries.currency is 'Currency of the cost.';
comment on column public.message_deliveries.cost_prefix is 'Row of private.message_rates that the cost is of.';
comment on column public.message_deliveries.last_event is 'Move that led to the present status.';
comment on column public.message_deliveries.last_actor_role is 'Who made that move.';
comment on column public.message_deliveries.created_at is 'When it was put in line, by the database clock.';
comment on column public.message_deliveries.sent_at is 'When the provider took it; null before.';
comment on column public.message_deliveries.updated_at is 'When it last changed, by the database clock.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(1, 'message_delivery', null, 'tell', 'relay', 'waiting', 'an event that a person wants to be told'),
(1, 'message_delivery', null, 'ask', 'auth', 'waiting', 'Auth hands over a code, a link or a notice: it is sent within the call'),
(2, 'message_delivery', 'waiting', 'send', 'provider', 'sent', 'the provider has it'),
(3, 'message_delivery', 'waiting', 'refuse', 'provider', 'failed', 'the provider will never take it'),
(3, 'message_delivery', 'waiting', 'give_up', 'sender', 'failed', 'no attempt is left, there is no address, or its time is over'),
(4, 'message_delivery', 'waiting', 'suppress', 'sender', 'suppressed', 'turned off meanwhile, or the address bounced or complained before'),
(5, 'message_delivery', 'sent', 'deliver', 'provider', 'delivered', ''),
(6, 'message_delivery', 'sent', 'bounce', 'provider', 'bounced', 'for good: the address is suppressed for 30 days'),
(6, 'message_delivery', 'delivered', 'bounce', 'provider', 'bounced', 'the receiver found out later'),
(6, 'message_delivery', 'sent', 'fail', 'provider', 'failed', 'taken, and not delivered'),
(7, 'message_delivery', 'sent', 'complain', 'provider', 'complained', 'nothing that may be turned off goes there any more'),
(7, 'message_delivery', 'delivered', 'complain', 'provider', 'complained', 'nothing that may be turned off goes there any more');
-- noqa: enable=LT05

create function private.tg_message_deliveries__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not private.has_edge(
        'message_delivery', case when tg_op = 'UPDATE' then old.status end, '', new.last_event, new.last_actor_role,
        new.status, ''
    ) then
        raise sqlstate 'PT409' using
            message = 'illegal_move',
            detail = format('A message does not become %s by %s.', new.status, new.last_event);
    end if;
    return new;
end
$$;
comment on function private.tg_message_deliveries__guard() is 'Law 2 for messages: the status only goes forward. Raises illegal_move (409).';
create trigger _500_guard_insert before insert on public.message_deliveries
for each row when (new.status <> 'waiting' or new.last_event not in ('tell', 'ask'))
execute function private.tg_message_deliveries__guard();
create trigger _500_guard_update before update on public.message_deliveries
for each row when (old.status <> new.status) execute function private.tg_message_deliveries__guard();

create table private.message_salt (
    is_only boolean primary key default true check (is_only),
    salt uuid not null default gen_random_uuid()
);
alter table private.message_salt enable row level security;
insert into private.message_salt default values;
comment on table private.message_salt is 'The salt of the hashes of addresses: one row, of this deployment alone.';

create function private.address_hash(p_channel public.message_channel, p_address text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return encode(sha256(convert_to(
        (select s.salt from private.message_salt as s) || ':' || p_channel || ':' || lower(p_address), 'UTF8'
    )), 'hex');
end
$$;
comment on function private.address_hash(public.message_channel, text) is 'Salted hash of an address, the same in whatever case it is written.';

create function private.mask_address(p_channel public.message_channel, p_address text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return left(case p_channel
        when 'email' then left(p_address, 1) || '***@' || left(split_part(p_address, '@', 2), 1) || '***'
            || coalesce(substring(p_address from '[.][^.@]*$'), '')
        else left(p_address, 4) || '***' || right(p_address, 2)
    end, 120);
end
$$;
comment on function private.mask_address(public.message_channel, text) is
'An address for its owner''s eyes: a***@e***.org, +254***21.';

create table private.message_suppressions (
    channel public.message_channel not null,
    address_hash text not null,
    reason text not null check (reason in ('bounced', 'complained')),
    created_at timestamptz not null,
    primary key (channel, address_hash)
);
alter table private.message_suppressions enable row level security;
create index message_suppressions_created_at_idx on private.message_suppressions (created_at);
comment on table private.message_suppressions is
'Addresses that get nothing: bounced for good (30 days), or complained (only what may not be turned off still goes there).';

create table private.message_rates (
    channel public.message_channel not null,
    prefix text not null check (prefix ~ '^([+][0-9]{1,6})?$'),
    cost public.money_amount not null check (cost >= 0),
    currency text not null references public.currencies (code) on delete restrict,
    daily_limit public.money_amount not null check (daily_limit >= 0),
    primary key (channel, prefix)
);
alter table private.message_rates enable row level security;
create index message_rates_currency_idx on private.message_rates (currency);
select private.make_audited('private.message_rates', 'prefix');
select private.make_setting('private.message_rates', 'What messages cost, and may cost in a day.', '{
    "cost": {"least": "0", "most": "100", "second": true},
    "daily_limit": {"least": "0", "most": "1000000", "second": true}
}');
comment on table private.message_rates is
'What a message costs and what may be spent in a day (UTC). Of the prefixes of a number the longest counts; the empty one is for all others, and its limit for the whole channel.';
comment on column private.message_rates.prefix is 'Beginning of a phone number, such as +254; empty: any address.';
comment on column private.message_rates.cost is 'Of one e-mail, or of one part of an SMS.';
comment on column private.message_rates.daily_limit is 'Most that a day''s messages may cost: fraud by expensive numbers ends there.';

insert into private.message_rates (channel, prefix, cost, currency, daily_limit) values
('email', '', 0.0001, 'USD', 20),
('sms', '', 0.12, 'USD', 40),
('sms', '+1', 0.0083, 'USD', 15),
('sms', '+254', 0.03, 'USD', 15);

create table private.message_spending (
    channel public.message_channel not null,
    prefix text not null,
    day_at timestamptz not null,
    messages integer not null,
    cost public.money_amount not null,
    primary key (channel, prefix, day_at)
);
alter table private.message_spending enable row level security;
comment on table private.message_spending is 'What the messages of a day (UTC) cost, by prefix; the empty prefix has the whole channel.';

create function private.rate_of(p_channel public.message_channel, p_address text) returns private.message_rates
language plpgsql stable set search_path = ''
as $$
declare
    v_rate private.message_rates;
begin
    select * into strict v_rate from private.message_rates
    where channel = p_channel and starts_with(p_address, prefix)
    order by length(prefix) desc limit 1;
    return v_rate;
end
$$;
comment on function private.rate_of(public.message_channel, text) is 'What a message to an address costs.';

create function private.spend(p_rate private.message_rates, p_units integer, p_now timestamptz) returns boolean
language plpgsql volatile set search_path = ''
as $$
declare
    v_prefix text;
    v_limit numeric;
begin
    -- The narrow row first, then that of all: two senders take them in one order.
    foreach v_prefix in array case p_rate.prefix when '' then array[''] else array[p_rate.prefix, ''] end loop
        select r.daily_limit into strict v_limit from private.message_rates as r
        where r.channel = p_rate.channel and r.prefix = v_prefix;
        insert into private.message_spending as s (channel, prefix, day_at, messages, cost)
        select p_rate.channel, v_prefix, date_trunc('day', p_now, 'UTC'), 1, p_rate.cost * p_units
        where p_rate.cost * p_units <= v_limit
        on conflict (channel, prefix, day_at) do update set messages = s.messages + 1, cost = s.cost + excluded.cost
        where s.cost + excluded.cost <= v_limit;
        if not found then
            if v_prefix = '' and p_rate.prefix <> '' then
                update private.message_spending set messages = messages - 1, cost = cost - p_rate.cost * p_units
                where channel = p_rate.channel and prefix = p_rate.prefix
                    and day_at = date_trunc('day', p_now, 'UTC');
            end if;
            return false;
        end if;
    end loop;
    return true;
end
$$;
comment on function private.spend(private.message_rates, integer, timestamptz) is
'Counts a message of so many parts to the day; false, and nothing counted, when a limit of the day is met.';

create function private.forget_messages(p_now timestamptz) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_forgotten integer;
begin
    delete from public.message_deliveries where created_at < p_now - interval '180 days';
    get diagnostics v_forgotten = row_count;
    delete from private.message_spending where day_at < p_now - interval '180 days';
    delete from private.message_suppressions where reason = 'bounced' and created_at < p_now - interval '30 days';
    return v_forgotten;
end
$$;
comment on function private.forget_messages(timestamptz) is
'Forgets messages and their costs after 180 days, and bounces after 30; returns how many messages.';
