-- An erasure is carried out in steps of some rows each: each step finds by itself what is left to do.

create function private.personal_groups() returns table (
    table_name text, erasure text, whose text, kept_where text, columns text[], erased text[]
)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select
        c.table_name, c.erasure, c.whose, c.kept_where, array_agg(c.column_name order by c.column_name),
        array_agg(c.erased order by c.column_name)
    from private.personal_columns as c
    where c.whose is not null
    group by c.table_name, c.erasure, c.whose, c.kept_where
    order by c.table_name, c.whose;
end
$$;
comment on function private.personal_groups() is
'Columns of private.personal_columns that go together, in the order in which an erasure takes them: of one table, owner and kind.';

create function private.erase_group(p_party_id uuid, p_step integer, p_max_rows integer) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_group record;
    v_due text;
    v_erased integer;
begin
    select * into strict v_group from private.personal_groups() offset p_step limit 1;
    -- A row is found by its place, since keys differ and history has months.
    v_due := format(
        'with due as (select r.tableoid as part, r.ctid as place from %s as r where %s = $1 and (%s) is not true and %s limit $2)',
        v_group.table_name,
        case when v_group.whose ~ '^[a-z_]+$' then 'r.' else '' end || v_group.whose,
        coalesce(v_group.kept_where, 'false'),
        case v_group.erasure when 'delete_row' then 'true' else (
            select '(' || string_agg(format('r.%I is distinct from %s', n.name, n.erased), ' or ') || ')'
            from unnest(v_group.columns, v_group.erased) as n (name, erased)
        ) end
    );
    if v_group.erasure = 'delete_row' then
        execute v_due || format(
            ' delete from %s as r using due where r.tableoid = due.part and r.ctid = due.place', v_group.table_name
        ) using p_party_id, p_max_rows;
    else
        execute v_due || format(
            ' update %s as r set %s from due where r.tableoid = due.part and r.ctid = due.place', v_group.table_name, (
                select string_agg(format('%I = %s', n.name, n.erased), ', ')
                from unnest(v_group.columns, v_group.erased) as n (name, erased)
            ) || case when exists (
                select from pg_attribute as a
                where a.attrelid = v_group.table_name::regclass and a.attname = 'seals' and not a.attisdropped
            ) then ', seals = private.unsealed(r.seals, variadic $3)' else '' end
        ) using p_party_id, p_max_rows, v_group.columns;
    end if;
    get diagnostics v_erased = row_count;
    return v_erased;
end
$$;
comment on function private.erase_group(uuid, integer, integer) is
'Takes the words of one group of private.personal_groups, counted from 0, out of some rows of a person; how many. Run again, it goes on with what is left.';

