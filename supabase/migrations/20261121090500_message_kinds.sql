-- What people are told by e-mail and SMS, and what each of them wants to be told.

create type public.message_channel as enum ('email', 'sms');

create table public.message_kinds (
    id text primary key check (id ~ '^[a-z][a-z0-9]*[.][a-z][a-z0-9_]*$' and length(id) <= 60),
    description text not null check (length(description) between 1 and 200),
    channels public.message_channel[] not null,
    default_channels public.message_channel[] not null,
    may_turn_off boolean not null,
    is_urgent boolean not null,
    constraint message_kinds_defaults_are_channels check (default_channels <@ channels and cardinality(channels) > 0),
    constraint message_kinds_fixed_goes_somewhere check (may_turn_off or cardinality(default_channels) > 0)
);
alter table public.message_kinds enable row level security;
comment on table public.message_kinds is
'Kinds of messages to people by e-mail and SMS. A product adds rows, and a text of that name in functions/mailer/texts.';
comment on column public.message_kinds.id is 'Family and name, such as trade.paid; the key of its texts. The family auth is Auth''s own.';
comment on column public.message_kinds.description is 'What it tells, for a page of preferences.';
comment on column public.message_kinds.channels is 'Ways by which it may go.';
comment on column public.message_kinds.default_channels is 'Ways by which it goes to whoever said nothing.';
comment on column public.message_kinds.may_turn_off is
'Whether a person may do without it. Never true of notices about the security of an account.';
comment on column public.message_kinds.is_urgent is 'Whether it is sent in quiet hours too.';

create table private.message_events (
    event text not null,
    state text not null default '',
    kind text not null references public.message_kinds (id) on delete restrict,
    primary key (event, state)
);
alter table private.message_events enable row level security;
create index message_events_kind_idx on private.message_events (kind);
comment on table private.message_events is
'Which events are told by message, and as what kind. An event that is not here is in the feed and in webhooks only.';
comment on column private.message_events.event is 'Name of the event, as in the outbox.';
comment on column private.message_events.state is 'State in its payload; empty: whatever it is.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.message_kinds (id, description, channels, default_channels, may_turn_off, is_urgent) values
('auth.signup', 'Confirm the address of a new account.', '{email}', '{email}', false, true),
('auth.recovery', 'Choose a new password.', '{email}', '{email}', false, true),
('auth.invite', 'An invitation to make an account.', '{email}', '{email}', false, true),
('auth.magiclink', 'Sign in by a link.', '{email}', '{email}', false, true),
('auth.email', 'Sign in by a code.', '{email}', '{email}', false, true),
('auth.email_change_current', 'A change of address, to the present one.', '{email}', '{email}', false, true),
('auth.email_change_new', 'A change of address, to the new one.', '{email}', '{email}', false, true),
('auth.reauthentication', 'A code before something that matters.', '{email}', '{email}', false, true),
('auth.code', 'A code to sign in by phone.', '{sms}', '{sms}', false, true),
('auth.mfa_code', 'A code as second factor.', '{sms}', '{sms}', false, true),
('auth.password_changed', 'The password was changed.', '{email}', '{email}', false, true),
('auth.email_changed', 'The address was changed, to the one before.', '{email}', '{email}', false, true),
('auth.phone_changed', 'The phone number was changed.', '{email}', '{email}', false, true),
('auth.identity_linked', 'Another way to sign in was added.', '{email}', '{email}', false, true),
('auth.identity_unlinked', 'A way to sign in was removed.', '{email}', '{email}', false, true),
('auth.mfa_factor_enrolled', 'A second factor was added.', '{email}', '{email}', false, true),
('auth.mfa_factor_unenrolled', 'A second factor was removed.', '{email}', '{email}', false, true),
('security.destination', 'Where payouts go was changed.', '{email,sms}', '{email}', false, true),
('security.new_device', 'Somebody signed in from a new device.', '{email,sms}', '{email}', false, true),
('security.attempts', 'Wrong passwords or codes were tried many times.', '{email}', '{email}', false, true),
('security.recovery_codes', 'Recovery codes were made or used.', '{email,sms}', '{email}', false, true),
('security.api_key', 'An API key was made, rotated or revoked.', '{email,sms}', '{email}', false, true),
('security.factor_reset', 'The second factor is to be taken off, or was.', '{email,sms}', '{email}', false, true),
('security.webhook', 'An address for webhooks was switched off or on.', '{email}', '{email}', true, false),
('account.verified', 'A verification was recorded or revoked.', '{email}', '{email}', true, false),
('trade.opened', 'A trade has begun.', '{email,sms}', '{email}', true, true),
('trade.funded', 'The money of a trade is held.', '{email,sms}', '{email}', true, false),
('trade.paid', 'The other side says that it has done its part.', '{email,sms}', '{email}', true, true),
('trade.released', 'The money of a trade was released.', '{email,sms}', '{email}', true, false),
('trade.refunded', 'The money of a trade went back.', '{email,sms}', '{email}', true, false),
('trade.cancelled', 'A trade ended before money was held.', '{email}', '{email}', true, false),
('trade.split_offered', 'The other side offers to divide the money.', '{email,sms}', '{email}', true, false),
('trade.disputed', 'A trade is disputed.', '{email,sms}', '{email}', true, true),
('trade.decided', 'An arbiter has decided.', '{email,sms}', '{email}', true, true),
('trade.frozen', 'A trade rests, or goes on again.', '{email}', '{email}', true, false),
('payout.sent', 'A payout is on its way.', '{email,sms}', '{email}', true, false),
('payout.paid', 'A payout has arrived.', '{email,sms}', '{email}', true, false),
('payout.failed', 'A payout was not paid.', '{email,sms}', '{email}', true, true),
('payout.kept', 'A payout stays in the balance.', '{email,sms}', '{email}', true, false),
('deposit.credited', 'Money came in.', '{email,sms}', '{email}', true, false),
('deposit.lost', 'Money that came in was taken back.', '{email,sms}', '{email}', true, true);

