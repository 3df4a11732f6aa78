-- May this party, through this user, do this kind of thing now? The one answer (law 7).

create type private.act_kind as enum (
    'read', 'receive', 'settle', 'settings', 'business', 'money_out', 'destination', 'staff'
);
create type private.standing as enum (
    'active', 'suspended', 'closed', 'deleted', 'banned', 'anonymous', 'recovered', 'erased'
);
insert into private.refusals (code, status, detail, hint) values
(
    'recovery_waits', 403,
    'The second factor was taken off less than 72 hours ago: until then no money leaves, and no destination is named.',
    'If it was not you, write to support at once.'
),
('key_revoked', 401, 'This API key was revoked or has expired.', 'Use another key.'),
('scope_missing', 403, 'This API key may not do this.', 'Make a key with the scope for it, or sign in.');

create table private.account_recoveries (
    user_id uuid primary key references auth.users (id) on delete restrict,
    money_out_from timestamptz not null
);
alter table private.account_recoveries enable row level security;
comment on table private.account_recoveries is
'Whose second factor was taken off, and from when on that account moves money out again. Written by private.take_off_factors.';
comment on column private.account_recoveries.user_id is 'The person.';
comment on column private.account_recoveries.money_out_from is 'Until then the person is of standing recovered.';

create table private.standing_rules (
    standing private.standing not null,
    kind private.act_kind not null,
    refusal text,
    primary key (standing, kind)
);
alter table private.standing_rules enable row level security;
comment on table private.standing_rules is
'What each standing may do, by kind: a refusal, or null for yes. No pair is left out.';
comment on column private.standing_rules.standing is
'active; suspended or closed: the status of the party; deleted, banned, anonymous: of the person, as Auth and the profile have it; recovered: the second factor was taken off within 72 hours; erased: the erasure of the person has begun.';
comment on column private.standing_rules.kind is
'read: the own things. receive: be paid into the balance. settle: end, answer or take back what runs. settings: what concerns nobody else. business: begin something new. money_out: send money out of the house. destination: say where money, news or evidence goes. staff: work for Holdfast.';
comment on column private.standing_rules.refusal is 'Code of private.refusals; null: it may.';

-- Whoever is stopped goes on with what others wait for.
insert into private.standing_rules (standing, kind, refusal)
select s.standing, k.kind, case
    -- Nothing was left that others wait for: a token that outlived the erasure does nothing.
    when s.standing = 'erased' and k.kind <> 'receive' then s.refusal
    when k.kind in ('read', 'receive', 'settle') or s.standing = 'active' then null
    when k.kind = 'settings' and s.standing in ('suspended', 'anonymous') then null
    when s.standing = 'recovered' and k.kind not in ('money_out', 'destination') then null
    else s.refusal
end
from (values
    ('active'::private.standing, null), ('suspended', 'party_suspended'), ('closed', 'party_closed'),
    ('deleted', 'party_closed'), ('banned', 'user_banned'), ('anonymous', 'sign_in_required'),
    ('recovered', 'recovery_waits'), ('erased', 'party_closed')
) as s (standing, refusal)
cross join unnest(enum_range(null::private.act_kind)) as k (kind);

create table private.acts (
    act text primary key,
    kind private.act_kind not null,
    step_up boolean not null default false,
    scope text references public.api_scopes (scope) on delete restrict
);
create index acts_scope_idx on private.acts (scope);
alter table private.acts enable row level security;
comment on table private.acts is
'Every act of a party: each command of schema service that takes an actor, each move of an escrow by a side, each table that people write. An act that is not here is refused.';
comment on column private.acts.act is
'Name of the command; escrow.<event> for a move; <table>.<what> for what is written over PostgREST.';
comment on column private.acts.kind is 'What kind of thing it is: see private.standing_rules.';
comment on column private.acts.step_up is
'Whether it needs a second factor (aal2): it leads money, news or evidence elsewhere. Of moves private.state_edges says so.';
comment on column private.acts.scope is
'What an API key needs to do it; null: no key ever does. Scopes are given with a second factor, which counts for what they name.';

