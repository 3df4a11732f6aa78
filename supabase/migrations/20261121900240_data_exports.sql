-- A person's own data as one document: asked for, written in bounded steps, kept for a week.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('export_too_soon', 409, 'An export of your data was asked for within the last 24 hours.', 'Read data_exports; ask again a day after it.'),
('export_not_found', 404, 'You have no such export.', 'Read data_exports.');
insert into public.message_kinds (id, description, channels, default_channels, may_turn_off, is_urgent) values
('security.export', 'An export of your data is ready.', '{email,sms}', '{email}', false, true);
insert into private.message_events (event, kind) values
('data_export.finish', 'security.export');
insert into private.acts (act, kind, step_up) values
('data_export_ask', 'settle', true);
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(29, 'data_export', null, 'ask', 'person', 'waiting', 'with the second factor, once a day'),
(29, 'data_export', 'waiting', 'finish', 'timer', 'ready', 'the document lies in object storage'),
(29, 'data_export', 'waiting', 'give_up', 'timer', 'failed', 'not written in two days, or the person is being erased'),
(29, 'data_export', 'ready', 'expire', 'timer', 'expired', 'a week is over, or the person is being erased; the document is deleted');
-- noqa: enable=LT05

create table public.data_exports (
    id uuid primary key,
    party_id uuid not null references public.profiles (id) on delete restrict,
    state text not null check (state in ('waiting', 'ready', 'failed', 'expired')),
    last_event text not null,
    last_actor_role text not null,
    object_key text unique check (length(object_key) between 1 and 300),
    sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes bigint check (size_bytes > 0),
    next_at timestamptz not null,
    deadline_at timestamptz not null check (isfinite(deadline_at)),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint data_exports_stored_whole check (num_nulls(object_key, sha256, size_bytes) in (0, 3)),
    constraint data_exports_ready_is_stored check (state <> 'ready' or sha256 is not null)
);
alter table public.data_exports enable row level security;
create index data_exports_party_id_idx on public.data_exports (party_id, created_at);
create index data_exports_next_at_idx on public.data_exports (next_at) where state in ('waiting', 'ready');
comment on table public.data_exports is
'Exports that people asked for of all that is kept about them. The document lies in object storage for a week.';
comment on column public.data_exports.id is 'The export.';
comment on column public.data_exports.party_id is 'Whose data.';
comment on column public.data_exports.state is
'waiting: it is being written; ready: it can be downloaded until deadline_at; failed: it could not be written; expired: it was deleted.';
comment on column public.data_exports.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.data_exports.last_actor_role is 'Who made the last move: person or timer.';
comment on column public.data_exports.object_key is 'Name in object storage; null while it is not written.';
comment on column public.data_exports.sha256 is 'sha256 of the document, in hex.';
comment on column public.data_exports.size_bytes is 'Size of the document, in bytes.';
comment on column public.data_exports.next_at is 'When the schedule looks at it next.';
comment on column public.data_exports.deadline_at is 'waiting: when it is given up; ready: until when it is kept.';
comment on column public.data_exports.created_at is 'When it was asked for, by the database clock.';
comment on column public.data_exports.updated_at is 'When it last changed, by the database clock.';

