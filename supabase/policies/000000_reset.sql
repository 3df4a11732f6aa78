-- Takes every grant and policy of the API roles, and of Auth's own, away; the files that follow
-- give back exactly what is needed, in the same transaction.
do $$
declare
    v_policy record;
    v_function record;
    v_schema text;
begin
    for v_policy in
        select schemaname, tablename, policyname from pg_policies
        where schemaname in ('public', 'service', 'private', 'ledger')
    loop
        execute format('drop policy %I on %I.%I', v_policy.policyname, v_policy.schemaname, v_policy.tablename);
    end loop;
    foreach v_schema in array array['public', 'service', 'private', 'ledger'] loop
        execute format('revoke all on all tables in schema %I from anon, authenticated, api_key, service_role', v_schema);
        execute format('revoke all on all sequences in schema %I from anon, authenticated, api_key, service_role', v_schema);
        execute format('revoke all on all functions in schema %I from public, anon, authenticated, api_key, service_role, supabase_auth_admin', v_schema);
        execute format('revoke all on schema %I from anon, authenticated, api_key, service_role, supabase_auth_admin', v_schema);
    end loop;
    revoke create on schema public from public;
end
$$;

grant usage on schema public to anon, authenticated, service_role;
-- To use a schema opens nothing in it; PostgREST calls private.take_lane as each of them.
grant usage on schema private to authenticated, anon, service_role;
grant usage on schema service to service_role;

-- The representation of amounts as JSON strings. PostgREST uses only those that the role
-- it logs in with may execute, although the request's role runs them.
grant execute on function private.json(public.money_amount) to authenticator, anon, authenticated, service_role;

-- A domain is checked as whoever gives the command.
grant execute on function private.is_command(jsonb) to service_role;
