-- Operators change limits, fees and thresholds: one command for every setting.

insert into private.refusals (code, status, detail, hint) values
('setting_unknown', 404, 'There is no such setting, or no such row of it.', 'See settings and setting_rows().'),
('setting_fixed', 422, 'Operators do not change this column.', 'See setting_columns.'),
('setting_out_of_bounds', 422, 'It may not be set to this.', 'See least and most in setting_columns.');
insert into public.operator_commands (kind, function_name, title) values
('setting_change', 'setting_change', 'change a limit, a fee or a threshold');

create table public.setting_changes (
    id uuid primary key,
    setting text not null references public.settings (setting) on delete restrict,
    row_key jsonb not null,
    before jsonb not null,
    after jsonb not null,
    reason text not null check (length(reason) between 1 and 500),
    asked_by uuid not null,
    one_operator boolean not null,
    created_at timestamptz not null
);
alter table public.setting_changes enable row level security;
create index setting_changes_setting_idx on public.setting_changes (setting, created_at);
select private.make_append_only('public.setting_changes');
select private.make_text('public.setting_changes', 'prose', 'reason');
comment on table public.setting_changes is
'Append-only: what operators set to what, and why. Who confirmed it is in operator_requests; what the owner changed is in audit_log.';
comment on column public.setting_changes.id is 'Carries its time.';
comment on column public.setting_changes.setting is 'The setting.';
comment on column public.setting_changes.row_key is 'Which row of it, by its key columns.';
comment on column public.setting_changes.before is 'The columns that were changed, as they were.';
comment on column public.setting_changes.after is 'The columns that were changed, as they are from then on.';
comment on column public.setting_changes.reason is 'Why, in the operator''s words.';
comment on column public.setting_changes.asked_by is 'Operator who asked.';
comment on column public.setting_changes.one_operator is 'Whether nobody else was there to confirm it.';
comment on column public.setting_changes.created_at is 'When, by the database clock.';

create function private.refuse_field(p_code text, p_field text, p_message text) returns void
language plpgsql stable set search_path = ''
as $$
begin
    perform private.refuse(p_code, p_message, jsonb_build_object('errors', jsonb_build_array(
        jsonb_build_object('field', p_field, 'message', p_message)
    )));
end
$$;
comment on function private.refuse_field(text, text, text) is 'Raises a refusal that names the field of the command it is about.';

create function private.setting_row(p_setting public.settings, p_row jsonb) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_row jsonb;
begin
    -- A row is named by each of its key columns, and by nothing else.
    if p_setting.setting is null or jsonb_typeof(p_row) is distinct from 'object'
        or array(select k from jsonb_object_keys(p_row) as k order by k)
        <> array(select k from unnest(p_setting.key_columns) as k order by k)
        or exists (
            select from jsonb_each_text(p_row) as e
            inner join pg_catalog.pg_attribute as a
                on a.attrelid = p_setting.table_name::pg_catalog.regclass and a.attname = e.key
            where not coalesce(pg_input_is_valid(e.value, format_type(a.atttypid, a.atttypmod)), false)
        ) then
        return null;
    end if;
    execute format(
        'select to_jsonb(t) from %1$s as t inner join jsonb_populate_record(null::%1$s, $1) as k on %2$s
         for no key update of t',
        p_setting.table_name, (
            select string_agg(format('t.%1$I = k.%1$I', c), ' and ') from unnest(p_setting.key_columns) as c
        )
    ) into v_row using p_row;
    return v_row;
end
$$;
comment on function private.setting_row(public.settings, jsonb) is
'The row of a setting under its lock; null where there is none.';

create function private.check_setting_values(p_setting text, p_values jsonb) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_value record;
    v_fits boolean;
begin
    for v_value in
        select e.key, e.value, c.type, c.least, c.most, c.no_limit,
            -- No digit is lost.
            coalesce(case
                when e.value is null then c.no_limit
                else pg_input_is_valid(e.value, c.type) and e.value !~ '[.][0-9]{19}'
            end, false) as is_valid
        from jsonb_each_text(p_values) as e
        left join public.setting_columns as c on c.setting = p_setting and c.column_name = e.key
        order by e.key
    loop
        if v_value.type is null then
            perform private.refuse_field('setting_fixed', 'values.' || v_value.key, 'Operators do not change this column.');
        end if;
        v_fits := v_value.is_valid;
        if v_fits and v_value.value is not null and v_value.least is not null then
            execute format('select $1::%1$s between $2::%1$s and $3::%1$s', v_value.type) into v_fits
            using v_value.value, v_value.least, v_value.most;
        end if;
        if not v_fits then
            perform private.refuse_field('setting_out_of_bounds', 'values.' || v_value.key, format(
                'It is of the type %s%s%s.', v_value.type,
                case when v_value.least is null then '' else format(', from %s to %s', v_value.least, v_value.most) end,
                case when v_value.no_limit then ', or null' else '' end
            ));
        end if;
    end loop;
