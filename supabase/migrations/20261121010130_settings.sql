-- Settings: which tables operators change by command, which columns, and within which bounds.

create table public.settings (
    setting text primary key check (setting ~ '^[a-z][a-z0-9_]{1,62}$'),
    table_name text not null unique check (table_name ~ '^(public|private)[.][a-z][a-z0-9_]{1,62}$'),
    key_columns text[] not null check (cardinality(key_columns) > 0),
    description text not null check (length(description) between 1 and 200)
);
alter table public.settings enable row level security;
comment on table public.settings is
'Tables of limits, fees and thresholds whose rows operators change with one command. Rows are made, and removed, by migrations.';
comment on column public.settings.setting is 'Name of the table.';
comment on column public.settings.table_name is 'The table, with its schema.';
comment on column public.settings.key_columns is 'Columns that name a row.';
comment on column public.settings.description is 'What it says, for people.';

create table public.setting_columns (
    setting text not null references public.settings (setting) on delete restrict,
    column_name text not null,
    type text not null,
    least text,
    most text,
    no_limit boolean not null,
    needs_second boolean not null,
    primary key (setting, column_name)
);
alter table public.setting_columns enable row level security;
comment on table public.setting_columns is 'What of a setting operators change, and within which bounds. What is not here the owner changes.';
comment on column public.setting_columns.setting is 'The setting.';
comment on column public.setting_columns.column_name is 'The column.';
comment on column public.setting_columns.type is 'Its type.';
comment on column public.setting_columns.least is 'Least that it may be set to; null: the type has no order.';
comment on column public.setting_columns.most is 'Most that it may be set to; null: the type has no order.';
comment on column public.setting_columns.no_limit is 'Whether it may be set to null, which means no limit: always by two.';
comment on column public.setting_columns.needs_second is 'Whether a second operator confirms a change: what is wrong here costs somebody money, or opens a door.';

create function private.make_setting(p_table regclass, p_description text, p_columns jsonb) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_setting text := (select c.relname from pg_catalog.pg_class as c where c.oid = p_table);
    v_keys text[] := array(
        select a.attname::text from pg_catalog.pg_index as i
        cross join unnest(i.indkey) with ordinality as k (attnum, position)
        inner join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = p_table and i.indisprimary order by k.position
    );
    v_column record;
begin
    insert into public.settings (setting, table_name, key_columns, description)
    select v_setting, n.nspname || '.' || c.relname, v_keys, p_description
    from pg_catalog.pg_class as c inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.oid = p_table;
    for v_column in
        select e.key as name, e.value as rule, format_type(a.atttypid, a.atttypmod) as type,
            t.typcategory in ('N', 'T') as has_order, not a.attnotnull as is_nullable,
            coalesce((e.value ->> 'no_limit')::boolean, false) as no_limit,
            -- In the query: of a variable pg_input_is_valid would go on with the type it saw first.
            pg_input_is_valid(e.value ->> 'least', format_type(a.atttypid, a.atttypmod))
            and pg_input_is_valid(e.value ->> 'most', format_type(a.atttypid, a.atttypmod)) as has_bounds
        from jsonb_each(p_columns) as e
        left join pg_catalog.pg_attribute as a on a.attrelid = p_table and a.attname = e.key and not a.attisdropped
        left join pg_catalog.pg_type as t on t.oid = a.atttypid
    loop
        assert v_column.name <> all (v_keys) and v_column.has_order = coalesce(v_column.has_bounds, false),
            format('%s has no column %s with bounds of its type', v_setting, v_column.name);
        assert v_column.is_nullable or not v_column.no_limit, format('%s.%s is never null', v_setting, v_column.name);
        insert into public.setting_columns (setting, column_name, type, least, most, no_limit, needs_second) values (
            v_setting, v_column.name, v_column.type, v_column.rule ->> 'least', v_column.rule ->> 'most',
            v_column.no_limit, coalesce((v_column.rule ->> 'second')::boolean, false)
        );
    end loop;
    -- Who set it to what, and what it was before.
    if not exists (
        select from pg_catalog.pg_trigger as t where t.tgrelid = p_table and t.tgname = '_900_audit'
    ) then
        perform private.make_audited(p_table, v_keys[1]);
    end if;
end
$$;
comment on function private.make_setting(regclass, text, jsonb) is
'Lets operators change columns of a table by command {column: {least, most, no_limit, second}}: numbers and times have bounds, a yes or no and a name have none; no_limit: null may be set, and means that; second: another operator confirms. The table is audited from then on.';
