-- Quotas: how much one person may write. A row for each kind of thing, and one function that counts.

insert into private.refusals (code, status, detail, hint) values
(
    'quota_exceeded', 429, 'You have written as many of these as one may.',
    'Wait the seconds of "retry_after"; where there are none, close some of what you have, or verify more.'
);

create table private.quotas (
    kind text not null check (kind ~ '^[a-z][a-z_]{1,39}$'),
    min_tier smallint not null default 0 references public.verification_tiers (id) on delete restrict,
    max_open integer check (max_open >= 0),
    max_in_window integer check (max_in_window > 0),
    in_window interval check (in_window > '0'),
    primary key (kind, min_tier),
    constraint quotas_window check ((max_in_window is null) = (in_window is null))
);
alter table private.quotas enable row level security;
create index quotas_min_tier_idx on private.quotas (min_tier);
select private.make_audited('private.quotas', 'kind');
select private.make_setting('private.quotas', 'How much one party may write.', '{
    "max_open": {"least": "0", "most": "100000"}, "max_in_window": {"least": "1", "most": "100000"},
    "in_window": {"least": "1 minute", "most": "31 days"}
}');
comment on table private.quotas is
'What one party may write of each kind. Of the rows of a kind the one of the highest tier that the party has counts; null: no limit. How much one thing may hold (messages of a side in a trade, files of a side in a dispute) is no quota but a bound of that thing, the same for everybody at every tier: somebody has to read it.';
comment on column private.quotas.kind is 'What is written; named by private.take_quota and by the triggers that call it.';
comment on column private.quotas.min_tier is 'Verification tier from which on the row counts; an organisation has that of the register.';
comment on column private.quotas.max_open is 'Most that may be open at once; of what is kept for good, such as pictures, most that there may be.';
comment on column private.quotas.max_in_window is 'Most at once; each comes back after its share of in_window.';
comment on column private.quotas.in_window is 'Time in which all of max_in_window comes back.';

-- At tier 3, by contract, nothing is counted.
insert into private.quotas (kind, max_open, max_in_window, in_window) values
('order_draft', 50, 200, '1 day'),
('block', 2000, 200, '1 day'),
('message', null, 120, '1 hour'),
('payment_account', 20, 20, '1 day'),
('rating', null, 100, '1 day'),
('evidence', null, 300, '1 day'),
('statement', null, 100, '1 day'),
('dispute', null, 30, '1 day'),
('claim', null, 5, '30 days'),
('split_offer', null, 12, '1 day'),
('image', 1000, 300, '1 day'),
('snapshot', null, 100, '1 day'),
('guild', 5, 5, '30 days'),
('guild_invitation', 200, 100, '1 day'),
('guild_invitation_to_one', null, 2, '30 days'),
('listing', 100, 100, '1 day'),
('offer', 50, 100, '1 day'),
('offer_to_one', 10, 20, '1 day'),
('webhook_endpoint', null, 20, '1 day'),
('webhook_ping', null, 60, '1 hour'),
('webhook_resend', null, 60, '1 hour'),
('payout_destination', 20, 20, '1 day'),
('deposit_address', 20, 20, '1 day'),
('withdrawal', null, 50, '1 day'),
('edit', null, 600, '1 hour');
insert into private.quotas (kind, min_tier, max_open, max_in_window, in_window) values
('order_draft', 2, 500, 2000, '1 day'),
('image', 2, 10000, 1000, '1 day'),
('listing', 2, 1000, 1000, '1 day'),
('offer', 2, 500, 1000, '1 day');
insert into private.quotas (kind, min_tier)
select distinct kind, 3 from private.quotas;

-- One row for what a party has written lately of a kind, not one for each thing: a bucket that leaks.
create table private.quota_levels (
    kind text not null,
    party_id uuid not null,
    about_id uuid not null,
    used bigint not null,
    counted_at timestamptz not null,
    primary key (kind, party_id, about_id)
);
alter table private.quota_levels enable row level security;
create index quota_levels_counted_at_idx on private.quota_levels (counted_at);
comment on table private.quota_levels is
'How much of a quota each party had used when it last wrote; what is older than any window is forgotten by housekeeping.';
comment on column private.quota_levels.about_id is 'Receiver or object that is counted apart; zeros where the quota is for all together.';
comment on column private.quota_levels.used is 'Thousandths of one thing; max_in_window things leak away in in_window.';
comment on column private.quota_levels.counted_at is 'When that was.';

create function private.refuse_quota(p_kind text, p_maximum integer, p_retry_after numeric) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_refusal private.refusals;
begin
    select * into strict v_refusal from private.refusals where code = 'quota_exceeded';
    -- The form of PostgREST that carries headers; what a client reads is that of every refusal.
    raise sqlstate 'PGRST' using
        message = jsonb_build_object(
            'code', 'PT' || v_refusal.status, 'message', v_refusal.code, 'hint', v_refusal.hint,
            'details', jsonb_strip_nulls(jsonb_build_object(
                'detail', v_refusal.detail, 'quota', p_kind, 'maximum', p_maximum, 'retry_after', p_retry_after
            ))::text
        )::text,
        detail = jsonb_build_object(
            'status', v_refusal.status,
            'headers', jsonb_strip_nulls(jsonb_build_object('Retry-After', p_retry_after::text))
        )::text;