end
$$;
comment on function private.check_setting_values(text, jsonb) is
'Checks that operators change these columns, to values of their type and within their bounds. Raises setting_fixed, setting_out_of_bounds (422) naming the field.';

-- Definer: service_role may give the command, not write the tables.
create function service.setting_change(command service.command) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_setting public.settings;
    v_values jsonb := command -> 'values';
    v_before jsonb;
    v_after jsonb;
    v_answer jsonb;
    v_now timestamptz;
    v_constraint text;
begin
    select * into v_setting from public.settings as s where s.setting = command ->> 'setting';
    v_answer := private.begin_operator_command(
        'setting_change', command, '{}', p_second => exists (
            select from public.setting_columns as c
            where c.setting = v_setting.setting and v_values ? c.column_name
                and (c.needs_second or v_values -> c.column_name = 'null')
        )
    );
    if v_answer is not null then
        return v_answer;
    end if;
    v_now := private.clock();
    v_before := private.setting_row(v_setting, command -> 'row');
    if v_before is null then
        perform private.refuse('setting_unknown');
    elsif not private.has_words(command ->> 'reason') or length(command ->> 'reason') > 500 then
        perform private.refuse('reason_required');
    elsif coalesce(v_values, '{}') = '{}' then
        perform private.refuse('setting_fixed');
    end if;
    perform private.check_setting_values(v_setting.setting, v_values);
    begin
        execute format(
            'update %1$s as t set %2$s from jsonb_populate_record(null::%1$s, $1) as v,
             jsonb_populate_record(null::%1$s, $2) as k where %3$s returning to_jsonb(t)',
            v_setting.table_name,
            (select string_agg(format('%1$I = v.%1$I', c), ', ') from jsonb_object_keys(v_values) as c),
            (select string_agg(format('t.%1$I = k.%1$I', c), ' and ') from unnest(v_setting.key_columns) as c)
        ) into strict v_after using v_values, command -> 'row';
    exception when check_violation or unique_violation then
        get stacked diagnostics v_constraint = constraint_name;
        -- What is right for each column is not so for the row.
        perform private.refuse_field(
            'setting_out_of_bounds', 'values', format('Together the columns of the row would break %s.', v_constraint)
        );
    end;
    insert into public.setting_changes (id, setting, row_key, before, after, reason, asked_by, one_operator, created_at)
    select private.uuid_v7(v_now), v_setting.setting, command -> 'row',
        jsonb_object_agg(c, v_before -> c), jsonb_object_agg(c, v_after -> c), command ->> 'reason',
        (command ->> 'actor_id')::uuid, private.one_operator(), v_now
    from jsonb_object_keys(v_values) as c;
    perform private.emit_event(
        'setting.changed', 'setting', private.uuid_v7(v_now), 1, array[private.platform_party()],
        jsonb_build_object('setting', v_setting.setting, 'row', command -> 'row', 'columns', array(
            select c from jsonb_object_keys(v_values) as c order by c
        )), v_now
    );
    return private.finish_command(command, jsonb_build_object(
        'setting', v_setting.setting, 'row', command -> 'row',
        'before', (select jsonb_object_agg(c, v_before ->> c) from jsonb_object_keys(v_values) as c),
        'after', (select jsonb_object_agg(c, v_after ->> c) from jsonb_object_keys(v_values) as c)
    ), v_now);
end
$$;
comment on function service.setting_change(service.command) is
'Operator command: changes a row of a setting {setting, row {key column: text}, values {column: text, or null for no limit}, reason, actor_id, aal, idempotency_key, request_hash} -> {setting, row, before, after}; of two, where a column needs it, and for no limit. It counts from now on; what has begun keeps what it began with. Raises operator_only (403), setting_unknown (404), setting_fixed, setting_out_of_bounds (422) naming the field, reason_required (422), and what private.ask raises.';

-- Definer: some settings are in tables that nobody reads.
create function private.setting_rows(p_setting text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_setting public.settings;
    v_rows jsonb;
begin
    if not private.is_acting_staff('operator') then
        perform private.refuse('operator_only');
    end if;
    select * into v_setting from public.settings as s where s.setting = p_setting;
    if v_setting.setting is null then
        perform private.refuse('setting_unknown');
    end if;
    execute format(
        'select coalesce(jsonb_agg(to_jsonb(t) order by %2$s), ''[]'') from %1$s as t', v_setting.table_name,
        (select string_agg(format('t.%I', c), ', ') from unnest(v_setting.key_columns) as c)
    ) into v_rows;
    return v_rows;
end
$$;
comment on function private.setting_rows(text) is 'As public.setting_rows.';

create function public.setting_rows(setting text) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return private.setting_rows(setting);
end
$$;
comment on function public.setting_rows(text) is
'For operators: the rows of a setting as they are now. Raises operator_only (403), setting_unknown (404).';
