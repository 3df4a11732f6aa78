-- Views are read. Without a trigger a write to one is an error of Postgres itself (55000), which
-- PostgREST answers with 500; with one, it is refused as any write without a grant.

create function private.tg__view() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise sqlstate 'PT403' using
        message = 'view_is_read',
        detail = format('%I is read only; write to the tables behind it.', tg_table_name);
end
$$;
comment on function private.tg__view() is 'Refuses each write to a view, whoever asks.';

do $$
declare
    v_view regclass;
begin
    for v_view in
        select c.oid from pg_class as c
        where c.relkind = 'v' and c.relnamespace in ('public'::regnamespace, 'service'::regnamespace)
        order by c.relname
    loop
        execute format(
            'create trigger _000_view instead of insert or update or delete on %s
             for each row execute function private.tg__view()', v_view
        );
    end loop;
end
$$;