insert into private.message_events (event, kind) values
('payout_destination.set', 'security.destination'),
('payout_destination.removed', 'security.destination'),
('payment_account.changed', 'security.destination'),
('account.new_device', 'security.new_device'),
('account.account_locked', 'security.attempts'),
('account.sign_in_after_failures', 'security.attempts'),
('account.recovery_codes_made', 'security.recovery_codes'),
('account.recovery_code_used', 'security.recovery_codes'),
('account.api_key_created', 'security.api_key'),
('account.api_key_rotated', 'security.api_key'),
('account.api_key_revoked', 'security.api_key'),
('factor_reset.ask', 'security.factor_reset'),
('factor_reset.agree', 'security.factor_reset'),
('factor_reset.cancel', 'security.factor_reset'),
('factor_reset.finish', 'security.factor_reset'),
('webhook_endpoint.enabled', 'security.webhook'),
('webhook_endpoint.disabled', 'security.webhook'),
('profile.verification_changed', 'account.verified'),
('escrow.take', 'trade.opened'),
('escrow.open', 'trade.opened'),
('escrow.fund', 'trade.funded'),
('escrow.funds_confirmed', 'trade.funded'),
('escrow.perform', 'trade.paid'),
('escrow.accept', 'trade.released'),
('escrow.timeout_release', 'trade.released'),
('escrow.concede', 'trade.refunded'),
('escrow.timeout_refund', 'trade.refunded'),
('escrow.rail_return', 'trade.refunded'),
('escrow.cancel', 'trade.cancelled'),
('escrow.timeout_void', 'trade.cancelled'),
('escrow.offer_split', 'trade.split_offered'),
('escrow.dispute', 'trade.disputed'),
('escrow.timeout_dispute', 'trade.disputed'),
('escrow.rail_dispute', 'trade.disputed'),
('escrow.decide', 'trade.decided'),
('escrow.approve_decision', 'trade.decided'),
('escrow.freeze', 'trade.frozen'),
('escrow.unfreeze', 'trade.frozen'),
('payout.submit', 'payout.sent'),
('payout.confirm', 'payout.paid'),
('payout.fail', 'payout.failed'),
('payout.returned', 'payout.failed'),
('payout.keep', 'payout.kept'),
('deposit.credited', 'deposit.credited'),
('deposit.lost', 'deposit.lost');
-- How the money was divided, by an agreement, a decision or the rule for silence.
insert into private.message_events (event, state, kind)
select 'escrow.' || e.event, s.state, s.kind
from unnest(array[
    'accept_split', 'settle_decision', 'timeout_settle', 'timeout_undecided', 'timeout_hold'
]) as e (event)
cross join (
    values ('released', 'trade.released'), ('split', 'trade.released'), ('refunded', 'trade.refunded')
) as s (state, kind);
-- noqa: enable=LT05

insert into private.refusals (code, status, detail, hint) values
('message_kind_unknown', 422, 'Auth asks for no such message.', ''),
('message_kind_fixed', 422, 'This kind of message goes to everybody it concerns.', 'Turn off kinds with may_turn_off.'),
('message_channel_unknown', 422, 'This kind of message does not go this way.', 'See channels of message_kinds.'),
('time_zone_unknown', 422, 'There is no such time zone.', 'Names are those of the IANA database: Africa/Nairobi.');

create table public.message_settings (
    user_id uuid primary key references public.profiles (id) on delete cascade,
    language text not null default 'en' check (language in ('en', 'es', 'fr', 'de', 'pt', 'id', 'ar', 'sw')),
    time_zone text not null default 'UTC' check (length(time_zone) <= 60),
    quiet_from interval check (quiet_from >= '0' and quiet_from < '24 hours'),
    quiet_until interval check (quiet_until >= '0' and quiet_until < '24 hours'),
    updated_at timestamptz not null default private.clock(),
    constraint message_settings_quiet_hours check (
        num_nulls(quiet_from, quiet_until) <> 1 and (quiet_from <> quiet_until) is not false
    )
);
alter table public.message_settings enable row level security;
create trigger _100_touch before update on public.message_settings
for each row execute function private.tg__touch();
select private.make_edit_quota('public.message_settings', 'user_id');
comment on table public.message_settings is
'In which language a person is written to, and when not. Whoever has no row: English, or the language said at sign-up; no SMS at night.';
comment on column public.message_settings.user_id is 'The person; nobody else reads the row.';
comment on column public.message_settings.language is 'en, es, fr, de, pt, id, ar or sw.';
comment on column public.message_settings.time_zone is 'Where the quiet hours are counted: a name of the IANA database.';
comment on column public.message_settings.quiet_from is
'From when on the clock nothing that can wait is sent, by any channel, such as 21:30; null: no SMS from 22:00 to 07:00.';
comment on column public.message_settings.quiet_until is 'Until when; before quiet_from it is on the next day.';
comment on column public.message_settings.updated_at is 'When the row last changed, by the database clock.';

