-- The audit log: who changed which row, from what to what, in which request.

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
    action text not null check (action in ('insert', 'update', 'delete')),
    before jsonb,
    after jsonb,
    actor_id uuid,
    reason text not null default '',
    request_id text not null default '',
    one_operator boolean not null default false,
    primary key (id, created_at)
) partition by range (created_at);
alter table public.audit_log enable row level security;
create index audit_log_table_name_row_id_idx on public.audit_log (table_name, row_id);
create index audit_log_request_id_idx on public.audit_log (request_id);
select private.make_append_only('public.audit_log');
comment on table public.audit_log is
'Append-only trail of every change to audited tables: row before and after without words of people, actor, reason and request id.';
comment on column public.audit_log.id is 'Grows with time; unique in its month.';
comment on column public.audit_log.created_at is 'When the change was made.';
comment on column public.audit_log.table_name is 'Schema and table of the changed row.';
comment on column public.audit_log.row_id is 'Key of the changed row, as text.';
comment on column public.audit_log.action is 'INSERT, UPDATE or DELETE.';
comment on column public.audit_log.actor_id is
'User in whose name the change was made; null for machines and the owner.';
comment on column public.audit_log.reason is
'Why, in the words of the operator who changed it; empty where no operator did.';
comment on column public.audit_log.one_operator is
'Whether Holdfast had one operator then: nobody else could confirm what operators did.';
comment on column public.audit_log.before is
'The row before the change; null for an insert. Of words of a person the hash (sha256:…), salted with what is deleted when the person is erased.';
comment on column public.audit_log.after is 'The row after the change, in the same way; null for a delete.';
comment on column public.audit_log.request_id is 'Correlation id (X-Request-Id) of the HTTP request.';

-- Definer: whoever changes an audited row holds no right on the log itself.
create function private.tg__audit() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_table text := tg_table_schema || '.' || tg_table_name;
    v_before jsonb := case when tg_op <> 'INSERT' then private.without_words(v_table, to_jsonb(old)) end;
    v_after jsonb := case when tg_op <> 'DELETE' then private.without_words(v_table, to_jsonb(new)) end;
begin
    insert into public.audit_log (table_name, row_id, action, before, after, actor_id, reason, request_id, one_operator)
    values (
        tg_table_name,
        coalesce(v_after, v_before) ->> tg_argv[0],
        lower(tg_op),
        v_before,
        v_after,
        private.actor_id(),
        private.reason(),
        private.request_id(),
        private.one_operator()
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