create function private.erase_sign_in(p_party_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    delete from auth.sessions as s where s.user_id = p_party_id;
    delete from auth.identities as i where i.user_id = p_party_id;
    delete from auth.mfa_factors as f where f.user_id = p_party_id;
    delete from auth.one_time_tokens as t where t.user_id = p_party_id;
    -- As Auth's own soft delete leaves it, but for the hash of the address: that has no salt.
    update auth.users as u set
        email = null, phone = null, encrypted_password = '', email_change = '', phone_change = '',
        confirmation_token = '', recovery_token = '', email_change_token_new = '', email_change_token_current = '',
        phone_change_token = '', reauthentication_token = '', raw_app_meta_data = '{}', raw_user_meta_data = '{}',
        deleted_at = coalesce(u.deleted_at, private.clock())
    where u.id = p_party_id;
end
$$;
comment on function private.erase_sign_in(uuid) is
'Ends the sign-in of a person: sessions, factors, identities, address, number, password. The row stays, since what is kept by law refers to it.';

create function private.erase_some(
    p_request public.erasure_requests, p_max_rows integer, out rows_erased integer, out next_step integer
)
language plpgsql volatile set search_path = ''
as $$
begin
    perform private.begin_taking_words(p_request.party_id);
    next_step := p_request.step;
    if next_step = 0 then
        perform private.erase_sign_in(p_request.party_id);
    end if;
    for v_step in next_step..(select count(*) - 1 from private.personal_groups()) loop
        rows_erased := private.erase_group(p_request.party_id, v_step, p_max_rows);
        next_step := v_step + case when rows_erased < p_max_rows then 1 else 0 end;
        exit when rows_erased > 0;
    end loop;
    perform private.end_taking_words();
end
$$;
comment on function private.erase_some(public.erasure_requests, integer) is
'One step of an erasure: the rows of the next group that has some, and where the next step begins.';

create function private.close_account(p_party_id uuid, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update public.webhook_endpoints set status = 'removed', updated_at = p_now
    where party_id = p_party_id and status <> 'removed';
    perform set_config('holdfast.reason', 'Erased at their own request.', true);
    update public.parties set status = 'closed', suspended_until = null
    where id = p_party_id and status <> 'closed';
    update public.profiles set deleted_at = coalesce(deleted_at, p_now), erased_at = p_now
    where id = p_party_id and erased_at is null;
end
$$;
comment on function private.close_account(uuid, timestamptz) is
'Closes the account of a person for good: it begins nothing, offers nothing and is told nothing over webhooks.';

create function private.begin_erasing(p_request public.erasure_requests, p_now timestamptz) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_in_the_way text[];
begin
    perform from public.profiles where id = p_request.party_id for no key update;
    -- Whoever is about to open something with this person has the lock.
    perform private.count_alone(array[p_request.party_id]);
    v_in_the_way := private.in_the_way_of_erasure(p_request.party_id, p_now);
    if v_in_the_way <> '{}' then
        update public.erasure_requests set
            state = 'refused', last_event = 'refuse', last_actor_role = 'timer', in_the_way = v_in_the_way, updated_at = p_now
        where id = p_request.id;
        return;
    end if;
    perform private.close_account(p_request.party_id, p_now);
    update public.erasure_requests set
        state = 'erasing', last_event = 'begin', last_actor_role = 'timer', updated_at = p_now
    where id = p_request.id;
end
$$;
comment on function private.begin_erasing(public.erasure_requests, timestamptz) is
'Begins an erasure whose wait is over, with the end of the account; or refuses it, since something is in the way.';

-- Definer: timers have no user.
create function service.erasures_step(max_rows integer default 500) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_request public.erasure_requests;
    v_now timestamptz := private.clock();
    v_some record;
begin
    perform set_config('holdfast.actor_id', '', true);
    select * into v_request from public.erasure_requests as r
    where r.state in ('waiting', 'erasing') and r.erase_from <= v_now
        and not private.sweep_is_late(v_now) and not private.is_put_off('erasure', r.id::text, v_now)
    order by r.erase_from, r.id limit 1 for no key update skip locked;
    if v_request.id is null then
        return null;
    end if;
    begin
        if v_request.state = 'waiting' then
            perform private.begin_erasing(v_request, v_now);
        elsif v_request.step < (select count(*) from private.personal_groups()) then
            select * into v_some from private.erase_some(v_request, least(greatest(max_rows, 1), 5000));
            update public.erasure_requests set
                step = v_some.next_step, rows_erased = rows_erased + v_some.rows_erased, updated_at = v_now
            where id = v_request.id;
        elsif v_request.rows_erased > v_request.rows_at_last_pass then
            -- What the pass itself has caused, or what somebody wrote meanwhile.
            update public.erasure_requests set step = 0, rows_at_last_pass = rows_erased, updated_at = v_now
            where id = v_request.id;
        else
            delete from private.personal_salts where party_id = v_request.party_id;
            update public.erasure_requests set
                state = 'erased', last_event = 'finish', last_actor_role = 'timer', updated_at = v_now
            where id = v_request.id;
        end if;
        perform private.went_through('erasure', v_request.id::text);
    exception when others then
        perform private.put_off('erasure', v_request.id::text, sqlstate || ' ' || sqlerrm, v_now);
    end;
    return (
        select jsonb_build_object(
            'erasure_id', r.id, 'state', r.state, 'rows', r.rows_erased - v_request.rows_erased
        )
        from public.erasure_requests as r where r.id = v_request.id
    );
end
$$;
comment on function service.erasures_step(integer) is
'One bounded step of the erasure that has waited longest {erasure_id, state, rows}; null: nothing is due. Each step commits by itself, and a lost one is done again. One that fails is put off (setbacks).';