insert into private.acts (act, kind, step_up) values
-- Commands.
('api_key_create', 'destination', true),
('api_key_revoke', 'read', false),
('api_key_rotate', 'destination', true),
('asset_prove', 'settle', false),
('asset_snapshot_take', 'business', false),
('escrow_claim', 'settle', false),
('escrow_deposit_begin', 'business', false),
('escrow_deposit_place', 'business', false),
('unmatched_deposit_send_back', 'money_out', true),
('unmatched_deposit_take', 'settle', false),
('wallet_deposit_begin', 'business', false),
('wallet_deposit_place', 'business', false),
('evidence_upload', 'settle', false),
('image_announce', 'business', false),
('image_hand_in', 'business', false),
('offer_accept', 'business', false),
('offer_counter', 'business', false),
('offer_decline', 'settle', false),
('offer_make', 'business', false),
('order_cancel', 'settle', false),
('order_pause', 'settle', false),
('order_publish', 'business', false),
('order_publish_cheap', 'business', true),
('order_reprice', 'business', false),
('order_resume', 'business', false),
('order_take', 'business', false),
('payout', 'money_out', false),
('payout_destination_remove', 'settle', true),
('payout_destination_set', 'destination', true),
('payout_keep', 'settle', true),
('payout_retry', 'money_out', true),
('device_name', 'settings', false),
('device_revoke', 'read', false),
('recovery_code_use', 'settings', false),
('recovery_codes_make', 'settings', true),
('session_revoke', 'read', false),
('sessions_revoke_others', 'read', false),
('staff.command', 'staff', true),
('staff.move', 'staff', false),
('webhook_delivery_resend', 'destination', false),
('webhook_endpoint_create', 'destination', true),
('webhook_endpoint_enable', 'destination', true),
('webhook_ping', 'destination', false),
('webhook_resend', 'destination', false),
('webhook_secret_rotate', 'destination', true),
('withdrawal', 'money_out', false),
('withdrawal_request', 'money_out', true),
-- Moves of an escrow by one of its sides.
('escrow.accept', 'settle', false),
('escrow.accept_decision', 'settle', false),
('escrow.accept_partial', 'business', false),
('escrow.accept_split', 'settle', false),
('escrow.appeal', 'settle', false),
('escrow.cancel', 'settle', false),
('escrow.concede', 'settle', false),
('escrow.countersign', 'business', false),
('escrow.dispute', 'settle', false),
('escrow.evidence', 'settle', false),
('escrow.fund', 'business', false),
('escrow.offer_split', 'settle', false),
('escrow.perform', 'settle', false),
('escrow.propose_partial', 'business', false),
('escrow.request_revision', 'settle', false),
('escrow.return_funds', 'settle', false),
('escrow.settle_decision', 'settle', false),
('escrow.sign', 'business', false),
('escrow.statement', 'settle', false),
('escrow.statement_reply', 'settle', false),
('escrow.take', 'business', false),
('escrow.top_up', 'business', false),
('escrow.withdraw_offer', 'settle', false),
-- Rows that people write themselves.
('arbiter_capacities.write', 'staff', true),
('guild_members.write', 'business', false),
('guild_invitations.write', 'business', false),
('guilds.write', 'business', false),
('listings.close', 'settle', false),
('listings.write', 'business', false),
('notifications.write', 'settings', false),
('p2p_auto_replies.write', 'business', true),
('p2p_blocks.write', 'settings', false),
('p2p_order_accounts.write', 'destination', true),
('p2p_orders.write', 'business', false),
('p2p_ratings.write', 'settle', false),
('payment_accounts.write', 'destination', true),
('profiles.name', 'settings', true),
('profiles.write', 'settings', false),
('trade_messages.write', 'settle', false),
('webhook_endpoints.close', 'settings', false),
('webhook_endpoints.write', 'destination', true);

create function private.standing_of(p_party_id uuid) returns private.standing
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select case
            when f.erased_at is not null then 'erased'
            when p.status <> 'active' and (p.suspended_until is null or p.suspended_until > private.clock())
                then p.status::text
            when f.deleted_at is not null or u.deleted_at is not null then 'deleted'
            when u.banned_until > private.clock() then 'banned'
            when u.is_anonymous then 'anonymous'
            when r.user_id is not null then 'recovered'
            else 'active'
        end
        from public.parties as p
        left join public.profiles as f on f.id = p.id
        left join auth.users as u on u.id = p.id
        left join private.account_recoveries as r on r.user_id = p.id and r.money_out_from > private.clock()
        where p.id = p_party_id
    ), 'closed')::private.standing;
