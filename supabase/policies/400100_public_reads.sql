-- How long a question may take and how many are answered at the same time, whoever runs Postgres.
-- Settings of roles: PostgREST reads them when it reloads its configuration (999900_assert.sql asks it to).
alter role anon set statement_timeout = '500ms';
alter role authenticated set statement_timeout = '3s';
alter role api_key set statement_timeout = '3s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role authenticator set "pgrst.db_pre_request" = 'private.take_lane';
alter role authenticator set "pgrst.db_max_rows" = '1000';

grant execute on function private.take_lane() to anon, authenticated, service_role;

grant execute on function public.party(uuid), private.party_card(uuid) to authenticated;

grant execute on function
public.price_lines(text, text, timestamptz, integer), private.price_lines(text, text, timestamptz, integer),
public.p2p_order(uuid), private.book_order(uuid)
to anon, authenticated;

grant execute on function
public.trader(uuid), private.trader_card(uuid),
public.trader_ratings(uuid, integer), private.rating_lines(uuid, integer)
to anon, authenticated;

grant execute on function public.guild(uuid), private.guild_card(uuid) to anon, authenticated;

grant execute on function public.listing(uuid), private.open_listing(uuid) to anon, authenticated;
