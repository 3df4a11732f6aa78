-- The audit log: who signed in, and who changed which row, from what to what, in which request from where.

create table public.operator_rules (
    id boolean primary key default true check (id),
    one_operator boolean not null default false
);
alter table public.operator_rules enable row level security;
comment on table public.operator_rules is 'How many operators there are to ask: one row, which the owner of the database changes.';
comment on column public.operator_rules.id is 'There is one row.';
comment on column public.operator_rules.one_operator is
'True: nobody else is there to confirm, so that one operator does alone what elsewhere needs two; each row of audit_log says so.';
insert into public.operator_rules default values;

create function private.one_operator() returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return (select r.one_operator from public.operator_rules as r);
end
$$;
comment on function private.one_operator() is 'Whether Holdfast has one operator, whom nobody confirms.';

create table public.audit_log (
    id bigint generated always as identity,
    created_at timestamptz not null default private.clock(),
    table_name text not null,
    row_id text not null,
    action text not null check (action in ('create', 'update', 'delete', 'login')),
    before jsonb,
    after jsonb,
    actor_id uuid,
    reason text not null default '',
    request_id text not null default '',
    endpoint text,
    address inet,
    user_agent text,
    one_operator boolean not null default false,
    primary key (id, created_at)
) partition by range (created_at);
alter table public.audit_log enable row level security;
create index audit_log_table_name_row_id_idx on public.audit_log (table_name, row_id);
create index audit_log_request_id_idx on public.audit_log (request_id);
-- Whose address and user agent are still there.
create index audit_log_from_where_idx on public.audit_log (actor_id)
where address is not null or user_agent is not null;
select private.make_erasable('public.audit_log', 'address', 'user_agent');
comment on table public.audit_log is
'Append-only trail of every sign-in and every change to audited tables: row before and after without words of people, actor, reason, and the request.';
comment on column public.audit_log.id is 'Grows with time; unique in its month.';
comment on column public.audit_log.created_at is 'When the change was made.';
comment on column public.audit_log.table_name is 'Table of the changed row; of a sign-in sessions.';
comment on column public.audit_log.row_id is 'Key of the changed row, as text; of a sign-in the session.';
comment on column public.audit_log.action is 'create, update, delete or login.';
comment on column public.audit_log.actor_id is
'User in whose name the change was made; null for machines and the owner.';
comment on column public.audit_log.reason is
'Why, in the words of the operator who changed it; empty where no operator did.';
comment on column public.audit_log.one_operator is
'Whether Holdfast had one operator then: nobody else could confirm what operators did.';
comment on column public.audit_log.before is
'The row before the change; null where it was created. Of words of a person the hash (sha256:…), salted with what is deleted when the person is erased.';
comment on column public.audit_log.after is 'The row after the change, in the same way; null where it was deleted, and for a sign-in.';
comment on column public.audit_log.request_id is 'Correlation id (X-Request-Id) of the HTTP request.';
comment on column public.audit_log.endpoint is
'Method and route of the request, without ids: POST /escrows/{escrow_id}/release. Of a write over PostgREST and of a schedule the table or function; null for a sign-in, and outside a request.';
comment on column public.audit_log.address is
'From where the request came, as the edge saw it; of a sign-in, as Auth has it. Forgotten after 400 days, and when the person is erased.';
comment on column public.audit_log.user_agent is 'What the program of the person says of itself; forgotten as the address is.';

create function private.request_origin() returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_headers json := nullif(current_setting('request.headers', true), '')::json;
    -- Only our functions have this role: of anybody else these headers are a claim.
    v_is_ours boolean := current_setting('role', true) = 'service_role';
    v_address text := case
        when v_is_ours then v_headers ->> 'x-holdfast-address'
        -- Each proxy adds whom it saw at the end: what stands before is what the caller wrote.
        else coalesce(v_headers ->> 'cf-connecting-ip', trim(regexp_replace(v_headers ->> 'x-forwarded-for', '^.*,', '')))
    end;
begin
    return jsonb_build_object(
        'address', case when pg_input_is_valid(v_address, 'inet') then v_address end,
        'endpoint', left(coalesce(
            case when v_is_ours then v_headers ->> 'x-holdfast-endpoint' end,
            nullif(concat_ws(' ', current_setting('request.method', true), current_setting('request.path', true)), '')
        ), 200),
        'user_agent', left(v_headers ->> case when v_is_ours then 'x-holdfast-user-agent' else 'user-agent' end, 400)
    );
end
$$;
comment on function private.request_origin() is
'From where the HTTP request came {address, endpoint, user_agent}: our functions say it of whoever asked them, and are believed; of anybody else it is what the edge saw. Nulls outside a request.';

-- Definer: whoever changes an audited row holds no right on the log itself.
create function private.tg__audit() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_table text := tg_table_schema || '.' || tg_table_name;
    v_before jsonb := case when tg_op <> 'INSERT' then private.without_words(v_table, to_jsonb(old)) end;
    v_after jsonb := case when tg_op <> 'DELETE' then private.without_words(v_table, to_jsonb(new)) end;
    v_origin jsonb := private.request_origin();