end
$$;
comment on function private.standing_of(uuid) is
'Standing of a party now: its own status, then what Auth and the profile say of the person. A party that does not exist is closed.';

create function private.act_refusal(p_user_id uuid, p_party_id uuid, p_act text, p_aal text) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_standings private.standing[] := array[private.standing_of(p_party_id)];
    v_act private.acts;
    v_key public.api_keys;
    v_refusal text;
begin
    select * into strict v_act from private.acts where act = p_act;
    if p_user_id <> p_party_id then
        select * into v_key from public.api_keys where id = p_user_id;
        if v_key.id is null then
            v_standings := v_standings || private.standing_of(p_user_id);
        elsif not private.is_live(v_key) then
            return 'key_revoked';
        elsif v_key.party_id <> p_party_id or (v_act.scope = any (v_key.scopes)) is not true then
            return 'scope_missing';
        else
            v_standings := v_standings || private.standing_of(v_key.created_by);
        end if;
    end if;
    if p_aal = 'aal0' then
        v_standings := v_standings || 'anonymous'::private.standing;
    end if;
    if v_standings <> '{active}' then
        select r.refusal into v_refusal from private.standing_rules as r
        where r.kind = v_act.kind and r.standing = any (v_standings) and r.refusal is not null
        order by array_position(v_standings, r.standing) limit 1;
    end if;
    if v_refusal is null and v_act.step_up and p_aal is distinct from 'aal2' and v_key.id is null then
        return 'step_up_required';
    end if;
    return v_refusal;
end
$$;
comment on function private.act_refusal(uuid, uuid, text, text) is
'The one answer to whether a party, through a user signed in so or through a key, may do an act now: null, or the code of the refusal. Whether the user acts for the party is asked before.';

