grant select on public.unpayable_addresses to anon, authenticated;
create policy unpayable_addresses_select_anyone on public.unpayable_addresses for select to anon, authenticated
using (true);