create function private.tg_data_exports__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'An export is never deleted, only its document.';
    elsif tg_op = 'UPDATE' and (new.id, new.party_id, new.created_at) is distinct from (old.id, old.party_id, old.created_at) then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'What was asked for never changes.';
    elsif tg_op = 'UPDATE' and new.state = old.state then
        return new;
    elsif not private.has_edge(
        'data_export', case when tg_op = 'UPDATE' then old.state end, '', new.last_event, new.last_actor_role, new.state, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for an export.';
    end if;
    return new;
end
$$;
comment on function private.tg_data_exports__guard() is 'Law 2 for exports.';
create trigger _500_guard before insert or update or delete on public.data_exports
for each row execute function private.tg_data_exports__guard();

-- Definer: written for whoever moved the export.
create function private.tg_data_exports__event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.emit_event(
        'data_export.' || new.last_event, 'data_export', new.id,
        case new.state when 'waiting' then 1 when 'expired' then 3 else 2 end,
        -- Whoever is being erased is told nothing more.
        case when private.standing_of(new.party_id) = 'erased' then array[private.platform_party()] else array[new.party_id] end,
        jsonb_build_object('state', new.state, 'deadline_at', new.deadline_at), new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_data_exports__event() is 'Tells the person what became of an export.';
create trigger _600_event after insert or update of state on public.data_exports
for each row execute function private.tg_data_exports__event();

-- Definer: service_role may give commands, not write the tables.
create function service.data_export_ask(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_actor uuid := private.command_actor(command);
    v_answer jsonb := private.begin_account_command('data_export_ask', command);
    v_now timestamptz;
    v_export public.data_exports;
begin
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    if exists (
        select from public.data_exports as d
        where d.party_id = v_actor and d.created_at > v_now - interval '24 hours' and d.state <> 'failed'
    ) then
        perform private.refuse('export_too_soon');
    end if;
    insert into public.data_exports (
        id, party_id, state, last_event, last_actor_role, next_at, deadline_at, created_at, updated_at
    ) values (
        private.uuid_v7(v_now), v_actor, 'waiting', 'ask', 'person', v_now, v_now + interval '2 days', v_now, v_now
    ) returning * into v_export;
    return private.finish_command(command, jsonb_build_object(
        'export_id', v_export.id, 'state', v_export.state, 'deadline_at', v_export.deadline_at
    ), v_now);
end
$$;
comment on function service.data_export_ask(service.command) is
'A person asks for all that is kept about them {actor_id, aal, idempotency_key, request_hash} -> {export_id, state, deadline_at}. Raises export_too_soon (409) and what private.ask raises.';

create function private.parts_of_export() returns table (number bigint, table_name text, of_person text, columns text[])
language plpgsql stable set search_path = ''
as $$
begin
    return query
    with part as (
        select
            g.table_name, case when g.whose ~ '^[a-z_]+$' then 'r.' else '' end || g.whose || ' = $1' as of_person,
            array_agg(c.name) as words, null::text[] as only_columns
        from private.personal_groups() as g
        cross join unnest(g.columns) as c (name)
        where not exists (
            select from private.export_parts as e where e.table_name = g.table_name and e.why_not is not null
        )
        group by g.table_name, g.whose
        union all
        select e.table_name, e.of_person, e.words, e.only_columns from private.export_parts as e where e.of_person is not null
    )
    select row_number() over (order by p.table_name, p.of_person), p.table_name, p.of_person, array(
        select a.attname::text from pg_attribute as a
        where a.attrelid = p.table_name::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> 'seals'
            and case
                when p.only_columns is not null then a.attname = any (p.only_columns)
                else a.attname = any (p.words) or not exists (
                    select from private.personal_columns as l where l.table_name = p.table_name and l.column_name = a.attname
                ) and a.attgenerated = ''
            end
        order by a.attnum
    )
    from part as p;
end
$$;
comment on function private.parts_of_export() is
'What an export tells, in order: of a table the rows of a person, and of these the columns that are theirs or say nothing about anybody.';

create function private.page_of_export(
    p_party_id uuid, p_part bigint, p_after jsonb, p_max_rows integer,
    out part_table text, out lines jsonb, out last_key jsonb
)
language plpgsql stable set search_path = ''
as $$
declare
    v_part record;
    v_key text[];
    v_types text[];
begin
    select * into strict v_part from private.parts_of_export() as p where p.number = p_part;
    part_table := v_part.table_name;
    select array_agg(quote_ident(a.attname) order by k.place), array_agg(format_type(a.atttypid, a.atttypmod) order by k.place)
    into strict v_key, v_types
    from pg_index as i
    cross join unnest(i.indkey::smallint[]) with ordinality as k (attribute, place)
    inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attribute
    where i.indrelid = v_part.table_name::regclass and i.indisprimary;
    execute format(
        'with page as (
            select row_number() over (order by %1$s) as n, jsonb_build_array(%2$s) as key,
                (select to_jsonb(told)::text from (select %3$s) as told) as line
            from (select r.* from %4$s as r where (%5$s) and %6$s order by %1$s limit $2) as r
        )
        select coalesce(jsonb_agg(p.line order by p.n), ''[]''),
            case when count(*) = $2 then (array_agg(p.key order by p.n desc))[1] end
        from page as p',
        (select string_agg('r.' || k.name, ', ') from unnest(v_key) as k (name)),
        (select string_agg('r.' || k.name || '::text', ', ') from unnest(v_key) as k (name)),
        (
            select string_agg(format(case when t.typcategory = 'N' then 'r.%1$I::text as %1$I' else 'r.%1$I' end, a.attname), ', ')
            from unnest(v_part.columns) as c (name)
            inner join pg_attribute as a on a.attrelid = v_part.table_name::regclass and a.attname = c.name
            inner join pg_type as t on t.oid = a.atttypid
        ),
        v_part.table_name, v_part.of_person,
        case when p_after is null then 'true' else format('(%s) > (%s)',
            (select string_agg('r.' || k.name, ', ') from unnest(v_key) as k (name)),
            (
                select string_agg(format('%L::%s', p_after ->> (k.place::integer - 1), k.type), ', ')
                from unnest(v_types) with ordinality as k (type, place)
            )
        ) end
    ) into lines, last_key using p_party_id, p_max_rows;
end
$$;
comment on function private.page_of_export(uuid, bigint, jsonb, integer) is
'Some rows of a part of an export, each as a text of JSON in which numbers are texts, and the key of the last one; null: there are no more.';

-- Definer: a schedule has no user, and service_role reads no table.
create function service.data_export_due() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
    v_export public.data_exports;
begin
    update public.data_exports as d set state = 'failed', last_event = 'give_up', last_actor_role = 'timer', updated_at = v_now
    where d.state = 'waiting' and (d.deadline_at <= v_now or private.standing_of(d.party_id) = 'erased');
    -- Whoever takes one has fifteen minutes; then it is due again.
    update public.data_exports as d set next_at = v_now + interval '15 minutes', updated_at = v_now
    where d.id = (
        select w.id from public.data_exports as w
        where w.state = 'waiting' and w.next_at <= v_now order by w.next_at limit 1 for update skip locked
    )
    returning d.* into v_export;
    if v_export.id is null then
        return null;
    end if;
    return jsonb_build_object(
        'export_id', v_export.id, 'party_id', v_export.party_id,
        'made_at', to_char(v_now at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'parts', (select count(*) from private.parts_of_export())
    );
end
$$;
comment on function service.data_export_due() is
'Scheduled: the export to write now {export_id, party_id, made_at, parts: how many}, or null. What is not recorded within 15 minutes is due again; what is not written in two days, or whose person is being erased, is given up.';

-- Definer: as data_export_due.
create function service.data_export_page(
    export_id uuid, part integer, after service.command default null, max_rows integer default 500
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_party uuid := (select d.party_id from public.data_exports as d where d.id = export_id and d.state = 'waiting');
    v_page record;
begin
    if v_party is null then
        perform private.refuse('export_not_found');
    end if;
    select * into v_page from private.page_of_export(v_party, part, after, least(greatest(max_rows, 1), 500));
    return jsonb_build_object('table', v_page.part_table, 'lines', v_page.lines, 'after', v_page.last_key);
end
$$;
comment on function service.data_export_page(uuid, integer, service.command, integer) is
'Scheduled: some rows of a part of an export, counted from 1 {table, lines: each a row as JSON, after: where the next page begins; null: the part is over}. Raises export_not_found (404) when nobody waits for it.';

-- Definer: as data_export_due.
create function service.data_export_record(
    export_id uuid, object_key text, sha256 text, size_bytes bigint
) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
begin
    update public.data_exports as d set
        state = 'ready', last_event = 'finish', last_actor_role = 'timer', object_key = data_export_record.object_key,
        sha256 = data_export_record.sha256, size_bytes = data_export_record.size_bytes,
        next_at = v_now + interval '7 days', deadline_at = v_now + interval '7 days', updated_at = v_now
    where d.id = export_id and d.state = 'waiting' and private.standing_of(d.party_id) <> 'erased';
    return found;
end
$$;
comment on function service.data_export_record(uuid, text, text, bigint) is
'Scheduled: an export lies in object storage. False when nobody waits for it any more: then the document must go.';

-- Definer: as data_export_due.
create function service.data_exports_over(max_rows integer default 50) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('export_id', d.id, 'object_key', d.object_key)), '[]')
        from (
            select r.id, r.object_key from public.data_exports as r
            where r.state = 'ready' and (r.deadline_at <= private.clock() or private.standing_of(r.party_id) = 'erased')
            order by r.deadline_at limit max_rows
        ) as d
    );
end
$$;
comment on function service.data_exports_over(integer) is
'Scheduled: exports whose document must be deleted now [{export_id, object_key}].';

-- Definer: as data_export_due.
create function service.data_export_expire(export_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update public.data_exports as d set
        state = 'expired', last_event = 'expire', last_actor_role = 'timer', updated_at = private.clock()
    where d.id = export_id and d.state = 'ready' and (d.deadline_at <= private.clock() or private.standing_of(d.party_id) = 'erased');
    return found;
end
$$;
comment on function service.data_export_expire(uuid) is
'Scheduled: the document of an export was deleted. False when it is not over, or was recorded before.';

create function public.data_export(export_id uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_export public.data_exports;
begin
    perform private.caller();
    -- Everything about a person in one file: a password alone does not open it.
    if private.caller_aal() <> 'aal2' then
        raise sqlstate 'PT403' using
            message = 'step_up_required', detail = 'This command needs a second factor.',
            hint = 'Sign in again with your second factor (aal2).';
    end if;
    -- Row level security decides whose it is.
    select * into v_export from public.data_exports as d where d.id = export_id;
    if v_export.id is null then
        raise sqlstate 'PT404' using message = 'export_not_found', detail = 'You have no such export.', hint = 'Read data_exports.';
    elsif v_export.state = 'waiting' then
        raise sqlstate 'PT409' using
            message = 'export_not_ready', detail = 'This export is not written yet.',
            hint = 'Wait for the event data_export.finish.';
    elsif v_export.state <> 'ready' or v_export.deadline_at <= private.clock() then
        raise sqlstate 'PT409' using
            message = 'export_over', detail = 'This export is no longer kept, or could not be written.', hint = 'Ask for another one.';
    end if;
    return to_jsonb(v_export);
end
$$;
comment on function public.data_export(uuid) is
'An export of the caller that can be downloaded, with the second factor. Raises export_not_found (404), export_not_ready, export_over (409), step_up_required (403), session_ended (401).';
