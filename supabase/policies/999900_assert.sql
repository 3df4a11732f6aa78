-- Fails the whole transaction when a door stands open.
do $$
declare
    v_fault text;
begin
    select string_agg(format('%I.%I has no row level security', n.nspname, c.relname), '; ') into v_fault
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private', 'ledger', 'service') and c.relkind in ('r', 'p') and not c.relrowsecurity;
    if v_fault is not null then
        raise exception '%', v_fault;
    end if;

    select string_agg(p.oid::regprocedure::text, '; ') into v_fault
    from pg_proc as p
    join pg_namespace as n on n.oid = p.pronamespace
    where n.nspname in ('public', 'private', 'ledger', 'service') and p.prosecdef
        and (
            n.nspname in ('public', 'service') and has_function_privilege('authenticated', p.oid, 'execute')
            or has_function_privilege('anon', p.oid, 'execute') and p.proname not in (
                'my_parties', 'book_page', 'book_order', 'listing_page', 'open_listing', 'guild_card', 'price_lines',
                'trader_card', 'rating_lines', 'halted', 'invoice_page'
            )
            or not coalesce(p.proconfig, '{}') && array['search_path=""']
        );
    if v_fault is not null then
        raise exception 'definer functions callable too widely or without a pinned search_path: %', v_fault;
    end if;

    select string_agg(c.oid::regclass::text, '; ') into v_fault
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'v'
        and not coalesce(c.reloptions, '{}') && array['security_invoker=true'];
    if v_fault is not null then
        raise exception 'views without security_invoker: %', v_fault;
    end if;

    -- What strangers may not read, keys read by a scope (private.open_to_keys); they write nothing.
    select string_agg(c.oid::regclass::text, '; ') into v_fault
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private', 'ledger', 'service') and c.relkind in ('r', 'p', 'v')
        and (
            has_any_column_privilege('api_key', c.oid, 'insert, update')
            or has_table_privilege('api_key', c.oid, 'delete, truncate')
            or c.relkind <> 'v' and has_any_column_privilege('api_key', c.oid, 'select')
            and not has_any_column_privilege('anon', c.oid, 'select') and not exists (
                select from pg_policy as p
                where p.polrelid = c.oid and not p.polpermissive and p.polroles = array['api_key'::regrole::oid]
            )
        );
    if v_fault is not null then
        raise exception 'keys write, or read without a scope: %', v_fault;
    end if;

    select string_agg(format('%I.%I', schemaname, tablename), '; ') into v_fault
    from pg_publication_tables
    where pubname = 'supabase_realtime' and schemaname in ('public', 'private', 'ledger', 'service')
        and (schemaname, tablename) <> ('public', 'notification_heads');
    if v_fault is not null then
        raise exception 'Realtime sends more than the news of a feed: %', v_fault;
    end if;
end
$$;

notify pgrst, 'reload schema';
notify pgrst, 'reload config';