-- Definer: whoever writes settings may not read the refusals.
create function private.tg_message_settings__guard() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if not exists (select from pg_catalog.pg_timezone_names as z where z.name = new.time_zone) then
        perform private.refuse('time_zone_unknown');
    end if;
    return new;
end
$$;
comment on function private.tg_message_settings__guard() is
'A time zone is one that the database knows. Raises time_zone_unknown (422).';
create trigger _500_guard before insert or update of time_zone on public.message_settings
for each row execute function private.tg_message_settings__guard();

create table public.message_preferences (
    user_id uuid not null references public.profiles (id) on delete cascade,
    kind text not null references public.message_kinds (id) on delete cascade,
    channel public.message_channel not null,
    is_wanted boolean not null,
    updated_at timestamptz not null default private.clock(),
    primary key (user_id, kind, channel)
);
alter table public.message_preferences enable row level security;
create index message_preferences_kind_idx on public.message_preferences (kind);
create trigger _100_touch before update on public.message_preferences
for each row execute function private.tg__touch();
select private.make_edit_quota('public.message_preferences', 'user_id');
comment on table public.message_preferences is
'What a person wants to be told, by which channel. Without a row message_kinds.default_channels counts.';
comment on column public.message_preferences.user_id is 'The person; nobody else reads the row.';
comment on column public.message_preferences.kind is 'The kind of message.';
comment on column public.message_preferences.channel is 'The way it would go.';
comment on column public.message_preferences.is_wanted is 'Whether it goes; written by the person, or by the link in a message.';
comment on column public.message_preferences.updated_at is 'When the row last changed, by the database clock.';

-- Definer: whoever writes a preference may not read the refusals.
create function private.tg_message_preferences__guard() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_kind public.message_kinds;
begin
    select * into v_kind from public.message_kinds where id = new.kind;
    if not found then
        -- The foreign key says so.
        return new;
    elsif not new.channel = any (v_kind.channels) then
        perform private.refuse('message_channel_unknown');
    elsif not new.is_wanted and not v_kind.may_turn_off and new.channel = any (v_kind.default_channels) then
        perform private.refuse('message_kind_fixed');
    end if;
    return new;
end
$$;
comment on function private.tg_message_preferences__guard() is
'Notices that everybody gets are not turned off. Raises message_channel_unknown, message_kind_fixed (422).';
create trigger _500_guard before insert or update on public.message_preferences
for each row execute function private.tg_message_preferences__guard();

insert into private.acts (act, kind, step_up) values
('message_preferences.write', 'settings', false),
('message_settings.write', 'settings', false);

create function private.is_message_wanted(p_user_id uuid, p_kind text, p_channel public.message_channel) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(
            (
                select p.is_wanted from public.message_preferences as p
                where p.user_id = p_user_id and p.kind = p_kind and p.channel = p_channel
            ),
            p_channel = any (k.default_channels)
        )
        from public.message_kinds as k where k.id = p_kind
    );
end
$$;
comment on function private.is_message_wanted(uuid, text, public.message_channel) is
'Whether a kind of message goes to a person by a channel.';

create function private.quiet_until(
    p_user_id uuid, p_channel public.message_channel, p_now timestamptz
) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
    v_settings public.message_settings;
    v_local timestamp;
    v_clock interval;
    v_quiet boolean;
begin
    select * into v_settings from public.message_settings where user_id = p_user_id;
    v_settings.time_zone := coalesce(v_settings.time_zone, 'UTC');
    if v_settings.quiet_from is null then
        if p_channel <> 'sms' then
            return null;
        end if;
        v_settings.quiet_from := '22:00';
        v_settings.quiet_until := '07:00';
    end if;
    v_local := p_now at time zone v_settings.time_zone;
    v_clock := v_local - date_trunc('day', v_local);
    v_quiet := case when v_settings.quiet_from < v_settings.quiet_until
        then v_clock >= v_settings.quiet_from and v_clock < v_settings.quiet_until
        else v_clock >= v_settings.quiet_from or v_clock < v_settings.quiet_until end;
    if not v_quiet then
        return null;
    end if;
    return (
        date_trunc('day', v_local) + v_settings.quiet_until
        + case when v_settings.quiet_until <= v_clock then interval '1 day' else interval '0' end
    ) at time zone v_settings.time_zone;
end
$$;
comment on function private.quiet_until(uuid, public.message_channel, timestamptz) is
'Until when a message that can wait does wait for a person; null: it goes now.';