create function private.command_actor(command jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_actor uuid := (command ->> 'actor_id')::uuid;
    v_acting record;
begin
    if v_actor is null or command ->> 'idempotency_key' is null or command ->> 'request_hash' is null then
        perform private.refuse('idempotency_key_required');
    end if;
    -- One statement: this runs for every command.
    select
        k.created_by as maker, set_config('holdfast.actor_id', a.id::text, true),
        set_config('holdfast.through_key', concat_ws(' ', k.created_by, k.party_id), true)
    into v_acting
    from (values (v_actor)) as a (id) left join public.api_keys as k on a.id = k.id;
    return coalesce(v_acting.maker, v_actor);
end
$$;
comment on function private.command_actor(jsonb) is
'Who gives a command; for a key who made it, who then acts for nobody but its party (private.acts_for). The audit log names the actor itself. Raises idempotency_key_required (400).';

create function private.ask(command jsonb, p_party_id uuid, p_act text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_refusal text := private.act_refusal((command ->> 'actor_id')::uuid, p_party_id, p_act, command ->> 'aal');
begin
    if v_refusal is not null then
        perform private.refuse(v_refusal);
    end if;
end
$$;
comment on function private.ask(jsonb, uuid, text) is
'Goes on only if the party may do the act through who gives the command. Raises party_suspended, party_closed, user_banned, sign_in_required, step_up_required, scope_missing (403), key_revoked (401).';

create function private.other_side_may(p_party_id uuid, p_act text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return private.act_refusal(p_party_id, p_party_id, p_act, 'aal2') is null;
end
$$;
comment on function private.other_side_may(uuid, text) is
'Whether a party that gives no command itself may be drawn into an act: the maker of what is taken, who is paid.';

-- Definer: policies call it for callers who may not read party_members.
create function private.my_parties() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    if private.is_key() then
        return query select k.party_id from private.my_key() as k where k.id is not null;
        return;
    end if;
    return query
    select auth.uid() where auth.uid() is not null
    union
    select m.party_id from public.party_members as m
    where m.user_id = auth.uid() and m.role in ('owner', 'operator', 'admin', 'staff', 'signer', 'viewer')
        -- What the house has is read by who works for it, and by nobody whom it has stopped.
        and (
            m.party_id <> private.platform_party()
            or private.act_refusal(auth.uid(), auth.uid(), 'staff.command', 'aal2') is null
        );
end
$$;
comment on function private.my_parties() is
'Parties whose rows the caller may see; of a key the party that it acts for. Use as: party_id = any (array(select private.my_parties())).';

-- Definer: memberships of the platform, rules and standings are not readable to its users.
create function private.is_acting_staff(p_role public.member_role) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    -- To read needs no second factor.
    return private.is_staff(auth.uid(), p_role)
        and private.act_refusal(auth.uid(), auth.uid(), 'staff.command', 'aal2') is null;
end
$$;
comment on function private.is_acting_staff(public.member_role) is
'For policies of reading: whether the caller is an operator, an arbiter or a reader of disputes, and is not stopped. Use as: (select private.is_acting_staff(''operator'')).';

-- A condition without a column, such as is_acting_staff beside the conditions of the
-- parties, makes every list a scan of the whole table; a range of ids that is
-- empty for everybody else lets the planner join indexes instead.
-- Definer: as is_acting_staff.
create function private.operator_sees_from() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return case when private.is_acting_staff('operator') then '00000000-0000-0000-0000-000000000000'::uuid end;
end
$$;
comment on function private.operator_sees_from() is
'Smallest id an operator sees, which is every one; null for others. Use as: id between (select private.operator_sees_from()) and (select private.operator_sees_to()).';

-- Definer: as is_acting_staff.
create function private.operator_sees_to() returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return case when private.is_acting_staff('operator') then 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid end;
end
$$;
comment on function private.operator_sees_to() is 'Largest id an operator sees; null for others.';

-- Definer: policies ask it for callers who may not read members, rules and standings.
create function private.may_write(p_act text, p_party_id uuid default auth.uid()) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_party_id is null or not coalesce(private.acts_for(auth.uid(), p_party_id), false) then
        return false;
    end if;
    perform private.caller();
    perform private.ask(
        jsonb_build_object('actor_id', auth.uid(), 'aal', private.caller_aal()), p_party_id, p_act
    );
    return true;
end
$$;
comment on function private.may_write(text, uuid) is
'For policies of writing: whether the caller acts for a party; when the party may not do the act now, or the caller''s session was ended, raises why. Use as: (select private.may_write(''table.write'')), or with the party where it is another than the caller''s own.';

-- Definer: nobody reads statuses and rules.
create function private.my_standing() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'party_id', m.id, 'standing', private.standing_of(m.id),
            'may', (
                select jsonb_agg(r.kind order by r.kind) from private.standing_rules as r
                where r.standing = private.standing_of(m.id) and r.refusal is null and r.kind <> 'staff'
            )
        ) order by m.id), '[]')
        from private.parties_i_act_for() as m (id)
    );
end
$$;
comment on function private.my_standing() is 'As public.my_standing.';

create function public.my_standing() returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return private.my_standing();
end
$$;
comment on function public.my_standing() is
'Standing of each party the caller acts for, and the kinds of acts it has: [{party_id, standing, may: [read, receive, settle, settings, business, money_out, destination]}].';

create function private.tg_parties__status() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not private.has_words(private.reason()) then
        perform private.refuse('reason_required');
    end if;
    new.status_since := private.clock();
    return new;
end
$$;
comment on function private.tg_parties__status() is
'A change of status has a reason (private.reason), which the audit log keeps, and its time. Raises reason_required (422).';
create trigger _500_status before update on public.parties
for each row when (old.status <> new.status) execute function private.tg_parties__status();

create function private.tg_profiles__name() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if private.is_client() then
        perform private.may_write('profiles.name', new.id);
    end if;
    return new;
end
$$;
comment on function private.tg_profiles__name() is
'A person''s own new name is an act of its own: sellers compare it with the name a payment comes from. Raises what private.ask raises.';
create trigger _500_name before update on public.profiles
for each row when (old.full_name <> new.full_name) execute function private.tg_profiles__name();
