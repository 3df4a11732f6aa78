grant select on public.rate_limits to anon, authenticated;
create policy rate_limits_select_anyone on public.rate_limits for select to anon, authenticated using (true);

grant execute on function service.api_token_exchange(text, text, text) to service_role;