begin
    insert into public.audit_log (
        table_name, row_id, action, before, after, actor_id, reason, request_id, one_operator, endpoint, address,
        user_agent
    ) values (
        tg_table_name,
        coalesce(v_after, v_before) ->> tg_argv[0],
        case tg_op when 'INSERT' then 'create' else lower(tg_op) end,
        v_before,
        v_after,
        private.actor_id(),
        private.reason(),
        private.request_id(),
        -- Not the function: this runs for every audited row.
        (select r.one_operator from public.operator_rules as r),
        v_origin ->> 'endpoint',
        (v_origin ->> 'address')::inet,
        v_origin ->> 'user_agent'
    );
    return null;
end
$$;
comment on function private.tg__audit() is
'Writes the audit log. Argument: the column that names the row.';

create function private.make_audited(p_table regclass, p_id_column text default 'id') returns void
language plpgsql volatile set search_path = ''
as $$
begin
    execute format(
        'create trigger _900_audit after insert or update or delete on %s
         for each row execute function private.tg__audit(%L)', p_table, p_id_column
    );
end
$$;
comment on function private.make_audited(regclass, text) is 'Puts the audit trigger on a table.';

create function private.forget_origins(p_now timestamptz, p_max_rows integer default 5000) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_forgotten integer;
begin
    perform private.begin_taking_words(null);
    with due as (
        select a.tableoid as part, a.ctid as place from public.audit_log as a
        where a.created_at < p_now - interval '400 days' and (a.address is not null or a.user_agent is not null)
        limit p_max_rows
    )
    update public.audit_log as a set
        address = null, user_agent = null, seals = private.unsealed(a.seals, 'address', 'user_agent')
    from due where a.tableoid = due.part and a.ctid = due.place;
    get diagnostics v_forgotten = row_count;
    perform private.end_taking_words();
    return v_forgotten;
end
$$;
comment on function private.forget_origins(timestamptz, integer) is
'Takes addresses and user agents out of rows of the audit log that are older than 400 days, of some at a time; returns of how many. Their hash stays.';

-- What a partition does not inherit: row level security, and triggers for each
-- statement, which a statement that names the partition itself would not meet.
create function private.close_partition(p_parent regclass, p_partition regclass) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    execute format('alter table %s enable row level security', p_partition);
    perform private.make_append_only(p_partition, t.tgnargs > 0)
    from pg_catalog.pg_trigger as t where t.tgrelid = p_parent and t.tgname = '_000_append_only';
end
$$;
comment on function private.close_partition(regclass, regclass) is
'Puts row level security, and the append-only guard of its table, on a partition.';

select private.make_audited('public.operator_rules');

-- Monthly partitions, made ahead by the housekeeping schedule. The default
-- partition means that a late schedule costs order, never a row.
create function private.ensure_partitions(p_months_ahead integer default 3) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_table record;
    v_month timestamptz;
    v_name text;
    v_from text;
    v_to text;
    v_made integer := 0;
begin
    for v_table in
        select c.oid::regclass as parent, n.nspname, c.relname, format_type(a.atttypid, null) as key_type
        from pg_partitioned_table as p
        join pg_class as c on c.oid = p.partrelid
        join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
        where n.nspname in ('public', 'private', 'ledger')
    loop
        v_name := v_table.relname || '_default';
        if to_regclass(format('%I.%I', v_table.nspname, v_name)) is null then
            execute format('create table %I.%I partition of %s default', v_table.nspname, v_name, v_table.parent);
            perform private.close_partition(v_table.parent, format('%I.%I', v_table.nspname, v_name)::regclass);
        end if;
        for v_month in
            select m from generate_series(
                date_trunc('month', private.clock(), 'UTC'),
                date_trunc('month', private.clock(), 'UTC') + make_interval(months => p_months_ahead),
                interval '1 month'
            ) as m
        loop
            v_name := v_table.relname || '_' || to_char(v_month at time zone 'UTC', 'YYYY_MM');
            continue when to_regclass(format('%I.%I', v_table.nspname, v_name)) is not null;
            if v_table.key_type = 'uuid' then
                v_from := private.uuid_v7_floor(v_month)::text;
                v_to := private.uuid_v7_floor(v_month + interval '1 month')::text;
            else
                v_from := v_month::text;
                v_to := (v_month + interval '1 month')::text;
            end if;
            begin
                execute format(
                    'create table %I.%I partition of %s for values from (%L) to (%L)',
                    v_table.nspname, v_name, v_table.parent, v_from, v_to
                );
            exception
                -- The schedule was late: this month's rows are in the default
                -- partition and stay there.
                when check_violation then
                    continue;
            end;
            perform private.close_partition(v_table.parent, format('%I.%I', v_table.nspname, v_name)::regclass);
            v_made := v_made + 1;
        end loop;
    end loop;
    return v_made;
end
$$;
comment on function private.ensure_partitions(integer) is
'Makes the monthly partitions of every partitioned table from this month to the given number of months ahead; returns how many were new.';

select private.ensure_partitions(3);
