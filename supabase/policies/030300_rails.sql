grant select on public.address_kinds to anon, authenticated;
create policy address_kinds_select_anyone on public.address_kinds for select to anon, authenticated
using (true);

grant select on public.rails to anon, authenticated;
create policy rails_select_anyone on public.rails for select to anon, authenticated
using (true);