end
$$;
comment on function private.refuse_quota(text, integer, numeric) is
'Raises quota_exceeded (429) with the members quota, maximum and, where waiting helps, retry_after in seconds, also as Retry-After.';

create function private.take_quota(
    p_kind text, p_party_id uuid, p_about_id uuid default '00000000-0000-0000-0000-000000000000'
) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_quota private.quotas;
    v_used bigint;
    v_over numeric;
begin
    select q.* into strict v_quota from private.quotas as q
    where q.kind = p_kind
        and q.min_tier <= (private.tier_row(p_party_id)).id
    order by q.min_tier desc limit 1;
    if v_quota.max_open is null and v_quota.max_in_window is null then
        return null;
    end if;
    -- The row is the lock, too: of two at once the second counts what the first one wrote.
    insert into private.quota_levels as l (kind, party_id, about_id, used, counted_at)
    values (p_kind, p_party_id, p_about_id, 1000, v_now)
    on conflict (kind, party_id, about_id) do update set
        used = 1000 + greatest(0, l.used - coalesce(round(
            1000 * v_quota.max_in_window * extract(epoch from v_now - l.counted_at) / extract(epoch from v_quota.in_window)
        ), 0)),
        counted_at = greatest(l.counted_at, v_now)
    returning l.used into v_used;
    v_over := v_used / 1000.0 - v_quota.max_in_window;
    if v_over > 0 then
        perform private.refuse_quota(
            p_kind, v_quota.max_in_window, ceil(v_over * extract(epoch from v_quota.in_window) / v_quota.max_in_window)
        );
    end if;
    return v_quota.max_open;
end
$$;
comment on function private.take_quota(text, uuid, uuid) is
'Counts one thing that a party writes, about one receiver or object where that is counted apart -> how many may be open at once (null: any number), for the caller to compare under the lock that this leaves. Raises quota_exceeded (429).';

create function private.check_open(p_kind text, p_maximum integer, p_open bigint) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if p_open >= p_maximum then
        perform private.refuse_quota(p_kind, p_maximum, null);
    end if;
end
$$;
comment on function private.check_open(text, integer, bigint) is
'Refuses one more than may be open, as private.take_quota said. Raises quota_exceeded (429).';

-- Definer: whoever writes may not read the quotas.
create function private.tg__quota() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_kind constant text := tg_argv[0];
    v_party uuid;
    v_about uuid := '00000000-0000-0000-0000-000000000000';
    v_maximum integer;
    v_open bigint;
begin
    -- What a machine changes is not counted, nor what it writes: that has no party.
    if tg_op = 'UPDATE' and not private.is_client() then
        return new;
    end if;
    execute format(
        'select ($1).%I, %s', tg_argv[1],
        case tg_argv[2] when '' then quote_literal(v_about) else format('($1).%I', tg_argv[2]) end
    ) into v_party, v_about using new;
    if v_party is null then
        return new;
    end if;
    v_maximum := private.take_quota(v_kind, v_party, v_about);
    if v_maximum is not null then
        execute format(
            'select count(*) from %I.%I where %I = $1 and %s', tg_table_schema, tg_table_name, tg_argv[1], tg_argv[3]
        ) into v_open using v_party;
        perform private.check_open(v_kind, v_maximum, v_open);
    end if;
    return new;
end
$$;
comment on function private.tg__quota() is
'Counts what a party writes to the table. Arguments: kind, column of the party, column counted apart or empty, condition of what is open.';

create function private.make_quota(
    p_table regclass, p_kind text, p_party text, p_about text default '', p_open text default 'true'
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    execute format(
        'create trigger _550_quota before insert on %s for each row execute function private.tg__quota(%L, %L, %L, %L)',
        p_table, p_kind, p_party, p_about, p_open
    );
end
$$;
comment on function private.make_quota(regclass, text, text, text, text) is
'Puts a quota on a table: kind, column of the party, column that is counted apart or empty, SQL condition of what is open.';

create function private.make_edit_quota(p_table regclass, p_party text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    execute format(
        'create trigger _560_quota before update on %s for each row execute function private.tg__quota(%L, %L, %L, %L)',
        p_table, 'edit', p_party, '', 'true'
    );
end
$$;
comment on function private.make_edit_quota(regclass, text) is
'Counts what clients change in a table as edits of the party that a column names, all tables together.';
select private.make_edit_quota('public.profiles', 'id');

create function private.count_alone(p_party_ids uuid[]) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    -- Not the row of the party: whoever stops it has that row and waits for its orders and listings.
    foreach v_id in array array(select distinct p from unnest(p_party_ids) as p order by p) loop
        perform pg_advisory_xact_lock(hashtextextended('limits ' || v_id, 0));
    end loop;
end
$$;
comment on function private.count_alone(uuid[]) is
'Waits until nobody else counts what these parties have, until the end of the transaction: what the caller counts after it is still so at the commit. Taken after the lock of an order, a listing or an offer, before that of a wallet.';
