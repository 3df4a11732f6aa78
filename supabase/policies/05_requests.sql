-- How long a question may take and how many are answered at the same time, whoever runs Postgres.
-- Settings of roles: PostgREST reads them when it reloads its configuration (99_assert.sql asks it to).
alter role anon set statement_timeout = '500ms';
alter role authenticated set statement_timeout = '3s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role authenticator set "pgrst.db_pre_request" = 'private.take_lane';
alter role authenticator set "pgrst.db_max_rows" = '1000';
grant execute on function private.take_lane() to anon, authenticated, service_role;
